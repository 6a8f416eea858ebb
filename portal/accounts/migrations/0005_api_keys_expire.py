from datetime import timedelta

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F

NOT_RECORDED = "未记录（早于理由登记）"


def give_terms(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Keys made before expire one year after they were made; revocations before stand without their reason."""
    keys = apps.get_model("accounts", "ApiKey").objects.using(schema_editor.connection.alias)
    keys.filter(expires_at__isnull=True).update(expires_at=F("created_at") + timedelta(days=365))
    keys.filter(revoked_at__isnull=False, revoked_reason="").update(revoked_reason=NOT_RECORDED)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_api_key_terms"),
    ]

    operations = [migrations.RunPython(give_terms, migrations.RunPython.noop)]
