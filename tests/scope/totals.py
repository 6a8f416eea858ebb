"""Lists and totals as a reader gets them, beside what the sample adds up to."""

import re
from collections.abc import Iterator
from urllib.parse import urlencode

from django.urls import reverse

from tests.scope.calls import Caller
from tests.scope.checks import MEASURES
from tests.scope.oracle import EVERYBODY, LEVEL, PARENT, figure_regions, path, readable
from tests.scope.world import DAY

ROWS = re.compile(r'href="/institutions/((?:SJZ|TSH|XJI)-\d{4})/\?as_of')
COUNT = re.compile(r"共 ([\d,]+) 家机构")
OPTION = re.compile(r'<option value="(\d{6})"')
AREA = re.compile(r'data-region-code="(\d{6})"')
ANSWER = re.compile(r'class="answer-value">\s*([\d,]+)')
RECORDS = re.compile(r"([\d,]+) 条记录，合计 ([\d,]+)")
PAGE_SIZE = 50
AS_OF = DAY.isoformat()


def whole(text: str) -> int:
    return int(text.replace(",", ""))


def differing(what: str, found: object, wanted: object) -> list[str]:
    """Nothing where they are the same."""
    return [] if found == wanted else [f"{what}: {found}, not {wanted}"]


def register(caller: Caller, name: str, *, parts: bool = False, pages: int = 30, **query: str) -> tuple[set[str], int]:
    """Numbers on the pages of the register's list, and the count it states."""
    numbers: set[str] = set()
    stated = 0
    for page in range(1, pages + 1):
        url = f"{reverse('institutions')}?{urlencode({**query, 'as_of': AS_OF, 'page': str(page)})}"
        headers = {"HX-Request": "true", "HX-Target": "institution-rows"} if parts else {}
        text = caller.call(name, url, **headers).text
        found = set(ROWS.findall(text))
        stated = whole(COUNT.findall(text)[0])
        numbers |= found
        if len(found) < PAGE_SIZE:
            break
    return numbers, stated


def list_faults(caller: Caller, name: str) -> list[str]:
    """The register's list: exactly what is visible, by page and by htmx, whole and filtered, and counted right."""
    world, who = caller.world, EVERYBODY[name]
    visible = world.visible(who)
    found = []
    for parts in (False, True):
        numbers, count = register(caller, name, parts=parts)
        found += differing(f"{name}: the list", numbers, visible)
        found += differing(f"{name}: the list's count", count, len(visible))
    for county in ("130102", "130172", "130104", "130181", "130200", "130100"):
        # An area that is not the reader's narrows nothing: the filter does not know it.
        inside = {each for each in visible if county in path(world.county_of[each])}
        wanted = inside if county in readable(who) else visible
        numbers, count = register(caller, name, pages=1, county=county)
        first_page = {*sorted(wanted)[:PAGE_SIZE]}
        found += differing(f"{name}: the list of {county}", (numbers, count), (first_page, len(wanted)))
    found += differing(f"{name}: areas to choose", _areas(caller, name), readable(who))
    for number in ("SJZ-0001", "SJZ-0045", "TSH-9001"):
        for words in (number, world.names[number], f"试路{number[-4:]}号"):
            wanted = {number} & visible
            found += differing(f"{name}: search of {words}", register(caller, name, q=words)[0], wanted)
    return found


def _areas(caller: Caller, name: str) -> set[str]:
    return set(OPTION.findall(caller.call(name, reverse("institutions")).text))


def own_faults(caller: Caller, name: str) -> list[str]:
    """The page of one's own institutions."""
    found = set(ROWS.findall(caller.call(name, reverse("mine")).text))
    return differing(f"{name}: own institutions", found, {*EVERYBODY[name].speaks})


def figure_faults(caller: Caller, name: str) -> list[str]:
    """Figures over REST, and on the pages of the regions that are open: what the sample adds up to."""
    who = EVERYBODY[name]
    asked = {"130000", "130100", "130102", "130104", "130172", "130181", "130200"}
    found = []
    for region in sorted(asked & figure_regions(who)):
        answer = caller.call(name, f"{reverse('api:figures')}?{urlencode({'region': region, 'as_of': AS_OF})}")
        for measure in MEASURES:
            stated = re.findall(rf'"{measure}":\{{"value":(\d+)', answer.text)
            wanted = [str(caller.world.figure(measure, region))]
            found += differing(f"{name}: {measure} of {region} over REST", stated, wanted)
    if who.door == "session":
        for region in sorted(asked & readable(who))[:3]:
            found += [*_explained(caller, name, region), *_below(caller, name, region)]
    return found


def _explained(caller: Caller, name: str, region: str) -> Iterator[str]:
    for measure in ("institutions_total", "places_total", "pilots_total"):
        wanted = caller.world.figure(measure, region)
        url = f"{reverse('figure', args=[measure])}?{urlencode({'region': region, 'as_of': AS_OF})}"
        text = caller.call(name, url).text
        yield from differing(f"{name}: {measure} of {region}", [whole(n) for n in ANSWER.findall(text)], [wanted])
        sums = sorted({whole(total) for _count, total in RECORDS.findall(text)})
        yield from differing(f"{name}: records of {measure} of {region}", sums, [wanted])


def _below(caller: Caller, name: str, region: str) -> Iterator[str]:
    """The table of the regions below, and the areas of the map."""
    text = caller.call(name, f"{reverse('region', args=[region])}?{urlencode({'as_of': AS_OF})}").text
    children = {code for code, parent in PARENT.items() if parent == region}
    yield from differing(f"{name}: table of {region}", set(AREA.findall(text)), children)
    drawn = set(re.findall(r'"code": "(\d{6})"', text))
    counties = {code for code in PARENT if region in path(code) and LEVEL[code] == "county"}
    yield from differing(f"{name}: map of {region}", drawn, counties)


def ledger_faults(caller: Caller, name: str, page_size: int = 50) -> list[str]:
    """Reports over REST: the institution's own, however many pages, and none of another's."""
    found = []
    for number in ("SJZ-0001", "SJZ-0002", "SJZ-0447", "TSH-9001"):
        url = reverse("api:capacity_reports", args=[number])
        for _page in range(page_size):
            answer = caller.call(name, url)
            of = set(re.findall(r'"institution":"([^"]+)"', answer.text))
            wanted = {number} if number in caller.world.visible(EVERYBODY[name]) else set()
            found += differing(f"{name}: reports of {number}", of, wanted)
            following = re.search(r'"next":"http://testserver([^"]+)"', answer.text)
            if following is None:
                break
            url = following[1]
    return found
