"""Forms of the sign-in: the library's, with the portal's fields and words."""

from typing import Any

from allauth.account import forms as account_forms
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.mfa.adapter import get_adapter as get_factor_adapter
from allauth.mfa.base import forms as code_forms
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import EditWebAuthnForm, SignupWebAuthnForm
from allauth.mfa.webauthn.internal import auth as passkeys
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from portal.accounts.guard import refusal
from portal.accounts.models import User

LONGEST_PASSWORD = 1024
CODE_ATTRIBUTES = {"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}


class SignInForm(forms.Form):
    """Name and password. Whatever is wrong with them, the answer is the same sentence."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput(
            attrs={"autocomplete": "username webauthn", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.user: User | None = None

    def clean(self) -> dict[str, Any]:
        """Prove the account."""
        found: dict[str, Any] = super().clean() or {}
        if not self.errors:
            name, password = found["username"], found["password"]
            self.user = get_adapter(self.request).authenticate(self.request, username=name, password=password)
            if self.user is None:
                raise ValidationError(str(refusal(self.request)), code="refused")
        return found

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Go on to the second factor, or into the portal."""
        login = Login(user=self.user, redirect_url=redirect_url)
        name = {"username": self.cleaned_data["username"]}
        response: HttpResponse = perform_password_login(request, name, login)
        return response


class ChangePasswordForm(account_forms.ChangePasswordForm):  # type: ignore[misc]  # allauth has no types
    """The present password and a new one, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "oldpassword": _("Present password"),
            "password1": _("New password"),
            "password2": _("New password again"),
        }
        for name, label in labels.items():
            _word(self.fields[name], label)
        self.fields["oldpassword"].help_text = ""
        self.fields["password1"].help_text = _(
            "At least 10 characters; not like your name or user name, no common password, not digits alone, none of "
            "your last 5 passwords. Several words that do not belong together are easy to remember."
        )
        self.fields["password2"].help_text = ""

    def clean(self) -> dict[str, Any]:
        """Both new passwords must be the same."""
        found: dict[str, Any] = forms.Form.clean(self) or {}
        if {"password1", "password2"} <= found.keys() and found["password1"] != found["password2"]:
            self.add_error("password2", _("The two new passwords differ."))
        return found


class PasswordAgainForm(account_forms.ReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    """The password before a dangerous act."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self.fields["password"], _("Password"))
        self.fields["password"].help_text = ""


class CodeForm(code_forms.AuthenticateForm):  # type: ignore[misc]  # allauth has no types
    """A code of the app, or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code(self.fields["code"], _("The six digits that your app shows now, or one of your recovery codes."))


class CodeAgainForm(code_forms.ReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    """The same before a dangerous act."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code(self.fields["code"], _("The six digits that your app shows now, or one of your recovery codes."))


class ActivateCodesForm(ActivateTOTPForm):  # type: ignore[misc]  # allauth has no types
    """The first code, as proof that the app has the secret."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code(self.fields["code"], _("The six digits that the app shows after scanning."))
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class AddPasskeyForm(SignupWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """A passkey that names its user and asks for PIN, finger or face: it stands for both factors."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_of_passkey(self.fields["name"])

    def clean(self) -> dict[str, Any]:
        """Refuse a key that did not check its user; the server asked for it."""
        found: dict[str, Any] = forms.Form.clean(self) or {}
        credential = found.get("credential")
        if credential:
            passkeys.parse_registration_response(credential)
            if not passkeys.complete_registration(credential).is_user_verified():
                raise get_factor_adapter().validation_error("incorrect_code")
        return found


class RenamePasskeyForm(EditWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_of_passkey(self.fields["name"])


def _word(field: forms.Field, label: Any) -> None:
    field.label = label
    field.widget.attrs.pop("placeholder", None)
    field.validators.append(MaxLengthValidator(LONGEST_PASSWORD))


def _code(field: forms.Field, help_text: Any) -> None:
    _word(field, _("Code"))
    field.help_text = help_text
    field.widget.attrs |= CODE_ATTRIBUTES


def _name_of_passkey(field: forms.Field) -> None:
    field.label = _("Name of the passkey")
    field.help_text = _("By which you recognise the device, for example “office computer”.")
    field.widget.attrs["maxlength"] = 50
    field.validators.append(MaxLengthValidator(50))
