from datetime import timedelta

import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_api_keys_expire"),
    ]

    operations = [
        migrations.AlterField(
            model_name="apikey",
            name="expires_at",
            field=models.DateTimeField(verbose_name="expires at"),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("revoked_at__isnull", True), ("revoked_reason", "")),
                    models.Q(("revoked_at__isnull", False), models.Q(("revoked_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="api_key_revoked_with_reason",
                violation_error_message="A revocation needs a reason.",
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expires_at__gte", models.F("created_at")),
                    (
                        "expires_at__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("created_at"), "+", models.Value(timedelta(days=366))
                        ),
                    ),
                ),
                name="api_key_expires_within_a_year",
                violation_error_message="A key expires a year after it was made at the latest.",
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("scopes__len__gte", 1),
                    ("scopes__contained_by", ["capacity.write", "capacity.read", "figures.read"]),
                ),
                name="api_key_has_known_scopes",
                violation_error_message="A key has at least one scope, and only known ones.",
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(("addresses__len__lte", 20)),
                name="api_key_has_few_address_ranges",
                violation_error_message="A key has too many address ranges.",
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(("rotated_from", models.F("pk")), _negated=True),
                name="api_key_replaces_another",
                violation_error_message="A key cannot replace itself.",
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.UniqueConstraint(
                condition=models.Q(("request_digest", ""), _negated=True),
                fields=("request_digest",),
                name="api_key_once_a_form",
                violation_error_message="This form was sent before.",
            ),
        ),
    ]
