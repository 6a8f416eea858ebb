"""Triggers of proposals and of their events that no session can have skipped (portal/shared/triggers.py)."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from portal.shared.triggers import RemoveGuards


class Migration(migrations.Migration):
    """Schema only; reversible."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("approvals", "0002_trail_of_later_tables")]

    operations: ClassVar[list[Operation]] = [RemoveGuards()]
