"""Why a proposal is not made or not decided."""

from portal.shared.refusals import DomainError


class ReasonRequired(DomainError):
    """Proposals and refusals need a reason."""

    code = "reason_missing"
    status = 400


class AlreadyProposed(DomainError):
    """The same act on the same subject already waits for its decision."""

    code = "already_proposed"
    status = 409


class AlreadyDecided(DomainError):
    """Somebody was faster, or the term is over."""

    code = "already_decided"
    status = 409


class SamePerson(DomainError):
    """Nobody decides on a proposal of their own."""

    code = "same_person"
    status = 403


class NotIndependent(DomainError):
    """One of two people has had the account of the other in hand, so that they may be one."""

    code = "not_independent"
    status = 409


class ProposerNotEntitled(DomainError):
    """Whoever proposed may not do so any more: two entitled people are needed."""

    code = "proposer_not_entitled"
    status = 409
