"""Where django-allauth asks the portal: texts, addresses, who may sign in, what may be removed, who an identity is."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts.backends import AccountBackend
from portal.accounts.demands import FACTORS, demands_of
from portal.accounts.freshness import is_fresh
from portal.accounts.models import User
from portal.accounts.passwords import set_own_password
from portal.accounts.sealing import seal, unseal
from portal.accounts.sessions import end_sessions
from portal.shared.addresses import client_address

TEXTS: dict[str, str | Promise] = {
    "account/messages/password_changed.txt": _("The password was changed. Your other sessions were ended."),
    "mfa/messages/totp_activated.txt": _("Codes from your app are asked for from now on."),
    "mfa/messages/totp_deactivated.txt": _("Codes from your app were switched off."),
    "mfa/messages/webauthn_added.txt": _("The passkey was added."),
    "mfa/messages/webauthn_removed.txt": _("The passkey was removed."),
    "mfa/messages/recovery_codes_generated.txt": _("New recovery codes were made. Please keep them in a safe place."),
}
"""The library's notices that the portal passes on; others, such as a greeting after each sign-in, are dropped."""

CODE_ERRORS: dict[str, str | Promise] = {
    "incorrect_code": _("This code is wrong or was already used. Please enter the one that is shown now."),
    "cannot_delete_authenticator": _(
        "Your account must have a second factor. Please add another one before you remove this one."
    ),
    "cannot_generate_recovery_codes": _("Recovery codes are made together with a second factor. Please add one first."),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Sign-in with the portal's own rules."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "enter_current_password": _("This is not your present password."),
        "incorrect_password": _("The password is wrong."),
        "too_many_login_attempts": _("Too many wrong codes. Please wait five minutes and try again."),
        "rate_limited": _("Too many attempts. Please wait five minutes and try again."),
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address by which limits are counted and sessions listed."""
        return client_address(request)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account for themselves: offices do."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Nothing: the library would close an account for every address at once; axes closes it for one."""

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Refuse closed accounts whichever way they came: password, passkey or single sign-on."""
        if AccountBackend().user_can_authenticate(user):
            return None
        request.session.flush()
        messages.error(request, gettext("This account cannot sign in. Please ask the office that gave it to you."))
        return redirect("sign_in")

    def set_password(self, user: User, password: str) -> None:
        """The owner's own choice: no further change is demanded, and other sessions end."""
        set_own_password(user=user, password=password)
        end_sessions(user, besides=context.request.session.session_key)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to the security page."""
        return str(redirect("mfa_index")["Location"])

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Pass on what the user should read, in the portal's words."""
        text = message or TEXTS.get(message_template or "")
        if text:
            messages.add_message(request, level, str(text))

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """A sign-in that is fresh needs no second one."""
        return not is_fresh(context.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The library's, with the portal's words."""
        words = {
            "reauthenticate": gettext("With the password"),
            "mfa_reauthenticate": gettext("With a code from the app"),
            "mfa_reauthenticate:webauthn": gettext("With a passkey"),
        }
        found = super().get_reauthentication_methods(user)
        return [{**method, "description": words[method["id"]]} for method in found]


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Second factors, with their secrets sealed in the database."""

    error_messages: ClassVar[dict[str, Any]] = {**DefaultMFAAdapter.error_messages, **CODE_ERRORS}

    def get_totp_issuer(self) -> str:
        """The name that the app shows."""
        return gettext("Childcare Pilot Portal")

    def get_totp_label(self, user: User) -> str:
        """The account's name in the app."""
        return str(user.username)

    def _get_user_identifier(self, user: User) -> str:
        return str(user.username)

    def _get_site_name(self) -> str:
        return gettext("Childcare Pilot Portal")

    def encrypt(self, text: str) -> str:
        """Seal a secret for the database."""
        return seal(text, purpose="second factor")

    def decrypt(self, encrypted_text: str) -> str:
        """Open it; an unreadable secret (SECRET_KEY was changed without a fallback) matches no code."""
        return unseal(encrypted_text, purpose="second factor") or ""

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last factor of someone who must have one."""
        if authenticator.type not in FACTORS or not demands_of(authenticator.user).second_factor:
            return True
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=FACTORS)
        return bool(others.exclude(pk=authenticator.pk).exists())

    def generate_authenticator_name(self, user: User, type: Any) -> str:  # noqa: A002  # the library's name
        """A first name for a passkey; the user may change it."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey %(number)s") % {"number": number}


class IdentityAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Single sign-on: an identity opens the account that an administrator gave it to, and never makes one."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Find the account by OIDC_CLAIM; the page for strangers where there is none. Administrators sign in here."""
        found = sociallogin.account.extra_data
        token, info = found.get("id_token") or {}, found.get("userinfo") or {}
        claim = str({**info, **token}.get(settings.OIDC_CLAIM) or "")
        one_person = not info or not token or info.get("sub") == token.get("sub")
        user = User.objects.filter(external_id=claim).first() if claim and one_person else None
        if user is None or not AccountBackend().user_can_authenticate(user):
            page = render(request, "socialaccount/unknown_identity.html", {"claim": claim}, status=403)
            raise ImmediateHttpResponse(page)
        if not demands_of(user).single_sign_on:
            messages.error(request, gettext("Administrators sign in here, with their password or a passkey."))
            raise ImmediateHttpResponse(redirect("sign_in"))
        sociallogin.user = user
