"""What the timeline of an object tells a reader: no more than the object's own page does.

Whoever sees the page reads its timeline. Where parts of the page are for some of its readers only, so are their events;
auditors read here as well what the trail shows them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce, singledispatch
from operator import or_

from django.db.models import Exists, Model, OuterRef, Q

from pilots.models import (
    AccountChange,
    Disclosure,
    Document,
    DocumentWithdrawal,
    Institution,
    InstitutionKey,
    Membership,
    Operator,
    Region,
    RegionFact,
    SecondFactorRule,
    Target,
)
from pilots.policies.documents import visible_documents
from pilots.policies.keys import may_manage_keys
from pilots.policies.people import keeps_accounts, managed_memberships, visible_memberships
from pilots.policies.standing import Principal
from pilots.policies.trail import readable_events
from portal.accounts.models import ApiKey, User
from portal.approvals.models import Proposal
from portal.approvals.policies import visible_proposals
from portal.audit.tracking import event_models, tracked_model

PLACES = frozenset({"region_id", "institution_id", "operator_id", "department"})
"""Who keeps all accounts reads the roles of all, without their places."""
OF_ACCOUNT = frozenset({"username", "name", "email", "external_id", "is_active"})
OF_PROPOSAL = frozenset({"reason", "proposed_by_id", "expires_at", "state", "decided_by_id", "decision_reason"})
"""The page says in words what is proposed."""


@dataclass(frozen=True)
class Person:
    """A person's page. `account` says whether the account is in the reader's hands (`may_switch_account`)."""

    user: User
    account: bool


@dataclass(frozen=True)
class TargetLine:
    """The page of one target: all lines of its ledger, and what was proposed for it."""

    region: str
    indicator: str
    year: int


@dataclass(frozen=True)
class Keys:
    """The page of the keys of an institution or an operator, which only those open who manage them."""

    owner: Institution | Operator


@dataclass(frozen=True)
class SignInRule:
    """The page on which a region's office rules how its people sign in."""

    region: Region


@dataclass(frozen=True)
class Part:
    """Rows of one model that belong to an object, as a condition on the model's events."""

    model: type[Model]
    events: Q
    told: frozenset[str] | None = None
    """Columns that the reader reads; None: all but `untold`."""
    untold: frozenset[str] = frozenset()


Subject = Institution | Person | TargetLine | Keys | SignInRule | Proposal | Region


@singledispatch
def parts_of(subject: Subject, principal: Principal) -> list[Part]:
    """What belongs to the subject and is for this reader, who sees the subject's page."""
    raise NotImplementedError(f"{type(subject)} has no timeline.")


@parts_of.register
def _(subject: Institution, principal: Principal) -> list[Part]:
    """Its row, rows that name it, and its keys. Its people and keys for who manages them, disclosures for auditors."""
    found: list[Part] = []
    for tracked, own in rows_of_institution(subject.pk):
        conditions = (
            [SEEN[tracked](principal, subject), readable_events(principal, tracked)] if tracked in SEEN else [Q()]
        )
        seen = [each for each in conditions if each is not None]
        if Q() in seen:
            found.append(Part(tracked, own))
        elif seen:
            found.append(Part(tracked, own & reduce(or_, seen)))
    return found


@parts_of.register
def _(subject: Person, principal: Principal) -> list[Part]:
    """Roles as the page lists them; the account only for who has it in hand, without sign-ins."""
    user, memberships = subject.user, visible_memberships(principal).filter(user=subject.user)
    roles = Q(pgh_obj__in=memberships.values("pk"))
    found = [Part(Membership, roles, untold=PLACES if keeps_accounts(principal) else frozenset())]
    if subject.account:
        account = Q(pgh_obj=user.pk) & (~Q(pgh_label="update") | _no_sign_in())
        found += [Part(User, account, OF_ACCOUNT), Part(AccountChange, Q(user=user))]
    return found


@parts_of.register
def _(subject: TargetLine, principal: Principal) -> list[Part]:
    lines = Target.objects.filter(region=subject.region, indicator=subject.indicator, year=subject.year)
    key = f"{subject.region}/{subject.indicator}/{subject.year}"
    proposals = visible_proposals(principal).filter(act="target.changed", subject=key)
    return [
        Part(Target, Q(pgh_obj__in=lines.values("pk"))),
        Part(Proposal, Q(pgh_obj__in=proposals.values("pk")), OF_PROPOSAL),
    ]


@parts_of.register
def _(subject: Keys, principal: Principal) -> list[Part]:
    owner = subject.owner
    by = Q(institution=owner) if isinstance(owner, Institution) else Q(operator=owner)
    keys = Q(pgh_obj__in=InstitutionKey.objects.filter(by).values("pk"))
    return [Part(ApiKey, keys), Part(InstitutionKey, keys)]


@parts_of.register
def _(subject: SignInRule, principal: Principal) -> list[Part]:
    rule = SecondFactorRule.objects.filter(region=subject.region)
    return [Part(SecondFactorRule, Q(pgh_obj__in=rule.values("pk")))]


@parts_of.register
def _(subject: Proposal, principal: Principal) -> list[Part]:
    return [Part(Proposal, Q(pgh_obj=subject.pk), OF_PROPOSAL)]


@parts_of.register
def _(subject: Region, principal: Principal) -> list[Part]:
    facts = RegionFact.objects.filter(region=subject)
    return [Part(Region, Q(pgh_obj=subject.pk)), Part(RegionFact, Q(pgh_obj__in=facts.values("pk")))]


def rows_of_institution(institution: int) -> Iterator[tuple[type[Model], Q]]:
    """An institution's own row, rows that name it, and what belongs to these, by model as conditions on the events."""
    keys = InstitutionKey.objects.filter(institution=institution)
    yield Institution, Q(pgh_obj=institution)
    yield ApiKey, Q(pgh_obj__in=keys.values("key"))
    yield DocumentWithdrawal, Q(pgh_obj__in=Document.objects.filter(institution=institution).values("pk"))
    for events in event_models():
        tracked = tracked_model(events)
        if any(field.name == "institution" for field in tracked._meta.local_fields):
            yield tracked, Q(institution=institution)


def _keys_seen(principal: Principal, institution: Institution) -> Q | None:
    return Q() if may_manage_keys(principal, institution) else None


def _people_seen(principal: Principal, institution: Institution) -> Q:
    managed = managed_memberships(principal).filter(institution=institution)
    return Q(pgh_obj__in=managed.values("pk"))


def _documents_seen(principal: Principal, institution: Institution) -> Q:
    """What was withdrawn is not told to other readers here either."""
    return Q(pgh_obj__in=visible_documents(principal).filter(institution=institution).values("pk"))


SEEN: dict[type[Model], Callable[[Principal, Institution], Q | None]] = {
    ApiKey: _keys_seen,
    InstitutionKey: _keys_seen,
    Membership: _people_seen,
    Document: _documents_seen,
    DocumentWithdrawal: _documents_seen,
    Disclosure: lambda _principal, _institution: None,
}
"""Rows that not every reader of an institution's file sees: which events each sees, besides auditors; None: none."""


def _no_sign_in() -> Q:
    """Over a user's events: those that are more than another sign-in."""
    events = next(each for each in event_models() if tracked_model(each) is User)
    earlier = events.objects.filter(pgh_obj=OuterRef("pgh_obj"), pgh_id__lt=OuterRef("pgh_id"))
    return Q(last_login__isnull=True) | Q(Exists(earlier.filter(last_login=OuterRef("last_login"))))
