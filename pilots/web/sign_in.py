"""Sign in and out, and the page one lands on."""

from typing import Any

from django.conf import settings
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from pilots.operations.demo_people import PASSWORD
from pilots.policies.regions import visible_regions
from pilots.policies.standing import standing
from pilots.queries.people import demo_accounts
from pilots.web.days import dated, request_demo
from portal.shared.audience import Audience, open_to


class SignIn(LoginView):
    """The sign-in page; in a demonstration it lists the accounts to try."""

    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form, and the demonstration's accounts."""
        context = super().get_context_data(**kwargs)
        if not settings.PRODUCTION and request_demo(self.request) is not None:
            context |= {"demo": True, "demo_password": PASSWORD, "demo_accounts": demo_accounts()}
        return context

    def form_invalid(self, form: Any) -> HttpResponse:
        """The form again, with status 422."""
        response = super().form_invalid(form)
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
