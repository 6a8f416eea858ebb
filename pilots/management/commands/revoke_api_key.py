"""`manage.py revoke_api_key`: make a key useless."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from pilots.models import InstitutionKey
from pilots.operations.keys import revoke_key
from portal.accounts.keys import LIVE, state_of
from portal.audit.context import RecordedCommand
from portal.shared.refusals import DomainError


class Command(RecordedCommand):
    """Revoke an API key by its prefix, or list the keys of an institution or operator."""

    help = "Revoke an API key by its prefix (the 12 characters after tuoyu_), or list keys."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which key."""
        group = parser.add_mutually_exclusive_group(required=True)
        group.add_argument("prefix", nargs="?", help="the 12 characters after tuoyu_")
        group.add_argument("--institution", metavar="NUMBER", help="public number: list its keys, revoke none")
        group.add_argument("--operator", metavar="NAME", help="name of an operator: list its keys, revoke none")
        parser.add_argument("--reason", default="", help="why the key is revoked; kept beside it")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Revoke or list."""
        keys = InstitutionKey.objects.select_related("key__successor", "institution", "operator").order_by("pk")
        if options["institution"] or options["operator"]:
            self._list(keys, options)
            return
        grant = keys.filter(key__prefix=options["prefix"]).first()
        if grant is None:
            raise CommandError(f"There is no key with the prefix {options['prefix']!r}.")
        reason = options["reason"] or _("Revoked by command, without a stated reason.")
        try:
            revoke_key(key_id=grant.pk, reason=reason, by=None, at=timezone.now())
        except DomainError as error:
            raise CommandError(str(error)) from error
        owner = grant.institution.number if grant.institution else str(grant.operator)
        self.stdout.write(f"Revoked: {grant.key.prefix} of {owner}.")

    def _list(self, keys: QuerySet[InstitutionKey], options: dict[str, Any]) -> None:
        if options["operator"]:
            keys = keys.filter(operator__name=options["operator"])
        else:
            keys = keys.filter(institution__number=options["institution"])
        now = timezone.now()
        for each in keys:
            key, state = each.key, state_of(each.key, now)
            until = "until " if state in LIVE else ""
            instant = timezone.localtime(key.revoked_at or key.expires_at)
            line = (key.prefix, f"{state.value} {until}{instant:%Y-%m-%d %H:%M}", ",".join(key.scopes), key.label)
            self.stdout.write("  ".join(line).rstrip())
