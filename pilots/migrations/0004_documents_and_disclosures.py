"""Documents on an institution's file, and who had hidden numbers shown. Schema only; reversible."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import pilots.models.ledgers


class Migration(migrations.Migration):
    dependencies = [
        ("pilots", "0003_roles"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=pilots.models.ledgers.ClockTimestamp(), editable=False, verbose_name="recorded at"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("licence", "licence or certificate of registration"),
                            ("fire", "fire safety certificate"),
                            ("hygiene", "hygiene evaluation"),
                            ("premises", "proof of premises"),
                            ("food", "food licence"),
                            ("other", "other document"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "expires_on",
                    models.DateField(
                        blank=True,
                        help_text="The last day on which it is valid; empty if it has none.",
                        null=True,
                        verbose_name="valid until",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                ("name", models.CharField(max_length=100, verbose_name="file name")),
                ("media_type", models.CharField(max_length=100, verbose_name="media type")),
                ("size", models.PositiveIntegerField(verbose_name="size in bytes")),
                ("sha256", models.CharField(max_length=64, verbose_name="digest")),
                (
                    "file_key",
                    models.CharField(editable=False, max_length=81, unique=True, verbose_name="key of the stored file"),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="pilots.institution",
                        verbose_name="institution",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recorded by",
                    ),
                ),
            ],
            options={
                "verbose_name": "document",
                "verbose_name_plural": "documents",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="DocumentWithdrawal",
            fields=[
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=pilots.models.ledgers.ClockTimestamp(), editable=False, verbose_name="recorded at"
                    ),
                ),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="withdrawal",
                        serialize=False,
                        to="pilots.document",
                        verbose_name="document",
                    ),
                ),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
            ],
            options={
                "verbose_name": "withdrawal of a document",
                "verbose_name_plural": "withdrawals of documents",
            },
        ),
        migrations.CreateModel(
            name="Disclosure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=pilots.models.ledgers.ClockTimestamp(), editable=False, verbose_name="recorded at"
                    ),
                ),
                (
                    "field",
                    models.CharField(
                        choices=[("contact_phone", "contact telephone")], max_length=30, verbose_name="field"
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("contact", "contact the institution"),
                            ("filing", "check a filing or report"),
                            ("supervision", "supervision or inspection"),
                            ("complaint", "handle a complaint"),
                            ("emergency", "emergency"),
                            ("other", "other purpose"),
                        ],
                        max_length=20,
                        verbose_name="purpose",
                    ),
                ),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                ("request_id", models.CharField(max_length=64, verbose_name="request")),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disclosures",
                        to="pilots.institution",
                        verbose_name="institution",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recorded by",
                    ),
                ),
            ],
            options={
                "verbose_name": "disclosure",
                "verbose_name_plural": "disclosures",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(fields=["institution", "-id"], name="disclosure_latest"),
                    models.Index(fields=["recorded_by", "recorded_at"], name="disclosure_by_person"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="disclosure_has_reason",
                        violation_error_message="A disclosure needs a reason.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("recorded_by__isnull", False)), name="disclosure_has_person"
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="disclosure",
            trigger=pgtrigger.compiler.Trigger(
                name="disclosure_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="e499b1e241c62818b153d83940c2b90aba27b827",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_disclosure_append_only_b1d8a",
                    table="pilots_disclosure",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="disclosure",
            trigger=pgtrigger.compiler.Trigger(
                name="disclosure_no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'Cannot truncate % : the ledger is append-only.', TG_TABLE_NAME;",
                    hash="21cff9ecfeff5504b9341b9332499f1ae1dfaf38",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_disclosure_no_truncate_c01de",
                    table="pilots_disclosure",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="documentwithdrawal",
            name="recorded_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="recorded by",
            ),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["institution", "-id"], name="document_latest"),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(
                condition=models.Q(("expires_on__isnull", False)), fields=["expires_on"], name="document_expiring"
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(condition=models.Q(("size__gt", 0)), name="document_is_not_empty"),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(("file_key__startswith", models.F("sha256"))), name="document_key_carries_its_digest"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="document",
            trigger=pgtrigger.compiler.Trigger(
                name="document_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="5b420a03ba566a98121bc8f49a3f4660ef012569",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_document_append_only_20e64",
                    table="pilots_document",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="document",
            trigger=pgtrigger.compiler.Trigger(
                name="document_no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'Cannot truncate % : the ledger is append-only.', TG_TABLE_NAME;",
                    hash="db1f9d090969c100ad5b6c8cb834182c2aa80c79",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_document_no_truncate_b413e",
                    table="pilots_document",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="documentwithdrawal",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="document_withdrawal_has_reason",
                violation_error_message="A withdrawal needs a reason.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="documentwithdrawal",
            trigger=pgtrigger.compiler.Trigger(
                name="document_withdrawal_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="91e9a30722aac28329c1d9bba1c3d805ec784cdd",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_document_withdrawal_append_only_5672d",
                    table="pilots_documentwithdrawal",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="documentwithdrawal",
            trigger=pgtrigger.compiler.Trigger(
                name="document_withdrawal_no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'Cannot truncate % : the ledger is append-only.', TG_TABLE_NAME;",
                    hash="df6b3b36ecf4e5cfe0bcb15197992bdf8e808147",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_document_withdrawal_no_truncate_56594",
                    table="pilots_documentwithdrawal",
                    when="BEFORE",
                ),
            ),
        ),
    ]
