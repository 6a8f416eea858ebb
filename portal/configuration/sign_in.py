"""Rules and forms of the sign-in (docs/sign-in.md)."""

from typing import Any

_VALIDATION = "django.contrib.auth.password_validation"
PASSWORD_HISTORY = 5
PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {
        "NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email"), "max_similarity": 0.6},
    },
    {"NAME": "portal.accounts.passwords.BreachListValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
    {"NAME": "portal.accounts.passwords.ReuseValidator", "OPTIONS": {"count": PASSWORD_HISTORY}},
]

ACCOUNT_FORMS = {
    "login": "portal.accounts.forms.SignInForm",
    "change_password": "portal.accounts.forms.ChangePasswordForm",
    "reauthenticate": "portal.accounts.forms.PasswordAgainForm",
}
# Failed passwords are counted by axes. `login_failed` is what the library counts wrong codes of a second factor under.
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "5/5m/key", "reauthenticate": "10/m/user"}
MFA_FORMS = {
    "authenticate": "portal.accounts.forms.CodeForm",
    "reauthenticate": "portal.accounts.forms.CodeAgainForm",
    "activate_totp": "portal.accounts.forms.ActivateCodesForm",
    "add_webauthn": "portal.accounts.forms.AddPasskeyForm",
    "edit_webauthn": "portal.accounts.forms.RenamePasskeyForm",
}
MFA_RATE_LIMITS = {"webauthn_login": "30/m/ip"}
