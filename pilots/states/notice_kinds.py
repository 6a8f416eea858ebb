"""The table of notices: every kind with its words, its readers and the parameters of its text (docs/messages.md)."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from pilots.states.account_notice_kinds import ACCOUNT_KINDS
from pilots.states.notices import Kind, Readers, Severity, Topic, kind
from portal.approvals.states import State


def _proposal_kinds(what: str, readers: Readers) -> tuple[Kind, Kind]:
    """A proposal that waits for its reader, and one of the reader's own that was decided."""
    waiting = kind(
        f"{what}.waiting",
        Topic.WORK,
        Severity.WARNING,
        {readers},
        _("Waits for your decision: %(what)s"),
        _("%(proposer)s proposes: %(what)s. A second person has to confirm or refuse it by %(until)s."),
        ("what", "proposer", "until"),
    )
    decided = kind(
        f"{what}.decided",
        Topic.WORK,
        Severity.INFO,
        {readers},
        _("Decided: %(what)s"),
        _("Your proposal (%(what)s) was decided by %(decider)s. Outcome: %(outcome)s"),
        ("what", "decider", "outcome"),
        {"outcome": State},
    )
    return waiting, decided


_KINDS = (
    # --- institutions and reports ----------------------------------------------------------------
    kind(
        "institution.registered",
        Topic.RECORDS,
        Severity.INFO,
        {Readers.INSTITUTION, Readers.COUNTY_DESK},
        _("Registered: %(institution)s"),
        _("%(institution)s was entered into the register of %(region)s under the number %(number)s."),
    ),
    kind(
        "institution.closed",
        Topic.RECORDS,
        Severity.WARNING,
        {Readers.INSTITUTION, Readers.COUNTY_DESK},
        _("Closed: %(institution)s"),
        _("%(institution)s (%(number)s) is closed from %(closed_on)s on. Days from then on take no report."),
        ("closed_on",),
    ),
    kind(
        "report.corrected",
        Topic.RECORDS,
        Severity.WARNING,
        {Readers.INSTITUTION},
        _("Your report of %(as_of)s was corrected"),
        _(
            "The county unit corrected the report of %(institution)s for %(as_of)s: %(places)s places and %(enrolled)s "
            "children instead of %(places_before)s and %(enrolled_before)s. Reason: %(reason)s"
        ),
        ("as_of", "places", "enrolled", "places_before", "enrolled_before", "reason"),
    ),
    kind(
        "target.changed",
        Topic.RECORDS,
        Severity.WARNING,
        {Readers.OFFICERS},
        _("Target changed: %(region)s"),
        _("The target of %(region)s for %(year)s was changed (%(indicator)s): %(goal)s. Reason: %(reason)s"),
        ("year", "indicator", "goal", "reason"),
    ),
    # --- work ------------------------------------------------------------------------------------
    *_proposal_kinds("proposal", Readers.PERSON),
    *_proposal_kinds("administration", Readers.ADMINISTRATOR_NAMED),
    # --- people, keys and accounts ---------------------------------------------------------------
    *ACCOUNT_KINDS,
    # --- running of the portal -------------------------------------------------------------------
    kind(
        "night_run.failed",
        Topic.SYSTEM,
        Severity.URGENT,
        {Readers.SYSTEM_ADMINISTRATORS},
        _("The night run failed"),
        _("The night run for %(day)s stopped: %(error)s. It is tried again every hour; the log has the details."),
        ("day", "error"),
    ),
    kind(
        "night_run.late",
        Topic.SYSTEM,
        Severity.WARNING,
        {Readers.SYSTEM_ADMINISTRATORS},
        _("The night run is late"),
        _("The figures of %(day)s are still not computed. Look at the worker and its log."),
        ("day",),
    ),
    kind(
        "mail.undelivered",
        Topic.SYSTEM,
        Severity.WARNING,
        {Readers.SYSTEM_ADMINISTRATORS},
        _("E-mail was not delivered"),
        _("On %(day)s at least one e-mail was refused or given up. The page “Outgoing e-mail” lists the errors."),
        ("day",),
    ),
    # --- trail -----------------------------------------------------------------------------------
    kind(
        "trail.sealed",
        Topic.TRAIL,
        Severity.INFO,
        {Readers.AUDITORS},
        _("Seal of the trail of %(day)s"),
        _("%(events)s events of %(day)s are sealed. Digest: %(digest)s. Please keep this message."),
        ("day", "events", "digest"),
    ),
    kind(
        "trail.broken",
        Topic.TRAIL,
        Severity.URGENT,
        {Readers.AUDITORS, Readers.SECURITY_ADMINISTRATORS},
        _("The check of the trail found something wrong"),
        _("The check of the trail on %(day)s found: %(finding)s"),
        ("day", "finding"),
    ),
    kind(
        "trail.late",
        Topic.TRAIL,
        Severity.URGENT,
        {Readers.AUDITORS},
        _("The trail of %(day)s is not sealed"),
        _(
            "By the morning the trail of %(day)s was not sealed, checked and mailed. It is tried again every hour; "
            "have the log of the worker looked at."
        ),
        ("day",),
    ),
)

KINDS: Mapping[str, Kind] = {each.code: each for each in _KINDS}


def kinds_read_by(readers: Readers) -> list[str]:
    """Codes of the kinds that are for a group of readers."""
    return [each.code for each in _KINDS if readers in each.readers]


def kinds_of(topic: str) -> list[str]:
    """Codes of the kinds of a topic."""
    return [each.code for each in _KINDS if each.topic == topic]
