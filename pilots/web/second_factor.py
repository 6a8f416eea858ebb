"""The page on which an office asks its people for a second factor."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from pilots.models import SecondFactorRule
from pilots.operations.refusals import ReasonMissing
from pilots.operations.second_factor import rule_second_factor
from pilots.policies.regions import visible_regions
from pilots.policies.second_factor import require_may_rule_second_factor
from pilots.policies.timelines import SignInRule
from pilots.web.timelines import timeline_of
from portal.accounts.freshness import fresh_sign_in_required
from portal.accounts.models import User
from portal.shared.audience import Audience, open_to
from portal.shared.reasons import ReasonField


class SecondFactorForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when Django runs
    """Of whom; and why, where it is asked of fewer."""

    reason = ReasonField(
        label=gettext_lazy("Reason"),
        required=False,
        help_text=gettext_lazy("Needed where fewer people are asked than before; the other officers read it."),
    )

    class Meta:
        model = SecondFactorRule
        fields = ("officials", "institutions")


@open_to(Audience.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def office_sign_in(request: HttpRequest, code: str) -> HttpResponse:
    """Of whom the region asks a second factor."""
    region = get_object_or_404(visible_regions(request.user), pk=code)
    require_may_rule_second_factor(request.user, region)
    rule = SecondFactorRule.objects.filter(region=region).first()
    form = SecondFactorForm(request.POST or None, instance=rule)
    if request.method == "POST" and form.is_valid():
        assert isinstance(request.user, User)
        try:
            rule_second_factor(code=region.pk, by=request.user, at=timezone.now(), **form.cleaned_data)
        except ReasonMissing as error:
            form.add_error("reason", ValidationError(str(error), code=error.code))
        else:
            messages.success(request, _("Saved. Who must add a second factor is led to it with the next page."))
            return redirect("office_sign_in", code=region.pk)
    context = {"region": region, "form": form, "rule": rule, **timeline_of(request, SignInRule(region))}
    return render(request, "pilots/regions/sign_in.html", context, status=422 if form.errors else 200)
