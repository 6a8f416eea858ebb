"""An office decides how its people sign in."""

from datetime import datetime

from pilots.models import Region, SecondFactorRule
from pilots.operations.accounts import require_reason
from pilots.operations.notices import notify
from pilots.policies.second_factor import require_may_rule_second_factor
from portal.accounts.models import User
from portal.audit.trail import recorded


@recorded("second_factor.ruled")
def rule_second_factor(
    *, code: str, officials: bool, institutions: bool, reason: str = "", by: User, at: datetime
) -> SecondFactorRule:
    """Set of whom a region asks a second factor; they are led to it with their next page.

    Asking fewer people than before needs a reason, and is told to the region's officers. Raises NotPermitted,
    ReasonMissing.
    """
    region = Region.objects.select_for_update().get(pk=code)
    require_may_rule_second_factor(by, region)
    asked = _asked(SecondFactorRule.objects.filter(region=region).first())
    if asked - _asked(SecondFactorRule(officials=officials, institutions=institutions)):
        require_reason(reason)
        _tell_officers(region, reason.strip(), by, at)
    rule, _created = SecondFactorRule.objects.update_or_create(
        region=region,
        defaults={"officials": officials, "institutions": institutions, "changed_at": at, "changed_by": by},
    )
    return rule


def _asked(rule: SecondFactorRule | None) -> set[str]:
    """Of which groups a rule asks a second factor."""
    return {group for group in ("officials", "institutions") if getattr(rule, group, False)}


def _tell_officers(region: Region, reason: str, by: User, at: datetime) -> None:
    notify(
        kind="second_factor.loosened",
        key=f"second_factor.loosened:{region.pk}:{at.isoformat()}",
        at=at,
        region=region,
        by=by,
        instant=at,
        actor=by.display_name,
        reason=reason,
    )
