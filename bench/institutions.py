"""The nation's institutions and their ledgers, made by a seeded generator: the same on every machine."""

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate, count
from math import exp
from pathlib import Path

from bench.nation import FIRST_DAY, LAST_DAY

# ruff: noqa: PLR2004  # the numbers below are chances and days, and mean nothing else

REGIONS = Path(__file__).with_name("data") / "national_regions.csv"
SEED = 2025
DAYS = (LAST_DAY - FIRST_DAY).days + 1

BRANDS = (
    "阳光",
    "小太阳",
    "启明",
    "童心",
    "向日葵",
    "爱贝",
    "金摇篮",
    "红黄蓝",
    "七彩",
    "博雅",
    "春蕾",
    "晨曦",
    "蓝天",
)
KINDS = {"family": "家庭托育点", "community": "社区托育中心", "kindergarten": "幼儿园托班", "social": "托育园"}
MODELS = (("family", 8), ("community", 22), ("kindergarten", 38), ("social", 26), ("employer", 6))
NATURES = ("public_institution", "social_service_body", "for_profit")
TYPE_OF_MODEL = {"kindergarten": "kindergarten_nursery", "employer": "employer_welfare", "community": "community"}

Line = tuple[object, ...]


@dataclass(frozen=True)
class County:
    """A county unit and how many people and kindergartens it has."""

    code: str
    short_name: str
    population: int
    kindergartens: int


@dataclass
class Ledgers:
    """Lines of the three ledgers: id, institution, from, to, recorded, corrected line, reason; then its own columns."""

    filings: list[Line] = field(default_factory=list)
    designations: list[Line] = field(default_factory=list)
    recognitions: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class Institution:
    """An institution with what its reports will say: places by class group."""

    pk: int
    name: str
    county: str
    service_model: str
    nature: str
    opened_on: date
    closed_on: date | None
    places: tuple[int, int, int, int, int]

    @property
    def number(self) -> str:
        """The public number."""
        return f"TY{self.pk:07}"

    @property
    def credit_code(self) -> str:
        """Something of the length of a credit code, where it has one."""
        return f"5213{self.county}{self.pk:08}" if self.pk % 5 else ""

    @property
    def address(self) -> str:
        """Where it is."""
        return f"人民路{self.pk % 900 + 1}号"


def region_rows() -> list[dict[str, str]]:
    """The file of regions."""
    with REGIONS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def counties() -> list[County]:
    """County units, of skewed size."""
    dice = random.Random(SEED)
    found = []
    for row in region_rows():
        if row["level"] == "county":
            population = int(380_000 * exp(dice.gauss(0, 0.7)))
            found.append(County(row["code"], row["short_name"], population, population // 5_000 + 3))
    return found


def institutions(number: int) -> Iterator[Institution]:
    """Institutions in the order of their registration, most of them in large county units."""
    dice = random.Random(SEED + 1)
    places = counties()
    weights = list(accumulate(county.population * dice.uniform(0.5, 1.5) for county in places))
    models = list(accumulate(weight for _model, weight in MODELS))
    for pk in range(1, number + 1):
        (county,) = dice.choices(places, cum_weights=weights)
        (model,) = dice.choices([model for model, _weight in MODELS], cum_weights=models)
        opened = FIRST_DAY + timedelta(days=dice.randrange(-2_000, 0))
        if dice.random() < 0.15:
            opened = FIRST_DAY + timedelta(days=dice.randrange(DAYS - 60))
        closed = opened + timedelta(days=dice.randrange(30, 3_000)) if dice.random() < 0.04 else None
        if closed and not FIRST_DAY <= closed <= LAST_DAY:
            closed = None
        name = f"{county.short_name}{dice.choice(BRANDS)}{KINDS.get(model, '职工托育点')}{pk % 97 + 1}"
        nature = dice.choice(NATURES)
        yield Institution(pk, name, county.code, model, nature, opened, closed, _places(dice))


def ledgers(number: int) -> Ledgers:
    """About 70 % with a filing, 6 % pilots, 45 % inclusive; some lines change, end, correct or annul earlier ones."""
    dice = random.Random(SEED + 2)
    made = Ledgers()
    pks = (count(1), count(1), count(1))
    for institution in institutions(number):
        if dice.random() < 0.70:
            made.filings += _filings(dice, institution, pks[0])
        if dice.random() < 0.06:
            made.designations += _designations(dice, institution, pks[1])
        if dice.random() < 0.45:
            made.recognitions += _recognitions(dice, institution, pks[2])
    return made


def noon(day: date) -> datetime:
    """An instant of the day."""
    return datetime.combine(day, time(4), UTC)


def _places(dice: random.Random) -> tuple[int, int, int, int, int]:
    """Places of the infant, toddler, older toddler, mixed and unclassified groups."""
    size = max(1, round(exp(dice.gauss(0.6, 0.6))))
    kind = dice.random()
    if kind < 0.25:
        return (0, 0, 0, 18 * size, 0)
    if kind < 0.30:
        return (0, 0, 0, 0, 15 * size)
    return (10 * (size // 2), 15 * size, 20 * size, 18 * (size % 2), 0)


def _filings(dice: random.Random, institution: Institution, pks: Iterator[int]) -> Iterator[Line]:
    day = _later(dice, institution.opened_on, 200)
    first = next(pks)
    kind = "report_only" if dice.random() < 0.05 else "initial"
    yield (first, institution.pk, day, None, noon(day), None, "", kind)
    chance = dice.random()
    if chance < 0.01:
        yield (next(pks), institution.pk, _later(dice, day, 30), None, noon(LAST_DAY), first, "date", kind)
    elif chance < 0.15:
        again = _later(dice, day, 600)
        yield (next(pks), institution.pk, again, None, noon(again), None, "", "change")
    elif chance < 0.18:
        end = _later(dice, day, 900)
        yield (next(pks), institution.pk, end, None, noon(end), None, "", "cancellation")
    elif chance < 0.182:
        yield (next(pks), institution.pk, day, None, noon(LAST_DAY), first, "mistake", "void")


def _designations(dice: random.Random, institution: Institution, pks: Iterator[int]) -> Iterator[Line]:
    day = _later(dice, max(institution.opened_on, FIRST_DAY), 1_000)
    first = next(pks)
    kind = TYPE_OF_MODEL.get(institution.service_model, "brand_chain")
    level = "provincial" if dice.random() < 0.4 else "city"
    ends = day + timedelta(days=1_095) if dice.random() < 0.2 else None
    yield (first, institution.pk, day, ends, noon(day), None, "", "designate", level, kind)
    chance = dice.random()
    if chance < 0.02:
        earlier = (next(pks), institution.pk, _later(dice, day, 30), None, noon(LAST_DAY), first)
        yield (*earlier, "date", "designate", level, kind)
    elif chance < 0.17:
        again = _later(dice, day, 500)
        yield (next(pks), institution.pk, again, None, noon(again), None, "", "change", "provincial", kind)
    elif chance < 0.27:
        end = _later(dice, day, 700)
        yield (next(pks), institution.pk, end, None, noon(end), None, "", "end", "", "")


def _recognitions(dice: random.Random, institution: Institution, pks: Iterator[int]) -> Iterator[Line]:
    day = _later(dice, institution.opened_on, 900)
    first = next(pks)
    ends = day + timedelta(days=1_095) if dice.random() < 0.3 else None
    yield (first, institution.pk, day, ends, noon(day), None, "", "recognise")
    chance = dice.random()
    if ends and ends < LAST_DAY and chance < 0.8:
        again = ends + timedelta(days=1)
        yield (next(pks), institution.pk, again, None, noon(again), None, "", "recognise")
    elif chance < 0.06:
        end = _later(dice, day, 700)
        yield (next(pks), institution.pk, end, None, noon(end), None, "", "end")


def _later(dice: random.Random, day: date, days: int) -> date:
    """A day after `day`, and not after the last."""
    return min(LAST_DAY, day + timedelta(days=dice.randrange(1, days)))
