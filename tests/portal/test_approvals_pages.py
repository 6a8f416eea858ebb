"""The pages of the two-person rule: what waits, one proposal, its decision."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from pilots.models import Membership, Target
from pilots.operations.targets import change_target
from portal.approvals.matters import two_person_acts
from portal.approvals.models import Proposal
from portal.approvals.web import PAGE_SIZE
from tests.portal.acts import CITY, NOW, propose, standing, user

pytestmark = pytest.mark.django_db

SEES = ["province", "province2", "city", "county", "reviewer", "department", "auditor"]
BLIND = ["county2", "assessor", "clerk", "director", "system-admin", "security-admin", "audit-admin"]


def url(proposal):
    return reverse("proposal", args=[proposal.pk])


def listed(client):
    context = client.get(reverse("proposals")).context
    return {name: [row["pk"] for row in context[name]] for name in ("waiting", "mine", "others", "ended")}


def test_list_sorts_by_what_the_reader_can_do(as_user):
    county, own = propose("province", region="130102", goal=10), propose("city", goal=70)
    refused = propose("city", region="130104", goal=10)
    change_target.refuse(proposal_id=refused.pk, by=user("province"), at=NOW, reason="不")
    ended = [refused.pk]
    assert listed(as_user("city")) == {"waiting": [county.pk], "mine": [own.pk], "others": [], "ended": ended}
    assert listed(as_user("province")) == {"waiting": [own.pk], "mine": [county.pk], "others": [], "ended": ended}
    assert listed(as_user("province2"))["waiting"] == [county.pk, own.pk]
    assert listed(as_user("auditor")) == {"waiting": [], "mine": [], "others": [county.pk, own.pk], "ended": ended}
    assert listed(as_user("county")) == {"waiting": [], "mine": [], "others": [county.pk], "ended": []}
    for name in BLIND:
        assert listed(as_user(name)) == {"waiting": [], "mine": [], "others": [], "ended": []}, name


def test_expired_proposal_is_listed_as_ended(as_user):
    proposal = propose(at=NOW - timedelta(days=11))
    assert Proposal.objects.get().state == "open"
    context = as_user("province").get(reverse("proposals")).context
    assert [(row["pk"], row["state"]) for row in context["ended"]] == [(proposal.pk, "expired")]
    assert (context["waiting"], context["mine"]) == ([], [])
    page = as_user("province").get(url(proposal))
    assert (page.status_code, page.context["moves"], page.context["proposal"]["state"]) == (200, [], "expired")
    answer = as_user("province").post(url(proposal), {"move": "confirm"})
    assert answer.status_code == 409
    assert standing().goal == 67


def test_list_costs_the_same_for_one_and_three_and_turns_pages(as_user):
    client = as_user("province2")
    client.get(reverse("proposals"))
    counts = []
    for code, fails in (("130102", "130107"), ("130104", "130108"), ("130105", "130109")):
        propose("city", region=code, goal=20)
        end(propose("city", region=fails, goal=20))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("proposals"))
        counts.append(len(queries))
    assert counts == [8, 8, 8]
    for _round in range(PAGE_SIZE - 2):
        end(propose("city", region="130107", goal=20))
    page = client.get(reverse("proposals"), {"page": 2})
    assert (len(page.context["ended"]), page.context["page_obj"].paginator.count) == (1, PAGE_SIZE + 1)


def end(proposal):
    change_target.withdraw(proposal_id=proposal.pk, by=proposal.proposed_by, at=NOW)


def test_matrix_on_the_page_is_the_registry(as_user):
    page = as_user("clerk").get(reverse("proposals"))
    assert page.context["matrix"] == [each.matter for each in two_person_acts()]
    text = page.content.decode()
    for each in two_person_acts():
        for words in (each.matter.name, each.matter.proposers, each.matter.confirmers):
            assert str(words).replace("'", "&#x27;") in text


@pytest.mark.parametrize("name", SEES)
def test_page_shows_old_beside_new_to_readers_of_the_region(as_user, name):
    proposal = propose("city", region="130102", goal=12)
    page = as_user(name).get(url(proposal))
    assert page.status_code == 200
    assert next((row.old, row.new) for row in page.context["changes"] if row.changed) == ("6", "12")
    text = page.content.decode()
    assert "<del>6</del>" in text
    assert "<ins>12</ins>" in text
    assert str(user("city")) in text
    wanted = {"city": ["withdraw"], "province": ["confirm", "refuse"], "province2": ["confirm", "refuse"]}
    assert [move["name"] for move in page.context["moves"]] == wanted.get(name, [])
    assert ('name="move"' in text) == (name in wanted)


@pytest.mark.parametrize("name", BLIND)
def test_page_is_not_found_elsewhere(as_user, name):
    proposal = propose("city", region="130102", goal=12)
    assert as_user(name).get(url(proposal)).status_code == 404
    assert as_user(name).post(url(proposal), {"move": "confirm"}).status_code == 404
    assert Proposal.objects.get().state == "open"


def test_stranger_is_sent_to_the_sign_in(client):
    proposal = propose()
    for address in (url(proposal), reverse("proposals")):
        assert client.get(address)["Location"].startswith(reverse("sign_in"))


def test_confirmation_in_the_browser(as_user):
    proposal = propose(goal=72)
    answer = as_user("province").post(url(proposal), {"move": "confirm", "reason": ""}, follow=True)
    assert answer.redirect_chain == [(url(proposal), 302)]
    assert "in effect" in answer.content.decode()
    assert answer.context["moves"] == []
    assert (standing().goal, standing().recorded_by) == (72, user("province"))


def test_double_click_and_second_browser_do_nothing_twice(as_user):
    proposal = propose(goal=72)
    lines = Target.objects.count()
    first, second = as_user("province"), as_user("province2")
    assert second.get(url(proposal)).context["moves"]
    assert first.post(url(proposal), {"move": "confirm"}).status_code == 302
    for client, move in ((first, "confirm"), (second, "confirm"), (second, "refuse"), (as_user("city"), "withdraw")):
        answer = client.post(url(proposal), {"move": move, "reason": "不"})
        assert answer.status_code == 409
        assert str(user("province")) in str(answer.context["form"].non_field_errors())
        assert answer.context["proposal"]["state"] == "confirmed"
    assert Target.objects.count() == lines + 1


@pytest.mark.parametrize(
    ("name", "move", "status"),
    [
        ("city", "confirm", 403),
        ("city", "refuse", 403),
        ("province", "withdraw", 403),
        ("auditor", "confirm", 403),
        ("department", "refuse", 403),
        ("county", "confirm", 403),
        ("province", "expire", 422),
        ("province", "", 422),
    ],
)
def test_moves_that_are_not_the_readers(as_user, name, move, status):
    proposal = propose("city", region="130102", goal=12)
    answer = as_user(name).post(url(proposal), {"move": move, "reason": "不"})
    assert answer.status_code == status
    assert Proposal.objects.get().state == "open"
    assert standing("130102").goal == 6


def test_refusal_without_a_reason_keeps_the_page_and_the_input(as_user):
    proposal = propose()
    answer = as_user("province").post(url(proposal), {"move": "refuse", "reason": " \n "})
    assert answer.status_code == 422
    assert answer.context["form"].errors["reason"]
    hidden = as_user("province").post(url(proposal), {"move": "refuse", "reason": "看不见\u202e的"})
    assert hidden.status_code == 422
    assert "看不见" in hidden.content.decode()
    done = as_user("province").post(url(proposal), {"move": "refuse", "reason": "依据不足，\r\n请补文件。"})
    assert done.status_code == 302
    assert Proposal.objects.get().decision_reason == "依据不足， 请补文件。"
    assert "依据不足， 请补文件。" in as_user("city").get(url(proposal)).content.decode()


def test_too_long_a_reason_is_said_at_the_field(as_user):
    proposal = propose()
    answer = as_user("province").post(url(proposal), {"move": "refuse", "reason": "长" * 501})
    assert answer.status_code == 422
    assert as_user("province").post(url(proposal), {"move": "refuse", "reason": "长" * 500}).status_code == 302


def test_page_warns_before_the_confirmer_tries(as_user):
    proposal = propose(goal=72)
    Target.objects.create(
        region_id=CITY, indicator="pilots_total", year=2021, baseline_value=44, baseline_on="2021-01-01", goal=80
    )
    page = as_user("province").get(url(proposal))
    assert "80" in page.context["hindrance"]
    answer = as_user("province").post(url(proposal), {"move": "confirm"})
    assert answer.status_code == 409
    assert "80" in str(answer.context["form"].non_field_errors())
    assert [move["name"] for move in answer.context["moves"]] == ["confirm", "refuse"]
    assert standing().goal == 80


def test_office_left_means_page_closed(as_user):
    proposal = propose()
    assert as_user("province2").get(url(proposal)).status_code == 200
    ended = timezone.localdate() - timedelta(days=1)
    Membership.objects.filter(user__username="province2").update(ends_on=ended)
    assert as_user("province2").get(url(proposal)).status_code == 404


def test_navigation_offers_the_pages_to_those_who_have_use_for_them(as_user):
    def entries(name):
        return {item["url"] for item in as_user(name).get(reverse("proposals")).context["navigation"]}

    both = {reverse("targets"), reverse("proposals")}
    for name in ("province", "city", "county", "auditor"):
        assert both <= entries(name), name
    for name in ("reviewer", "department"):
        assert both & entries(name) == {reverse("targets")}
    for name in ("system-admin", "security-admin", "audit-admin"):
        assert both & entries(name) == {reverse("proposals")}
    for name in ("clerk", "director", "assessor"):
        assert not both & entries(name)
