"""People and their roles, read."""

from dataclasses import dataclass

from pilots.models import Membership
from pilots.states.roles import Role


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
