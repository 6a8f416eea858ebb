"""Operators all of whose institutions lie in one county unit are that county unit's own (docs/adr/0016)."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Count, Min


def mark(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    operators = apps.get_model("pilots", "Operator").objects
    found = operators.annotate(counties=Count("institutions__county", distinct=True)).filter(counties=1)
    for pk, county in found.annotate(only=Min("institutions__county")).values_list("pk", "only"):
        operators.filter(pk=pk).update(county_id=county)


class Migration(migrations.Migration):
    dependencies = [("pilots", "0016_operator_county")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
