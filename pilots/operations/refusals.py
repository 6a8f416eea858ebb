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


class NoSecondFactor(DomainError):
    """There is no second factor to be removed."""

    code = "no_second_factor"
    status = 409


class IdentityTaken(DomainError):
    """An identity of the single sign-on opens one account."""

    code = "identity_taken"
    status = 409


class Implausible(DomainError):
    """A date or combination that the rules exclude."""

    code = "implausible"
    status = 400


class AlreadyWithdrawn(DomainError):
    """A document is withdrawn once."""

    code = "already_withdrawn"
    status = 409


class TooManyDocuments(DomainError):
    """An institution's file has its limit."""

    code = "too_many_documents"
    status = 409


class NothingHidden(DomainError):
    """There is no number to show."""

    code = "nothing_hidden"
    status = 409


class TooManyDisclosures(DomainError):
    """Nobody needs a whole register's numbers within an hour."""

    code = "too_many_disclosures"
    status = 429


class TooManyKeys(DomainError):
    """An institution or operator has as many valid API keys as it may have."""

    code = "too_many_keys"
    status = 409


class FormUsed(DomainError):
    """A form that makes one thing was used for another one before."""

    code = "form_used"
    status = 409


class UserNameTaken(DomainError):
    """Another account has this user name."""

    code = "user_name_taken"
    status = 409


class NoSuchAccount(DomainError):
    """No account has this user name together with this name."""

    code = "no_such_account"
    status = 400


class TooManyTries(DomainError):
    """Names are not tried out one after the other."""

    code = "too_many_tries"
    status = 429


class RolesApart(DomainError):
    """An administrator holds no second administrator role and no business role."""

    code = "roles_apart"
    status = 409


class HeldAlready(DomainError):
    """The person holds this role here, at an overlapping time."""

    code = "held_already"
    status = 409


class MembershipEnded(DomainError):
    """The membership has ended, or ends no later than asked."""

    code = "membership_ended"
    status = 409


class PastDay(DomainError):
    """Rights begin and end today at the earliest: what was done under them stays done."""

    code = "past_day"
    status = 400


class AccountSwitchedOff(DomainError):
    """The account is switched off."""

    code = "account_switched_off"
    status = 409


class AccountUnsettled(DomainError):
    """The owner of the account has not made its password and second factors new since others had it in hand."""

    code = "account_unsettled"
    status = 409


class LastOfItsKind(DomainError):
    """Nobody else would be left to do what this administrator does."""

    code = "last_administrator"
    status = 409


class AccountSwitchedOn(DomainError):
    """The account is switched on."""

    code = "account_switched_on"
    status = 409


class RoleHeld(DomainError):
    """Somebody holds the role; whoever is first was appointed before."""

    code = "role_held"
    status = 409


class TargetChangedMeanwhile(DomainError):
    """The target that was to be changed is not the one that stands any more."""

    code = "target_changed_meanwhile"
    status = 409


class DesignationChangedMeanwhile(DomainError):
    """The designation that was to be ended does not stand any more, or another follows it."""

    code = "designation_changed_meanwhile"
    status = 409


class NotUndelivered(DomainError):
    """Only an e-mail that was refused or given up is sent once more."""

    code = "not_undelivered"
    status = 409
