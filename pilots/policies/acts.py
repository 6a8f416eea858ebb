"""The matrix role × act × state. Its cells are answers of the policies themselves, asked for an imagined person.

An act of another subject is one more line here; the page `/roles/`, `docs/roles.md` and the tests follow.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pilots.models import Institution, Region
from pilots.policies import people
from pilots.policies.designations import may_propose_revocation, may_revoke
from pilots.policies.disclosures import may_audit, may_disclose, sees_plainly
from pilots.policies.institutions import may_register_in, may_report, sees_institution
from pilots.policies.keys import may_manage_keys
from pilots.policies.notices import may_watch_mail
from pilots.policies.regions import sees_region
from pilots.policies.second_factor import may_rule_second_factor
from pilots.policies.standing import Principal, imagined
from pilots.policies.targets import may_propose_target, may_set_target
from pilots.policies.trail import may_read_trail
from pilots.states.acts import STATES_OF, On, State
from pilots.states.facts import PilotLevel
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


def _reports(principal: Principal) -> bool:
    return may_report(principal, _INSTITUTION)


def _manages_keys(principal: Principal) -> bool:
    return may_manage_keys(principal, _INSTITUTION)


def _rules_sign_in(principal: Principal) -> bool:
    return any(may_rule_second_factor(principal, region) for region in _PLACES.values())


def _revokes(principal: Principal) -> bool:
    return may_revoke(principal, _INSTITUTION, PilotLevel.CITY)


def _proposes(principal: Principal) -> bool:
    """Any of the acts that need two people (docs/two-person-rule.md)."""
    proposes = may_propose_target(principal, _COUNTY) or may_propose_revocation(principal, _INSTITUTION)
    return proposes or people.grants_administration(principal)


def _decides(principal: Principal) -> bool:
    decides = may_set_target(principal, _COUNTY) or _revokes(principal)
    return decides or people.may_confirm_administration(principal, _SOMEBODY)


_OPERATORS_KEYS = _("An operator's: directors of the whole operator alone.")
_OPERATORS_KEYS_REVOKED = _("An operator's: its directors, and county units in which it has an institution.")

ACTS = (
    Act("figures.read", _("see figures and the register"), On.REGION, lambda by: sees_region(by, _COUNTY)),
    Act("institution.registered", _("register an institution"), On.REGION, lambda by: may_register_in(by, _COUNTY.pk)),
    Act("institution.read", _("see the file"), On.INSTITUTION, lambda by: sees_institution(by, _INSTITUTION)),
    Act(
        "capacity.reported",
        _("report places and children"),
        On.INSTITUTION,
        _reports,
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
        _reports,
        frozenset({State.STANDING}),
        _("With a reason; the replaced report stays readable."),
    ),
    Act("document.added", _("put a document on file"), On.INSTITUTION, _reports),
    Act(
        "document.read",
        pgettext_lazy("act", "open"),
        On.DOCUMENT,
        lambda by: sees_institution(by, _INSTITUTION),
        remark=_("A withdrawn one: only who may withdraw."),
    ),
    Act(
        "document.withdrawn",
        pgettext_lazy("act", "withdraw"),
        On.DOCUMENT,
        _reports,
        remark=_("With a reason; row and file stay."),
    ),
    Act("number.read", _("see it without masking"), On.NUMBER, lambda by: sees_plainly(by, _INSTITUTION)),
    Act(
        "number.disclosed",
        _("have it shown for a purpose"),
        On.NUMBER,
        lambda by: may_disclose(by, _INSTITUTION),
        remark=_("With a reason; recorded, and limited for each hour."),
    ),
    Act("disclosures.read", _("read who had which shown"), On.NUMBER, may_audit),
    Act("key.created", pgettext_lazy("act", "create"), On.KEY, _manages_keys, remark=_OPERATORS_KEYS),
    Act("key.rotated", _("replace by a new one"), On.KEY, _manages_keys, remark=_OPERATORS_KEYS),
    Act("key.revoked", pgettext_lazy("act", "revoke"), On.KEY, _manages_keys, remark=_OPERATORS_KEYS_REVOKED),
    Act(
        "target.proposed",
        _("propose a change"),
        On.TARGET,
        lambda by: may_propose_target(by, _COUNTY),
        remark=_("For the own region and those below it."),
    ),
    Act(
        "target.changed",
        _("confirm a change"),
        On.TARGET,
        lambda by: may_set_target(by, _COUNTY),
        remark=_("For regions below the own; the province also its own. Never one's own proposal."),
    ),
    Act(
        "designation.proposed",
        _("propose a revocation"),
        On.DESIGNATION,
        lambda by: may_propose_revocation(by, _INSTITUTION),
    ),
    Act(
        "designation.revoked",
        _("confirm a revocation"),
        On.DESIGNATION,
        _revokes,
        remark=_("Of provincial pilots: the province alone. Never one's own proposal."),
    ),
    Act(
        "proposal.decided",
        _("confirm or refuse another's"),
        On.PROPOSAL,
        _decides,
        frozenset({State.AWAITING}),
        _("Which ones: as each act says."),
    ),
    Act("proposal.withdrawn", _("withdraw one's own"), On.PROPOSAL, _proposes, frozenset({State.AWAITING})),
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
        _("By who manages all roles of the person, or keeps accounts. Not of the last administrator of a kind."),
    ),
    Act(
        "account.switched_on",
        _("switch on"),
        On.ACCOUNT,
        people.manages_people,
        frozenset({State.OFF}),
        _("By who manages all roles of the person, or keeps accounts. Of administrators at the server only."),
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
    Act(
        "second_factor.ruled",
        _("ask a second factor of the people of a region"),
        On.SIGN_IN,
        _rules_sign_in,
        remark=_("Of administrators it is always asked."),
    ),
    Act("mail.read", _("see what waits and what failed"), On.MAIL, may_watch_mail),
    Act("mail.retried", _("send once more"), On.MAIL, may_watch_mail, remark=_("What was refused or given up.")),
    Act("trail.read", pgettext_lazy("act", "search"), On.TRAIL, may_read_trail),
    Act("trail.exported", pgettext_lazy("act", "export"), On.TRAIL, may_read_trail),
    Act("seals.read", _("see the seals and their verification"), On.TRAIL, may_read_trail),
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
