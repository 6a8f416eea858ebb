"""No answer reaches another reader, and strangers are told nothing."""

import pytest
from django.test import Client

from tests.scope.addresses import ADDRESSES
from tests.scope.calls import SAFE, Caller
from tests.scope.oracle import On
from tests.scope.sharing import header_faults, mixing_faults, settled, stranger_faults
from tests.scope.world import FAR

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900)]


@pytest.mark.parametrize(
    "names", [["province", "county", "county2", "clerk", "nobody"], ["xinji", "city", "director2"]]
)
def test_one_readers_answer_never_becomes_anothers(caller: Caller, names: list[str]):
    assert not (found := mixing_faults(caller, names)), "\n".join(found)


@pytest.mark.parametrize("name", ["province", "clerk", "nobody"])
def test_no_cache_on_the_way_may_keep_a_readers_page_for_others(caller: Caller, name: str):
    assert not (found := header_faults(caller, name)), "\n".join(found)


@pytest.mark.parametrize("name", ["anonymous", "switched-off", "wrong-key", "revoked-key"])
def test_strangers_are_told_nothing(caller: Caller, name: str):
    assert not (found := stranger_faults(caller, name)), "\n".join(found)


@pytest.mark.parametrize("name", ["county", "clerk", "nobody", "tangshan"])
def test_hidden_and_missing_are_answered_alike(caller: Caller, name: str):
    """Neither the words nor the status tell whether something exists where one may not look."""
    theirs, missing = caller.world.places["other county"], caller.world.places["nowhere"]
    for route, line in ADDRESSES.items():
        if line.on == On.INSTITUTION and caller.expected(name, route, theirs, "GET") == "404":
            urls = [caller.address(route, place) for place in (theirs, missing)]
            status, texts = zip(*(settled(caller.call(name, url)) for url in urls), strict=True)
            assert status == (404, 404)
            assert texts[0].replace(urls[0], "") == texts[1].replace(urls[1], "")


@pytest.mark.parametrize("name", ["county", "clerk", "city"])
def test_nothing_of_another_place_is_told_by_errors_and_odd_input(caller: Caller, name: str):
    """Refusals of filters, days, pages and parts name nothing that the reader may not see."""
    found = []
    for query in (
        "county=130181",
        "county=abc",
        f"q={FAR}",
        "page=999",
        "as_of=2199-01-01",
        "sort=-places_total",
        "part=x",
    ):
        for route, label in (("institutions", "own county"), ("region", "own county"), ("figure", "own county")):
            url = caller.address(route, caller.world.places[label])
            answer = caller.call(name, f"{url}{'&' if '?' in url else '?'}{query}")
            found += [f"{url} {query}: {leak}" for leak in caller.leaks_in(answer, name, route, [query.split("=")[1]])]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", ["county", "director"])
def test_no_act_is_done_for_another_site(caller: Caller, name: str):
    """Each request that changes something needs the form's token, as another site cannot know it."""
    place, asked = caller.world.places["own county"], 0
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    strict.cookies = caller.world.clients[name].cookies
    caller.world.clients["another site"] = strict
    for route, line in ADDRESSES.items():
        for method in {*line.methods.split()} - SAFE:
            answer = caller.call("another site", caller.address(route, place), method, line.body and line.body(place))
            assert (route, answer.status, answer.written) == (route, 403, frozenset())
            asked += 1
    assert asked >= 5
