"""Triggers of the trail's events of accounts and keys that no session can have skipped (portal/shared/triggers.py)."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from portal.shared.triggers import RemoveGuards


class Migration(migrations.Migration):
    """Schema only; reversible."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("accounts", "0010_people_by_name")]

    operations: ClassVar[list[Operation]] = [RemoveGuards()]
