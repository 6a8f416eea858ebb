"""People and their roles, read."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from pilots.models import AccountChange, Membership
from pilots.states.roles import Role
from portal.accounts.models import User


@dataclass(frozen=True)
class ListedAccount:
    """An account as the sign-in page of a demonstration lists it."""

    username: str
    role: str
    region: str


def demo_accounts() -> list[ListedAccount]:
    """Demonstration accounts with their role and place."""
    rows = Membership.objects.filter(user__is_demo=True, user__is_active=True).select_related(
        "user", "region", "institution", "operator"
    )
    return [
        ListedAccount(
            row.user.username,
            str(Role(row.role).label),
            row.institution.name if row.institution else str(row.region or row.operator or "—"),
        )
        for row in rows.order_by("pk")
    ]


class PersonState(TextChoices):
    """What a list of people is narrowed to."""

    ACTIVE = "active", _("holds a role today")
    IDLE = "without_role", _("holds no role today")
    NEVER = "never", _("never signed in")
    OFF = "off", _("switched off")


def narrowed(
    people: QuerySet[User], memberships: QuerySet[Membership], day: date, *, words: str, role: str, state: str
) -> QuerySet[User]:
    """People by name, user name or institution, by a role held on `day`, by state.

    `memberships` are those that the reader sees: nobody is found by others.
    """
    today = memberships.in_force(day)  # type: ignore[attr-defined]  # MembershipQuerySet
    for word in words.split():
        place = Q(institution__search_text__contains=word.lower()) | Q(operator__name__icontains=word)
        place |= Q(region__name__contains=word) | Q(department__icontains=word)
        found = Q(name__icontains=word) | Q(username__icontains=word)
        people = people.filter(found | Q(pk__in=today.filter(place).values("user")))
    if role:
        people = people.filter(pk__in=today.filter(role=role).values("user"))
    conditions = {
        PersonState.ACTIVE.value: Q(pk__in=today.values("user"), is_active=True),
        PersonState.IDLE.value: ~Q(pk__in=today.values("user")),
        PersonState.NEVER.value: Q(last_login__isnull=True),
        PersonState.OFF.value: Q(is_active=False),
    }
    return people.filter(conditions[state]) if state else people


@dataclass(frozen=True)
class Numbers:
    """How many people were found, and how many of their accounts are switched off."""

    found: int
    off: int


def counted(people: QuerySet[User]) -> Numbers:
    """Count people. One query: finding them is what costs."""
    return Numbers(**people.order_by().aggregate(found=Count("pk"), off=Count("pk", filter=Q(is_active=False))))


def with_places(memberships: QuerySet[Membership]) -> QuerySet[Membership]:
    """Memberships with everything that a page says of them, in one query, the latest first."""
    related = ("region", "institution", "operator", "recorded_by", "ended_by")
    return memberships.select_related(*related).order_by("-starts_on", "-pk")


def changes_of(user: User) -> QuerySet[AccountChange]:
    """The ledger of an account, the latest first."""
    return AccountChange.objects.filter(user=user).select_related("recorded_by")
