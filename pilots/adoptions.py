"""The operations of this app that need two people, imported when the portal starts so that all of them are known."""

from pilots.operations.administration import administration_end, administration_grant
from pilots.operations.designations import propose_revocation
from pilots.operations.targets import change_target

__all__ = ["administration_end", "administration_grant", "change_target", "propose_revocation"]
