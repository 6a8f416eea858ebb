"""API keys: who makes, rotates and revokes them, for whom, and what a form sent twice does."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from pilots.models import Institution, InstitutionKey, Membership, Operator
from pilots.operations.keys import MAX_LIVE_KEYS, create_key_for_operator, revoke_key, rotate_key
from pilots.operations.refusals import FormUsed, TooManyKeys
from pilots.policies.keys import managed_keys, may_manage_keys, may_manage_operator_keys
from pilots.policies.standing import KeyHolder, standing
from pilots.states.roles import Role
from portal.accounts.keys import (
    KeyEnded,
    KeyState,
    KeyTerms,
    KeyTermsInvalid,
    RevocationReasonMissing,
    new_token,
    split_key,
    state_of,
)
from portal.accounts.models import ApiKey, User
from portal.accounts.ranges import RangeInvalid
from portal.accounts.scopes import ALL_SCOPES, Scope
from portal.shared.refusals import NotPermitted
from tests.pilots.acts import OPERATOR, make_key, make_operator_key, operator_member

pytestmark = pytest.mark.django_db

NOW = timezone.now()
DAY = timedelta(days=1)
MANAGERS = {"county", "director"}
ROLES = (
    *("province", "city", "county", "county2", "reviewer", "department", "assessor", "clerk", "director", "auditor"),
    *("system-admin", "security-admin", "audit-admin"),
)


def user(name):
    return User.objects.get(username=name)


def rotated(grant, *, at=NOW, days=365, overlap_days=7, by=None, token=""):
    return rotate_key(key_id=grant.pk, days=days, overlap_days=overlap_days, by=by, at=at, token=token)


def fresh(grant):
    return ApiKey.objects.select_related("successor").get(pk=grant.pk)


def test_key_is_stored_with_its_terms_and_without_its_text():
    issued = make_key(by=user("director"), at=NOW, scopes=(Scope.FIGURES_READ,), days=30, addresses=("192.0.2.7",))
    prefix, secret = split_key(issued.text)
    grant = InstitutionKey.objects.select_related("key", "institution").get()
    key = grant.key
    assert issued.created
    assert (grant.institution.number, grant.operator) == ("SJZ-0001", None)
    assert (key.prefix, key.label, key.scopes, key.addresses) == (prefix, "软件", ["figures.read"], ["192.0.2.7/32"])
    assert (key.created_at, key.expires_at, key.created_by) == (NOW, NOW + 30 * DAY, user("director"))
    assert (key.last_used_at, key.rotated_from, key.revoked_at, key.revoked_reason) == (None, None, None, "")
    assert secret not in {str(value) for value in vars(key).values()}


@pytest.mark.parametrize("role", ROLES)
def test_director_and_county_unit_manage_an_institutions_keys(role):
    grant, acting = make_key(at=NOW).grant, user(role)
    acts = (
        lambda: make_key(by=acting, at=NOW),
        lambda: rotated(grant, by=acting),
        lambda: revoke_key(key_id=grant.pk, reason="遗失", by=acting, at=NOW),
    )
    before = list(ApiKey.objects.order_by("pk").values())
    for act in acts:
        if role in MANAGERS:
            act()
        else:
            with pytest.raises(NotPermitted):
                act()
    assert may_manage_keys(acting, grant.institution) == (role in MANAGERS)
    assert (list(ApiKey.objects.order_by("pk").values()) == before) == (role not in MANAGERS)
    assert managed_keys(acting).exists() == (role in MANAGERS)


def test_director_manages_no_other_institutions_keys():
    grant = make_key("SJZ-0003", at=NOW).grant
    with pytest.raises(NotPermitted):
        revoke_key(key_id=grant.pk, reason="遗失", by=user("director"), at=NOW)
    with pytest.raises(NotPermitted):
        make_key("SJZ-0003", by=user("director"), at=NOW)
    assert not managed_keys(user("director")).exists()
    assert fresh(grant).revoked_at is None


def test_right_ends_with_the_membership():
    grant, director = make_key(at=NOW).grant, user("director")
    assert may_manage_keys(director, grant.institution)
    Membership.objects.filter(user=director).update(ends_on=date(2021, 12, 31))
    with pytest.raises(NotPermitted):
        revoke_key(key_id=grant.pk, reason="遗失", by=user("director"), at=NOW)


def test_software_manages_no_keys():
    grant = InstitutionKey.objects.select_related("key", "institution").get(pk=make_key(at=NOW).grant.pk)
    assert not may_manage_keys(KeyHolder(grant), grant.institution)
    assert not managed_keys(KeyHolder(grant)).exists()


def test_operator_keys_are_managed_by_directors_of_the_whole_operator():
    chain = operator_member()
    grant = make_operator_key(by=chain, at=NOW).grant
    operator = Operator.objects.get(name=OPERATOR)
    assert (grant.institution, grant.operator) == (None, operator)
    assert may_manage_operator_keys(chain, operator)
    assert list(managed_keys(chain)) == [grant]
    successor = rotated(grant, by=chain).grant
    assert (successor.institution, successor.operator) == (None, operator)
    revoke_key(key_id=successor.pk, reason="遗失", by=chain, at=NOW)


@pytest.mark.parametrize("role", [*ROLES, "clerk of the operator", "director of one of its institutions"])
def test_nobody_else_manages_operator_keys(role):
    grant = make_operator_key(at=NOW).grant
    if role in ROLES:
        acting = user(role)
    elif role.startswith("clerk"):
        acting = operator_member(Role.INSTITUTION_CLERK)
    else:
        acting = User.objects.create(username="one", name="一店负责人")
        own = Institution.objects.get(number="SJZ-0002")
        Membership.objects.create(
            user=acting, role=Role.INSTITUTION_DIRECTOR, institution=own, starts_on=date(2021, 1, 1)
        )
        assert may_manage_keys(acting, own)
    acts = [lambda: make_operator_key(by=acting, at=NOW), lambda: rotated(grant, by=acting)]
    if role != "county":  # a county unit may end the key: docs/adr/0015
        acts.append(lambda: revoke_key(key_id=grant.pk, reason="遗失", by=acting, at=NOW))
    for act in acts:
        with pytest.raises(NotPermitted):
            act()
    assert state_of(fresh(grant), NOW) == KeyState.VALID


def test_director_of_the_operator_manages_the_keys_of_its_institutions_too():
    chain = operator_member()
    assert make_key("SJZ-0089", by=chain, at=NOW).created
    with pytest.raises(NotPermitted):
        make_key("SJZ-0001", by=chain, at=NOW)


def test_operator_key_speaks_for_all_its_institutions_and_asks_once(django_assert_num_queries):
    grant = InstitutionKey.objects.select_related("key").get(pk=make_operator_key(at=NOW).grant.pk)
    holder = KeyHolder(grant)
    with django_assert_num_queries(1):
        first, second = standing(holder), standing(holder)
    numbers = Institution.objects.filter(pk__in=first.institutions).values_list("number", flat=True)
    assert sorted(numbers) == ["SJZ-0002", "SJZ-0089", "SJZ-0135"]
    assert first == second
    assert first.reading | first.directing | first.county_desks | first.directing_operators == frozenset()


def test_operator_key_speaks_for_institutions_of_later_days():
    grant = InstitutionKey.objects.select_related("key").get(pk=make_operator_key(at=NOW).grant.pk)
    newcomer = Institution.objects.create(
        name="新店", county_id="130102", service_model="social", opened_on=date(2022, 1, 1), operator=grant.operator
    )
    assert newcomer.pk in standing(KeyHolder(grant)).institutions


def test_key_speaks_for_exactly_one_owner():
    grant = make_key(at=NOW).grant
    operator = Operator.objects.get(name=OPERATOR)
    for change in ({"operator": operator}, {"institution": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            InstitutionKey.objects.filter(pk=grant.pk).update(**change)


def test_form_sent_twice_makes_one_key_and_shows_it_for_a_minute():
    token, director = new_token(), user("director")
    first = make_key(by=director, at=NOW, token=token)
    again = make_key(by=director, at=NOW + timedelta(seconds=50), token=token)
    late = make_key(by=director, at=NOW + timedelta(seconds=61), token=token)
    assert InstitutionKey.objects.count() == 1
    assert [each.created for each in (first, again, late)] == [True, False, False]
    assert (again.text, late.text) == (first.text, "")
    assert first.grant == again.grant == late.grant


def test_form_of_one_person_is_not_anothers():
    token = new_token()
    one, other = (make_key(by=user(name), at=NOW, token=token) for name in ("director", "county"))
    assert one.created
    assert other.created
    assert one.text.rsplit("_", 1)[1] != other.text.rsplit("_", 1)[1]


def test_form_used_for_another_key_is_refused():
    token, officer = new_token(), user("county")
    grant = make_key("SJZ-0001", by=officer, at=NOW, token=token).grant
    with pytest.raises(FormUsed):
        make_key("SJZ-0002", by=officer, at=NOW, token=token)
    with pytest.raises(FormUsed):
        rotated(grant, by=officer, token=token)
    assert InstitutionKey.objects.count() == 1


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        ({"days": 367}, KeyTermsInvalid),
        ({"scopes": ("all",)}, KeyTermsInvalid),
        ({"addresses": ("192.0.2.1/24",)}, RangeInvalid),
    ],
)
def test_wrong_terms_store_nothing(terms, refusal):
    with pytest.raises(refusal):
        make_key(at=NOW, **terms)
    assert not ApiKey.objects.exists()


def test_number_of_working_keys_is_bounded():
    grants = [make_key(at=NOW).grant for _ in range(MAX_LIVE_KEYS)]
    with pytest.raises(TooManyKeys):
        make_key(at=NOW)
    assert make_key("SJZ-0002", at=NOW).created
    revoke_key(key_id=grants[0].pk, reason="停用", by=None, at=NOW)
    assert make_key(at=NOW).created
    assert make_key(at=NOW + 366 * DAY).created


def test_rotation_gives_the_same_grants_and_an_overlap():
    old = make_key(at=NOW, scopes=(Scope.CAPACITY_READ,), addresses=("192.0.2.0/24",), days=200).grant
    issued = rotated(old, at=NOW + 10 * DAY, days=100, overlap_days=7, by=user("director"))
    new, before = issued.grant.key, fresh(old)
    assert (issued.created, new.rotated_from_id, issued.grant.institution_id) == (True, old.pk, old.institution_id)
    assert (new.label, new.scopes, new.addresses) == (before.label, ["capacity.read"], ["192.0.2.0/24"])
    assert (new.created_at, new.expires_at) == (NOW + 10 * DAY, NOW + 110 * DAY)
    assert before.expires_at == NOW + 17 * DAY
    assert state_of(before, NOW + 16 * DAY) == KeyState.OUTGOING
    assert state_of(before, NOW + 17 * DAY) == KeyState.REPLACED
    assert new.digest != before.digest


def test_overlap_never_lengthens_a_key():
    old = make_key(at=NOW, days=5).grant
    rotated(old, overlap_days=30)
    assert fresh(old).expires_at == NOW + 5 * DAY


def test_overlap_of_none_ends_the_old_key_at_once():
    old = make_key(at=NOW).grant
    rotated(old, at=NOW + DAY, overlap_days=0)
    assert state_of(fresh(old), NOW + DAY) == KeyState.REPLACED


@pytest.mark.parametrize(("days", "overlap", "field"), [(365, 31, "overlap"), (365, -1, "overlap"), (367, 7, "days")])
def test_rotation_out_of_range_changes_nothing(days, overlap, field):
    old = make_key(at=NOW).grant
    with pytest.raises(KeyTermsInvalid) as refusal:
        rotated(old, days=days, overlap_days=overlap)
    assert refusal.value.field == field
    assert (ApiKey.objects.count(), state_of(fresh(old), NOW)) == (1, KeyState.VALID)


def test_key_is_rotated_once():
    old = make_key(at=NOW).grant
    successor = rotated(old).grant
    with pytest.raises(KeyEnded, match=r"已更换过|rotated already"):
        rotated(old)
    assert rotated(successor).created
    assert ApiKey.objects.count() == 3


def test_ended_keys_are_not_rotated():
    expired, revoked = make_key(at=NOW, days=1).grant, make_key(at=NOW).grant
    revoke_key(key_id=revoked.pk, reason="遗失", by=None, at=NOW)
    for grant in (expired, revoked):
        with pytest.raises(KeyEnded):
            rotated(grant, at=NOW + DAY)
    assert ApiKey.objects.count() == 2


def test_rotation_sent_twice_makes_one_successor():
    old, token, director = make_key(at=NOW).grant, new_token(), user("director")
    first, again = (rotated(old, by=director, token=token) for _ in range(2))
    assert (first.grant, first.text, again.created) == (again.grant, again.text, False)
    assert ApiKey.objects.count() == 2


def test_revocation_has_its_reason_and_keeps_the_first():
    grant = make_key(at=NOW).grant
    for empty in ("", "  "):
        with pytest.raises(RevocationReasonMissing):
            revoke_key(key_id=grant.pk, reason=empty, by=None, at=NOW)
    with pytest.raises(KeyTermsInvalid):
        revoke_key(key_id=grant.pk, reason="x" * 501, by=None, at=NOW)
    assert fresh(grant).revoked_at is None
    revoke_key(key_id=grant.pk, reason=" 服务器被盗 ", by=None, at=NOW)
    revoke_key(key_id=grant.pk, reason="第二次", by=None, at=NOW + DAY)
    assert (fresh(grant).revoked_at, fresh(grant).revoked_reason) == (NOW, "服务器被盗")


def test_old_key_is_revoked_within_the_overlap_and_its_successor_stays():
    old = make_key(at=NOW).grant
    successor = rotated(old).grant
    revoke_key(key_id=old.pk, reason="旧服务器停用", by=None, at=NOW)
    assert (state_of(fresh(old), NOW), state_of(fresh(successor), NOW)) == (KeyState.REVOKED, KeyState.VALID)


def test_operator_must_exist():
    with pytest.raises(Operator.DoesNotExist):
        create_key_for_operator(operator_id=0, terms=KeyTerms("x", ALL_SCOPES), by=None, at=NOW)
