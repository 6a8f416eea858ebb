"""The chain of a day's digests as an aggregate, so that a day is sealed by one statement."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    """Schema only; reversible."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("audit", "0001_trail")]

    operations: ClassVar[list[migrations.RunSQL]] = [
        migrations.RunSQL(
            """CREATE FUNCTION audit_chain_step(state bytea, link text) RETURNS bytea
               LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
               AS $$ BEGIN RETURN sha256(state || convert_to(link, 'UTF8')); END $$""",
            "DROP FUNCTION audit_chain_step(bytea, text)",
        ),
        migrations.RunSQL(
            "CREATE AGGREGATE audit_chain(text) (SFUNC = audit_chain_step, STYPE = bytea, INITCOND = '')",
            "DROP AGGREGATE audit_chain(text)",
        ),
    ]
