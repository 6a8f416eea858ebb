"""The field in which people say why."""

import unicodedata
from typing import Any

from django import forms

from portal.shared.validators import validate_visible

MAX_REASON = 500


class ReasonField(forms.CharField):
    """A reason in one paragraph: line breaks become spaces, characters that nobody sees are refused."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 3, "class": "form-control"})
        validators = [*kwargs.pop("validators", ()), validate_visible]
        super().__init__(**{"max_length": MAX_REASON, "widget": widget, "validators": validators, **kwargs})

    def to_python(self, value: Any) -> Any:
        """One paragraph in Unicode's composed form."""
        text = super().to_python(value)
        return unicodedata.normalize("NFC", " ".join(text.split())) if isinstance(text, str) else text
