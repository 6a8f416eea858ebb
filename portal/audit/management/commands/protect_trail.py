"""`manage.py protect_trail`: the application's database role, and what it may do."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.audit.protection import CannotProtect, protect


class Command(BaseCommand):
    """Make the role DATABASE_APP_ROLE, and let it add to the trail but alter nothing in it. Run it after `migrate`."""

    help = "Make the application's database role (DATABASE_APP_ROLE); it can add to the trail and alter nothing in it."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Protect, or say that there is nothing to do."""
        role: str = settings.DATABASE_APP_ROLE
        if not role and settings.PRODUCTION:
            raise CommandError(
                "DATABASE_APP_ROLE names no role: web, worker and beat would connect as the owner of the trail and "
                "could alter it. Name the role that stands in their DATABASE_URL (docs/operations.md)."
            )
        if not role:
            self.stdout.write("DATABASE_APP_ROLE names no role: the application connects as the owner of its tables.")
            return
        try:
            remarks = protect(role=role, password=settings.DATABASE_APP_PASSWORD)
        except CannotProtect as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The role {role} can add to the trail and alter nothing in it.")
        for remark in remarks:
            self.stderr.write(remark)
