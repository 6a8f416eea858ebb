"""What a verification found is mailed once, and again where it could not be sent: it is noted as seals are."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Schema only; reversible while no mail of a finding is noted."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("audit", "0003_unguarded_triggers"),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            model_name="sealmail",
            name="verification",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="mails",
                to="audit.verification",
                verbose_name="verification",
            ),
        ),
        migrations.AlterField(
            model_name="sealmail",
            name="seal",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="mails",
                to="audit.seal",
                verbose_name="seal",
            ),
        ),
        migrations.AddConstraint(
            model_name="sealmail",
            constraint=models.UniqueConstraint(fields=("verification", "recipient"), name="verification_mailed_once"),
        ),
        migrations.AddConstraint(
            model_name="sealmail",
            constraint=models.CheckConstraint(
                condition=models.Q(("seal__isnull", True), ("verification__isnull", True), _connector="XOR"),
                name="seal_mail_is_of_one",
            ),
        ),
    ]
