"""Load the reference data that every installation needs: regions, their points, their population."""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from pilots.models import Region, RegionFact
from pilots.states.regions import FactKind
from portal.audit.trail import recorded

REFERENCE = Path(__file__).resolve().parent.parent / "reference"
CENSUS_DAY = date(2020, 11, 1)


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of one reference file."""
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@recorded("regions.loaded")
def load_regions() -> int:
    """Bring in regions, points and the census population; a second call changes nothing. Answers the new regions."""
    before = Region.objects.count()
    points = {row["code"]: row for row in rows("region_points.csv")}
    regions = [
        Region(
            code=row["code"],
            name=row["name"],
            short_name=row["short_name"],
            name_en=row["name_en"],
            level=row["level"],
            parent_id=row["parent_code"] or None,
            is_development_zone=row["is_development_zone"] == "1",
            province_administered=row["province_administered"] == "1",
            longitude=Decimal(points[row["code"]]["lon"]),
            latitude=Decimal(points[row["code"]]["lat"]),
        )
        for row in rows("regions.csv")
    ]
    Region.objects.bulk_create(regions, ignore_conflicts=True)
    _load_population()
    return Region.objects.count() - before


def _load_population() -> None:
    known = set(RegionFact.objects.filter(kind=FactKind.POPULATION).values_list("region_id", flat=True))
    counties = set(Region.objects.filter(level="county").values_list("code", flat=True))
    RegionFact.objects.bulk_create(
        RegionFact(
            region_id=row["code"],
            kind=FactKind.POPULATION,
            effective_on=CENSUS_DAY,
            value=int(row["population_2020"]),
            source="第七次全国人口普查（2020-11-01）",
        )
        for row in rows("population.csv")
        if row["code"] in counties - known
    )
