"""Refuse where two people may be one, or an account may be somebody else's (docs/two-person-rule.md).

`portal.approvals` calls `require_two_people` by the setting PROPOSAL_PARTIES, before it confirms.
"""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.utils import timezone
from django.utils.translation import gettext as _

from pilots.models import AccountChange
from pilots.operations.refusals import AccountUnsettled
from pilots.policies.independence import INDEPENDENT_AFTER, handled, last_at_server, last_handled
from pilots.states.people import AccountAct
from portal.accounts.demands import has_second_factor
from portal.accounts.models import User
from portal.accounts.passwords import must_change
from portal.approvals.models import Proposal
from portal.approvals.refusals import NotIndependent


def require_two_people(*, proposal: Proposal, by: User, at: datetime) -> None:
    """Refuse where who proposed and who confirms may be one person, or one of them the new administrator.

    Either had the account of the other in hand within INDEPENDENT_AFTER, or one third person had both.
    """
    proposer = proposal.proposed_by
    if proposer != by:
        _require_apart(proposer, by, at)
    if proposal.act == "administration.granted":
        _require_untouched(User.objects.get(pk=proposal.place), proposer, at)


def require_settled(user: User) -> None:
    """Refuse an account whose owner has not made the password and all second factors new since others handled it."""
    if must_change(user):
        raise AccountUnsettled(
            _("%(person)s must first sign in and choose a password of their own.") % {"person": user.name}
        )
    if not has_second_factor(user):
        raise AccountUnsettled(
            _("%(person)s must first add a second factor, on the page “Security” of the own account.")
            % {"person": user.name}
        )
    since = last_handled(user)
    if since is None:
        return
    old_password = user.password_changed_at is None or user.password_changed_at < since
    if old_password or Authenticator.objects.filter(user=user, created_at__lt=since).exists():
        raise AccountUnsettled(
            _(
                "The account of %(person)s was last made or reset at %(instant)s. What is older must first be made new "
                "by %(person)s: the password, every second factor and the recovery codes."
            )
            % {"person": user.name, "instant": f"{timezone.localtime(since):%Y-%m-%d %H:%M}"}
        )


def _require_apart(proposer: User, confirmer: User, at: datetime) -> None:
    lines = list(handled([proposer, confirmer], at))
    for line in lines:
        if line.recorded_by in (proposer, confirmer):
            raise NotIndependent(
                _(
                    "%(actor)s has made or reset the account of %(person)s on %(day)s. Until %(until)s the two do not "
                    "count as two people; somebody else must confirm."
                )
                % _words(line)
            )
    first = {line.recorded_by_id for line in lines if line.user == proposer}
    for line in lines:
        if line.user == confirmer and line.recorded_by_id in first:
            raise NotIndependent(
                _(
                    "%(actor)s has made or reset the accounts of both %(proposer)s and %(person)s lately. Until "
                    "%(until)s the two do not count as two people; somebody else must confirm."
                )
                % {**_words(line), "proposer": str(proposer)}
            )


def _require_untouched(person: User, proposer: User, at: datetime) -> None:
    """Nobody may have signed in as the person: the making by who proposes is how an administrator's account begins."""
    for line in handled([person], at).filter(pk__gt=last_at_server(person)):
        if line.act == AccountAct.CREATED and line.recorded_by == proposer:
            continue
        raise NotIndependent(
            _(
                "%(actor)s made or reset the account of %(person)s on %(day)s. The role can be given from %(until)s "
                "on, or after a new password was made at the server, with restore_account."
            )
            % _words(line)
        )


def _words(line: AccountChange) -> dict[str, str]:
    day = timezone.localtime(line.recorded_at)
    return {
        "actor": str(line.recorded_by),
        "person": str(line.user),
        "day": f"{day:%Y-%m-%d}",
        "until": f"{day + INDEPENDENT_AFTER:%Y-%m-%d}",
    }
