"""Forms about documents and hidden numbers: shape and labels."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from pilots.states.disclosures import SHORTEST_REASON, Purpose
from pilots.states.documents import DocumentKind
from pilots.web.forms import DayInput, LineField, StyledForm

ACCEPTED = ".pdf,.jpg,.jpeg,.png,.docx,.xlsx"
"""What the browser offers to choose from; what is taken is decided by content (portal/shared/uploads)."""


class DocumentForm(StyledForm):
    """A file with what it is."""

    kind = forms.ChoiceField(label=_("Kind"), choices=[("", "—"), *DocumentKind.choices])
    file = forms.FileField(
        label=_("File"),
        max_length=None,
        allow_empty_file=True,  # said by the same sentence as all other faults of a file
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
    )
    expires_on = forms.DateField(
        label=_("Valid until"), required=False, widget=DayInput, help_text=_("Leave empty if it has no last day.")
    )
    note = LineField(label=_("Note"), required=False, max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _(
            "PDF, JPEG, PNG, Word (.docx) or Excel (.xlsx), at most %(limit)d MB. "
            "What counts is the content, not the name."
        ) % {"limit": settings.UPLOAD_MAX_BYTES // (1024 * 1024)}

    def sections(self) -> list[dict[str, Any]]:
        """The form's one section."""
        text = _("Seen by everyone who sees the institution's file. Send no papers of children or of single persons.")
        return [{"title": _("About the document"), "help": text, "fields": list(self)}]


class WithdrawalForm(StyledForm):
    """Why a document does not count any more."""

    reason = LineField(
        label=_("Reason of the withdrawal"), max_length=500, help_text=_("Stays readable beside the document.")
    )

    def sections(self) -> list[dict[str, Any]]:
        """The form's one section."""
        text = _("The document stays on record; only the institution and its county unit can still open it.")
        return [{"title": _("Withdrawal"), "help": text, "fields": list(self)}]


class DisclosureForm(StyledForm):
    """For which purpose a hidden number is shown."""

    purpose = forms.ChoiceField(label=_("Purpose"), choices=[("", "—"), *Purpose.choices])
    reason = LineField(
        label=_("Reason"),
        min_length=SHORTEST_REASON,
        max_length=300,
        help_text=_("For example: number of the case, or what is to be asked."),
    )

    def sections(self) -> list[dict[str, Any]]:
        """The form's one section."""
        text = _("Your name, the time, the purpose and the reason are recorded before the number is shown.")
        return [{"title": _("Purpose"), "help": text, "fields": list(self)}]


class DisclosureFilter(StyledForm):
    """Search in the list of disclosures; kept in the address."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Person, institution, number or reason")}),
    )
    purpose = forms.ChoiceField(label=_("Purpose"), required=False, choices=[("", _("All purposes")), *Purpose.choices])
