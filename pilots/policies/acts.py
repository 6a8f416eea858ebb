"""The matrix role × act × state. Its cells are answers of the policies themselves, asked for an imagined person.

An act of another subject is one more line here; the page `/roles/`, `docs/roles.md` and the tests follow.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pilots.models import Institution, Region
from pilots.policies import people
from pilots.policies.institutions import may_register_in, may_report, sees_institution
from pilots.policies.regions import sees_region
from pilots.policies.standing import Principal, imagined
from pilots.states.acts import STATES_OF, On, State
from pilots.states.regions import Level
from pilots.states.roles import INSTITUTION_ROLES, ROLE_LEVELS, Role
from portal.accounts.models import User

# A province, its city, the city's county unit, an institution there, somebody else: imagined, never stored.
_PROVINCE = Region(code="900000", level=Level.PROVINCE)
_CITY = Region(code="900100", level=Level.CITY, parent=_PROVINCE)
_COUNTY = Region(code="900101", level=Level.COUNTY, parent=_CITY)
_INSTITUTION = Institution(pk=-1, county=_COUNTY)
_SOMEBODY = User(pk=-1)
_PLACES = {Level.PROVINCE: _PROVINCE, Level.CITY: _CITY, Level.COUNTY: _COUNTY}


@dataclass(frozen=True)
class Act:
    """Something that people do, on something, in some of its states."""

    code: str
    label: Promise
    on: On
    may: Callable[[Principal], bool]
    """The policy, asked for something that lies where the person's role holds."""
    possible: frozenset[State] = frozenset(State)
    """States in which whoever may, can; the operation refuses in the others."""
    remark: Promise | str = ""

    @property
    def states(self) -> tuple[State, ...]:
        """The states of what it is done on."""
        return STATES_OF.get(self.on, (State.ALWAYS,))


def _gives_roles(principal: Principal) -> bool:
    return bool(people.giveable_roles(principal))


ACTS = (
    Act("figures.read", _("see figures and the register"), On.REGION, lambda by: sees_region(by, _COUNTY)),
    Act("institution.registered", _("register an institution"), On.REGION, lambda by: may_register_in(by, _COUNTY.pk)),
    Act("institution.read", _("see the file"), On.INSTITUTION, lambda by: sees_institution(by, _INSTITUTION)),
    Act(
        "capacity.reported",
        _("report places and children"),
        On.INSTITUTION,
        lambda by: may_report(by, _INSTITUTION),
        remark=_("After the closing, only for days before it."),
    ),
    Act(
        "institution.closed",
        _("record the closing"),
        On.INSTITUTION,
        lambda by: may_register_in(by, _INSTITUTION.county_id),
        frozenset({State.OPEN}),
    ),
    Act(
        "capacity.corrected",
        _("correct"),
        On.REPORT,
        lambda by: may_report(by, _INSTITUTION),
        frozenset({State.STANDING}),
        _("With a reason; the replaced report stays readable."),
    ),
    Act("person.read", _("see the people one manages"), On.PERSON, people.manages_people),
    Act("person.invited", _("invite, and give roles"), On.PERSON, _gives_roles, remark=_("Which roles: see below.")),
    Act(
        "membership.changed",
        _("change"),
        On.MEMBERSHIP,
        _gives_roles,
        frozenset({State.LASTING}),
        _("With a reason; never one's own."),
    ),
    Act(
        "membership.ended",
        _("end"),
        On.MEMBERSHIP,
        _gives_roles,
        frozenset({State.LASTING}),
        _("With a reason; never one's own."),
    ),
    Act(
        "account.switched_off",
        _("switch off"),
        On.ACCOUNT,
        people.manages_people,
        frozenset({State.ON}),
        _("By who manages all roles of the person, or keeps accounts."),
    ),
    Act(
        "account.switched_on",
        _("switch on"),
        On.ACCOUNT,
        people.manages_people,
        frozenset({State.OFF}),
        _("By who manages all roles of the person, or keeps accounts."),
    ),
    Act(
        "account.password_reset",
        _("reset the password"),
        On.ACCOUNT,
        people.manages_people,
        frozenset({State.ON}),
        _("Not of administrators; theirs is reset at the server."),
    ),
    Act(
        "account.factors_removed",
        _("reset the second factor"),
        On.ACCOUNT,
        people.manages_people,
        frozenset({State.ON}),
        _("Not of administrators; theirs is reset at the server."),
    ),
    Act(
        "account.identity_set",
        _("enter the identity at the single sign-on"),
        On.ACCOUNT,
        people.manages_people,
        frozenset({State.ON}),
        _("Not of administrators: by it one could sign in as them."),
    ),
    Act(
        "administration.proposed",
        _("propose a grant or its end"),
        On.ADMINISTRATOR,
        people.grants_administration,
        remark=_("Takes effect when another administrator confirms."),
    ),
    Act(
        "administration.granted",
        _("confirm a grant or its end"),
        On.ADMINISTRATOR,
        lambda by: people.may_confirm_administration(by, _SOMEBODY),
        remark=_("Never one's own proposal, and never for oneself."),
    ),
)


@dataclass(frozen=True)
class Line:
    """One act in one state, with the roles that can."""

    act: Act
    state: State
    roles: frozenset[Role]

    @property
    def possible(self) -> bool:
        """Whether anybody can, in this state."""
        return self.state in self.act.possible


def matrix(acts: Iterable[Act] = ACTS) -> list[Line]:
    """Every act in every state of what it is done on; in the order of what they are done on."""
    persons = {role: _in_office(role) for role in Role}
    found = []
    for act in sorted(acts, key=lambda each: list(On).index(each.on)):
        may = frozenset(role for role, person in persons.items() if act.may(person))
        found += [Line(act, state, may if state in act.possible else frozenset()) for state in act.states]
    return found


def acts_of(roles: Iterable[Role]) -> list[Line]:
    """What people with these roles can do."""
    held = frozenset(roles)
    return [line for line in matrix() if line.roles & held]


def _in_office(role: Role) -> User:
    if role in INSTITUTION_ROLES:
        return imagined(role, institution=_INSTITUTION.pk)
    levels = ROLE_LEVELS.get(role)
    if levels is None:
        return imagined(role)
    # A role that can hang on any level is asked for the county unit.
    return imagined(role, region=_PLACES[Level.COUNTY if Level.COUNTY in levels else min(levels)].code)
