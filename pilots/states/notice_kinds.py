"""The table of notices: every kind with its words, its readers and the parameters of its text (docs/messages.md)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from pilots.states.notices import Actor, Everywhere, Kind, Readers, Severity, Topic
from pilots.states.roles import Role
from portal.approvals.states import State

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


def _kind(  # a table's columns
    code: str,
    topic: Topic,
    severity: Severity,
    readers: set[Readers],
    subject: "StrPromise",
    body: "StrPromise",
    parameters: tuple[str, ...] = (),
    labels: Mapping[str, type[TextChoices]] | None = None,
) -> Kind:
    return Kind(code, topic, severity, frozenset(readers), subject, body, frozenset(parameters), labels or {})


def _proposal_kinds(what: str, readers: Readers) -> tuple[Kind, Kind]:
    """A proposal that waits for its reader, and one of the reader's own that was decided."""
    waiting = _kind(
        f"{what}.waiting",
        Topic.WORK,
        Severity.WARNING,
        {readers},
        _("Waits for your decision: %(what)s"),
        _("%(proposer)s proposes: %(what)s. A second person has to confirm or refuse it by %(until)s."),
        ("what", "proposer", "until"),
    )
    decided = _kind(
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
    _kind(
        "institution.registered",
        Topic.RECORDS,
        Severity.INFO,
        {Readers.INSTITUTION, Readers.COUNTY_DESK},
        _("Registered: %(institution)s"),
        _("%(institution)s was entered into the register of %(region)s under the number %(number)s."),
    ),
    _kind(
        "institution.closed",
        Topic.RECORDS,
        Severity.WARNING,
        {Readers.INSTITUTION, Readers.COUNTY_DESK},
        _("Closed: %(institution)s"),
        _("%(institution)s (%(number)s) is closed from %(closed_on)s on. Days from then on take no report."),
        ("closed_on",),
    ),
    _kind(
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
    _kind(
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
    # --- people and keys -------------------------------------------------------------------------
    _kind(
        "membership.given",
        Topic.ACCESS,
        Severity.INFO,
        {Readers.PERSON},
        _("You have a new role: %(role)s"),
        _("From %(starts_on)s on you are %(role)s (%(place)s)."),
        ("role", "place", "starts_on"),
        {"role": Role, "place": Everywhere},
    ),
    _kind(
        "membership.ended",
        Topic.ACCESS,
        Severity.WARNING,
        {Readers.PERSON},
        _("Your role ends: %(role)s"),
        _("Your role %(role)s (%(place)s) ends with %(ends_on)s. If this is a mistake, ask the office that gave it."),
        ("role", "place", "ends_on"),
        {"role": Role, "place": Everywhere},
    ),
    _kind(
        "person.taken_on",
        Topic.ACCESS,
        Severity.WARNING,
        {Readers.PERSON},
        _("Taken on by another office too: %(person)s"),
        _(
            "%(giver)s gave %(person)s (%(username)s) a further role, which you do not manage. Only who manages all "
            "roles of the account, or a system administrator, switches it off and resets its password. If you do not "
            "know why, ask %(giver)s or your security administrator."
        ),
        ("person", "username", "giver"),
        {"giver": Actor},
    ),
    _kind(
        "api_key.created",
        Topic.ACCESS,
        Severity.WARNING,
        {Readers.DIRECTORS, Readers.COUNTY_DESK},
        _("New API key for %(owner)s"),
        _("The API key tuoyu_%(prefix)s_… was made for %(owner)s; valid until %(expires_on)s."),
        ("prefix", "expires_on"),
    ),
    _kind(
        "api_key.revoked",
        Topic.ACCESS,
        Severity.WARNING,
        {Readers.DIRECTORS, Readers.COUNTY_DESK},
        _("API key revoked: %(owner)s"),
        _("The API key tuoyu_%(prefix)s_… of %(owner)s is no longer accepted."),
        ("prefix",),
    ),
    _kind(
        "api_key.expiring",
        Topic.ACCESS,
        Severity.WARNING,
        {Readers.DIRECTORS, Readers.COUNTY_DESK},
        _("API key expires on %(expires_on)s: %(owner)s"),
        _("The API key tuoyu_%(prefix)s_… of %(owner)s expires on %(expires_on)s; renew it."),
        ("prefix", "expires_on"),
    ),
    _kind(
        "administrator.switched_off",
        Topic.ACCESS,
        Severity.URGENT,
        {Readers.ADMINISTRATORS},
        _("Administrator switched off: %(person)s"),
        _(
            "%(person)s, %(role)s, was switched off at %(instant)s by %(actor)s. Reason: %(reason)s. If you do not "
            "know why, ask at once; switching on again is done at the server."
        ),
        ("person", "role", "instant", "actor", "reason"),
        {"role": Role, "actor": Actor},
    ),
    _kind(
        "administrator.switched_on",
        Topic.ACCESS,
        Severity.URGENT,
        {Readers.ADMINISTRATORS},
        _("Administrator switched on again: %(person)s"),
        _(
            "%(person)s, %(role)s, was switched on again at %(instant)s by %(actor)s. Reason: %(reason)s. If you do "
            "not know why, ask at once."
        ),
        ("person", "role", "instant", "actor", "reason"),
        {"role": Role, "actor": Actor},
    ),
    _kind(
        "second_factor.loosened",
        Topic.ACCESS,
        Severity.URGENT,
        {Readers.OFFICERS},
        _("Second factor no longer asked: %(region)s"),
        _("Since %(instant)s %(region)s asks a second factor of fewer people, by %(actor)s. Reason: %(reason)s"),
        ("instant", "actor", "reason"),
    ),
    # --- security of an account ------------------------------------------------------------------
    _kind(
        "account.password_reset",
        Topic.SECURITY,
        Severity.URGENT,
        {Readers.PERSON},
        _("Your password was reset"),
        _("Your password was reset at %(instant)s by %(actor)s. If you did not ask for it, tell your office at once."),
        ("instant", "actor"),
        {"actor": Actor},
    ),
    _kind(
        "account.password_changed",
        Topic.SECURITY,
        Severity.URGENT,
        {Readers.PERSON},
        _("Your password was changed"),
        _("Your password was changed at %(instant)s. If it was not you, tell your office at once."),
        ("instant",),
    ),
    _kind(
        "account.second_factor_changed",
        Topic.SECURITY,
        Severity.URGENT,
        {Readers.PERSON},
        _("Your second factor was changed"),
        _("A second factor of your account was added or removed at %(instant)s. If it was not you, tell your office."),
        ("instant",),
    ),
    _kind(
        "account.second_factor_reset",
        Topic.SECURITY,
        Severity.URGENT,
        {Readers.PERSON},
        _("Your second factor was reset"),
        _(
            "All second factors of your account were removed at %(instant)s by %(actor)s. If you did not ask for it, "
            "tell your office at once."
        ),
        ("instant", "actor"),
        {"actor": Actor},
    ),
    _kind(
        "account.identity_changed",
        Topic.SECURITY,
        Severity.URGENT,
        {Readers.PERSON},
        _("Your single sign-on was changed"),
        _(
            "The identity by which the single sign-on opens your account was changed at %(instant)s by %(actor)s. If "
            "you do not know why, tell your office at once."
        ),
        ("instant", "actor"),
        {"actor": Actor},
    ),
    _kind(
        "account.new_address",
        Topic.SECURITY,
        Severity.URGENT,
        {Readers.PERSON},
        _("Sign-in from a new address"),
        _("First sign-in to your account from %(address)s, at %(instant)s. If it was not you, end that session."),
        ("address", "instant"),
    ),
    _kind(
        "account.locked",
        Topic.SECURITY,
        Severity.URGENT,
        {Readers.PERSON},
        _("Failed sign-ins to your account"),
        _("Sign-in to your account from %(address)s was locked at %(instant)s after %(failures)s failures."),
        ("address", "instant", "failures"),
    ),
    # --- running of the portal -------------------------------------------------------------------
    _kind(
        "night_run.failed",
        Topic.SYSTEM,
        Severity.URGENT,
        {Readers.SYSTEM_ADMINISTRATORS},
        _("The night run failed"),
        _("The night run for %(day)s stopped: %(error)s. It is tried again every hour; the log has the details."),
        ("day", "error"),
    ),
    _kind(
        "night_run.late",
        Topic.SYSTEM,
        Severity.WARNING,
        {Readers.SYSTEM_ADMINISTRATORS},
        _("The night run is late"),
        _("The figures of %(day)s are still not computed. Look at the worker and its log."),
        ("day",),
    ),
    _kind(
        "mail.undelivered",
        Topic.SYSTEM,
        Severity.WARNING,
        {Readers.SYSTEM_ADMINISTRATORS},
        _("E-mail was not delivered"),
        _("On %(day)s at least one e-mail was refused or given up. The page “Outgoing e-mail” lists the errors."),
        ("day",),
    ),
    # --- trail -----------------------------------------------------------------------------------
    _kind(
        "trail.sealed",
        Topic.TRAIL,
        Severity.INFO,
        {Readers.AUDITORS},
        _("Seal of the trail of %(day)s"),
        _("%(events)s events of %(day)s are sealed. Digest: %(digest)s. Please keep this message."),
        ("day", "events", "digest"),
    ),
    _kind(
        "trail.broken",
        Topic.TRAIL,
        Severity.URGENT,
        {Readers.AUDITORS, Readers.SECURITY_ADMINISTRATORS},
        _("The check of the trail found something wrong"),
        _("The check of the trail on %(day)s found: %(finding)s"),
        ("day", "finding"),
    ),
    _kind(
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

KINDS: Mapping[str, Kind] = {kind.code: kind for kind in _KINDS}


def kinds_read_by(readers: Readers) -> list[str]:
    """Codes of the kinds that are for a group of readers."""
    return [kind.code for kind in _KINDS if readers in kind.readers]


def kinds_of(topic: str) -> list[str]:
    """Codes of the kinds of a topic."""
    return [kind.code for kind in _KINDS if kind.topic == topic]
