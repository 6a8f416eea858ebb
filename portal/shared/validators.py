"""Rules of single values, shared by models, forms and serializers."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError as StdnumError


def validate_credit_code(value: str) -> None:
    """Refuse what is no unified social credit code (GB 32100-2015: 18 characters, the last a check digit)."""
    try:
        compact = uscc.validate(value)
    except StdnumError as error:
        raise ValidationError(_("This is not a valid unified credit code."), code="credit_code") from error
    if compact != value:
        raise ValidationError(_("Write the unified credit code in capitals without spaces."), code="credit_code")


def validate_visible(value: str) -> None:
    """Refuse control, formatting and private characters: they hide in a name and turn its line around."""
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co") for character in value):
        raise ValidationError(_("This text has invisible or control characters."), code="invisible")
