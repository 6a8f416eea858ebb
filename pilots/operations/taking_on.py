"""Take on a person whose account other offices manage: by user name and name, both known; nothing else is told."""

from datetime import datetime

from django.core.cache import cache
from django.utils.translation import gettext as _

from pilots.models import Membership
from pilots.operations.memberships import Post, give_unconfined, require_plausible
from pilots.operations.people_notices import tell_of_taking_on
from pilots.operations.refusals import NoSuchAccount, TooManyTries
from pilots.policies.people import require_may_place
from pilots.policies.standing import Principal
from pilots.policies.taking_on import managers_of, takeable_people
from portal.accounts.models import User
from portal.audit.trail import recorded
from portal.shared.refusals import NotPermitted

MOST_REFUSALS = 10
HOUR_SECONDS = 3600


def take_on_person(
    *, username: str, name: str, post: Post, reason: str = "", by: Principal, at: datetime
) -> Membership:
    """Give a role to someone whose account other offices manage, and tell these. User name and name must be known.

    Raises NotPermitted, NoSuchAccount, TooManyTries after MOST_REFUSALS names that were none within an hour.
    """
    counter = f"taking-on:{by.pk if isinstance(by, User) else ''}"
    if cache.get(counter, 0) >= MOST_REFUSALS:
        raise TooManyTries(_("Too many names that belong to no account. Please try again in an hour."))
    try:
        return _take_on(username=username, name=name, post=post, reason=reason, by=by, at=at)
    except NoSuchAccount:
        # Here, where the refused act's transaction is over: the cache is a table, too.
        cache.set(counter, cache.get(counter, 0) + 1, HOUR_SECONDS)
        raise


@recorded("person.taken_on")
def _take_on(*, username: str, name: str, post: Post, reason: str, by: Principal, at: datetime) -> Membership:
    require_may_place(by, post.membership())
    require_plausible(post, at)  # before the account is looked up: a refusal afterwards would tell that there is one
    if isinstance(by, User) and by.username == username:
        raise NotPermitted(_("Nobody manages himself; your own office does."), field="username")
    user = User.objects.select_for_update(no_key=True).filter(username=username, name=name).first()
    if user is None or not takeable_people(at).filter(pk=user.pk).exists():
        raise NoSuchAccount(_("No account has this user name together with this name."), field="username")
    managers = managers_of(user, at)
    membership = give_unconfined(user, post, reason=reason, by=by, at=at)
    tell_of_taking_on(membership, managers, by=by, at=at)
    return membership
