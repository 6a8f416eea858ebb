"""Forms with which targets are chosen and proposed."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pilots.models import Target
from pilots.operations.targets import MAX_NUMBER, YEARS_AHEAD
from pilots.queries.figures.registry import FIGURES
from pilots.queries.targets import TARGET_INDICATORS
from pilots.states.calendar import FIRST_DAY
from pilots.web.forms import DayInput, LineField, StyledForm
from portal.shared.reasons import ReasonField


class TargetChoice(StyledForm):
    """Of which figure and year a target is proposed."""

    indicator = forms.ChoiceField(label=_("Figure"))
    year = forms.IntegerField(label=_("Year"), min_value=FIRST_DAY.year)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "—"), *((code, FIGURES[code].name) for code in TARGET_INDICATORS)]
        self.fields["indicator"].choices = choices  # type: ignore[attr-defined]  # ChoiceField
        last = timezone.localdate().year + YEARS_AHEAD
        self.fields["year"] = forms.IntegerField(
            label=_("Year"),
            min_value=FIRST_DAY.year,
            max_value=last,
            widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"}),
        )


def _number(label: Any, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=MAX_NUMBER,
        help_text=help_text,
        widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"}),
    )


class TargetForm(StyledForm):
    """What a region shall reach. `replaces` is the line that the proposer saw."""

    replaces = forms.IntegerField(required=False, widget=forms.HiddenInput)
    baseline_value = _number(
        _("Baseline"), _("The figure's value on the day of the baseline; progress is counted from it.")
    )
    baseline_on = forms.DateField(label=_("Day of the baseline"), widget=DayInput)
    goal = _number(_("Goal"), _("What the figure shall be at the end of the year."))
    mandate = LineField(
        label=_("Mandate"), required=False, max_length=100, help_text=_("Such as “yearly task of the city”.")
    )
    document = LineField(label=_("Policy document"), required=False, max_length=200)
    reason = ReasonField(
        label=_("Reason"), help_text=_("Whoever confirms reads it; it stays beside the target for good.")
    )

    SECTIONS = (
        (_("Target"), _("Numbers as whole units of the figure."), ("baseline_value", "baseline_on", "goal")),
        (_("On what it rests"), _("The task and the document that state it."), ("mandate", "document")),
        (_("Why"), _("Without a reason no target is set or changed."), ("reason",)),
    )

    def sections(self) -> list[dict[str, Any]]:
        """The form's fields under their headings."""
        return [
            {"title": title, "help": text, "fields": [self[name] for name in names]}
            for title, text, names in self.SECTIONS
        ]

    def renew(self, standing: Target | None) -> None:
        """Take note of the line that stands now, so that the input can be sent again once it was looked at."""
        self.data = {**dict(self.data.items()), "replaces": "" if standing is None else str(standing.pk)}
