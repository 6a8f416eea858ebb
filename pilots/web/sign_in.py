"""Sign in and out, and the page one lands on."""

from typing import Any

from allauth.account.views import LoginView
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from pilots.operations.demo_people import PASSWORD
from pilots.policies.regions import visible_regions
from pilots.policies.standing import standing
from pilots.queries.people import demo_accounts
from pilots.web.days import dated, request_demo
from portal.accounts.kept import FIELD, keep_posted, opened
from portal.shared.audience import Audience, open_to


class SignIn(LoginView):  # type: ignore[misc]  # allauth has no types
    """The sign-in page; in a demonstration it lists the accounts to try."""

    template_name = "accounts/sign_in.html"

    def get_success_url(self) -> str | None:
        """The page asked for; what was typed before is offered on the way there."""
        url: str | None = self.get_next_url()
        return url

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form, other ways in, what the page carries, and the demonstration's accounts."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        carried = getattr(self.request, "carried", None) or self.request.POST.get(FIELD, "")
        context |= {
            "next": self.get_next_url() or "",
            "carried": carried if opened(carried) else "",
            "single_sign_on": settings.OIDC_NAME if settings.OIDC_ISSUER else "",
        }
        if not settings.PRODUCTION and request_demo(self.request) is not None:
            context |= {"demo": True, "demo_password": PASSWORD, "demo_accounts": demo_accounts()}
        return context

    def form_valid(self, form: Any) -> HttpResponse:
        """On to the second factor, or in."""
        keep_posted(self.request)
        response: HttpResponse = super().form_valid(form)
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        """The form again, with status 422."""
        response: HttpResponse = super().form_invalid(form)
        response.status_code = 422
        return response


@open_to(Audience.SIGNED_IN)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send everyone where their day begins: to their region's dashboard, to their institutions, or to a first word."""
    held = standing(request.user)
    regions = visible_regions(request.user)
    demo = request_demo(request)
    if demo is not None and regions.filter(pk=demo.region_id).exists():
        return redirect(dated(reverse("region", args=[demo.region_id]), demo.day))
    if held.reading:
        return redirect("region", code=min(held.reading))
    if held.institutions:
        return redirect("mine")
    return render(request, "accounts/welcome.html")
