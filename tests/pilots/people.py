"""Short forms of operations on people, for tests.

Days are asked for when they are used: a run may go on over midnight.
"""

from datetime import date, timedelta

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.utils import timezone

from pilots.models import Institution, Membership, Operator
from pilots.operations.memberships import Invited, NewPerson, Post, give_membership, invite_person
from pilots.states.roles import Role
from portal.accounts.models import User
from portal.accounts.passwords import set_own_password

OWN_PASSWORD = "Qingcheng-shan-7"
BRAND = "爱悦堡（示例）"


def someone(username: str) -> User:
    """A fresh object: standing is read once an object."""
    return User.objects.get(username=username)


def post(role: Role, place: str = "", *, starts_on: date | None = None, ends_on: date | None = None) -> Post:
    """A post by its place: a region's code, an institution's number, an operator's name; from today on."""
    columns: dict[str, object] = {}
    if place.isdigit():
        columns["region_id"] = place
    elif place.startswith("SJZ"):
        columns["institution_id"] = Institution.objects.get(number=place).pk
    elif place:
        columns["operator_id"] = Operator.objects.get(name=place).pk
    if role == Role.DEPARTMENT_COLLEAGUE:
        columns["department"] = "消防救援大队"
    return Post(role, starts_on=starts_on or day(0), ends_on=ends_on, **columns)  # type: ignore[arg-type]


def invite(by: str, role: Role, place: str, *, username: str = "new", name: str = "新同事", **days: date) -> Invited:
    """Invite a person as a demonstration account would."""
    person = NewPerson(username, name)
    return invite_person(person=person, post=post(role, place, **days), by=someone(by), at=timezone.now())


def give(by: str, user: User, role: Role, place: str, **days: date) -> Membership:
    """Give a role as a demonstration account would."""
    return give_membership(user_id=user.pk, post=post(role, place, **days), by=someone(by), at=timezone.now())


def day(offset: int) -> date:
    """Days from today."""
    return timezone.localdate() + timedelta(days=offset)


def settle(user: User) -> User:
    """As if the person had signed in, chosen a password of their own and added a second factor."""
    TOTP.activate(set_own_password(user=user, password=OWN_PASSWORD), generate_totp_secret())
    return user
