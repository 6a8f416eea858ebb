"""Forms of people: whom, as what, where, from when to when, and why."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pilots.operations.memberships import NewPerson, Post
from pilots.policies.people import Places
from pilots.queries.people import PersonState
from pilots.states.roles import ADMINISTRATOR_ROLES, Role
from pilots.web.forms import DayInput, LineField, StyledForm


class PeopleFilter(StyledForm):
    """Search and filters of the list; kept in the address."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name, user name or institution")}),
    )
    role = forms.ChoiceField(label=_("Role"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All states")), *PersonState.choices])

    def __init__(self, *args: Any, roles: list[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("All roles")), *((role.value, role.label) for role in roles)]
        self.fields["role"].choices = choices  # type: ignore[attr-defined]  # ChoiceField

    def chosen(self) -> dict[str, str]:
        """What is valid of it; an invalid filter narrows nothing and shows its error."""
        self.is_valid()
        return {
            "words": self.cleaned_data.get("q", ""),
            "role": self.cleaned_data.get("role", ""),
            "state": self.cleaned_data.get("state", ""),
        }


class ReasonForm(StyledForm):
    """Why."""

    reason = LineField(
        label=_("Reason"), max_length=500, help_text=_("Stays readable with the name of whoever did it.")
    )


class IdentityForm(ReasonForm):
    """By which identity the single sign-on opens an account."""

    field_order = ("external_id", "reason")
    external_id = LineField(
        label=_("Identity at the single sign-on"),
        max_length=150,
        required=False,
        help_text=_("Exactly as the single sign-on names the person. Empty: the account is not opened by it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )


class AccountForm(StyledForm):
    """Who gets an account."""

    name = LineField(label=_("Full name"), max_length=100, help_text=_("As on the identity card."))
    username = LineField(
        label=_("User name"),
        max_length=150,
        help_text=_("Letters, digits and @ . + - _; it stays for good."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    email = forms.EmailField(label=_("E-mail"), required=False, max_length=254)

    def person(self) -> NewPerson:
        """As the operation takes it."""
        return NewPerson(self.cleaned_data["username"], self.cleaned_data["name"], self.cleaned_data["email"])

    def sections(self) -> list[dict[str, Any]]:
        """The form's fields under their headings."""
        text = gettext("The account gets an initial password, which is shown once.")
        return [_section(self, gettext("Person"), text, ("name", "username", "email"))]


class PostForm(StyledForm):
    """A role's place and days."""

    place = forms.ChoiceField(label=_("For"))
    department = LineField(
        label=_("Department"), max_length=100, help_text=_("Such as market regulation, fire, education.")
    )
    starts_on = forms.DateField(label=_("First day"), widget=DayInput, initial=timezone.localdate)
    ends_on = forms.DateField(
        label=_("Last day"), widget=DayInput, required=False, help_text=_("Leave empty if it has no fixed term.")
    )
    reason = LineField(label=_("Reason"), max_length=500, required=False)

    def __init__(self, *args: Any, role: Role, places: Places, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role = role
        choices = place_choices(places)
        empty: list[Any] = [] if len(choices) == 1 and len(choices[0][1]) == 1 else [("", "—")]
        self.fields["place"].choices = [*empty, *choices]  # type: ignore[attr-defined]  # ChoiceField
        if role != Role.DEPARTMENT_COLLEAGUE:
            del self.fields["department"]

    def post(self) -> Post:
        """As the operations take it."""
        data = self.cleaned_data
        kind, _colon, key = data["place"].partition(":")
        return Post(
            self.role,
            data["starts_on"],
            data["ends_on"],
            region_id=key if kind == "region" else None,
            institution_id=int(key) if kind == "institution" else None,
            operator_id=int(key) if kind == "operator" else None,
            department=data.get("department", ""),
        )

    def sections(self) -> list[dict[str, Any]]:
        """The form's fields under their headings."""
        text = gettext("Rights begin with the first day and end with the last, both included.")
        names = [name for name in ("place", "department", "starts_on", "ends_on", "reason") if name in self.fields]
        return [_section(self, str(self.role.label), text, names)]


class InviteForm(PostForm, AccountForm):
    """A person with a first role; or a person of another office, who has an account already."""

    field_order = ("name", "username", "email", "existing")
    existing = forms.BooleanField(
        label=_("The person has an account already"),
        required=False,
        help_text=_("Of another office: name and user name must both be as they are there."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["reason"]

    def sections(self) -> list[dict[str, Any]]:
        """The form's fields under their headings."""
        text = gettext("The account gets an initial password, which is shown once.")
        person = _section(self, gettext("Person"), text, ("name", "username", "email", "existing"))
        return [person, *PostForm.sections(self)]


class ChangeForm(PostForm):
    """Another role, place or term in the place of a membership."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = True


class EndForm(ReasonForm):
    """When a membership ends, and why."""

    field_order = ("when", "last_day", "reason")
    when = forms.ChoiceField(
        label=_("End"),
        choices=[("now", _("at once")), ("day", _("with the last day below"))],
        initial="day",
        widget=forms.RadioSelect(attrs={"class": "radios"}),
    )
    last_day = forms.DateField(
        label=_("Last day"), widget=DayInput, required=False, help_text=_("The last day on which it still holds.")
    )

    def clean(self) -> dict[str, Any]:
        """A last day, unless it ends at once."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("when") == "day" and not data.get("last_day") and "last_day" not in self.errors:
            self.add_error("last_day", _("Name the last day."))
        return data

    def last(self, today: date) -> date:
        """The last day; yesterday for at once."""
        if self.cleaned_data["when"] == "now":
            return today - timedelta(days=1)
        day: date = self.cleaned_data["last_day"]
        return day


class EndOfAdministrationForm(EndForm):
    """When an administrator's role ends. A later confirmation moves the day; one that is past now is a slip."""

    def clean_last_day(self) -> date | None:
        """Yesterday at the earliest."""
        last: date | None = self.cleaned_data["last_day"]
        if last is not None and last < timezone.localdate() - timedelta(days=1):
            raise forms.ValidationError(gettext("The last day is yesterday at the earliest."))
        return last


class AdministrationForm(ReasonForm):
    """Which administrator, from when on. A later confirmation moves the day; one that is past now is a slip."""

    field_order = ("role", "starts_on", "reason")
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[("", "—"), *((role.value, role.label) for role in Role if role in ADMINISTRATOR_ROLES)],
    )
    starts_on = forms.DateField(label=_("First day"), widget=DayInput, initial=timezone.localdate)

    def clean_starts_on(self) -> date:
        """Today at the earliest."""
        first: date = self.cleaned_data["starts_on"]
        if first < timezone.localdate():
            raise forms.ValidationError(gettext("The first day is today at the earliest."))
        return first


def place_choices(places: Places) -> list[tuple[str, list[tuple[str, str]]]]:
    """Places in groups, as a select takes them; institutions that are closed get no new people."""
    regions = [(f"region:{region.pk}", region.label) for region in places.regions]
    open_ones = places.institutions.filter(closed_on__isnull=True)
    institutions = [(f"institution:{each.pk}", f"{each.name} {each.number}") for each in open_ones]
    operators = [(f"operator:{each.pk}", each.full_name) for each in places.operators.select_related("county")]
    groups = (
        (gettext("Regions"), regions),
        (gettext("One institution"), institutions),
        (gettext("All institutions of an operator"), operators),
    )
    return [(str(name), choices) for name, choices in groups if choices]


def _section(form: forms.Form, title: str, text: str, names: Any) -> dict[str, Any]:
    return {"title": title, "help": text, "fields": [form[name] for name in names]}
