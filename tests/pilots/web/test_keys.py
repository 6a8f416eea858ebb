"""Pages about API keys: who sees them, what they show, the key shown once, wrong input, sent twice."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from pilots.operations.keys import MAX_LIVE_KEYS, revoke_key, rotate_key
from portal.accounts.keys import new_token
from portal.accounts.models import ApiKey
from portal.accounts.scopes import Scope
from tests.pilots.acts import make_key, make_operator_key, sends
from tests.pilots.web.key_pages import LIST, entry, pages, text_in

pytestmark = pytest.mark.django_db

NEW = f"{LIST}new/"
NOW = timezone.now()
READERS_ONLY = ("province", "city", "reviewer", "department", "auditor", "clerk")
STRANGERS = ("county2", "assessor", "system-admin", "security-admin", "audit-admin")


@pytest.mark.parametrize(
    ("role", "status"),
    [("director", 200), ("county", 200), *((r, 403) for r in READERS_ONLY), *((r, 404) for r in STRANGERS)],
)
def test_pages_open_to_who_manages_the_keys(as_user, role, status):
    key = make_key().grant.key
    client = as_user(role)
    found = {page: client.get(page).status_code for page in pages(key.prefix)}
    assert found == dict.fromkeys(found, status)
    posted = [client.post(page, {"reason": "遗失", **entry()}).status_code for page in pages(key.prefix)[1:]]
    assert posted == ([302, 405, 422, 302] if status == 200 else [status, 405, status, status])
    assert (ApiKey.objects.get(pk=key.pk).revoked_at is None) == (status != 200)
    assert ApiKey.objects.count() == (2 if status == 200 else 1)


def test_keys_of_another_institution_do_not_exist(as_user):
    other = make_key("SJZ-0003").grant.key
    client = as_user("director")
    assert [client.get(page).status_code for page in pages(other.prefix, "/institutions/SJZ-0003/keys/")] == [404] * 5
    assert [client.get(page).status_code for page in pages(other.prefix)[2:]] == [404] * 3
    assert client.post(f"{LIST}{other.prefix}/revoke/", {"reason": "越权"}).status_code == 404
    assert as_user("county").post(f"{LIST}{other.prefix}/revoke/", {"reason": "错位"}).status_code == 404
    assert ApiKey.objects.get(pk=other.pk).revoked_at is None


def test_stranger_is_sent_to_the_sign_in(client):
    key = make_key().grant.key
    for page in pages(key.prefix):
        assert client.get(page)["Location"].startswith(reverse("sign_in"))


def test_key_opens_no_page_about_keys(key):
    assert sends(key).get(LIST).status_code == 302


def test_new_key_is_shown_once_and_works(as_user):
    client = as_user("director")
    response = client.post(NEW, entry(addresses="127.0.0.0/8\n2001:db8::/32"))
    key = ApiKey.objects.get()
    assert response["Location"] == f"{LIST}{key.prefix}/issued/"
    assert (key.label, key.scopes, key.addresses) == ("园所软件", ["capacity.write"], ["127.0.0.0/8", "2001:db8::/32"])
    assert (key.created_by.username, (key.expires_at - key.created_at).days) == ("director", 90)
    page = client.get(response["Location"])
    text = text_in(page)
    assert page["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert text.startswith(f"tuoyu_{key.prefix}_")
    assert (
        sends(text)
        .post(
            "/api/v1/institutions/SJZ-0001/capacity-reports/",
            {"as_of": "2021-11-01", "classes": {"mixed": {"places": 20, "enrolled": 12}}},
            content_type="application/json",
        )
        .status_code
        == 201
    )
    for later in (client.get(response["Location"]), client.get(LIST)):
        assert later.status_code == 200
        assert text_in(later) is None
    assert "cannot be shown again" in client.get(response["Location"]).content.decode()


def test_new_key_is_shown_to_nobody_else(as_user):
    maker, other = as_user("director"), as_user("county")
    url = maker.post(NEW, entry())["Location"]
    other.cookies["issued_key"] = maker.cookies["issued_key"].value
    assert text_in(other.get(url)) is None
    assert text_in(maker.get(url)) is not None


def test_token_of_a_new_key_lives_for_a_minute_and_for_its_page(as_user, settings):
    client = as_user("director")
    response = client.post(NEW, entry())
    cookie = response.cookies["issued_key"]
    assert (cookie["max-age"], cookie["path"]) == (60, response["Location"])
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
    ApiKey.objects.update(created_at=timezone.now() - timedelta(seconds=61))
    assert text_in(client.get(response["Location"])) is None


def test_forged_token_shows_nothing(as_user):
    client = as_user("director")
    key = make_key().grant.key
    client.cookies["issued_key"] = new_token()
    assert text_in(client.get(f"{LIST}{key.prefix}/issued/")) is None


def test_form_sent_twice_makes_one_key_and_shows_it(as_user):
    client, form = as_user("director"), entry()
    first, second = client.post(NEW, form), client.post(NEW, form)
    assert first["Location"] == second["Location"]
    assert ApiKey.objects.count() == 1
    assert text_in(client.get(second["Location"])) is not None


def test_form_sent_again_later_leads_to_the_list(as_user):
    client, form = as_user("director"), entry()
    client.post(NEW, form)
    ApiKey.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    response = client.post(NEW, form, follow=True)
    assert response.redirect_chain == [(LIST, 302)]
    assert "cannot be shown again" in response.content.decode()
    assert ApiKey.objects.count() == 1


def test_every_form_has_a_token_of_its_own(as_user):
    client = as_user("director")
    tokens = {client.get(NEW).context["form"]["token"].value() for _ in range(2)}
    assert len(tokens) == 2


MANY = "\n".join(f"192.0.2.{n}" for n in range(21))
WRONG = {
    "no label": ({"label": " "}, {"label": "required"}),
    "invisible label": ({"label": "软\u202e件"}, {"label": "invisible"}),
    "long label": ({"label": "长" * 101}, {"label": "max_length"}),
    "no scope": ({"scopes": []}, {"scopes": "required"}),
    "unknown scope": ({"scopes": ["all"]}, {"scopes": "invalid_choice"}),
    "no days": ({"days": ""}, {"days": "required"}),
    "too many days": ({"days": "367"}, {"days": "max_value"}),
    "days of the past": ({"days": "0"}, {"days": "min_value"}),
    "no range": ({"addresses": "电信宽带"}, {"addresses": "address_range_invalid"}),
    "host bits": ({"addresses": "192.0.2.1/24"}, {"addresses": "address_range_invalid"}),
    "everything": ({"addresses": "::/0"}, {"addresses": "address_range_invalid"}),
    "too many ranges": (
        {"addresses": "\n".join(f"192.0.2.{n}" for n in range(21))},
        {"addresses": "address_range_invalid"},
    ),
    "damaged form": ({"token": "x"}, {"token": "invalid"}),
}


@pytest.mark.parametrize(("change", "wanted"), WRONG.values(), ids=WRONG)
def test_wrong_input_is_refused_at_its_field_and_kept(as_user, change, wanted):
    response = as_user("director").post(NEW, entry(**change))
    errors = response.context["form"].errors.as_data()
    assert response.status_code == 422
    assert {field: found[0].code for field, found in errors.items()} == wanted
    assert not ApiKey.objects.exists()
    if "addresses" in change:
        assert change["addresses"] in response.content.decode()


def test_each_wrong_range_is_named(as_user):
    response = as_user("director").post(NEW, entry(addresses="192.0.2.0/24，中文；192.0.2.1/24 2001:db8::1/64"))
    errors = response.context["form"].errors["addresses"]
    assert len(errors) == 3
    assert "“中文”" in errors[0]
    assert "192.0.2.0/24" in errors[1]
    assert "2001:db8::/64" in errors[2]


def test_too_many_keys_are_refused_above_the_form(as_user):
    for _ in range(MAX_LIVE_KEYS):
        make_key()
    response = as_user("director").post(NEW, entry())
    assert response.status_code == 422
    assert "revoke one first" in response.content.decode()


@pytest.mark.parametrize("keys", [1, 3])
def test_list_costs_the_same_for_any_number_of_keys(as_user, django_assert_num_queries, keys):
    for _ in range(keys):
        old = make_key("SJZ-0002", at=NOW).grant
        rotate_key(key_id=old.pk, days=365, overlap_days=7, by=None, at=NOW)
        make_operator_key()
    client = as_user("county")
    with django_assert_num_queries(10):
        # session, user, demonstration, memberships, institution, count, keys, keys of the operator
        response = client.get("/institutions/SJZ-0002/keys/")
    assert (len(response.context["rows"]), len(response.context["other_rows"])) == (2 * keys, keys)


def test_list_says_what_has_become_of_each_key(as_user):
    soon = make_key(label="快到期", days=20, addresses=("192.0.2.7",), scopes=(Scope.FIGURES_READ,)).grant
    old = make_key(label="换下的").grant
    new = rotate_key(key_id=old.pk, days=365, overlap_days=7, by=None, at=timezone.now()).grant
    gone = make_key(label="吊销的").grant
    revoke_key(key_id=gone.pk, reason="服务器被盗", by=None, at=timezone.now())
    make_key(label="过期的", days=1, at=timezone.now() - timedelta(days=2))
    ApiKey.objects.filter(pk=soon.pk).update(last_used_at=NOW, last_used_from="203.0.113.5")
    response = as_user("director").get(LIST)
    rows = {(row["label"], row["status_label"]): row for row in response.context["rows"]}
    assert set(rows) == {
        ("快到期", "expires in 20 days"),
        ("换下的", "replaced, still works"),
        ("换下的", "valid"),
        ("吊销的", "revoked"),
        ("过期的", "expired"),
    }
    row = rows["快到期", "expires in 20 days"]
    assert (row["addresses"], [scope["code"] for scope in row["scopes"]]) == (["192.0.2.7"], ["figures.read"])
    assert row["last_used_from"] == "203.0.113.5"
    assert [act["label"] for act in row["acts"]] == ["Rotate", "Revoke"]
    assert new.key.prefix in rows["换下的", "replaced, still works"]["note"]
    assert [act["label"] for act in rows["换下的", "replaced, still works"]["acts"]] == ["Revoke"]
    assert old.key.prefix in rows["换下的", "valid"]["note"]
    assert "服务器被盗" in rows["吊销的", "revoked"]["note"]
    assert rows["吊销的", "revoked"]["acts"] == rows["过期的", "expired"]["acts"] == []
    assert [row["live"] for row in response.context["rows"]] == [True, True, True, False, False]
    assert response.context["notice"].startswith("1 key expires within 30 days: 快到期.")


def test_list_is_paged(as_user):
    for days in range(52, 1, -1):
        make_key(days=1, at=NOW - timedelta(days=days))
    client = as_user("director")
    assert [len(client.get(LIST, {"page": page}).context["rows"]) for page in (1, 2)] == [50, 1]


def test_long_and_strange_labels_are_shown_as_text(as_user):
    make_key(label="<script>alert(1)</script>" + "长" * 70)
    text = as_user("director").get(LIST).content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


def test_rotation_shows_the_new_key_and_keeps_the_old_for_a_while(as_user):
    old = make_key(days=200, addresses=("127.0.0.1",)).grant.key
    client = as_user("county")
    page = client.get(f"{LIST}{old.prefix}/rotate/")
    assert (page.context["form"]["overlap"].value(), page.context["form"]["days"].value()) == (7, 200)
    form = {"overlap": "3", "days": "100", "token": page.context["form"]["token"].value()}
    first, second = (client.post(f"{LIST}{old.prefix}/rotate/", form) for _ in range(2))
    new = ApiKey.objects.get(rotated_from=old)
    assert first["Location"] == second["Location"] == f"{LIST}{new.prefix}/issued/"
    assert text_in(client.get(first["Location"])).startswith(f"tuoyu_{new.prefix}_")
    assert (new.addresses, new.created_by.username, ApiKey.objects.count()) == (["127.0.0.1/32"], "county", 2)
    assert timedelta(0) < ApiKey.objects.get(pk=old.pk).expires_at - new.created_at <= timedelta(days=3)


@pytest.mark.parametrize(("overlap", "code"), [("31", "max_value"), ("-1", "min_value"), ("", "required")])
def test_wrong_overlap_is_refused_at_its_field(as_user, overlap, code):
    old = make_key().grant.key
    form = {"overlap": overlap, "days": "100", "token": new_token()}
    response = as_user("director").post(f"{LIST}{old.prefix}/rotate/", form)
    assert response.status_code == 422
    assert response.context["form"].errors.as_data()["overlap"][0].code == code
    assert ApiKey.objects.count() == 1


def test_second_browser_is_told_that_the_key_was_rotated(as_user):
    old = make_key().grant
    client = as_user("director")
    page = client.get(f"{LIST}{old.key.prefix}/rotate/")
    rotate_key(key_id=old.pk, days=365, overlap_days=7, by=None, at=timezone.now())
    form = {"overlap": "7", "days": "365", "token": page.context["form"]["token"].value()}
    response = client.post(f"{LIST}{old.key.prefix}/rotate/", form)
    assert response.status_code == 422
    assert "rotated already" in response.content.decode()
    assert client.get(f"{LIST}{old.key.prefix}/rotate/").status_code == 409


def test_revocation_needs_a_reason_and_acts_at_once(as_user):
    issued = make_key()
    client, url = as_user("director"), f"{LIST}{issued.grant.key.prefix}/revoke/"
    assert sends(issued.text).get("/api/v1/institutions/SJZ-0001/capacity-reports/").status_code == 200
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "员工离职"})["Location"] == LIST
    assert client.post(url, {"reason": "再次"})["Location"] == LIST
    key = ApiKey.objects.get()
    assert (key.revoked_at is not None, key.revoked_reason) == (True, "员工离职")
    assert sends(issued.text).get("/api/v1/institutions/SJZ-0001/capacity-reports/").status_code == 401
    assert client.get(url).status_code == 409


def test_acts_need_a_post(as_user):
    key = make_key().grant.key
    client = as_user("director")
    for page in ("rotate", "revoke"):
        client.get(f"{LIST}{key.prefix}/{page}/", {"reason": "x", "overlap": "0", "days": "1", "token": new_token()})
    assert (ApiKey.objects.count(), ApiKey.objects.get().revoked_at) == (1, None)


def test_file_and_own_institutions_link_to_the_keys(as_user):
    for role, linked in (("director", True), ("county", True), ("clerk", False), ("province", False)):
        actions = as_user(role).get("/institutions/SJZ-0001/").context["actions"]
        assert (LIST in {action["url"] for action in actions}) == linked
    shown = {role: as_user(role).get("/institution/").context["institutions"][0] for role in ("director", "clerk")}
    assert (shown["director"]["keys_url"], shown["clerk"]["keys_url"]) == (LIST, "")


def test_own_institutions_warn_of_a_key_that_expires_soon(as_user):
    def statuses(role):
        return [status["label"] for status in as_user(role).get("/institution/").context["institutions"][0]["statuses"]]

    old = make_key(days=40).grant
    assert "API key expires soon" not in statuses("director")
    ApiKey.objects.update(expires_at=timezone.now() + timedelta(days=29))
    assert "API key expires soon" in statuses("director")
    assert "API key expires soon" not in statuses("clerk")
    rotate_key(key_id=old.pk, days=365, overlap_days=30, by=None, at=timezone.now())
    assert "API key expires soon" not in statuses("director")
