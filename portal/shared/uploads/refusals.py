"""Why a file is refused."""

from portal.shared.refusals import DomainError


class UploadRefused(DomainError):
    """The file is none that the portal takes. Its sentence says what to do."""

    code = "file_refused"
    status = 400


class FileDamaged(DomainError):
    """A stored file is missing, or is not any more what was stored."""

    code = "file_damaged"
    status = 500
