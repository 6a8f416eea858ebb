"""Load the demonstration: the reference case of Shijiazhuang in 2021, its targets, an account for every role.

Every record is marked; loading is refused in production (ground rule: demonstration data cannot reach a real office).
"""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils.translation import gettext as _

from pilots.models import (
    CapacityReport,
    DemoLoad,
    Designation,
    Filing,
    InclusiveRecognition,
    Institution,
    Operator,
    Region,
    RegionFact,
    Target,
)
from pilots.operations.demo_people import DemoAccount, create_accounts
from pilots.operations.reference import load_regions, rows
from pilots.queries.search import search_text
from pilots.states.capacity import Source
from pilots.states.facts import DesignationAct, FilingKind, RecognitionAct
from pilots.states.institutions import ServiceModel
from pilots.states.regions import FactKind
from portal.audit.trail import recorded
from portal.shared.refusals import DomainError

CITY = "130100"
PROVINCE = "130000"
REFERENCE_DAY = date(2021, 11, 1)
OPENED_ON = date(2019, 9, 1)
REPORTED_ON = date(2020, 9, 1)
BASELINE_DAY = date(2021, 1, 1)
DOCUMENT = "关于进一步做好示范性婴幼儿照护试点工作方案（示例）"
MANDATE = "全市年度任务（示例）"

SERVICE_MODELS = {
    "kindergarten_nursery": ServiceModel.KINDERGARTEN,
    "brand_chain": ServiceModel.SOCIAL,
    "community": ServiceModel.COMMUNITY,
    "employer_welfare": ServiceModel.EMPLOYER,
    "other": ServiceModel.SOCIAL,
}
"""The sample's kinds as service models; the pilot type is a field of its own."""

BRANDS = ("爱悦堡", "真爱幼幼", "禾芽")


class DemoRefused(DomainError):
    """The demonstration is not for this installation."""

    code = "demo_refused"


@dataclass(frozen=True)
class Demo:
    """What stands after loading."""

    institutions: int
    accounts: list[DemoAccount]


@recorded("demonstration.loaded")
def load_demo() -> Demo:
    """Load what is not there yet; a second call changes nothing. Refused in production or beside real records."""
    if settings.PRODUCTION:
        raise DemoRefused(_("Demonstration data cannot be loaded in production."))
    if Institution.objects.filter(is_demo=False).exists() and not DemoLoad.objects.exists():
        raise DemoRefused(_("This database holds real institutions; demonstration data is not mixed with them."))
    load_regions()
    if not DemoLoad.objects.exists():
        _load_institutions()
        _load_region_facts()
        _load_targets()
        DemoLoad.objects.create(region_id=CITY, day=REFERENCE_DAY)
    return Demo(institutions=Institution.objects.filter(is_demo=True).count(), accounts=create_accounts())


def _load_institutions() -> None:
    sample = list(rows("shijiazhuang_2021.csv"))
    operators = {brand: _operator(brand, sample) for brand in BRANDS}
    institutions = Institution.objects.bulk_create(
        Institution(
            number=row["id"],
            name=row["name"],
            service_model=SERVICE_MODELS[row["kind"]],
            county_id=row["county_code"],
            operator=next((operators[brand] for brand in BRANDS if row["name"].startswith(brand)), None),
            opened_on=OPENED_ON,
            contact_name="联系人（示例）",
            contact_phone=f"0311-0{row['id'][-4:]:>07}",  # no number of Shijiazhuang begins with 0
            search_text=search_text(row["name"], row["id"]),
            is_demo=True,
        )
        for row in sample
    )
    pairs = list(zip(institutions, sample, strict=True))
    CapacityReport.objects.bulk_create(
        CapacityReport(
            institution=institution,
            as_of=REPORTED_ON,
            source=Source.IMPORT,
            unclassified_places=int(row["places"]),
            unclassified_enrolled=int(row["enrolled"]),
        )
        for institution, row in pairs
    )
    _load_facts(pairs)


def _operator(brand: str, sample: list[dict[str, str]]) -> Operator:
    """The operator of a brand: its county unit's own if all its institutions lie in one."""
    counties = {row["county_code"] for row in sample if row["name"].startswith(brand)}
    county_id = counties.pop() if len(counties) == 1 else None
    return Operator.objects.create(name=f"{brand}（示例）", brand=brand, county_id=county_id)


def _load_facts(pairs: list[tuple[Institution, dict[str, str]]]) -> None:
    Filing.objects.bulk_create(
        Filing(
            institution=institution,
            kind=FilingKind.REPORT_ONLY if row["kind"] == "kindergarten_nursery" else FilingKind.INITIAL,
            effective_on=date.fromisoformat(row["filed_on"]),
            source=Source.IMPORT,
        )
        for institution, row in pairs
        if row["filed_on"]
    )
    Designation.objects.bulk_create(
        Designation(
            institution=institution,
            act=DesignationAct.DESIGNATE,
            level=row["pilot_level"],
            pilot_type=row["pilot_type"],
            effective_on=date.fromisoformat(row["designated_on"]),
            document_number="示例",
            source=Source.IMPORT,
        )
        for institution, row in pairs
        if row["is_pilot"] == "1"
    )
    InclusiveRecognition.objects.bulk_create(
        InclusiveRecognition(
            institution=institution, act=RecognitionAct.RECOGNISE, effective_on=OPENED_ON, source=Source.IMPORT
        )
        for institution, row in pairs
        if row["inclusive"] == "1"
    )


def _load_region_facts() -> None:
    source = "示例"
    facts = [
        RegionFact(
            region_id=row["county_code"],
            kind=FactKind.KINDERGARTENS,
            effective_on=OPENED_ON,
            value=int(row["kindergartens"]),
            source=source,
        )
        for row in rows("shijiazhuang_kindergartens_2021.csv")
    ]
    programme = ((FactKind.LIVELIHOOD_PROJECTS, 10), (FactKind.STAR_REVIEW_YEAR, 2020))
    facts += [
        RegionFact(
            region_id=PROVINCE, kind=kind, effective_on=BASELINE_DAY, value=value, source="河北省民生实事报道（2021年）"
        )
        for kind, value in programme
    ]
    RegionFact.objects.bulk_create(facts)


def _load_targets() -> None:
    """The city's targets as published; the county units' as the sample splits them; the province's 60 new pilots."""
    pilots, places = _baselines()
    split = {row["county_code"]: row for row in rows("shijiazhuang_targets_2021.csv")}
    lines = [
        *(
            _target(code, "pilots_total", BASELINE_DAY, pilots[code], int(row["new_pilots"]))
            for code, row in split.items()
        ),
        *(
            _target(code, "places_pilot", REFERENCE_DAY, places[code], int(row["new_places"]))
            for code, row in split.items()
        ),
        _target(CITY, "pilots_total", BASELINE_DAY, sum(pilots.values()), _total(split, "new_pilots")),
        _target(CITY, "places_pilot", REFERENCE_DAY, sum(places.values()), _total(split, "new_places")),
        _target(PROVINCE, "pilots_provincial_new", BASELINE_DAY, 0, 60),
    ]
    Target.objects.bulk_create(lines)


def _total(split: dict[str, dict[str, str]], column: str) -> int:
    return sum(int(row[column]) for row in split.values())


def _baselines() -> tuple[dict[str, int], dict[str, int]]:
    """By county unit: pilots before the year began, and pilot places on the reference day."""
    pilots = dict.fromkeys(Region.objects.counties_within(CITY).values_list("code", flat=True), 0)
    places = dict(pilots)
    for row in rows("shijiazhuang_2021.csv"):
        if row["is_pilot"] == "1":
            places[row["county_code"]] += int(row["places"])
            pilots[row["county_code"]] += row["designated_on"] < BASELINE_DAY.isoformat()
    return pilots, places


def _target(region: str, indicator: str, day: date, baseline: int, growth: int) -> Target:
    return Target(
        region_id=region,
        indicator=indicator,
        year=REFERENCE_DAY.year,
        baseline_value=baseline,
        baseline_on=day,
        goal=baseline + growth,
        mandate=MANDATE if region != PROVINCE else "省年度任务（示例）",
        document=DOCUMENT,
    )
