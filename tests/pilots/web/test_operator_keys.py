"""Pages about an operator's API keys, and what its institutions see of them."""

import pytest
from django.utils import timezone

from pilots.models import Institution, InstitutionKey, Operator
from pilots.operations.keys import revoke_key
from pilots.states.roles import Role
from tests.pilots.acts import OPERATOR, make_operator_key, operator_member, sends
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


def test_keys_of_the_operator_are_shown_to_the_institution_but_not_managed(as_user):
    key = make_operator_key().grant.key
    assert Institution.objects.get(number="SJZ-0002").operator_id is not None
    client, url = as_user("county"), "/institutions/SJZ-0002/keys/"
    (row,) = client.get(url).context["other_rows"]
    assert (row["prefix"], row["acts"]) == (f"tuoyu_{key.prefix}_…", [])
    assert not {"addresses", "last_used", "last_used_from", "created_by"} & set(row)
    assert client.post(f"{url}{key.prefix}/revoke/", {"reason": "越权"}).status_code == 404
    assert client.get(LIST).context["other_rows"] == []
    revoke_key(key_id=key.pk, reason="停用", by=None, at=timezone.now())
    assert client.get(url).context["other_rows"] == []
