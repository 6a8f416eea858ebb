# The event tables of every business table, and the triggers that fill them.

import django.db.models.deletion
import django.db.models.fields.json
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_messages"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiKeyEvent",
            fields=[
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(verbose_name="recorded at")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
                ("prefix", models.CharField(max_length=12, null=True, verbose_name="prefix")),
                ("label", models.CharField(blank=True, max_length=100, null=True, verbose_name="label")),
                ("created_at", models.DateTimeField(editable=False, null=True, verbose_name="created at")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="revoked at")),
            ],
            options={
                "verbose_name": "API key",
                "verbose_name_plural": "API keys",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="UserEvent",
            fields=[
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(verbose_name="recorded at")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("is_superuser", models.BooleanField(null=True, verbose_name="superuser status")),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "This user name is taken."},
                        max_length=150,
                        null=True,
                        verbose_name="user name",
                    ),
                ),
                ("name", models.CharField(max_length=100, null=True, verbose_name="name")),
                ("email", models.EmailField(blank=True, max_length=254, null=True, verbose_name="e-mail")),
                ("is_staff", models.BooleanField(null=True, verbose_name="may open the administration pages")),
                ("is_active", models.BooleanField(null=True, verbose_name="active")),
                ("is_demo", models.BooleanField(null=True, verbose_name="demonstration account")),
                ("date_joined", models.DateTimeField(editable=False, null=True, verbose_name="created at")),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="apikey",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "accounts_apikeyevent" ("created_at", "id", "label", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "prefix", "revoked_at") SELECT new_values."created_at", new_values."id", new_values."label", NULLIF(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb, clock_timestamp(), \'insert\', new_values."id", new_values."prefix", new_values."revoked_at" FROM new_values ; RETURN NULL;',
                    hash="130848c7e886976e4c3f35b36fa3e64e68dd90dd",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_1ed31",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="accounts_apikey",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="apikey",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."label" IS DISTINCT FROM (NEW."label") OR OLD."prefix" IS DISTINCT FROM (NEW."prefix") OR OLD."revoked_at" IS DISTINCT FROM (NEW."revoked_at"))',
                    func='INSERT INTO "accounts_apikeyevent" ("created_at", "id", "label", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "prefix", "revoked_at") VALUES (NEW."created_at", NEW."id", NEW."label", NULLIF(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb, clock_timestamp(), \'update\', NEW."id", NEW."prefix", NEW."revoked_at"); RETURN NULL;',
                    hash="edcab305934812b5ce2ef4adbf56a8a7c8f50b33",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_1c34c",
                    table="accounts_apikey",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="apikey",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "accounts_apikeyevent" ("created_at", "id", "label", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "prefix", "revoked_at") SELECT old_values."created_at", old_values."id", old_values."label", NULLIF(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb, clock_timestamp(), \'delete\', old_values."id", old_values."prefix", old_values."revoked_at" FROM old_values ; RETURN NULL;',
                    hash="cecf1d6337926229928059d21a518def438d4654",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_18c5d",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="accounts_apikey",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="apikey",
            trigger=pgtrigger.compiler.Trigger(
                name="digest_changed_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."digest" IS DISTINCT FROM (NEW."digest"))',
                    func='INSERT INTO "accounts_apikeyevent" ("created_at", "id", "label", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "prefix", "revoked_at") VALUES (NEW."created_at", NEW."id", NEW."label", NULLIF(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb, clock_timestamp(), \'digest_changed\', NEW."id", NEW."prefix", NEW."revoked_at"); RETURN NULL;',
                    hash="5fdd741d3c50877ead640d31789c69c272016e16",
                    operation="UPDATE",
                    pgid="pgtrigger_digest_changed_update_84c09",
                    table="accounts_apikey",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "accounts_userevent" ("date_joined", "email", "id", "is_active", "is_demo", "is_staff", "is_superuser", "last_login", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "username") SELECT new_values."date_joined", new_values."email", new_values."id", new_values."is_active", new_values."is_demo", new_values."is_staff", new_values."is_superuser", new_values."last_login", new_values."name", NULLIF(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb, clock_timestamp(), \'insert\', new_values."id", new_values."username" FROM new_values ; RETURN NULL;',
                    hash="304dae415b174658c0fd2b9d053061cddf7d934a",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_3867c",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="accounts_user",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."date_joined" IS DISTINCT FROM (NEW."date_joined") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."is_demo" IS DISTINCT FROM (NEW."is_demo") OR OLD."is_staff" IS DISTINCT FROM (NEW."is_staff") OR OLD."is_superuser" IS DISTINCT FROM (NEW."is_superuser") OR OLD."last_login" IS DISTINCT FROM (NEW."last_login") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."username" IS DISTINCT FROM (NEW."username"))',
                    func='INSERT INTO "accounts_userevent" ("date_joined", "email", "id", "is_active", "is_demo", "is_staff", "is_superuser", "last_login", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "username") VALUES (NEW."date_joined", NEW."email", NEW."id", NEW."is_active", NEW."is_demo", NEW."is_staff", NEW."is_superuser", NEW."last_login", NEW."name", NULLIF(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb, clock_timestamp(), \'update\', NEW."id", NEW."username"); RETURN NULL;',
                    hash="952dce2e7f8733ba5973a4c0ff8145e39f32b7cf",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_0e890",
                    table="accounts_user",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "accounts_userevent" ("date_joined", "email", "id", "is_active", "is_demo", "is_staff", "is_superuser", "last_login", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "username") SELECT old_values."date_joined", old_values."email", old_values."id", old_values."is_active", old_values."is_demo", old_values."is_staff", old_values."is_superuser", old_values."last_login", old_values."name", NULLIF(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb, clock_timestamp(), \'delete\', old_values."id", old_values."username" FROM old_values ; RETURN NULL;',
                    hash="733ba69f4b07266b88046792c181ede99c0bf94a",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_19f14",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="accounts_user",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="password_changed_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."password" IS DISTINCT FROM (NEW."password"))',
                    func='INSERT INTO "accounts_userevent" ("date_joined", "email", "id", "is_active", "is_demo", "is_staff", "is_superuser", "last_login", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "username") VALUES (NEW."date_joined", NEW."email", NEW."id", NEW."is_active", NEW."is_demo", NEW."is_staff", NEW."is_superuser", NEW."last_login", NEW."name", NULLIF(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb, clock_timestamp(), \'password_changed\', NEW."id", NEW."username"); RETURN NULL;',
                    hash="0c342398397c6716d71b1477d2f1bc98486c63bc",
                    operation="UPDATE",
                    pgid="pgtrigger_password_changed_update_ae61e",
                    table="accounts_user",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="apikeyevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="accounts.apikey",
            ),
        ),
        migrations.AddField(
            model_name="userevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="apikeyevent",
            index=models.Index(fields=["pgh_created_at", "pgh_id"], name="apikeyevent_when"),
        ),
        migrations.AddIndex(
            model_name="apikeyevent",
            index=models.Index(fields=["pgh_obj", "pgh_id"], name="apikeyevent_what"),
        ),
        migrations.AddIndex(
            model_name="apikeyevent",
            index=models.Index(
                django.db.models.fields.json.KeyTextTransform("request", "pgh_context"), name="apikeyevent_why"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="apikeyevent",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'Cannot truncate % : the trail is append-only.', TG_TABLE_NAME;",
                    hash="66407e88aab030b13d8fcb244880c9408ffc6594",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_68d76",
                    table="accounts_apikeyevent",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="apikeyevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="81decc7750ef48a82b6961d47e10bed8cc804bb5",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_f8804",
                    table="accounts_apikeyevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="userevent",
            index=models.Index(fields=["pgh_created_at", "pgh_id"], name="userevent_when"),
        ),
        migrations.AddIndex(
            model_name="userevent",
            index=models.Index(fields=["pgh_obj", "pgh_id"], name="userevent_what"),
        ),
        migrations.AddIndex(
            model_name="userevent",
            index=models.Index(
                django.db.models.fields.json.KeyTextTransform("request", "pgh_context"), name="userevent_why"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="userevent",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'Cannot truncate % : the trail is append-only.', TG_TABLE_NAME;",
                    hash="59ef71ee51f2c10e72bc482903afd98e864c902c",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_bcf41",
                    table="accounts_userevent",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="userevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="9e9498e73f6fbdf2642fb33fa14189f1ad2382c8",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_45b21",
                    table="accounts_userevent",
                    when="BEFORE",
                ),
            ),
        ),
    ]
