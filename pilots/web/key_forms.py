"""Forms for API keys."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from pilots.web.forms import LineField, StyledForm
from portal.accounts.keys import (
    DEFAULT_LIFE_DAYS,
    DEFAULT_OVERLAP_DAYS,
    LONGEST_LABEL,
    LONGEST_OVERLAP_DAYS,
    LONGEST_REASON,
    KeyTerms,
)
from portal.accounts.models import LONGEST_LIFE_DAYS
from portal.accounts.ranges import RangeInvalid, normal_range, normal_ranges
from portal.accounts.scopes import Scope

_SEPARATORS = re.compile(r"[\s,;，；、]+")
_LONGEST_TEXT = 2_000


class RangesField(forms.CharField):
    """Address ranges, one a line; each wrong one is named."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"})
        super().__init__(widget=widget, max_length=_LONGEST_TEXT, required=False, **kwargs)

    def clean(self, value: Any) -> tuple[str, ...]:
        """The ranges in their one written form."""
        texts = [text for text in _SEPARATORS.split(super().clean(value) or "") if text]
        errors = []
        for text in texts:
            try:
                normal_range(text)
            except RangeInvalid as error:
                errors.append(ValidationError(str(error), code=error.code))
        if errors:
            raise ValidationError(errors)
        try:
            return tuple(normal_ranges(texts))
        except RangeInvalid as error:
            raise ValidationError(str(error), code=error.code) from error


class TokenField(forms.RegexField):
    """A form's own token: sent twice, it makes one key."""

    def __init__(self) -> None:
        super().__init__(
            r"^[A-Za-z0-9_-]{43}$",
            label=_("Form"),
            widget=forms.HiddenInput,
            error_messages={"invalid": _("This form is damaged. Please open it again.")},
        )


def _days(**kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Valid for (days)"),
        min_value=1,
        max_value=LONGEST_LIFE_DAYS,
        help_text=_("At most a year (366 days). The shorter, the less a lost key can do."),
        **kwargs,
    )


class KeyForm(StyledForm):
    """What a new key may do."""

    label = LineField(
        label=_("Label"),
        max_length=LONGEST_LABEL,
        help_text=_("Which software uses the key, and where: one key for each."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("May be used to"), widget=forms.CheckboxSelectMultiple(attrs={"class": "choice-list"})
    )
    days = _days(initial=DEFAULT_LIFE_DAYS)
    addresses = RangesField(
        label=_("Only from these addresses"),
        help_text=_("One a line, such as 192.0.2.0/24, 2001:db8::/32 or a single address. Empty: from anywhere."),
    )
    token = TokenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(scope.value, scope.label) for scope in Scope]  # type: ignore[attr-defined]  # ChoiceField

    def terms(self) -> KeyTerms:
        """As the operation takes them."""
        data = self.cleaned_data
        return KeyTerms(data["label"], tuple(data["scopes"]), data["days"], data["addresses"])


class RotationForm(StyledForm):
    """How long both keys work, and the new one."""

    overlap = forms.IntegerField(
        label=_("Both keys work for (days)"),
        min_value=0,
        max_value=LONGEST_OVERLAP_DAYS,
        initial=DEFAULT_OVERLAP_DAYS,
        help_text=_("Time to enter the new key into the software. 0: the old key ends at once."),
    )
    days = _days()
    token = TokenField()


class RevocationForm(StyledForm):
    """Why a key is revoked."""

    reason = LineField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        help_text=_("Stays readable beside the key."),
    )
