import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_api_key_rules"),
        ("pilots", "0005_second_factor_rule"),
    ]

    operations = [
        migrations.AddField(
            model_name="institutionkey",
            name="operator",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="keys",
                to="pilots.operator",
                verbose_name="operator",
            ),
        ),
        migrations.AlterField(
            model_name="institutionkey",
            name="institution",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="keys",
                to="pilots.institution",
                verbose_name="institution",
            ),
        ),
        migrations.AddConstraint(
            model_name="institutionkey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("institution__isnull", False), ("operator__isnull", True)),
                    models.Q(("institution__isnull", True), ("operator__isnull", False)),
                    _connector="OR",
                ),
                name="key_speaks_for_an_institution_or_an_operator",
                violation_error_message="A key speaks for an institution or for an operator.",
            ),
        ),
    ]
