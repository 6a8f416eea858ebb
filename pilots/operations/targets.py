"""Set targets."""

from datetime import date

from django.utils.translation import gettext as _

from pilots.models import Region, Target
from pilots.operations.refusals import Implausible, ReasonMissing
from pilots.queries.figures.registry import FIGURES
from pilots.queries.figures.sources import FromMeasure
from portal.accounts.models import User
from portal.audit.trail import recorded


@recorded("target.set")
def set_target(
    *,
    region: Region,
    indicator: str,
    year: int,
    baseline: tuple[int, date],
    goal: int,
    mandate: str = "",
    document: str = "",
    reason: str = "",
    by: User | None,
) -> Target:
    """Write what a region is asked to reach in a year; an earlier line for the same stays to be read.

    Whoever sets a target anew says why. Raises Implausible, ReasonMissing.
    """
    figure = FIGURES.get(indicator)
    if figure is None or figure.source != FromMeasure(indicator):
        raise Implausible(_("A target's indicator is a counted figure."), field="indicator")
    # Two people who set one target at once wait for each other, so that the second has to say why.
    Region.objects.select_for_update(no_key=True).get(pk=region.pk)
    known = Target.objects.filter(region=region, indicator=indicator, year=year).exists()
    if known and not reason.strip():
        raise ReasonMissing(_("Say why the target is changed."), field="reason")
    value, day = baseline
    return Target.objects.create(
        region=region,
        indicator=indicator,
        year=year,
        baseline_value=value,
        baseline_on=day,
        goal=goal,
        mandate=mandate,
        document=document,
        reason=reason,
        recorded_by=by,
    )
