import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

ALL_SCOPES = ["capacity.write", "capacity.read", "figures.read"]


class Migration(migrations.Migration):
    """What a key may be used for, from where and until when. Keys made before could do everything."""

    dependencies = [
        ("accounts", "0003_cache_table"),
    ]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="addresses",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=43),
                blank=True,
                default=list,
                help_text="CIDR; empty: from anywhere.",
                size=None,
                verbose_name="address ranges",
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="created_by",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty: by command, on the server.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="created by",
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="expires_at",
            field=models.DateTimeField(null=True, verbose_name="expires at"),
        ),
        migrations.AddField(
            model_name="apikey",
            name="last_used_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="last used at"),
        ),
        migrations.AddField(
            model_name="apikey",
            name="last_used_from",
            field=models.GenericIPAddressField(blank=True, editable=False, null=True, verbose_name="last used from"),
        ),
        migrations.AddField(
            model_name="apikey",
            name="request_digest",
            field=models.CharField(
                blank=True, default="", editable=False, max_length=64, verbose_name="digest of the form's token"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="apikey",
            name="revoked_reason",
            field=models.CharField(blank=True, default="", max_length=500, verbose_name="reason of the revocation"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="apikey",
            name="rotated_from",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="successor",
                to="accounts.apikey",
                verbose_name="replaces",
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("capacity.write", "report places and children"),
                        ("capacity.read", "read capacity reports"),
                        ("figures.read", "read figures"),
                    ],
                    max_length=30,
                ),
                default=ALL_SCOPES,
                size=None,
                verbose_name="scopes",
            ),
            preserve_default=False,
        ),
    ]
