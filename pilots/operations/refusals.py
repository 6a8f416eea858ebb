"""Why an operation refuses."""

from portal.shared.refusals import DomainError


class DayNotOver(DomainError):
    """The night run computes days that are over."""

    code = "day_not_over"
    status = 400


class NightRunBusy(DomainError):
    """Another night run is at work."""

    code = "night_run_busy"
    status = 409


class DayTooEarly(DomainError):
    """A day before the programme's calendar begins is a slip of the key."""

    code = "day_too_early"
    status = 400


class FutureDay(DomainError):
    """A fact cannot be stated of a day that has not come."""

    code = "future_date"
    status = 400


class BeforeOpening(DomainError):
    """A fact cannot lie before the institution opened."""

    code = "before_opening"
    status = 400


class InstitutionClosed(DomainError):
    """A closed institution takes no more facts."""

    code = "institution_closed"
    status = 409


class NothingReported(DomainError):
    """A report states at least one class group."""

    code = "empty_report"
    status = 400


class ReasonMissing(DomainError):
    """A correction needs a reason."""

    code = "reason_missing"
    status = 400


class AlreadyCorrected(DomainError):
    """A report is corrected once; further corrections correct the correction."""

    code = "already_corrected"
    status = 409


class Implausible(DomainError):
    """A date or combination that the rules exclude."""

    code = "implausible"
    status = 400
