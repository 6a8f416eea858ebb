"""Pages about an operator's API keys, and what its institutions see of them."""

from datetime import date

import pytest
from django.utils import timezone

from pilots.models import Institution, InstitutionKey, Membership, Notice, Operator
from pilots.operations.keys import revoke_key, rotate_key
from pilots.policies.notices import recipients
from pilots.states.roles import Role
from portal.accounts.models import ApiKey, User
from portal.shared.refusals import NotPermitted
from tests.pilots.acts import OPERATOR, make_key, make_operator_key, operator_member, sends
from tests.pilots.web.key_pages import LIST, entry, pages, signed_in, text_in

pytestmark = pytest.mark.django_db


def test_operator_pages_open_to_its_directors(as_user):
    operator = Operator.objects.get(name=OPERATOR)
    start, key = f"/operators/{operator.pk}/keys/", make_operator_key().grant.key
    director, clerk = operator_member(), operator_member(Role.INSTITUTION_CLERK)
    for client, status in (
        (signed_in(director), 200),
        (signed_in(clerk), 403),
        *((as_user(role), 404) for role in ("province", "county", "director", "auditor", "system-admin")),
    ):
        found = {page: client.get(page).status_code for page in pages(key.prefix, start)}
        assert found == dict.fromkeys(found, status)
    for nobody in (0, 999999, 10**30):
        assert signed_in(director).get(f"/operators/{nobody}/keys/").status_code == 404


def test_director_of_an_operator_makes_a_key_for_all_institutions():
    operator, client = Operator.objects.get(name=OPERATOR), signed_in(operator_member())
    start = f"/operators/{operator.pk}/keys/"
    assert start in client.get("/institution/").content.decode()
    response = client.post(f"{start}new/", entry(scopes=["capacity.read"]))
    text = text_in(client.get(response["Location"]))
    grant = InstitutionKey.objects.get()
    assert (grant.institution, grant.operator) == (None, operator)
    assert sends(text).get("/api/v1/institutions/SJZ-0135/capacity-reports/").status_code == 200
    assert client.post(f"{start}{grant.key.prefix}/revoke/", {"reason": "停用"})["Location"] == start


END = "/institutions/{}/operator-keys/{}/revoke/"
ENDS = {"county": 200}
ENDS |= dict.fromkeys(["province", "city", "reviewer", "department", "auditor", "brand"], 403)
ENDS |= dict.fromkeys(
    ["county2", "clerk", "director", "assessor", "system-admin", "security-admin", "audit-admin"], 404
)


def test_keys_of_the_operator_are_shown_to_the_institution_but_not_managed():
    key = make_operator_key().grant.key
    own = User.objects.create(username="one", name="一店负责人")
    Membership.objects.create(
        user=own,
        role=Role.INSTITUTION_DIRECTOR,
        institution=Institution.objects.get(number="SJZ-0002"),
        starts_on=date(2021, 1, 1),
    )
    client, url = signed_in(own), "/institutions/SJZ-0002/keys/"
    (row,) = client.get(url).context["other_rows"]
    assert (row["prefix"], row["acts"]) == (f"tuoyu_{key.prefix}_…", [])
    assert not {"addresses", "last_used", "last_used_from", "created_by"} & set(row)
    assert client.post(f"{url}{key.prefix}/revoke/", {"reason": "越权"}).status_code == 404
    assert client.post(END.format("SJZ-0002", key.prefix), {"reason": "越权"}).status_code == 403
    revoke_key(key_id=key.pk, reason="停用", by=None, at=timezone.now())
    assert client.get(url).context["other_rows"] == []


def test_county_unit_sees_the_operators_keys_that_open_its_institution(as_user):
    key = make_operator_key(label="连锁系统", addresses=("192.0.2.7",)).grant.key
    ApiKey.objects.filter(pk=key.pk).update(last_used_at=timezone.now(), last_used_from="203.0.113.5")
    client = as_user("county")
    page = client.get("/institutions/SJZ-0002/keys/")
    (row,) = page.context["other_rows"]
    end = END.format("SJZ-0002", key.prefix)
    assert (row["label"], [act["url"] for act in row["acts"]]) == ("连锁系统", [end])
    assert row["last_used"].startswith(f"{timezone.localdate():%Y}")
    for text in (page.content.decode(), client.get(end).content.decode()):
        assert key.prefix in text
        assert "192.0.2.7" not in text  # where the operator's other institutions sit
        assert "203.0.113.5" not in text
    assert client.get(LIST).context["other_rows"] == []


@pytest.mark.parametrize("name", ENDS)
def test_county_unit_ends_an_operators_key_for_all(as_user, name):
    issued, client = make_operator_key(), as_user(name)
    key, wanted = issued.grant.key, ENDS[name]
    software, url = sends(issued.text), "/api/v1/institutions/SJZ-0135/capacity-reports/"
    assert software.get(url).status_code == 200
    end = END.format("SJZ-0002", key.prefix)
    page = client.get(end)
    assert page.status_code == wanted
    assert client.post(end, {"reason": "密钥外泄"}).status_code == (302 if wanted == 200 else wanted)
    key.refresh_from_db()
    if wanted == 200:
        assert "every institution of the operator" in page.content.decode()
        assert (key.revoked_reason, software.get(url).status_code) == ("密钥外泄", 401)
        notice = Notice.objects.get(kind="api_key.revoked")
        assert {user.username for user in recipients(notice)} == {"brand"}
        assert client.post(end, {"reason": "再次"}).status_code == 302
        assert client.get(end).status_code == 409
        assert client.get("/institutions/SJZ-0002/keys/").context["other_rows"] == []
    else:
        assert (key.revoked_at, software.get(url).status_code) == (None, 200)


def test_ending_needs_a_reason_and_an_institution_of_the_operator(as_user):
    key, client = make_operator_key().grant.key, as_user("county")
    page = client.post(END.format("SJZ-0002", key.prefix), {"reason": " "})
    assert (page.status_code, set(page.context["form"].errors)) == (422, {"reason"})
    assert Institution.objects.get(number="SJZ-0001").operator is None
    assert client.post(END.format("SJZ-0001", key.prefix), {"reason": "越权"}).status_code == 403
    assert client.post(END.format("SJZ-0135", key.prefix), {"reason": "越权"}).status_code == 404
    own = make_key().grant.key
    assert client.post(END.format("SJZ-0002", own.prefix), {"reason": "越权"}).status_code == 404
    assert not ApiKey.objects.filter(revoked_at__isnull=False).exists()


def test_county_unit_only_ends_an_operators_key():
    grant, officer = make_operator_key().grant, User.objects.get(username="county")
    with pytest.raises(NotPermitted):
        rotate_key(key_id=grant.pk, days=9, overlap_days=0, by=officer, at=timezone.now())
    with pytest.raises(NotPermitted):
        revoke_key(key_id=grant.pk, reason="越权", by=User.objects.get(username="county2"), at=timezone.now())
    revoke_key(key_id=grant.pk, reason="外泄", by=officer, at=timezone.now())
