"""The timeline below an object's page: its newest events in words, and the way on for who may read the trail."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from pilots.models import Institution, InstitutionKey, SecondFactorRule, Target
from pilots.policies.timelines import Keys, Person, SignInRule, Subject, TargetLine
from pilots.policies.trail import may_read_trail
from pilots.queries.trail import timeline
from pilots.states.calendar import FIRST_DAY
from pilots.web.trail_entries import told
from portal.accounts.models import ApiKey
from portal.approvals.models import Proposal
from portal.audit.tracking import event_models, tracked_model

EVENTS_SHOWN = 30


def timeline_of(request: HttpRequest, subject: Subject) -> dict[str, Any]:
    """What `pilots/trail/_timeline.html` shows. The reader sees the subject's page. Two queries."""
    entries = timeline(request.user, subject, at_most=EVENTS_SHOWN)
    pairs = zip(entries, told(entries, linked=False), strict=True)
    return {
        # A change of nothing that the reader reads is none.
        "timeline": [event for entry, event in pairs if event.changes or entry.label != "update"],
        "timeline_url": f"{reverse('trail')}?{urlencode({'first': FIRST_DAY, **_search(subject)})}"
        if may_read_trail(request.user)
        else "",
    }


def proposal_timeline(request: HttpRequest, proposal: Proposal) -> dict[str, Any]:
    """For the page of proposals, which knows nothing of the programme (portal/urls.py)."""
    return timeline_of(request, proposal)


def _search(subject: Subject) -> dict[str, str]:
    """The search of the trail that finds the subject's events."""
    match subject:
        case Institution():
            return {"institution": subject.number}
        case Keys(owner=Institution() as institution):
            return {"table": _table(ApiKey), "institution": institution.number}
        case Keys():
            return {"table": _table(InstitutionKey), "record": str(subject.owner)}
        case Person():
            return {"record": subject.user.username}
        case TargetLine():
            return {"table": _table(Target), "record": subject.region}
        case SignInRule():
            return {"table": _table(SecondFactorRule), "record": subject.region.pk}
        case Proposal():
            return {"table": _table(Proposal), "record": str(subject.pk)}
    return {"record": subject.pk}


def _table(tracked: type) -> str:
    return next(events._meta.db_table for events in event_models() if tracked_model(events) is tracked)
