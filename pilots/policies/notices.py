"""Who reads which notice: at its delivery, and again at every look at a message."""

import hashlib
from collections.abc import Iterator
from dataclasses import fields

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from pilots.models import Delivery, Membership, Message, Notice
from pilots.policies.institutions import visible_institutions
from pilots.policies.regions import visible_regions
from pilots.policies.standing import Principal, Standing, standing
from pilots.states.notice_kinds import KINDS, kinds_read_by
from pilots.states.notices import Readers, Topic
from pilots.states.roles import ADMINISTRATOR_ROLES, INSTITUTION_ROLES, OFFICER_ROLES, Role
from portal.accounts.models import User
from portal.shared.refusals import NotPermitted

_AUDITORS = frozenset({Role.AUDITOR, Role.AUDIT_ADMINISTRATOR})
_BY_ROLE: dict[Readers, frozenset[Role]] = {
    Readers.AUDITORS: _AUDITORS,
    Readers.SYSTEM_ADMINISTRATORS: frozenset({Role.SYSTEM_ADMINISTRATOR}),
    Readers.SECURITY_ADMINISTRATORS: frozenset({Role.SECURITY_ADMINISTRATOR}),
    Readers.ADMINISTRATORS: ADMINISTRATOR_ROLES,
}


_NAMED = frozenset({Readers.PERSON, Readers.ADMINISTRATOR_NAMED})
"""Readers by being named, whoever caused the notice."""


def visible_messages(principal: Principal) -> QuerySet[Message]:
    """Messages to a person, as far as the person is still a reader of their notice and sees its subject today."""
    if not isinstance(principal, User):
        return Message.objects.none()
    return Message.objects.filter(_readable(principal, "notice__"), user=principal)


def may_read(user: User, notice: Notice) -> bool:
    """Whether a notice may be shown to a person today."""
    return Notice.objects.filter(_readable(user, ""), pk=notice.pk).exists()


def recipients(notice: Notice) -> list[User]:
    """Whoever reads a notice today, but for the one who caused it; the person addressed is told even so."""
    kind = KINDS.get(notice.kind)
    if kind is None:
        return []
    today = timezone.localdate()
    held = Membership.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today), starts_on__lte=today)
    among = Q(pk__in=held.filter(_hanging_on(notice, kind.readers)).values("user"))
    told = User.objects.filter(among, is_active=True).order_by("pk")
    found = {user.pk: user for user in told if user.pk != notice.caused_by_id}
    if _NAMED & kind.readers and notice.user is not None and notice.user.is_active:
        found[notice.user.pk] = notice.user
    return [user for user in found.values() if may_read(user, notice)]


def basis_of(user: User) -> str:
    """What a person's count of messages rests on: it changes when other messages may become visible or stop being so.

    Subjects do not move (an institution keeps its county unit), so it is what the person is for the programme today.
    """
    held = standing(user)
    parts = [_KINDS_AND_READERS, *(f"{each.name}={_stable(getattr(held, each.name))}" for each in fields(Standing))]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]


def topics_for(user: User) -> list[Topic]:
    """Topics of which a person may get messages, being what the person is today."""
    groups = {readers for readers, _rule in _rules(user, standing(user), "")}
    return [topic for topic in Topic if any(kind.readers & groups for kind in KINDS.values() if kind.topic == topic)]


def may_watch_mail(principal: Principal) -> bool:
    """System administrators see to outgoing e-mail; they see who it goes to and what kind it is, not what it says."""
    return Role.SYSTEM_ADMINISTRATOR in standing(principal).roles


def require_may_watch_mail(principal: Principal) -> None:
    """Refuse whoever is no system administrator."""
    if not may_watch_mail(principal):
        raise NotPermitted(_("Only system administrators see to outgoing e-mail."))


def watched_mail(principal: Principal) -> QuerySet[Delivery]:
    """E-mails that the principal sees to: all of them, or none."""
    return Delivery.objects.all() if may_watch_mail(principal) else Delivery.objects.none()


def _readable(user: User, prefix: str) -> Q:
    """Notices that the person reads today: by being one of the kind's readers, and by seeing its subject."""
    held = standing(user)
    reader = Q(pk__in=[])
    for readers, rule in _rules(user, held, prefix):
        reader |= Q(**{f"{prefix}kind__in": kinds_read_by(readers)}) & rule
    institution = Exists(visible_institutions(user).filter(pk=OuterRef(f"{prefix}institution")))
    region = Exists(visible_regions(user).filter(pk=OuterRef(f"{prefix}region")))
    return (
        reader
        & (Q(**{f"{prefix}institution__isnull": True}) | Q(institution))
        & (Q(**{f"{prefix}operator__isnull": True}) | Q(**{f"{prefix}operator__in": held.operators}))
        & (Q(**{f"{prefix}region__isnull": True}) | Q(region))
    )


def _rules(user: User, held: Standing, prefix: str) -> Iterator[tuple[Readers, Q]]:
    yield Readers.PERSON, Q(**{f"{prefix}user": user})
    if held.roles & ADMINISTRATOR_ROLES:
        yield Readers.ADMINISTRATOR_NAMED, Q(**{f"{prefix}user": user})
    if held.institutions:
        yield Readers.INSTITUTION, Q(**{f"{prefix}institution__in": held.institutions})
    if held.directing:
        yield Readers.DIRECTORS, Q(**{f"{prefix}institution__in": held.directing})
    if held.directing_operators:
        yield Readers.DIRECTORS, Q(**{f"{prefix}operator__in": held.directing_operators})
    if held.county_desks:
        desks = Q(**{f"{prefix}institution__county__in": held.county_desks})
        yield Readers.COUNTY_DESK, desks | Q(**{f"{prefix}region__in": held.county_desks})
    if held.steering:
        yield Readers.OFFICERS, Q(**{f"{prefix}region__in": held.steering})
    for readers, roles in _BY_ROLE.items():
        if held.roles & roles:
            yield readers, Q()


def _hanging_on(notice: Notice, readers: frozenset[Readers]) -> Q:
    """Memberships that may make someone a reader; each person found is asked again by `may_read`."""
    among = Q(pk__in=[])
    institution, region = notice.institution, notice.region_id
    if institution is not None and readers & {Readers.INSTITUTION, Readers.DIRECTORS}:
        place = Q(institution=institution)
        if institution.operator_id is not None:
            place |= Q(operator=institution.operator_id)
        among |= Q(role__in=INSTITUTION_ROLES) & place
    if notice.operator_id is not None and Readers.DIRECTORS in readers:
        among |= Q(role__in=INSTITUTION_ROLES, operator=notice.operator_id)
    if Readers.COUNTY_DESK in readers:
        counties = [institution.county_id] if institution is not None else [region] if region else []
        among |= Q(role=Role.COUNTY_OFFICER, region__in=counties)
    if Readers.OFFICERS in readers and region:
        among |= Q(role__in=OFFICER_ROLES, region=region)
    for each, roles in _BY_ROLE.items():
        if each in readers:
            among |= Q(role__in=roles)
    return among


def _stable(value: object) -> str:
    return repr(sorted(value)) if isinstance(value, frozenset) else repr(value)


_KINDS_AND_READERS = hashlib.sha256(
    repr([(kind.code, sorted(kind.readers)) for kind in KINDS.values()]).encode()
).hexdigest()
