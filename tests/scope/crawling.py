"""A walk over the pages that someone is offered: what is shown, and where the links lead."""

import re
from collections import Counter, deque
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from django.urls import Resolver404, resolve

from tests.scope.addresses import ADDRESSES
from tests.scope.calls import LIBRARY, Answer, Caller
from tests.scope.checks import links_of
from tests.scope.oracle import EVERYBODY, On, Verdict

PAGES = 20
"""At most so many pages a person, past those that the table of addresses names."""
ALIKE = 2
"""Of pages that differ in nothing but arguments, so many are looked at."""
OPTIONS = 3
"""So many choices of a select are tried."""


class Forms(HTMLParser):
    """Addresses to which the search and filter forms of a page lead, one choice at a time."""

    def __init__(self, page: str, text: str) -> None:
        super().__init__()
        self.page, self.action, self.hidden = page, "", {}
        self.select = ""
        self.found: list[str] = []
        self.tried: Counter[str] = Counter()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = (given.get("action") or self.page) if given.get("method", "get").lower() == "get" else ""
            self.hidden = {}
        elif not self.action:
            return
        elif tag == "input" and given.get("type") == "hidden":
            self.hidden[given.get("name", "")] = given.get("value", "")
        elif tag == "input" and given.get("type") in ("search", "checkbox"):
            self._try(given.get("name", ""), "示例" if given["type"] == "search" else "on")
        elif tag == "select":
            self.select = given.get("name", "")
        elif tag == "option" and self.select and given.get("value") and self.tried[self.select] < OPTIONS:
            self.tried[self.select] += 1
            self._try(self.select, given["value"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.action = ""

    def _try(self, name: str, value: str) -> None:
        path = urlsplit(self.action).path
        self.found.append(f"{path}?{urlencode(self.hidden | {name: value})}")


def walk(caller: Caller, name: str) -> Iterator[tuple[str, Answer, dict[str, str]]]:
    """Pages by their addresses, with the headers they were asked for with; links first that were found first."""
    queue: deque[tuple[str, str]] = deque((url, "") for url in _starts(caller, name))
    starts, seen, kinds = len(queue), set(), Counter()
    while queue and len(seen) < starts + PAGES:
        url, target = queue.popleft()
        kind = _kind(url, target)
        if (url, target) in seen or not kind or (kinds[kind] >= ALIKE and len(seen) >= starts):
            continue
        seen.add((url, target))
        kinds[kind] += 1
        headers = {"HX-Request": "true", "HX-Target": target} if target else {}
        answer = caller.call(name, url, **headers)
        yield url, answer, headers
        queue.extend(_next(url, answer, target))


def _starts(caller: Caller, name: str) -> Iterator[str]:
    """Every page that is open to it, at each place."""
    found = {}
    for route, line in ADDRESSES.items():
        if "GET" in line.methods.split():
            places = caller.world.places.values() if line.on != On.NOTHING else [caller.world.places["own county"]]
            for place in places:
                if caller.expected(name, route, place, "GET") == Verdict.ADMITTED:
                    found[caller.address(route, place)] = None
    return iter(found)


def _next(url: str, answer: Answer, target: str) -> list[tuple[str, str]]:
    """Links and forms of a page; parts that htmx would ask for, as it asks."""
    body = answer.text.split("\n", 1)[1]
    offered = [urljoin(url, each) for each in links_of(answer.text, answer.content_type)]
    if "Location" in answer.headers:
        offered.append(answer.headers["Location"])
    if "html" in answer.content_type and not target:
        offered += Forms(url, body).found
    parts = []
    if not target:
        targets = {each.removeprefix("#") for each in re.findall(r'hx-target="([^"]+)"', body)}
        parts = [(url, each) for each in sorted(targets)]
    return parts + [(each, "") for each in offered]


def _kind(url: str, target: str) -> tuple[str, ...]:
    """What a page is like: its route and which parameters it has. Nothing for what is no page of ours."""
    split = urlsplit(url)
    if split.netloc or not split.path.startswith("/"):
        return ()
    try:
        match = resolve(split.path)
    except Resolver404:
        return ("nowhere", split.path)
    return (match.view_name, target, *sorted({key for key, _value in parse_qsl(split.query, keep_blank_values=True)}))


def faults(caller: Caller, name: str, url: str, answer: Answer, *, offered: bool) -> list[str]:
    """What is wrong with a page: what it shows, and that it was offered and is closed."""
    route = _kind(url, "")[0]
    if route == "nowhere":
        return [f"{name} {url}: a link to nowhere"]
    given = [value for _key, value in parse_qsl(urlsplit(url).query)]
    found = [f"{name} GET {url}: {leak}" for leak in caller.leaks_in(answer, name, route, given)]
    if route.startswith((*LIBRARY, "socialaccount_")):
        return found  # the walk begins at every route; pages of factors that one has not are not there
    # A link to an act by POST is a form's address; a page asked for as a page must open.
    if offered and answer.verdict not in (Verdict.ADMITTED, Verdict.NOT_SERVED) and EVERYBODY[name].door == "session":
        found.append(f"{name} {url}: offered, and answered {answer.status}")
    return found
