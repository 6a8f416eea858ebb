"""Addresses of the account: what django-allauth offers and the portal uses, route by route.

The library's own URL map is not included: sign-up, e-mail addresses and password resets by mail have no address here.
The sign-in page itself stands in portal/urls.py, because a demonstration's page lists its accounts.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.views import ReauthenticateView
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as codes
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.views.decorators.http import require_POST

from portal.accounts.freshness import fresh_sign_in_required, fresh_sign_in_to_enrol
from portal.accounts.models import User
from portal.accounts.web import identity, kept, security
from portal.shared.audience import Audience, open_to

View = Callable[..., HttpResponseBase]


def _own(view: View) -> View:
    """A page of the user's own account; a form that comes back with faults has status 422."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if request.method == "POST" and response.status_code == 200:  # noqa: PLR2004  # shown again, not moved on
            response.status_code = 422
        return response

    return open_to(Audience.SIGNED_IN)(answer)


def _fresh(view: View) -> View:
    return _own(fresh_sign_in_required(view))


def _factors(view: View) -> View:
    """A page that changes second factors: one of an account's at a time, so that each sees what the one before did."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        assert isinstance(request.user, User)
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).get(pk=request.user.pk)
            return view(request, *args, **kwargs)

    return _own(fresh_sign_in_to_enrol(answer))


def _open(view: View) -> View:
    return open_to(Audience.ANYONE)(view)


urlpatterns = [
    path("sign-out/", _open(login_not_required(require_POST(security.sign_out))), name="sign_out"),
    path("second-step/", _open(security.SecondStep.as_view()), name="mfa_authenticate"),
    path("passkey/", _open(security.PasskeySignIn.as_view()), name="mfa_login_webauthn"),
    path("again/", _own(ReauthenticateView.as_view()), name="account_reauthenticate"),
    path("again/code/", _own(factors.ReauthenticateView.as_view()), name="mfa_reauthenticate"),
    path("again/passkey/", _own(security.PasskeyAgain.as_view()), name="mfa_reauthenticate_webauthn"),
    path("password/", _own(security.ChangePassword.as_view()), name="account_change_password"),
    path("security/", _own(security.Overview.as_view()), name="mfa_index"),
    path("security/codes/", _factors(security.ActivateCodes.as_view()), name="mfa_activate_totp"),
    path("security/codes/off/", _factors(codes.DeactivateTOTPView.as_view()), name="mfa_deactivate_totp"),
    path("security/recovery/", _fresh(recovery.ViewRecoveryCodesView.as_view()), name="mfa_view_recovery_codes"),
    path(
        "security/recovery/new/",
        _factors(recovery.GenerateRecoveryCodesView.as_view()),
        name="mfa_generate_recovery_codes",
    ),
    path("security/passkeys/new/", _factors(security.AddPasskey.as_view()), name="mfa_add_webauthn"),
    path("security/passkeys/<int:pk>/", _fresh(security.RenamePasskey.as_view()), name="mfa_edit_webauthn"),
    path("security/passkeys/<int:pk>/remove/", _factors(security.RemovePasskey.as_view()), name="mfa_remove_webauthn"),
    path("sessions/", open_to(Audience.SIGNED_IN)(security.own_sessions), name="usersessions_list"),
    path("sessions/end/", open_to(Audience.SIGNED_IN)(security.end_other_sessions), name="sessions_end"),
    path("kept/", kept.show, name="kept"),
    path("kept/discard/", kept.discard, name="kept_discard"),
    path("single-sign-on/failed/", _open(identity.failed), name="socialaccount_login_cancelled"),
    path("single-sign-on/<slug:provider_id>/", _open(identity.leave), name="openid_connect_login"),
    path("single-sign-on/<slug:provider_id>/back/", _open(identity.come_back), name="openid_connect_callback"),
]
