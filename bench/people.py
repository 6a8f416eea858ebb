"""The pages of people at the size of a large province: 40,000 accounts, as each office asks for them.

Hebei's regions, 12,000 institutions, of which a quarter belongs to chains with people of their own; two to four people
an institution, and each office's own. One in twelve has held a role before. Beside each page its control: the bare SQL
of fifty accounts with their roles.

Loading is measured too: memberships are written with their triggers, as an import would.
"""

import os
import random
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from statistics import median
from typing import Any
from urllib.parse import quote

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from bench import server
from bench.pages import Browser
from bench.results import Result, progress, seconds_of
from bench.upkeep import unrecorded
from pilots.models import Institution, Membership, Operator, Region
from pilots.operations.reference import load_regions
from pilots.states.regions import Level
from pilots.states.roles import Role
from portal.accounts.models import User

# ruff: noqa: PLR2004  # the numbers below are chances and days, and mean nothing else

DATABASE = "people"
LIMIT_SECONDS = 0.150
LIMIT_QUERIES = 12
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "7"))
SCALE = float(os.environ.get("BENCH_SCALE", "1"))
PEOPLE = round(40_000 * SCALE)
INSTITUTIONS = round(12_000 * SCALE)
CHAIN = 6
"""Institutions of an operator, where there is one."""
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰春梅"

OFFICES = {
    "county": (Role.COUNTY_OFFICER, "130102"),
    "city": (Role.CITY_OFFICER, "130100"),
    "province": (Role.PROVINCE_OFFICER, "130000"),
    "system": (Role.SYSTEM_ADMINISTRATOR, None),
    "security": (Role.SECURITY_ADMINISTRATOR, None),
}

Post = tuple[Role, str | None, int | None, int | None]
"""Role, region, institution, operator."""


def run() -> Result:
    """Load, measure and judge."""
    server.maintain(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
    server.maintain(f'CREATE DATABASE "{DATABASE}"')
    with server.database(DATABASE):
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        loading = _load()
        pages = {f"{office} {name}": (office, path) for office in OFFICES for name, path in _paths(office).items()}
        browsers = {office: Browser(User.objects.get(username=office)) for office in OFFICES}
        queries = {name: _queries(browsers[office], path) for name, (office, path) in pages.items()}
        seconds: dict[str, list[float]] = {name: [] for name in pages}
        control = []
        for _round in range(ROUNDS):
            control.append(seconds_of(_control))
            for name, (office, path) in pages.items():
                seconds[name].append(seconds_of(partial(browsers[office].get, path)))
    server.drop(DATABASE)
    return _result({name: median(each) for name, each in seconds.items()}, median(control), queries, loading)


def _paths(office: str) -> dict[str, str]:
    """What an office asks for: its list, plain and narrowed, and somebody on it."""
    person = User.objects.exclude(username__in=OFFICES).filter(memberships__in=_seen(office)).earliest("pk")
    return {
        "list": "/people/",
        "page 3": "/people/?page=3",
        "name": f"/people/?q={quote('王伟')}",
        "place": f"/people/?q={quote('托育园7')}",
        "role": "/people/?role=institution_clerk",
        "active": "/people/?state=active",
        "idle": "/people/?state=without_role",
        "never": "/people/?state=never",
        "off": "/people/?state=off",
        "person": f"/people/{person.pk}/",
    }


def _seen(office: str) -> Any:
    """Memberships of which one is surely on the office's list."""
    places = {
        "county": {"institution__county": "130102", "institution__operator": None},
        "city": {"role": Role.COUNTY_OFFICER, "region__parent": "130100"},
        "province": {"role": Role.CITY_OFFICER},
        "system": {"institution__county": "130102"},
        "security": {"role": Role.PROVINCE_OFFICER},
    }
    return Membership.objects.filter(**places[office])


def _queries(browser: Browser, path: str) -> int:
    count = 0

    def counting(execute: Any, *arguments: Any) -> Any:
        nonlocal count
        count += 1
        return execute(*arguments)

    browser.get(path)
    with connection.execute_wrapper(counting):
        browser.get(path)
    return count


def _control() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT u.*, m.* FROM (SELECT * FROM accounts_user ORDER BY name, id LIMIT 50) u
                 LEFT JOIN pilots_membership m ON m.user_id = u.id"""
        )
        return list(cursor.fetchall())


def _load() -> float:
    """Fill the database; how many seconds the memberships took."""
    dice, today = random.Random(7), timezone.localdate()
    with unrecorded():
        load_regions()
        _load_institutions(dice)
        posts = list(_posts(dice))
        User.objects.bulk_create(_accounts(dice, len(posts)), batch_size=2000)
    users = list(User.objects.order_by("pk").values_list("pk", flat=True))
    rows = [row for user, post in zip(users, posts, strict=True) for row in _memberships(dice, user, post, today)]
    progress(f"{len(users)} accounts, {INSTITUTIONS} institutions; now {len(rows)} memberships")
    taken = seconds_of(lambda: Membership.objects.bulk_create(rows, batch_size=2000))
    progress(f"memberships are in, after {taken:.1f} s")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    return taken


def _load_institutions(dice: random.Random) -> None:
    counties = list(Region.objects.filter(level=Level.COUNTY).order_by("pk").values_list("pk", flat=True))
    chained = INSTITUTIONS // 4
    Operator.objects.bulk_create(Operator(name=f"连锁托育{number}") for number in range(chained // CHAIN))
    operators = list(Operator.objects.order_by("pk").values_list("pk", flat=True))
    rows = []
    for number in range(INSTITUTIONS):
        operator = operators[number // CHAIN] if number // CHAIN < len(operators) else None
        # Most chains stay in one county unit, some do not.
        home = counties[(number // CHAIN) % len(counties)]
        county = home if operator and operator % 4 else dice.choice(counties)
        name = f"托育园{number}"
        rows.append(
            Institution(
                number=f"TY{number:07}",
                name=name,
                service_model="social",
                county_id=county,
                operator_id=operator,
                opened_on=date(2021, 1, 1),
                search_text=name,
            )
        )
    Institution.objects.bulk_create(rows, batch_size=2000)


def _posts(dice: random.Random) -> Iterator[Post]:
    """The posts of all people; the first are the offices' that ask."""
    for role, region in OFFICES.values():
        yield role, region, None, None
    number = len(OFFICES)
    for code, level in Region.objects.order_by("pk").values_list("pk", "level"):
        own = {Level.PROVINCE: Role.PROVINCE_OFFICER, Level.CITY: Role.CITY_OFFICER, Level.COUNTY: Role.COUNTY_OFFICER}
        below = [Role.REVIEWER] * 2 if level == Level.COUNTY else [Role.AUDITOR]
        for role in [own[Level(level)]] * 3 + below + [Role.DEPARTMENT_COLLEAGUE] * 4:
            yield role, code, None, None
            number += 1
    for operator in Operator.objects.order_by("pk").values_list("pk", flat=True):
        yield Role.INSTITUTION_DIRECTOR, None, None, operator
        number += 1
    institutions = list(Institution.objects.order_by("pk").values_list("pk", flat=True))
    for place in range(PEOPLE - number):
        role = Role.INSTITUTION_DIRECTOR if place < len(institutions) else Role.INSTITUTION_CLERK
        chosen = institutions[place] if place < len(institutions) else dice.choice(institutions)
        yield role, None, chosen, None


def _accounts(dice: random.Random, number: int) -> Iterator[User]:
    offices = list(OFFICES)
    for each in range(number):
        name = dice.choice(SURNAMES) + "".join(dice.choices(GIVEN, k=dice.choice((1, 2))))
        yield User(
            username=offices[each] if each < len(offices) else f"user{each}",
            name=name,
            password="!",
            is_active=each < len(offices) or dice.random() > 0.05,
            last_login=None if dice.random() < 0.2 else timezone.now() - timedelta(days=dice.randrange(200)),
        )


def _memberships(dice: random.Random, user: int, post: Post, today: date) -> Iterator[Membership]:
    role, region, institution, operator = post
    place = {"region_id": region, "institution_id": institution, "operator_id": operator}
    department = "消防救援大队" if role == Role.DEPARTMENT_COLLEAGUE else ""
    first = today - timedelta(days=dice.randrange(30, 1000))
    common = {"user_id": user, "role": role, "department": department, **place}
    if dice.random() < 1 / 12:
        yield Membership(**common, starts_on=first - timedelta(days=400), ends_on=first - timedelta(days=1))
    ended = institution is not None and dice.random() < 0.05
    yield Membership(**common, starts_on=first, ends_on=today - timedelta(days=5) if ended else None)


def _result(seconds: dict[str, float], control: float, queries: dict[str, int], loading: float) -> Result:
    slowest = max(seconds, key=lambda name: seconds[name])
    over = [f"{name}: seconds" for name, taken in seconds.items() if taken > LIMIT_SECONDS]
    over += [f"{name}: queries" for name, number in queries.items() if number > LIMIT_QUERIES and "person" not in name]
    return Result(
        name="people",
        seconds=seconds[slowest],
        control_seconds=control,
        limit=LIMIT_SECONDS,
        limit_on="seconds",
        over=over,
        details={
            "slowest": slowest,
            "queries_limit": LIMIT_QUERIES,
            "pages": {name: {"seconds": seconds[name], "queries": queries[name]} for name in seconds},
            "memberships_loaded_in": loading,
            "rounds": ROUNDS,
        },
    )
