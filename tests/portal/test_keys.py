"""API keys by themselves: address ranges, terms, states, use, what the database holds to, wrong tries."""

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import IntegrityError, transaction
from django.db.models import F
from django.test import RequestFactory
from django.utils import timezone

from portal.accounts import tries
from portal.accounts.keys import (
    KeyState,
    KeyTerms,
    KeyTermsInvalid,
    create_key,
    digest_of,
    made_before,
    new_token,
    note_use,
    split_key,
    state_of,
    text_of,
)
from portal.accounts.models import ApiKey, User
from portal.accounts.ranges import (
    RangeInvalid,
    covers,
    neighbourhood,
    normal_address,
    normal_range,
    normal_ranges,
    shown_range,
)
from portal.accounts.scopes import ALL_SCOPES, Scope
from portal.shared.addresses import client_address

NOW = timezone.now()
TERMS = KeyTerms("软件", ALL_SCOPES)


def made(at=NOW, *, by=None, token="", terms=TERMS, **more):
    return create_key(terms=terms, by=by, at=at, token=token or new_token(), **more)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("192.0.2.0/24", "192.0.2.0/24"),
        (" 192.0.2.7 ", "192.0.2.7/32"),
        ("192.0.2.0/255.255.255.0", "192.0.2.0/24"),
        ("2001:DB8:0:0::/32", "2001:db8::/32"),
        ("2001:db8::1", "2001:db8::1/128"),
        ("::ffff:192.0.2.0/120", "192.0.2.0/24"),
        ("::ffff:192.0.2.7", "192.0.2.7/32"),
    ],
)
def test_range_has_one_written_form(text, wanted):
    assert normal_range(text) == wanted
    assert normal_range(wanted) == wanted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("192.0.2.1/24", "192.0.2.0/24"),
        ("2001:db8::1/32", "2001:db8::/32"),
        ("::ffff:192.0.2.7/120", "::ffff:"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("::/0", "::/0"),
        ("1.2.3.4/0", "1.2.3.4/0"),
        ("192.0.2.0/33", "192.0.2.0/33"),
        ("192.0.2", "192.0.2"),
        ("192.0.2.０", "192.0.2.０"),
        ("192.0.02.1", "192.0.02.1"),
        ("fe80::1%eth0", "fe80::1%eth0"),
        ("中文", "中文"),
        ("", "“”"),
        ("x" * 500, "x" * 60),
    ],
)
def test_what_is_no_range_is_refused_by_name(text, said):
    with pytest.raises(RangeInvalid) as refusal:
        normal_range(text)
    assert said in str(refusal.value)
    assert (refusal.value.field, refusal.value.status) == ("addresses", 400)
    assert len(str(refusal.value)) < 200


def test_ranges_stand_once_and_are_few():
    assert normal_ranges(["192.0.2.7", "::ffff:192.0.2.7", "192.0.2.7/32"]) == ["192.0.2.7/32"]
    assert len(normal_ranges(f"192.0.2.{n}" for n in range(20))) == 20
    with pytest.raises(RangeInvalid, match="21"):
        normal_ranges(f"192.0.2.{n}" for n in range(21))


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("192.0.2.9", True),
        ("::ffff:192.0.2.9", True),
        ("::FFFF:C000:0209", True),
        ("192.0.3.9", False),
        ("2001:db8:1::5", True),
        ("2001:db8:1::5%eth0", True),
        ("2001:db9::5", False),
        ("", False),
        ("unknown", False),
    ],
)
def test_address_lies_in_a_range(address, inside):
    assert covers(["192.0.2.0/24", "2001:db8::/32"], address) is inside
    assert covers([], address)


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("nonsense with spaces\n", "unknown"),
        ("", "unknown"),
    ],
)
def test_wrong_keys_are_counted_by_what_a_caller_cannot_change(address, counted_as):
    assert neighbourhood(address) == counted_as


@pytest.mark.parametrize("prefix", ["\x00" * 12, "12345678901 ", "ABCDEFABCDEF", "0" * 11, "é" * 12, ""])
def test_what_does_not_read_like_a_key_is_none(prefix):
    assert split_key(f"tuoyu_{prefix}_secret") is None
    assert split_key("tuoyu_0123456789ab_se_cret") == ("0123456789ab", "se_cret")


def test_addresses_are_shown_as_people_write_them():
    assert [shown_range(each) for each in ("192.0.2.7/32", "192.0.2.0/24", "2001:db8::1/128")] == [
        "192.0.2.7",
        "192.0.2.0/24",
        "2001:db8::1",
    ]
    assert (normal_address("::ffff:192.0.2.7"), normal_address("unix:")) == ("192.0.2.7", None)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "wanted"),
    [
        (0, "203.0.113.5", "127.0.0.1"),
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "198.51.100.1, 203.0.113.5", "203.0.113.5"),
        (2, "198.51.100.1, 203.0.113.5", "198.51.100.1"),
        (2, "203.0.113.5", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_address_is_the_one_our_own_proxies_saw(settings, proxies, forwarded, wanted):
    settings.TRUSTED_PROXIES = proxies
    assert client_address(RequestFactory().get("/", headers={"x-forwarded-for": forwarded})) == wanted


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"scopes": ()}, "scopes"),
        ({"scopes": ("everything",)}, "scopes"),
        ({"days": 0}, "days"),
        ({"days": -1}, "days"),
        ({"days": 367}, "days"),
        ({"label": "x" * 101}, "label"),
        ({"label": "软\u202e件"}, "label"),
    ],
)
def test_terms_are_refused_at_their_field(terms, field):
    with pytest.raises(KeyTermsInvalid) as refusal:
        KeyTerms(**{"label": "软件", "scopes": ALL_SCOPES, **terms}).columns()
    assert refusal.value.field == field


def test_terms_become_columns_in_one_order():
    terms = KeyTerms(" 软件 ", (Scope.FIGURES_READ, Scope.CAPACITY_WRITE), 366, ("192.0.2.7",))
    assert terms.columns() == {
        "label": "软件",
        "scopes": ["capacity.write", "figures.read"],
        "addresses": ["192.0.2.7/32"],
    }


@pytest.mark.django_db
def test_text_of_a_key_is_its_tokens_for_a_minute():
    token, other = new_token(), User.objects.get(username="clerk")
    key, text = made(token=token)
    prefix, secret = split_key(text)
    assert (prefix, digest_of(secret)) == (key.prefix, key.digest)
    assert token not in (key.digest, key.request_digest)
    assert text_of(key, by=None, token=token, at=NOW + timedelta(seconds=60)) == text
    assert text_of(key, by=None, token=token, at=NOW + timedelta(seconds=61)) == ""
    assert text_of(key, by=None, token=new_token(), at=NOW) == ""
    assert text_of(key, by=other, token=token, at=NOW) == ""
    assert made_before(by=None, token=token) == key
    assert made_before(by=other, token=token) is None


@pytest.mark.django_db
def test_two_tokens_make_two_secrets():
    assert made()[1].rsplit("_", 1)[1] != made()[1].rsplit("_", 1)[1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"expires_at": F("created_at") + timedelta(days=366, seconds=1)},
        {"expires_at": F("created_at") - timedelta(seconds=1)},
        {"expires_at": None},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"addresses": [f"192.0.2.{n}/32" for n in range(21)]},
        {"revoked_at": NOW},
        {"revoked_reason": "没有吊销"},
        {"revoked_at": NOW - timedelta(days=1), "revoked_reason": "早于创建"},
        {"rotated_from": F("pk")},
    ],
    ids="-".join,
)
def test_database_refuses_keys_that_break_the_rules(change):
    key, _text = made()
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiKey.objects.filter(pk=key.pk).update(**change)
    ApiKey.objects.filter(pk=key.pk).update(expires_at=F("created_at") + timedelta(days=366))


@pytest.mark.django_db
def test_database_refuses_a_second_successor_and_a_second_key_of_a_form():
    token = new_token()
    old, _text = made(token=token)
    made(rotated_from=old)
    with pytest.raises(IntegrityError), transaction.atomic():
        made(rotated_from=old)
    with pytest.raises(IntegrityError), transaction.atomic():
        made(token=token)


@pytest.mark.django_db
def test_states_of_a_key():
    day = timedelta(days=1)
    key, _text = made(terms=KeyTerms("软件", ALL_SCOPES, 100))
    assert state_of(key, NOW + 69 * day) == KeyState.VALID
    assert state_of(key, NOW + 70 * day) == KeyState.EXPIRING
    assert state_of(key, NOW + 100 * day - timedelta(seconds=1)) == KeyState.EXPIRING
    assert state_of(key, NOW + 100 * day) == KeyState.EXPIRED
    made(rotated_from=key)
    key = ApiKey.objects.select_related("successor").get(pk=key.pk)
    assert state_of(key, NOW) == KeyState.OUTGOING
    assert state_of(key, NOW + 100 * day) == KeyState.REPLACED
    key.revoked_at = NOW
    assert state_of(key, NOW) == KeyState.REVOKED


@pytest.mark.django_db
def test_use_is_written_once_a_minute(django_assert_num_queries):
    key, _text = made()
    with django_assert_num_queries(1):
        note_use(key=key, address="::ffff:192.0.2.7", at=NOW)
    key.refresh_from_db()
    assert (key.last_used_at, key.last_used_from) == (NOW, "192.0.2.7")
    with django_assert_num_queries(0):
        note_use(key=key, address="192.0.2.8", at=NOW + timedelta(seconds=59))
    later = NOW + timedelta(seconds=60)
    note_use(key=key, address="not an address", at=later)
    key.refresh_from_db()
    assert (key.last_used_at, key.last_used_from) == (later, None)


@pytest.mark.django_db
def test_use_noted_by_another_process_meanwhile_is_not_written_again():
    key, _text = made()
    stale = ApiKey.objects.get(pk=key.pk)
    note_use(key=key, address="192.0.2.7", at=NOW)
    note_use(key=stale, address="192.0.2.8", at=NOW + timedelta(seconds=1))
    assert ApiKey.objects.get(pk=key.pk).last_used_from == "192.0.2.7"


def test_wrong_keys_are_counted_by_address(settings):
    settings.WRONG_KEYS_A_MINUTE = 2
    assert not tries.exhausted("192.0.2.7")
    tries.note_wrong("192.0.2.7")
    assert not tries.exhausted("192.0.2.7")
    tries.note_wrong("192.0.2.7")
    assert tries.exhausted("192.0.2.7")
    assert not tries.exhausted("192.0.2.8")
    tries.note_right("192.0.2.7", "abcdefabcdef")
    assert tries.proven("192.0.2.7", "abcdefabcdef")
    assert not tries.proven("192.0.2.8", "abcdefabcdef")
    assert not tries.proven("192.0.2.7", "000000000000")


def test_count_of_wrong_keys_ends_with_its_minute(settings):
    settings.WRONG_KEYS_A_MINUTE = 1
    tries.note_wrong("192.0.2.7")
    caches["process"].touch("wrong-keys:192.0.2.7", 0)
    assert not tries.exhausted("192.0.2.7")
    tries._add_one("wrong-keys:192.0.2.7")
    assert tries.exhausted("192.0.2.7")
