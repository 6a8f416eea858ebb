"""Short forms of operations, for tests."""

from datetime import date, datetime

from django.test import Client
from django.utils import timezone

from pilots.models import CoverageSnapshot, Institution, Membership, NightRun, Operator, Region
from pilots.operations.capacity import Reported, report_capacity
from pilots.operations.keys import IssuedKey, create_key_for_institution, create_key_for_operator
from pilots.operations.nightly import Night, compute_days, run_night
from pilots.policies.standing import Principal
from pilots.queries.figures.reading import read
from pilots.states.capacity import ClassGroup, Count, Source
from pilots.states.roles import Role
from portal.accounts.keys import KeyTerms
from portal.accounts.models import User
from portal.accounts.scopes import ALL_SCOPES


def noon(day: date) -> datetime:
    """12:00 in Shanghai."""
    return timezone.make_aware(datetime(day.year, day.month, day.day, 12))


def county_officer() -> User:
    """The officer of 长安区 (130102)."""
    return User.objects.get(username="county")


def report(number: str, as_of: date, places: int, enrolled: int, *, by: Principal | None = None) -> Reported:
    """Report one mixed class."""
    return report_capacity(
        institution_id=Institution.objects.get(number=number).pk,
        as_of=as_of,
        classes={ClassGroup.MIXED: Count(places, enrolled)},
        by=by or county_officer(),
        at=timezone.now(),
        source=Source.API,
    )


def compute(first: date, last: date | None = None) -> list[NightRun]:
    """Run the night run by hand."""
    return compute_days(first=first, last=last or first, trigger=NightRun.Trigger.COMMAND)


def night(today: date) -> Night:
    """The night run as beat asks for it on the morning of `today`."""
    return run_night(trigger=NightRun.Trigger.SCHEDULE, clock=lambda: noon(today))


def figure(code: str, day: date, region: str = "130100") -> object:
    """A figure's value."""
    return read(Region.objects.get(pk=region), day).value(code).number


def snapshot(day: date, region: str = "130100") -> CoverageSnapshot:
    """What the night run stored."""
    return CoverageSnapshot.objects.get(region=region, day=day)


OPERATOR = "爱悦堡（示例）"
"""Runs SJZ-0002 (130102), SJZ-0089 (130105) and SJZ-0135 (130108)."""


def make_key(
    number: str = "SJZ-0001", *, by: User | None = None, at: datetime | None = None, token: str = "", **terms: object
) -> IssuedKey:
    """A key of an institution, with all scopes for a year where `terms` do not say otherwise."""
    return create_key_for_institution(
        institution_id=Institution.objects.get(number=number).pk,
        terms=KeyTerms(**{"label": "软件", "scopes": ALL_SCOPES, **terms}),
        by=by,
        at=at or timezone.now(),
        token=token,
    )


def make_operator_key(*, by: User | None = None, at: datetime | None = None, **terms: object) -> IssuedKey:
    """A key of the operator with three institutions."""
    return create_key_for_operator(
        operator_id=Operator.objects.get(name=OPERATOR).pk,
        terms=KeyTerms(**{"label": "连锁软件", "scopes": ALL_SCOPES, **terms}),
        by=by,
        at=at or timezone.now(),
    )


def operator_member(role: Role = Role.INSTITUTION_DIRECTOR) -> User:
    """Someone who speaks for all institutions of that operator."""
    user = User.objects.create(username=f"chain-{role}", name="连锁负责人")
    operator = Operator.objects.get(name=OPERATOR)
    Membership.objects.create(user=user, role=role, operator=operator, starts_on=date(2021, 1, 1))
    return user


def sends(key: str, **headers: str) -> Client:
    """Software that sends a key."""
    return Client(headers={"authorization": f"Bearer {key}", "accept-language": "en", **headers})
