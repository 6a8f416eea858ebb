"""`manage.py revoke_api_key`: make a key useless."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from pilots.models import InstitutionKey
from pilots.operations.people import revoke_institution_key
from portal.audit.context import RecordedCommand


class Command(RecordedCommand):
    """Revoke an API key by its prefix, or list the keys of an institution."""

    help = "Revoke an API key by its prefix (the 12 characters after tuoyu_), or list an institution's keys."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which key."""
        group = parser.add_mutually_exclusive_group(required=True)
        group.add_argument("prefix", nargs="?", help="the 12 characters after tuoyu_")
        group.add_argument("--institution", help="public number: list its keys, revoke none")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Revoke or list."""
        keys = InstitutionKey.objects.select_related("key", "institution").order_by("pk")
        if options["institution"]:
            for each in keys.filter(institution__number=options["institution"]):
                state = f"revoked {each.key.revoked_at:%Y-%m-%d %H:%M}" if each.key.revoked_at else "valid"
                self.stdout.write(f"{each.key.prefix}  {state}  {each.key.label}")
            return
        grant = keys.filter(key__prefix=options["prefix"]).first()
        if grant is None:
            raise CommandError(f"There is no key with the prefix {options['prefix']!r}.")
        revoke_institution_key(key_id=grant.pk, at=timezone.now())
        self.stdout.write(f"Revoked: {grant.key.prefix} of {grant.institution.number}.")
