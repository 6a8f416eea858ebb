"""An office decides how its people sign in."""

from datetime import datetime

from pilots.models import Region, SecondFactorRule
from pilots.policies.second_factor import require_may_rule_second_factor
from portal.accounts.models import User
from portal.audit.trail import recorded


@recorded("second_factor.ruled")
def rule_second_factor(*, code: str, officials: bool, institutions: bool, by: User, at: datetime) -> SecondFactorRule:
    """Set of whom a region asks a second factor; they are led to it with their next page."""
    region = Region.objects.select_for_update().get(pk=code)
    require_may_rule_second_factor(by, region)
    rule, _created = SecondFactorRule.objects.update_or_create(
        region=region,
        defaults={"officials": officials, "institutions": institutions, "changed_at": at, "changed_by": by},
    )
    return rule
