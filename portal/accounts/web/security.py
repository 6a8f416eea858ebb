"""Security of the own account: password, second factors, passkeys, sessions."""

from typing import Any

from allauth.account.views import PasswordChangeView
from allauth.mfa.base.views import AuthenticateView, IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.internal import auth as passkeys
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    EditWebAuthnView,
    LoginWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.adapters import CODE_ERRORS, SecondFactorAdapter
from portal.accounts.demands import lacks_second_factor
from portal.accounts.kept import FIELD, keep_posted
from portal.accounts.models import User
from portal.accounts.passwords import must_change
from portal.accounts.sessions import end_sessions, sessions_of
from portal.accounts.web.kept import sign_in_page


def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, or a sign-in that waits for its second factor."""
    logout(request)
    return redirect("sign_in")


class ChangePassword(PasswordChangeView):  # type: ignore[misc]  # allauth has no types
    """The own password; also the page to which an initial password leads."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Accounts of the single sign-on have no password here."""
        if not request.user.has_usable_password():  # type: ignore[union-attr]  # signed in
            messages.info(request, _("This account signs in through the single sign-on and has no password here."))
            return redirect("mfa_index")
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        """The change, with what is told of it."""
        response: HttpResponse = super().form_valid(form)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether the change is a must."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "demanded": must_change(self.request.user)}


class ActivateCodes(ActivateTOTPView):  # type: ignore[misc]  # allauth has no types
    """Codes from an app: the secret as a picture and as text."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A form that comes after another one was taken changes nothing, and is told so."""
        if request.method == "POST" and Authenticator.objects.filter(user=request.user, type="totp").exists():
            messages.info(
                request,
                _("Codes from an app are set up already. If you scanned another picture now, remove it from your app."),
            )
            return redirect("mfa_index")
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The secret in groups of four, as one types it."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        secret = context["form"].secret
        return {**context, "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))}


class AddPasskey(AddWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """A passkey that can sign in by itself."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask the authenticator to remember the user and to check them."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["js_data"] = {"creation_options": passkeys.begin_registration(self.request.user, passwordless=True)}
        return context


class RemovePasskey(RemoveWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """Not the last factor of someone who must have one."""

    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:
        """Remove it, or say why not."""
        if not SecondFactorAdapter().can_delete_authenticator(self.get_object()):
            messages.error(self.request, str(CODE_ERRORS["cannot_delete_authenticator"]))
            return redirect("mfa_index")
        response: HttpResponse = super().form_valid(form)
        return response


class RenamePasskey(EditWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """Another name."""

    success_url = reverse_lazy("mfa_index")


class PasskeySignIn(LoginWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """Sign-in with a passkey alone: it stands for both factors."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Into the portal, with what was typed before."""
        keep_posted(self.request)
        response: HttpResponse = super().form_valid(form)
        return response

    def form_invalid(self, form: Any) -> HttpResponseBase:
        """The sign-in page, still carrying what was typed before."""
        messages.error(self.request, _("This passkey is not known here, or the request took too long."))
        carried, back = self.request.POST.get(FIELD, ""), self.request.POST.get("next", "")
        return sign_in_page(self.request, carried, back=back, status=422)


class PasskeyAgain(ReauthenticateWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """A passkey before a dangerous act."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """Say so on the same page, not on the start page."""
        messages.error(self.request, str(CODE_ERRORS["incorrect_code"]))
        return redirect(self.request.get_full_path())


class SecondStep(AuthenticateView):  # type: ignore[misc]  # allauth has no types
    """The second factor at sign-in."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """The page again, with status 422."""
        response: HttpResponse = super().form_invalid(form)
        response.status_code = 422
        return response


class Overview(IndexView):  # type: ignore[misc]  # allauth has no types
    """The security page; also the page to which a demand for a second factor leads."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What is enrolled, and whether something must be."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        user = self.request.user
        demanded = isinstance(user, User) and lacks_second_factor(user)
        return {**context, "demanded": demanded, "has_password": user.has_usable_password()}


@require_safe
def own_sessions(request: HttpRequest) -> HttpResponse:
    """Where the user is signed in."""
    assert isinstance(request.user, User)
    rows = sessions_of(request.user, request.session.session_key)
    others = sum(not row.current for row in rows)
    return render(request, "usersessions/usersession_list.html", {"sessions": rows, "others": others})


@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out in one other browser, or in all others."""
    assert isinstance(request.user, User)
    typed = request.POST.get("session", "")
    only = int(typed) if typed.isdecimal() and len(typed) < 19 else None  # noqa: PLR2004  # fits a bigint
    if typed and only is None:
        return redirect("usersessions_list")
    ended = end_sessions(request.user, besides=request.session.session_key, only=only)
    messages.success(request, _("Signed out in %(count)s other browsers.") % {"count": ended})
    return redirect("usersessions_list")
