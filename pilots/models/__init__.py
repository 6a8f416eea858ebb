"""Tables of the programme: fields, constraints and chainable querysets, no logic."""

from pilots.models.capacity import CapacityReport
from pilots.models.coverage import CoverageSnapshot, DemoLoad, LateFactSweep, NightRun
from pilots.models.disclosures import Disclosure
from pilots.models.documents import Document, DocumentWithdrawal
from pilots.models.facts import Designation, Filing, InclusiveRecognition
from pilots.models.institutions import Institution, Kindergarten, Operator
from pilots.models.notices import Delivery, Message, MessagePreference, Notice
from pilots.models.people import AccountChange, InstitutionKey, Membership
from pilots.models.regions import Region, RegionFact
from pilots.models.register import RegisterRow
from pilots.models.security import SecondFactorRule
from pilots.models.targets import Target, TargetProgress

__all__ = [
    "AccountChange",
    "CapacityReport",
    "CoverageSnapshot",
    "Delivery",
    "DemoLoad",
    "Designation",
    "Disclosure",
    "Document",
    "DocumentWithdrawal",
    "Filing",
    "InclusiveRecognition",
    "Institution",
    "InstitutionKey",
    "Kindergarten",
    "LateFactSweep",
    "Membership",
    "Message",
    "MessagePreference",
    "NightRun",
    "Notice",
    "Operator",
    "Region",
    "RegionFact",
    "RegisterRow",
    "SecondFactorRule",
    "Target",
    "TargetProgress",
]
