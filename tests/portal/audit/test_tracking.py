"""Every table leaves a trail or says why not; what an event holds, and what it never holds."""

import time

import pytest
from django.apps import apps
from django.db import connection, models

from pilots.models import Institution, InstitutionKey, Operator
from pilots.operations.people import create_institution_key
from portal.accounts.models import ApiKey, User
from portal.audit import tracking
from portal.audit.tracking import EXEMPT, event_models, is_exempt
from tests.portal.audit.acts import seal, spread_over_days

pytestmark = pytest.mark.django_db


def business_models():
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if not issubclass(model, tracking.TrailEvent)]


def test_every_model_is_tracked_or_exempt_with_a_reason():
    tracked = {model.pgh_tracked_model for model in event_models()}
    undecided = [model._meta.label for model in business_models() if model not in tracked and not is_exempt(model)]
    assert undecided == []
    assert not [model._meta.label for model in tracked if is_exempt(model)]
    assert all(len(reason) > 10 for reason in EXEMPT.values())


def test_no_exemption_names_a_model_that_is_gone():
    known = {model._meta.label for model in business_models()} | {each.label for each in apps.get_app_configs()}
    assert set(EXEMPT) <= known


@pytest.mark.parametrize("model", event_models(), ids=lambda model: model.__name__)
def test_columns_of_events_can_be_added_without_changing_sealed_ones(model):
    """A column of an older event is empty, and has no default that would fill it (docs/adr/0014)."""
    for field in model._meta.fields:
        if field.name.startswith("pgh_") or field.name == "id":
            continue
        assert field.null, field
        assert not field.has_default(), field
        assert field.db_default is models.NOT_PROVIDED, field


def events(model, pk):
    return list(model.pgh_event_model.objects.filter(pgh_obj_id=pk).order_by("pgh_id"))


def test_added_changed_and_removed_rows_leave_events():
    operator = Operator.objects.create(name="甲")
    Operator.objects.filter(pk=operator.pk).update(name="乙")
    Operator.objects.filter(pk=operator.pk).update(name="乙")
    pk = operator.pk
    operator.delete()
    assert [(event.pgh_label, event.name) for event in events(Operator, pk)] == [
        ("insert", "甲"),
        ("update", "乙"),
        ("delete", "乙"),
    ]


def test_statement_for_many_rows_leaves_an_event_for_each():
    before = Operator.pgh_event_model.objects.count()
    made = Operator.objects.bulk_create(Operator(name=f"第{n}家") for n in range(50))
    assert Operator.objects.filter(pk__in=[each.pk for each in made]).update(brand="同") == 50
    assert Operator.pgh_event_model.objects.count() == before + 100


def test_upsert_leaves_one_event_for_what_it_did():
    sql = (
        "INSERT INTO pilots_operator (name, brand, credit_code) VALUES ('并', %s, '')"
        " ON CONFLICT (name, county_id) DO UPDATE SET brand = excluded.brand"
    )
    with connection.cursor() as cursor:
        for brand in ("一", "二", "二"):
            cursor.execute(sql, [brand])
    pk = Operator.objects.get(name="并").pk
    assert [(event.pgh_label, event.brand) for event in events(Operator, pk)] == [("insert", "一"), ("update", "二")]


def test_password_is_in_no_event_but_its_change_is():
    user = User.objects.create_user("trail-test", name="某人", password="first-password-1")
    user.set_password("second-password-2")
    user.save(update_fields=["password"])
    user.name = "改名"
    user.set_password("third-password-3")
    user.save()
    found = events(User, user.pk)
    labels = [event.pgh_label for event in found]
    # That a password was set, at making the account too, also changes when that was.
    assert [labels.count(label) for label in ("insert", "password_changed", "update")] == [1, 2, 3]
    assert found[-1].name == "改名"
    assert "password" not in {field.name for field in User.pgh_event_model._meta.fields}


def test_digest_of_a_key_is_in_no_event_but_its_change_is():
    grant, _text = create_institution_key(number="SJZ-0001", label="软件")
    ApiKey.objects.filter(pk=grant.pk).update(digest="0" * 64)
    assert [event.pgh_label for event in events(ApiKey, grant.pk)] == ["insert", "digest_changed"]
    assert [event.institution_id for event in events(InstitutionKey, grant.pk)] == [grant.institution_id]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_apikeyevent e WHERE to_jsonb(e)::text ~ '[0-9a-f]{64}'")
        assert cursor.fetchone() == (0,)


def test_derived_columns_leave_no_event():
    institution = Institution.objects.get(number="SJZ-0001")
    before = len(events(Institution, institution.pk))
    Institution.objects.filter(pk=institution.pk).update(search_text="x")
    assert len(events(Institution, institution.pk)) == before > 0


@pytest.mark.parametrize("sql", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("pilots_institutionevent", "pgh_label"),
        ("accounts_userevent", "pgh_label"),
        ("audit_leaf", "day"),
        ("audit_seal", "day"),
    ],
)
def test_trail_refuses_to_be_altered_even_by_its_owner(table, column, sql):
    spread_over_days(1)
    assert len(seal()) == 1
    with connection.cursor() as cursor, pytest.raises(Exception, match=r"Cannot (update|delete|truncate)"):
        cursor.execute(sql.format(table, column, column))


def test_statement_for_many_rows_takes_no_quadratic_time():
    """A plan made for one row and kept would join ten thousand old rows to as many new ones in a nested loop."""
    operator = Operator.objects.create(name="甲")
    Operator.objects.filter(pk=operator.pk).update(brand="x")
    Operator.objects.bulk_create(Operator(name=f"第{n}家") for n in range(10_000))
    begun = time.monotonic()
    assert Operator.objects.update(brand="同") > 10_000
    assert time.monotonic() - begun < 10


def test_no_shared_row_of_context_is_written():
    Operator.objects.create(name="甲")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pghistory_context")
        assert cursor.fetchone() == (0,)
