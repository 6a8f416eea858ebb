"""The application's database role, on a real connection: it does the application's work and alters no trail."""

from collections.abc import Iterator
from datetime import date, timedelta

import pgtrigger
import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, ProgrammingError, connection, connections, transaction
from django.utils import timezone

from pilots.models import Institution, NightRun, Operator
from pilots.operations.institutions import Entry, register_institution
from pilots.operations.nightly import run_night
from portal.audit.digests import event_tables
from portal.audit.models import Seal
from portal.audit.protection import KEPT, CannotProtect, alterable_tables, protect
from portal.audit.sealing import seal_days
from portal.audit.verifying import verify
from tests.pilots.acts import county_officer, noon, report

ROLE = "portal_app_of_tests"


@pytest.fixture
def as_application(committed_db: str, settings) -> Iterator[None]:
    """Connected as the role; the owner has protected the trail, twice."""
    settings.DATABASE_APP_ROLE = ROLE
    call_command("protect_trail")
    call_command("protect_trail")
    owner = connection.settings_dict["USER"]
    connections.close_all()
    connection.settings_dict["USER"] = ROLE
    try:
        yield
    finally:
        connections.close_all()
        connection.settings_dict["USER"] = owner


def refused(sql, match="permission denied|must be owner"):
    with (
        pytest.raises((ProgrammingError, InternalError), match=match),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_trail_cannot_be_altered(as_application):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, count(*) FROM pilots_institutionevent")
        assert cursor.fetchone() == (ROLE, 494)
    for table in [*event_tables(), *KEPT]:
        column = "pgh_id" if table in event_tables() else "day" if table in ("audit_leaf", "audit_seal") else "id"
        refused(f"UPDATE {table} SET {column} = {column}")
        refused(f"DELETE FROM {table}")
        refused(f"TRUNCATE {table} CASCADE")
        refused(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        refused(f"DROP TABLE {table} CASCADE")
    refused("ALTER TABLE pilots_institution DISABLE TRIGGER ALL")
    refused("DROP FUNCTION audit_chain_step CASCADE")
    refused("SET session_replication_role = replica")
    refused("CREATE TEMPORARY TABLE pilots_institutionevent (pgh_id bigint)")
    refused("CREATE TABLE shadow (pgh_id bigint)")
    refused("UPDATE django_migrations SET name = name")
    refused("SET ROLE postgres")


def ignore_all_triggers():
    """What pgtrigger's guard would ask for, for this session."""
    names = ",".join(trigger.get_pgid(model) for model, trigger in pgtrigger.registered())
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, false)", [f"{{{names}}}"])


def test_role_cannot_have_its_triggers_skipped(as_application):
    ignore_all_triggers()
    operator = Operator.objects.create(name="甲")
    Operator.objects.filter(pk=operator.pk).update(name="乙")
    events = Operator.pgh_event_model.objects.filter(pgh_obj=operator).order_by("pgh_id")
    assert [(event.pgh_label, event.name) for event in events] == [("insert", "甲"), ("update", "乙")]
    refused("UPDATE pilots_target SET goal = goal + 1", match="Cannot update")
    refused("DELETE FROM pilots_capacityreport", match="Cannot update or delete")
    refused("SET session_replication_role = replica")


def test_application_does_its_work(as_application):
    entry = Entry("130102", "角色测试托育园", "social", date(2021, 1, 1), operator_name="某举办者")
    institution = register_institution(entry=entry, filing=None, by=county_officer(), at=timezone.now())
    report(institution.number, date(2021, 10, 1), 20, 10)
    night = run_night(trigger="command", clock=lambda: noon(date(2021, 11, 2)))
    assert [run.day for run in night.filled] == [date(2021, 11, 1)]
    assert NightRun.objects.count() == 1
    event = Institution.pgh_event_model.objects.get(pgh_obj=institution)
    assert event.pgh_context["act"] == "institution.registered"


def test_application_seals_and_verifies(as_application):
    tomorrow = timezone.now() + timedelta(days=1)
    (seal,) = seal_days(at=tomorrow, settled=lambda: tomorrow)
    assert Seal.objects.get() == seal
    assert verify().findings == []
    assert alterable_tables() == []


@pytest.mark.django_db
def test_owner_may_alter_every_table_of_the_trail():
    assert alterable_tables() == sorted([*event_tables(), *KEPT])


@pytest.mark.django_db
def test_command_without_a_role_is_refused_in_production(settings):
    settings.DATABASE_APP_ROLE, settings.PRODUCTION = "", True
    with pytest.raises(CommandError, match="could alter it"):
        call_command("protect_trail")


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["", "Portal", "a b", 'x"; DROP TABLE pilots_institution; --', "postgres"])
def test_unfit_role_is_refused(role):
    with pytest.raises(CannotProtect):
        protect(role=role)


@pytest.mark.django_db
def test_command_without_a_role_does_nothing(settings, capsys):
    settings.DATABASE_APP_ROLE = ""
    call_command("protect_trail")
    assert "names no role" in capsys.readouterr().out


@pytest.mark.django_db
def test_user_who_may_not_make_roles_is_told_what_to_do(settings):
    settings.DATABASE_APP_ROLE = "portal_other"
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE portal_weak")
        cursor.execute("SET LOCAL ROLE portal_weak")
    with pytest.raises(CommandError, match="Let an administrator do: CREATE ROLE portal_other LOGIN"):
        call_command("protect_trail")
