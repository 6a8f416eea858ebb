"""Invite people, give them roles, change and end these. Nothing is deleted: an ended membership stays to be read."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pilots.models import Membership
from pilots.operations.accounts import note, require_reason
from pilots.operations.people_notices import tell_of_end, tell_of_role
from pilots.operations.refusals import (
    AccountSwitchedOff,
    HeldAlready,
    Implausible,
    MembershipEnded,
    PastDay,
    RoleHeld,
    RolesApart,
    UserNameTaken,
)
from pilots.policies import people as policies
from pilots.policies.standing import Principal
from pilots.states.people import AccountAct
from pilots.states.roles import ADMINISTRATOR_ROLES, Role
from portal.accounts.models import User
from portal.accounts.people import create_account
from portal.audit.trail import recorded
from portal.shared.refusals import NotPermitted

LONGEST_NOTICE = timedelta(days=366)
"""A role that begins later than this is a slip of the key."""


@dataclass(frozen=True)
class NewPerson:
    """Who gets an account."""

    username: str
    name: str
    email: str = ""


@dataclass(frozen=True)
class Post:
    """A role at its place, from a day to a day (both included)."""

    role: Role
    starts_on: date
    ends_on: date | None = None
    region_id: str | None = None
    institution_id: int | None = None
    operator_id: int | None = None
    department: str = ""

    def membership(self, user: User | None = None) -> Membership:
        """As a row, not stored."""
        columns = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return Membership(**columns, **({"user": user} if user else {}))


@dataclass(frozen=True)
class Invited:
    """A new account; `password` is answered once and not kept."""

    user: User
    password: str
    membership: Membership | None


@recorded("person.invited")
def invite_person(*, person: NewPerson, post: Post, by: Principal, at: datetime) -> Invited:
    """Make an account with an initial password, and give it its first role.

    Raises NotPermitted, UserNameTaken, PastDay, Implausible; ValidationError (by field) where a value has no form.
    """
    policies.require_may_place(by, post.membership())
    _require_plausible(post, timezone.localdate(at))
    user, password = _account(person, by)
    return Invited(user, password, _store(user, post, reason="", by=by, at=at))


@recorded("person.invited_without_role")
def invite_without_role(*, person: NewPerson, by: Principal, at: datetime) -> Invited:
    """Make an account for someone who is to be an administrator: the role comes with a second person's confirmation."""
    if not policies.grants_administration(by):
        raise NotPermitted(_("Only a security administrator proposes administrators, and never himself."))
    user, password = _account(person, by)
    return Invited(user, password, None)


@recorded("membership.given")
def give_membership(*, user_id: int, post: Post, reason: str = "", by: Principal, at: datetime) -> Membership:
    """Give a person another role.

    Raises NotPermitted, AccountSwitchedOff, HeldAlready, RolesApart, PastDay, Implausible.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    policies.require_may_give(by, user, post.membership(user))
    return _give(user, post, reason=reason, by=by, at=at)


@recorded("membership.changed")
def change_membership(*, membership_id: int, post: Post, reason: str, by: Principal, at: datetime) -> Membership:
    """End a membership the day before `post` begins, and give that in its place; answer the new one."""
    old = _locked(membership_id)
    policies.require_may_end(by, old)
    policies.require_may_give(by, old.user, post.membership(old.user))
    require_reason(reason)
    today = timezone.localdate(at)
    _require_plausible(post, today)
    _require_going_on(old, today)
    if old.ends_on is None or old.ends_on >= post.starts_on:
        _end(old, post.starts_on - timedelta(days=1), reason=reason, by=by, at=at)
    return _give(old.user, post, reason=reason, by=by, at=at)


@recorded("membership.ended")
def end_membership(*, membership_id: int, last_day: date, reason: str, by: Principal, at: datetime) -> Membership:
    """End a membership with a day; yesterday ends it at once. One that has not begun by then is withdrawn.

    Raises NotPermitted, MembershipEnded, PastDay, ReasonMissing.
    """
    membership = _locked(membership_id)
    policies.require_may_end(by, membership)
    return finish(membership, last_day, reason=reason, by=by, at=at)


@recorded("person.appointed")
def appoint(*, person: NewPerson, role: Role, region_id: str | None = None, at: datetime) -> Invited:
    """At the server's shell: the first administrators, and the first officer of a province, whom nobody can invite.

    Raises RoleHeld where an active account holds the role already: from then on people come through the pages.
    """
    held = Membership.objects.lasting(timezone.localdate(at)).filter(role=role, user__is_active=True)
    if held.filter(user__is_demo=False).exists():
        raise RoleHeld(_("Somebody holds this role already; further people come through the page of people."))
    user, password = _account(person, None)
    post = Post(role, starts_on=timezone.localdate(at), region_id=region_id)
    return Invited(user, password, _store(user, post, reason="", by=None, at=at))


def give_unconfined(user: User, post: Post, *, reason: str, by: Principal, at: datetime) -> Membership:
    """Store a role whose giver was judged by the caller."""
    return _give(user, post, reason=reason, by=by, at=at)


def finish(membership: Membership, last_day: date, *, reason: str, by: Principal, at: datetime) -> Membership:
    """Write the end of a membership, under its lock; who may was judged by the caller."""
    require_reason(reason)
    require_endable(membership, last_day, timezone.localdate(at))
    return _end(membership, last_day, reason=reason, by=by, at=at)


def require_givable(user: User, post: Post, today: date) -> None:
    """Refuse a role that the person cannot be given as things stand, whoever gives it."""
    _require_plausible(post, today)
    if not user.is_active:
        raise AccountSwitchedOff(_("The account is switched off. Switch it on first."))
    _require_apart(user, post)


def require_plausible(post: Post, at: datetime) -> None:
    """Refuse days and departments that no role can have."""
    _require_plausible(post, timezone.localdate(at))


def require_endable(membership: Membership, last_day: date, today: date) -> None:
    """Refuse an end that the membership cannot have as things stand, whoever ends it."""
    _require_going_on(membership, today)
    if last_day < today - timedelta(days=1):
        raise PastDay(_("The last day is yesterday at the earliest."), field="last_day")
    if membership.ends_on is not None and membership.ends_on <= last_day:
        raise MembershipEnded(
            _("This membership ends on %(day)s already.") % {"day": membership.ends_on}, field="last_day"
        )


def lock_membership(membership_id: int) -> Membership:
    """A membership, its person locked first, as every operation on people does."""
    return _locked(membership_id)


def _locked(membership_id: int) -> Membership:
    user_id = Membership.objects.values_list("user_id", flat=True).get(pk=membership_id)
    User.objects.select_for_update(no_key=True).get(pk=user_id)
    return Membership.objects.select_for_update(no_key=True, of=("self",)).select_related("user").get(pk=membership_id)


def _end(membership: Membership, last_day: date, *, reason: str, by: Principal, at: datetime) -> Membership:
    membership.ends_on = max(last_day, membership.starts_on - timedelta(days=1))
    membership.ended_by, membership.ended_at = _author(by), at
    membership.end_reason = reason.strip()
    membership.save(update_fields=["ends_on", "ended_by", "ended_at", "end_reason"])
    tell_of_end(membership, by=by, at=at)
    return membership


def _account(person: NewPerson, by: Principal | None) -> tuple[User, str]:
    username = User.normalize_username(person.username)
    taken = UserNameTaken(_("This user name is taken."), field="username")
    if User.objects.filter(username__iexact=username).exists():
        raise taken
    try:
        with transaction.atomic():
            user, password = create_account(username=username, name=person.name, email=person.email)
    except IntegrityError as error:  # made by somebody else since we looked
        raise taken from error
    note(user, AccountAct.CREATED, by=by)
    return user, password


def _give(user: User, post: Post, *, reason: str, by: Principal, at: datetime) -> Membership:
    require_givable(user, post, timezone.localdate(at))
    return _store(user, post, reason=reason, by=by, at=at)


def _store(user: User, post: Post, *, reason: str, by: Principal | None, at: datetime) -> Membership:
    membership = post.membership(user)
    membership.reason = reason.strip()
    membership.recorded_by = _author(by)
    membership.full_clean(validate_unique=False)
    membership.save()
    tell_of_role(membership, by=by, at=at)
    return membership


def _author(by: Principal | None) -> User | None:
    return by if isinstance(by, User) else None


def _require_plausible(post: Post, today: date) -> None:
    if post.starts_on < today:
        raise PastDay(_("The first day is today at the earliest."), field="starts_on")
    if post.starts_on > today + LONGEST_NOTICE:
        raise Implausible(_("The first day lies more than a year ahead."), field="starts_on")
    if post.ends_on is not None and post.ends_on < post.starts_on:
        raise Implausible(_("The last day cannot lie before the first."), field="ends_on")
    if post.role == Role.DEPARTMENT_COLLEAGUE and not post.department.strip():
        raise Implausible(_("Name the department of the colleague."), field="department")


def _require_going_on(membership: Membership, today: date) -> None:
    if membership.ends_on is not None and membership.ends_on < max(today, membership.starts_on):
        raise MembershipEnded(_("This membership has ended already."))


def _require_apart(user: User, post: Post) -> None:
    """What the database refuses too, said at the field: see `membership_rules`."""
    beside = [each for each in Membership.objects.filter(user=user) if _overlap(each, post)]
    administers = post.role in ADMINISTRATOR_ROLES
    if any(each.role != post.role and (administers or each.role in ADMINISTRATOR_ROLES) for each in beside):
        raise RolesApart(
            _("An administrator holds no second administrator role and no business role at the same time."),
            field="role",
        )
    place = ("role", "region_id", "institution_id", "operator_id")
    if any(all(getattr(each, name) == getattr(post, name) for name in place) for each in beside):
        raise HeldAlready(_("The person holds this role here at this time already."), field="place")


def _overlap(membership: Membership, post: Post) -> bool:
    if membership.ends_on is not None and membership.ends_on < max(membership.starts_on, post.starts_on):
        return False
    return post.ends_on is None or membership.starts_on <= post.ends_on
