"""Columns of the trail's event tables (docs/trail.md)."""

from typing import Any

import pghistory

FIELD: Any = pghistory.Field(null=True)
FOREIGN_KEY_FIELD: Any = pghistory.ForeignKey(db_index=False)
EXCLUDE_FIELD_KWARGS: dict[str, list[str]] = {
    "django.db.models.Field": [
        "db_default",
        "default",
        "choices",
        "validators",
        "help_text",
        "auto_now",
        "auto_now_add",
    ]
}
