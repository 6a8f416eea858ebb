"""Calls as someone, what came back, and how it reads beside the oracle."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.shortcuts import resolve_url
from django.test import Client
from django.urls import reverse

from portal.shared.audience import Audience, routes
from tests.scope.addresses import ADDRESSES, Address, line_for
from tests.scope.checks import Watch, text_of
from tests.scope.oracle import ACCOUNTS, EVERYBODY, PARENT, Ask, On, Place, Verdict, Who, verdict
from tests.scope.world import PEOPLE, World

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
SAFE = {"GET", "HEAD", "OPTIONS"}
WRITE = re.compile(r'\b(?:INSERT INTO|UPDATE|DELETE FROM) "(pilots_\w+|accounts_\w+)"')
SHORTEST_SAID = 5
LIBRARY = ("sign_in", "account_login", "account_reauthenticate", "mfa_")
"""Routes of the sign-in library: each person's own, without a place."""
OF_PEOPLE = ("people", "person", "membership_", "administration_", "account_")
NOTES_OF_USE = {
    "session": {"accounts_user", "accounts_userevent"},
    "key": {"accounts_apikey", "pilots_institutionkey"},
    "no key": {"accounts_apikey"},
    "none": set(),
}
"""Tables in which a mere call leaves its mark, by the door it came through: when an account or a key was last used."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    text: str
    content_type: str
    headers: Mapping[str, str]
    written: frozenset[str]
    """Business tables that were written to."""

    @property
    def verdict(self) -> Verdict | None:
        """How the gate answered; None for a bug."""
        if self.status >= 500:  # a fault of the server's
            return None
        if self.status == 302 and self.headers.get("Location", "").startswith(f"{resolve_url(settings.LOGIN_URL)}?"):
            return Verdict.SIGN_IN
        if self.status == 403 and 'name="password"' in self.text:  # the sign-in, keeping what was typed
            return Verdict.SIGN_IN
        return {
            401: Verdict.NO_KEY,
            403: Verdict.FORBIDDEN,
            404: Verdict.HIDDEN,
            405: Verdict.NOT_SERVED,
        }.get(self.status, Verdict.ADMITTED)


@dataclass
class Caller:
    """Asks as anyone, everywhere; each call is undone."""

    world: World
    watch: Watch

    @property
    def audiences(self) -> dict[str, Audience]:
        """What each route declares."""
        return {name: view.audience for name, view in routes()}

    def call(self, name: str, url: str, method: str = "GET", body: Any = None, **headers: str) -> Answer:
        """One call by the name of someone in the world."""
        sent: dict[str, Any] = {"headers": {"accept-language": "zh-hans", **headers}}
        if method not in ("GET", "HEAD", "OPTIONS"):
            sent |= {"data": body or {}}
            if url.startswith("/api/") or method != "POST":
                sent |= {"content_type": "application/json"}
        client = self.world.clients[name]
        with undone(), kept(client), writes() as written:
            response = getattr(client, method.lower())(url, **sent)
            return _answer(response, written)

    def address(self, route: str, place: Place) -> str:
        """Where a route is at a place."""
        line = ADDRESSES[route]
        return reverse(route, args=line.args(place), query=dict(line.query(place)) or None)

    def expected(self, name: str, route: str, place: Place, method: str) -> Verdict:
        """What the oracle says."""
        line, who = ADDRESSES[route], EVERYBODY[name]
        ask = Ask(self.audiences[route], line.on, place, method not in SAFE, name)
        told = (line.only or verdict)(who, ask)
        if told in (Verdict.SIGN_IN, Verdict.NO_KEY):
            return told
        if not serves(line, method):
            return Verdict.NOT_SERVED
        return Verdict.ADMITTED if method == "OPTIONS" else told  # which tells of the interface, not of the place

    def try_route(self, name: str, route: str, place: Place, method: str) -> list[str]:
        """Ask, and say all that differs from the oracle."""
        line, who = ADDRESSES[route], EVERYBODY[name]
        url = self.address(route, place)
        body = line.body(place) if line.body and method == "POST" else None
        answer = self.call(name, url, method, body)
        wanted = self.expected(name, route, place, method)
        said = f"{name} {method} {url}"
        found = []
        if answer.verdict != wanted and not self._as_good(answer, route, place, wanted):
            found.append(f"{said}: {answer.status}, not {wanted}")
        if answer.status == 400 and wanted == Verdict.ADMITTED and not line.body:
            found.append(f"{said}: 400 for a good request")
        given = [*line.args(place), *line.query(place).values(), *(body or {}).values()]
        found += [f"{said}: {leak}" for leak in self.leaks_in(answer, name, route, given)]
        right = may_write(who, line, place, wanted)
        if not right and (wrongly := answer.written - NOTES_OF_USE[who.door]):
            found.append(f"{said}: writes to {', '.join(sorted(wrongly))}")
        if right and body is not None and not answer.written:
            found.append(f"{said}: a good request was not stored: {answer.status} {answer.text[-400:]}")
        return found

    def _as_good(self, answer: Answer, route: str, place: Place, wanted: Verdict) -> bool:
        """Slips are told from the hidden where nothing is there; who is signed in is sent on from the sign-in."""
        if wanted == Verdict.HIDDEN:
            return answer.status == 400 and place.region not in PARENT
        if route == "socialaccount_login_cancelled" and wanted == Verdict.ADMITTED:
            return answer.status == 401  # its page says that a sign-in failed, to everyone
        if wanted in (Verdict.NOT_SERVED, Verdict.ADMITTED) and route.startswith(LIBRARY):
            # The library looks whether a factor is there, or somebody signed in, before it looks at the method.
            return answer.status in (200, 302, 404) and (wanted == Verdict.NOT_SERVED or answer.status != 200)
        return wanted == Verdict.NOT_SERVED and self.audiences[route] == Audience.ANYONE and answer.status == 302

    def leaks_in(self, answer: Answer, name: str, route: str, given: Iterable[object] = ()) -> list[str]:
        """What the answer shows and the reader may not see. What the reader has said itself may be said again."""
        audience = self.audiences[route]
        allowed = self.watch.allowed(name, EVERYBODY[name], audience)
        text = answer.text
        for each in sorted(map(str, given), key=len, reverse=True):
            text = text.replace(each, "") if len(each) > SHORTEST_SAID else text
        open_page = audience == Audience.ANYONE or answer.verdict == Verdict.SIGN_IN
        besides = self.shown_to_all() if open_page else own_places(name, route)
        return self.watch.leaks(text, allowed, besides=besides)

    def shown_to_all(self) -> set[str]:
        """The sign-in page of a demonstration lists its accounts with their places."""
        return {number for who in ACCOUNTS.values() for number in who.speaks} | {
            each for who in ACCOUNTS.values() for each in who.tops
        }


def own_places(name: str, route: str) -> set[str]:
    """Places that stand on pages of people besides those one reads.

    One's own roles name their places, the past and future ones too; the assessor's is the city. The security
    administrator appoints the officers of the province, and auditors of any region.
    """
    if route == "my_roles":
        return {
            place for username, _name, _role, place in (*PEOPLE, ("assessor", "", None, "130100")) if username == name
        }
    return {*PARENT} if name == "security-admin" and route.startswith(OF_PEOPLE) else set()


def serves(line: Address, method: str) -> bool:
    """Whether a route has the method; HEAD comes with GET."""
    methods = line.methods.split()
    return method in methods or (method == "HEAD" and "GET" in methods)


def may_write(who: Who, line: Address, place: Place, wanted: Verdict) -> bool:
    """Whether a good request changes something. A route that hangs on nothing names the place in what is sent."""
    if wanted != Verdict.ADMITTED:
        return False
    return line.on != On.NOTHING or not line.body or bool(who.desk and who.desk == place.county)


def unregistered(names: set[str]) -> list[str]:
    """Lines that are missing from ADDRESSES, for these routes."""
    return [line_for(name) for name in sorted(names - ADDRESSES.keys())]


def _answer(response: HttpResponseBase, written: set[str]) -> Answer:
    content_type = response.get("Content-Type", "")
    return Answer(response.status_code, text_of(response), content_type, dict(response.items()), frozenset(written))


@contextmanager
def undone() -> Iterator[None]:
    """Nothing of what happens here stays."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def kept(client: Client) -> Iterator[None]:
    """The cookies stay as they are: a sign-out, or another language, is undone as well."""
    cookies = client.cookies.copy()
    try:
        yield
    finally:
        client.cookies = cookies


@contextmanager
def writes() -> Iterator[set[str]]:
    """Tables of the programme that are written to meanwhile."""
    found: set[str] = set()

    def note(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        found.update(WRITE.findall(str(sql)))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found
