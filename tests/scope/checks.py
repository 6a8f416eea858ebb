"""What an answer shows that its reader may not see: institutions, their contacts, people, regions, totals."""

import html
import io
import json
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from django.http import HttpResponseBase

from portal.shared.audience import Audience
from tests.scope.oracle import PARENT, REGION_NAMES, Who, figure_regions, path, readable
from tests.scope.world import PEOPLE, World

MEASURES = ("institutions_total", "places_total", "enrolled_total", "pilots_total", "places_pilot")
TELLING = 1000
"""Totals from here on are told by their digits alone: no other number of the sample is the same."""

_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_RUN = re.compile(r"[\u3007\u4e00-\u9fff·（）0-9A-Za-z]+")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_NUMBER = re.compile(r"(?:SJZ|TSH|XJI)-\d{4}")
_CONTACT = re.compile(r"(?:1380000|联系人|试路)(\d{4})")
_REGION = re.compile(r"(?<![\w.,-])13\d{4}(?![\w.,])", re.ASCII)
_TOTAL = re.compile(r"(?<![\w.,:/-])(?:\d{1,3}(?:,\d{3})+|\d{4,6})(?![\w,:/-])", re.ASCII)


def text_of(response: HttpResponseBase) -> str:
    """All that an answer says: its headers, and its body as text, whatever its format."""
    headers = " ".join(f"{name}: {value}" for name, value in response.items() if name not in _PLAIN_HEADERS)
    body = b"".join(response) if response.streaming else response.content
    return f"{headers}\n{_decoded(body)}"


_PLAIN_HEADERS = {"Content-Length", "X-Request-ID", "Content-Security-Policy", "Vary", "Allow"}


def _decoded(body: bytes) -> str:
    if body.startswith(b"PK\x03\x04"):  # workbooks and documents are archives of XML
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return "\n".join(
                html.unescape(archive.read(name).decode("utf-8", "replace")) for name in archive.namelist()
            )
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        return html.unescape(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), text))
    return body.decode("latin-1")


@dataclass(frozen=True)
class Allowed:
    """What may stand in an answer."""

    institutions: frozenset[str]
    regions: frozenset[str]
    """That may be named: its own, and the way up from them."""
    totals: frozenset[str]
    """Whose totals may stand."""
    people: frozenset[str]
    everything: bool = False


@dataclass
class Watch:
    """Looks for what should not be there."""

    world: World
    _known: dict[tuple[str, Audience], Allowed] = field(default_factory=dict)

    def allowed(self, name: str, who: Who, audience: Audience) -> Allowed:
        """What someone may see on routes of an audience."""
        key = (name, audience)
        if key not in self._known:
            self._known[key] = self._allowed(name, who, audience)
        return self._known[key]

    def _allowed(self, name: str, who: Who, audience: Audience) -> Allowed:
        named = readable(who) | figure_regions(who) | {step for top in who.tops for step in path(top)}
        mine = figure_regions(who)
        people = {
            person
            for username, person, *_rest in PEOPLE
            if username == name or who.administers or self.person_regions(username) & mine
        }
        return Allowed(
            institutions=frozenset(self.world.visible(who)),
            regions=frozenset(named),
            totals=frozenset(figure_regions(who) if audience == Audience.API else readable(who)),
            people=frozenset(people),
            # The trail is one chain for the whole programme; whoever keeps it reads all of it.
            everything=who.administers == "audit" and audience == Audience.AUDIT,
        )

    def person_regions(self, username: str) -> set[str]:
        """Regions for which a person acts, or in which the person's institutions lie."""
        who = self.world.people[next(name for each, name, *_rest in PEOPLE if each == username)]
        places = {place for each, _name, _role, place in PEOPLE if each == username and place.isdigit()}
        return who.tops | places | {self.world.county_of[number] for number in who.speaks}

    def leaks(self, text: str, allowed: Allowed, *, besides: Iterable[str] = ()) -> list[str]:
        """Everything in the text that the reader may not see; `besides` names what everybody may."""
        if allowed.everything:
            return []
        fine = set(besides)
        runs = {run for run in _RUN.findall(text) if _CHINESE.search(run)}
        found = [f"institution {each}" for each in self._institutions(text, runs) - allowed.institutions - fine]
        found += [f"region {each}" for each in self._regions(text, runs) - allowed.regions - fine]
        found += [f"person {name}" for name in self.world.people if name not in allowed.people and name in text]
        found += self._totals(text, allowed)
        return sorted(found)

    def _institutions(self, text: str, runs: set[str]) -> set[str]:
        found = {*_NUMBER.findall(text)} & self.world.names.keys()
        found |= {self._by_digits[digits] for digits in _CONTACT.findall(text) if digits in self._by_digits}
        for run in runs:
            if run in self._by_name:
                found.add(self._by_name[run])
            elif len(run) > self._shortest:
                found |= {number for name, number in self._by_name.items() if name in run}
        return found

    def _regions(self, text: str, runs: set[str]) -> set[str]:
        """Codes anywhere, and names where they stand alone: an institution's name may begin with its county's."""
        codes = {code for code in _REGION.findall(text) if code in PARENT}
        return codes | {code for name, code in self._by_region_name.items() if name in runs}

    def _totals(self, text: str, allowed: Allowed) -> list[str]:
        stated = {int(each.replace(",", "")) for each in _TOTAL.findall(text)}
        fine = {value for region in allowed.totals for value in self._telling.get(region, {}).values()}
        return [
            f"total {measure} of {region}"
            for region, totals in self._telling.items()
            if region not in allowed.totals
            for measure, value in totals.items()
            if value in stated and value not in fine
        ]

    @cached_property
    def _by_name(self) -> dict[str, str]:
        return {name: number for number, name in self.world.names.items()}

    @cached_property
    def _shortest(self) -> int:
        return min(map(len, self._by_name))

    @cached_property
    def _by_digits(self) -> dict[str, str]:
        """Whose contacts these are; see `world`."""
        return {number[-4:]: number for number in self.world.names}

    @cached_property
    def _by_region_name(self) -> dict[str, str]:
        """Names that only one region has."""
        names = list(REGION_NAMES.values())
        return {name: code for code, name in REGION_NAMES.items() if names.count(name) == 1}

    @cached_property
    def _telling(self) -> dict[str, dict[str, int]]:
        regions = ("130000", "130100", "130200", "130181", "130202")
        totals = {region: {name: self.world.figure(name, region) for name in MEASURES} for region in regions}
        return {
            region: {name: value for name, value in each.items() if value >= TELLING} for region, each in totals.items()
        }


def links_of(text: str, content_type: str) -> list[str]:
    """Addresses on this portal that an answer offers, in their order, once each."""
    if "html" in content_type:
        found = re.findall(r"""\s(?:href|hx-get|formaction)=["']([^"']+)["']""", text)
    elif "json" in content_type:
        found = [each for each in _strings(json.loads(text.split("\n", 1)[1])) if each.startswith(("/", "http"))]
    else:
        found = []
    cleaned = [html.unescape(each).removeprefix("http://testserver").partition("#")[0] for each in found]
    return list(dict.fromkeys(each for each in cleaned if each[:1] in ("/", "?") and not each.startswith("/static/")))


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [each for one in value.values() for each in _strings(one)]
    if isinstance(value, list):
        return [each for one in value for each in _strings(one)]
    return []
