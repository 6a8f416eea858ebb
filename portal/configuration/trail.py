"""Columns of the trail's event tables (docs/trail.md)."""

import pghistory

FIELD = pghistory.Field(null=True)
FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)
EXCLUDE_FIELD_KWARGS = {
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
