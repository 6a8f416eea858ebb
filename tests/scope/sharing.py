"""One reader's answer must not become another's: by a cache here, by one on the way, or by what a stranger is told."""

import re
from collections.abc import Iterable, Mapping

from tests.scope.addresses import ADDRESSES
from tests.scope.calls import Answer, Caller
from tests.scope.oracle import On, Verdict

OWN = re.compile(
    r"csrfmiddlewaretoken[^>]+>|\"X-CSRFToken\": \"\w+\"|nonce=\"[^\"]+\"|(?<!\w)[0-9a-f]{32}(?!\w)"
    r"|Set-Cookie: [^\n]+|\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?"
)
"""What differs from one answer to the next by design: tokens, ids, the time of the day."""


TOLD_AT_MOST = 1500
"""Characters of an answer to a stranger: a redirect, or a problem."""


FRESH = {
    "institution_key_new",
    "institution_key_rotate",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn",
}
"""Forms that carry a new token, secret or challenge each time: no two answers are the same, and none may be kept."""


def settled(answer: Answer) -> tuple[int, str]:
    """The answer without what is new in each."""
    return answer.status, OWN.sub("", answer.text)


def shared(caller: Caller) -> list[str]:
    """Addresses that several people ask for: those without a place, and every page at two places."""
    urls = []
    for route, line in ADDRESSES.items():
        if "GET" in line.methods.split() and route not in FRESH:
            labels = ["own county", "other county"] if line.on != On.NOTHING else ["own county"]
            urls += [caller.address(route, caller.world.places[label]) for label in labels]
    return urls


def mixing_faults(caller: Caller, names: list[str], urls: Iterable[str] = ()) -> list[str]:
    """Ask one after the other, each with what the one before was told to validate by; and once more in that order."""
    found = []
    for url in urls or shared(caller):
        first = {name: settled(caller.call(name, url)) for name in names}
        validators: Mapping[str, str] = {}
        for name in names:
            answer = caller.call(name, url, **validators)
            if answer.status == 304:
                found.append(f"{name} {url}: told that it has not changed since another reader's")
            elif settled(answer) != first[name]:
                found.append(f"{name} {url}: another answer after other readers'")
            validators = _validators(answer)
    return found


def _validators(answer: Answer) -> dict[str, str]:
    given = {"If-None-Match": answer.headers.get("ETag"), "If-Modified-Since": answer.headers.get("Last-Modified")}
    return {name: value for name, value in given.items() if value}


def header_faults(caller: Caller, name: str, urls: Iterable[str] = ()) -> list[str]:
    """What a cache on the way may keep: nothing of a signed-in reader's that another could get."""
    found = []
    for url in urls or shared(caller):
        for headers in ({}, {"HX-Request": "true"}):
            answer = caller.call(name, url, **headers)
            control = answer.headers.get("Cache-Control", "")
            varies = {each.strip().lower() for each in answer.headers.get("Vary", "").split(",")}
            private = "private" in control or "no-store" in control or "no-cache" in control
            if "public" in control or not (private or varies & {"cookie", "*"}):
                found.append(f"{name} {url}: may be kept for others (Cache-Control: {control}; Vary: {varies})")
    return found


def stranger_faults(caller: Caller, name: str) -> list[str]:
    """Whoever is not signed in is told nothing: every address, as a page, and as part of one."""
    found = []
    for route, line in ADDRESSES.items():
        for label in ("own county", "other city") if line.on != On.NOTHING else ("own county",):
            place = caller.world.places[label]
            url = caller.address(route, place)
            for headers in ({}, {"HX-Request": "true", "HX-Target": "records"}):
                answer = caller.call(name, url, **headers)
                given = [*line.args(place), *line.query(place).values()]
                found += [f"{name} {url}: {leak}" for leak in caller.leaks_in(answer, name, route, given)]
                wanted = caller.expected(name, route, place, "GET")
                if wanted != Verdict.ADMITTED and len(answer.text) > TOLD_AT_MOST:
                    found.append(f"{name} {url}: {len(answer.text)} characters for a stranger")
    return found
