"""The commands of the README."""

import io
import json
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone, translation

from pilots.models import (
    CapacityReport,
    DemoLoad,
    Institution,
    InstitutionKey,
    Membership,
    NightRun,
    Operator,
    Region,
    RegionFact,
)
from pilots.operations.demo import DemoRefused, load_demo
from pilots.operations.reference import load_regions
from pilots.states.roles import Role
from portal.accounts.models import User
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db


def run(*arguments, **options):
    out = io.StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def test_demo_is_idempotent_and_prints_an_account_for_every_role():
    tables = (Institution, CapacityReport, Region, RegionFact, User, Membership, DemoLoad)
    before = [table.objects.count() for table in tables]
    first, second = run("demo"), run("demo")
    assert first == second
    assert [table.objects.count() for table in tables] == before
    assert set(Membership.objects.values_list("role", flat=True)) == set(Role.values)
    for user in User.objects.filter(is_demo=True):
        assert user.username in first
    assert "tuoyu-2021-demo" in first
    assert NightRun.objects.filter(day=date(2021, 11, 1)).count() == 1


def test_demo_keeps_a_changed_password():
    user = User.objects.get(username="province")
    user.set_password("something else")
    user.save()
    run("demo")
    user.refresh_from_db()
    assert user.check_password("something else")


def test_demo_refuses_in_production(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match=r"生产环境不得装载示例数据|cannot be loaded in production"):
        run("demo")


def test_demo_refuses_beside_real_institutions():
    DemoLoad.objects.all().delete()
    Institution.objects.create(name="真实机构", county_id="130102", service_model="social", opened_on=date(2021, 1, 1))
    with pytest.raises(DemoRefused):
        load_demo()


def test_demo_accounts_cannot_sign_in_in_production(client, settings):
    assert sign_in(client, "province", "tuoyu-2021-demo")
    client.logout()
    settings.PRODUCTION = True
    assert not sign_in(client, "province", "tuoyu-2021-demo")


def test_load_regions_changes_nothing_the_second_time():
    assert load_regions() == 0
    assert run("load_regions").startswith("0 ")
    assert RegionFact.objects.filter(kind="population").count() == 190


def test_figures_as_json_and_as_a_table():
    found = json.loads(run("figures", "--region", "130100", "--as-of", "2021-11-01", "--json"))
    assert (found["pilots_total"], found["county_coverage_pct"], found["province_new_pilots"]) == (48, 95.65, None)
    table = run("figures", "--region", "130100", "--as-of", "2021-11-01")
    assert "17,657" in table
    assert "county_coverage_pct" in table


def test_explain_lists_the_records():
    found = json.loads(run("explain", "county_coverage_pct", "--region", "130100", "--as-of", "2021-11-01", "--json"))
    assert (found["value"], found["numerator"], found["denominator"]) == (95.65, 22, 23)
    assert (len(found["records"]), len(found["denominator_records"])) == (22, 23)
    assert "130172" not in {record["code"] for record in found["records"]}
    assert found["records"][0]["parts"] == ["SJZ-0001", "SJZ-0002", "SJZ-0003", "SJZ-0004", "SJZ-0005"]
    assert "SJZ-0002" in run("explain", "places_pilot", "--region", "130102", "--as-of", "2021-11-01")


def test_day_is_yesterday_by_default():
    yesterday = timezone.localdate() - timedelta(days=1)
    found = json.loads(run("explain", "pilots_total", "--region", "130100", "--json"))
    assert found["as_of"] == yesterday.isoformat()


def test_nightly_by_hand():
    assert run("nightly", "--day", "2021-11-01").startswith("2021-11-01  rows 202  changed 202")
    assert run("nightly", "--from", "2021-11-01", "--to", "2021-11-02").count("rows 202") == 2


def test_nightly_without_days_does_what_beat_would():
    yesterday = timezone.localdate() - timedelta(days=1)
    assert run("nightly").startswith(yesterday.isoformat())
    assert run("nightly") == "Nothing to compute.\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["nightly", "--day", "2999-01-01"],
        ["nightly", "--day", "2021-11-01", "--from", "2021-11-01", "--to", "2021-11-02"],
        ["nightly", "--from", "2021-11-01"],
        ["nightly", "--from", "2021-11-02", "--to", "2021-11-01"],
        ["nightly", "--day", "yesterday"],
        ["figures", "--region", "999999", "--as-of", "2021-11-01"],
        ["figures", "--as-of", "2021-11-01"],
        ["explain", "nothing", "--region", "130100"],
        ["create_api_key", "--institution", "SJZ-9999"],
        ["create_api_key", "--operator", "没有这家"],
        ["create_api_key"],
        ["create_api_key", "--institution", "SJZ-0001", "--operator", "爱悦堡（示例）"],
        ["create_api_key", "--institution", "SJZ-0001", "--days", "367"],
        ["create_api_key", "--institution", "SJZ-0001", "--scope", "everything"],
        ["create_api_key", "--institution", "SJZ-0001", "--address", "192.0.2.1/24"],
        ["revoke_api_key", "000000000000"],
    ],
    ids=" ".join,
)
def test_wrong_arguments_are_refused_with_a_sentence(arguments):
    with pytest.raises(CommandError) as refusal:
        run(*arguments)
    assert len(str(refusal.value)) > 20


def test_key_is_printed_once_and_alone():
    text = run("create_api_key", "--institution", "SJZ-0001", "--label", "软件").strip()
    grant = InstitutionKey.objects.select_related("key", "institution").get()
    assert text.startswith(f"tuoyu_{grant.key.prefix}_")
    assert (grant.institution.number, grant.key.label) == ("SJZ-0001", "软件")
    assert (grant.key.scopes, grant.key.addresses) == (["capacity.write", "capacity.read", "figures.read"], [])
    assert (grant.key.expires_at - grant.key.created_at, grant.key.created_by) == (timedelta(days=365), None)


def test_operator_of_a_name_that_several_have_is_named_with_its_county_unit():
    other = Operator.objects.create(name="爱悦堡（示例）", county_id="130104")
    with pytest.raises(CommandError, match="爱悦堡（示例）@130104"):
        run("create_api_key", "--operator", "爱悦堡（示例）")
    run("create_api_key", "--operator", "爱悦堡（示例）@130104")
    assert InstitutionKey.objects.get().operator == other


def test_key_of_an_operator_is_made_with_its_terms():
    terms = ["--scope", "capacity.read", "--scope", "figures.read", "--days", "30", "--address", "192.0.2.7"]
    run("create_api_key", "--operator", "爱悦堡（示例）", *terms)
    grant = InstitutionKey.objects.select_related("key", "operator").get()
    assert (grant.operator.name, grant.institution) == ("爱悦堡（示例）", None)
    assert (grant.key.scopes, grant.key.addresses) == (["capacity.read", "figures.read"], ["192.0.2.7/32"])
    assert grant.key.expires_at - grant.key.created_at == timedelta(days=30)


def test_keys_are_listed_and_revoked_by_command():
    for owner in (["--institution", "SJZ-0001"], ["--operator", "爱悦堡（示例）"]):
        prefix = run("create_api_key", *owner, "--label", "软件").split("_")[1]
        assert run("revoke_api_key", *owner).startswith(f"{prefix}  valid until ")
        assert "capacity.write,capacity.read,figures.read  软件" in run("revoke_api_key", *owner)
        assert run("revoke_api_key", prefix, "--reason", "遗失").startswith(f"Revoked: {prefix} of ")
        assert f"{prefix}  revoked" in run("revoke_api_key", *owner)
        assert InstitutionKey.objects.get(key__prefix=prefix).key.revoked_reason == "遗失"


def test_revocation_by_command_has_a_reason_in_any_case():
    prefix = run("create_api_key", "--institution", "SJZ-0001").split("_")[1]
    with translation.override("zh-hans"):  # another test's request may have left the thread in English
        run("revoke_api_key", prefix)
    assert InstitutionKey.objects.get().key.revoked_reason == "通过命令吊销，未说明理由。"
    with pytest.raises(CommandError, match="500"):
        run("revoke_api_key", run("create_api_key", "--institution", "SJZ-0001").split("_")[1], "--reason", "x" * 501)


def test_first_people_are_appointed_at_the_shell():
    password = run("appoint", "sec", "--name", "首任", "--role", "security_administrator").strip()
    user = User.objects.get(username="sec")
    assert user.check_password(password)
    assert Membership.objects.get(user=user).role == "security_administrator"
    run("appoint", "chief", "--name", "省级", "--role", "province_officer", "--region", "130000")
    assert Membership.objects.get(user__username="chief").region_id == "130000"


@pytest.mark.parametrize(
    "arguments",
    [
        ["appoint", "sec", "--name", "x", "--role", "province_officer"],
        ["appoint", "sec", "--name", "x", "--role", "audit_administrator", "--region", "130000"],
        ["appoint", "sec", "--name", "x", "--role", "province_officer", "--region", "130100"],
        ["appoint", "clerk", "--name", "x", "--role", "audit_administrator"],
        ["appoint", "no name", "--name", "x", "--role", "audit_administrator"],
        ["appoint", "sec", "--name", "x", "--role", "city_officer"],
        ["restore_account", "nobody", "--reason", "x"],
        ["restore_account", "clerk", "--reason", " "],
    ],
    ids=" ".join,
)
def test_wrong_appointment_is_refused(arguments):
    before = User.objects.count()
    with pytest.raises(CommandError):
        run(*arguments)
    assert User.objects.count() == before


def test_appointment_is_refused_once_somebody_holds_the_role():
    run("appoint", "sec", "--name", "首任", "--role", "security_administrator")
    with pytest.raises(CommandError, match=r"已有人员担任|Somebody holds"):
        run("appoint", "sec2", "--name", "次任", "--role", "security_administrator")


def test_account_is_restored_at_the_shell():
    User.objects.filter(username="audit-admin").update(is_active=False)
    password = run("restore_account", "audit-admin", "--reason", "误停用").strip()
    user = User.objects.get(username="audit-admin")
    assert user.is_active
    assert user.check_password(password)
