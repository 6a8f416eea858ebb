"""Forms: shape and labels; the rules of the field are refused by the operations and shown at the same fields."""

import unicodedata
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pilots.models import Region
from pilots.states.capacity import MAX_COUNT, Classes, ClassGroup, Count
from pilots.states.facts import FilingKind
from pilots.states.institutions import LegalNature, ServiceModel
from portal.shared.refusals import DomainError
from portal.shared.validators import validate_credit_code, validate_visible


class DayInput(forms.DateInput):
    """The browser's own day picker."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


def refuse(form: forms.Form, error: DomainError) -> None:
    """Show a refusal at its field, or above the form."""
    form.add_error(error.field if error.field in form.fields else None, ValidationError(str(error), code=error.code))


def refuse_values(form: forms.Form, error: ValidationError) -> None:
    """Show the model's own errors at the form's fields."""
    for field, messages in error.message_dict.items():
        for message in messages:
            form.add_error(field if field in form.fields else None, message)


class LineField(forms.CharField):
    """One line of text that people can see, in Unicode's composed form."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "validators": [*kwargs.get("validators", ()), validate_visible]})

    def to_python(self, value: Any) -> Any:
        """The composed form."""
        text = super().to_python(value)
        return unicodedata.normalize("NFC", text) if isinstance(text, str) else text


class StyledForm(forms.Form):
    """Widgets with the classes of the component library."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", _css_class(field.widget))


def _css_class(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput):
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


class InstitutionFilter(StyledForm):
    """Search and filters of the register; kept in the address."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name, initials, number, code or address")}),
    )
    county = forms.ModelChoiceField(
        label=_("Area"), queryset=Region.objects.none(), required=False, empty_label=_("All areas")
    )
    service_model = forms.ChoiceField(label=_("Service model"), required=False)
    pilot = forms.BooleanField(label=_("Pilots"), required=False)
    filed = forms.BooleanField(label=_("Filed"), required=False)
    inclusive = forms.BooleanField(label=_("Inclusive"), required=False)

    def __init__(self, *args: Any, areas: QuerySet[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["county"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = areas
        self.fields["service_model"].choices = [("", _("All service models")), *ServiceModel.choices]  # type: ignore[attr-defined]  # ChoiceField


class InstitutionForm(StyledForm):
    """What is entered when an institution is registered."""

    county = forms.ModelChoiceField(label=_("County unit"), queryset=Region.objects.none(), empty_label=None)
    name = LineField(label=_("Name"), max_length=200, help_text=_("As on the licence or certificate of registration."))
    credit_code = LineField(
        label=_("Unified credit code"),
        required=False,
        max_length=18,
        validators=[validate_credit_code],
        help_text=_("18 characters with a check digit, as on the licence."),
    )
    legal_nature = forms.ChoiceField(label=_("Legal nature"), required=False, choices=[("", "—"), *LegalNature.choices])
    service_model = forms.ChoiceField(label=_("Service model"), choices=[("", "—"), *ServiceModel.choices])
    operator_name = LineField(
        label=_("Operator or brand"), required=False, max_length=200, help_text=_("Leave empty if it runs itself.")
    )
    host_kindergarten_name = LineField(
        label=_("Host kindergarten"),
        required=False,
        max_length=200,
        help_text=_("Only for nursery classes of a kindergarten that has a register entry of its own."),
    )
    opened_on = forms.DateField(label=_("Opened on"), widget=DayInput)
    address = LineField(label=_("Address"), required=False, max_length=300)
    contact_name = LineField(label=_("Contact person"), required=False, max_length=100)
    contact_phone = LineField(label=_("Contact telephone"), required=False, max_length=30)
    filing_kind = forms.ChoiceField(
        label=_("Kind of filing"),
        choices=[(kind.value, kind.label) for kind in (FilingKind.INITIAL, FilingKind.REPORT_ONLY)],
    )
    filed_on = forms.DateField(label=_("Filed on"), widget=DayInput)
    document_number = LineField(label=_("Receipt number"), required=False, max_length=100)

    SECTIONS = (
        (
            _("About the institution"),
            _("Figures rest on the county unit, the service model and the opening day; these stay as entered."),
            ("county", "name", "credit_code", "legal_nature", "service_model", "opened_on"),
        ),
        (
            _("Operator and premises"),
            _("Who runs it, and where it can be reached."),
            ("operator_name", "host_kindergarten_name", "address", "contact_name", "contact_phone"),
        ),
        (_("Filing"), _("The completed filing with the county."), ("filing_kind", "filed_on", "document_number")),
    )

    def __init__(self, *args: Any, counties: QuerySet[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["county"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = counties

    def sections(self) -> list[dict[str, Any]]:
        """The form's fields under their headings."""
        return [
            {"title": title, "help": text, "fields": [self[name] for name in names]}
            for title, text, names in self.SECTIONS
        ]


class CapacityForm(StyledForm):
    """Places and enrolled children by class group."""

    as_of = forms.DateField(label=_("As of"), widget=DayInput, help_text=_("The day the numbers are true of."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for group in ClassGroup:
            for part, label in (("places", _("Places")), ("enrolled", _("Enrolled"))):
                self.fields[f"{group}_{part}"] = forms.IntegerField(
                    label=f"{group.label} · {label}",
                    min_value=0,
                    max_value=MAX_COUNT,
                    initial=0,
                    widget=forms.NumberInput(
                        attrs={"class": "form-control", "inputmode": "numeric", "min": 0, "max": MAX_COUNT}
                    ),
                )

    @staticmethod
    def made_fields() -> dict[str, forms.Field]:
        """The fields that no class body declares, for the page of kept input."""
        return CapacityForm().fields

    def class_rows(self) -> Iterator[dict[str, Any]]:
        """One row for each class group."""
        for group in ClassGroup:
            yield {
                "label": group.label,
                "help": AGES[group],
                "places": self[f"{group}_places"],
                "enrolled": self[f"{group}_enrolled"],
            }

    def classes(self) -> Classes:
        """The counts as the operation takes them."""
        data = self.cleaned_data
        return {group: Count(data[f"{group}_places"], data[f"{group}_enrolled"]) for group in ClassGroup}


class CorrectionForm(CapacityForm):
    """Other numbers for the day of an earlier report, and why."""

    reason = LineField(
        label=_("Reason of the correction"),
        max_length=500,
        help_text=_("Stays readable beside both reports."),
        widget=forms.TextInput,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["as_of"].disabled = True


AGES = {
    ClassGroup.INFANT: _("6 to 12 months, at most 10 children a class"),
    ClassGroup.TODDLER: _("12 to 24 months, at most 15 children a class"),
    ClassGroup.OLDER_TODDLER: _("24 to 36 months, at most 20 children a class"),
    ClassGroup.MIXED: _("from 18 months, at most 18 children a class"),
    ClassGroup.UNCLASSIFIED: _("only for totals of old reports"),
}
"""Age and size of a class (国卫人口发〔2019〕58号, setting standard)."""
