"""`manage.py create_api_key`: a key for the software of an institution or an operator."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from pilots.models import Institution, Operator
from pilots.operations.keys import IssuedKey, create_key_for_institution, create_key_for_operator
from portal.accounts.keys import DEFAULT_LIFE_DAYS, KeyTerms
from portal.accounts.models import LONGEST_LIFE_DAYS
from portal.accounts.scopes import ALL_SCOPES, Scope
from portal.audit.context import RecordedCommand
from portal.shared.refusals import DomainError


class Command(RecordedCommand):
    """Make an API key and print it once."""

    help = "Make an API key with which an institution's or an operator's software signs in; the key is printed once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """For whom, and with which terms."""
        whom = parser.add_mutually_exclusive_group(required=True)
        whom.add_argument("--institution", metavar="NUMBER", help="public number, such as SJZ-0001")
        whom.add_argument(
            "--operator",
            metavar="NAME",
            help="name of an operator, or NAME@COUNTY: a key for all its institutions",
        )
        parser.add_argument("--label", default="", help="what the key is for")
        parser.add_argument(
            "--scope",
            action="append",
            choices=Scope.values,
            help="what it may be used for; repeat for several (default: everything)",
        )
        parser.add_argument(
            "--days",
            type=int,
            default=DEFAULT_LIFE_DAYS,
            help=f"days until it expires, at most {LONGEST_LIFE_DAYS} (default: {DEFAULT_LIFE_DAYS})",
        )
        parser.add_argument(
            "--address",
            action="append",
            default=[],
            metavar="CIDR",
            help="address or range from which it may be used; repeat for several (default: from anywhere)",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print nothing but the key, so that a script can take it."""
        terms = KeyTerms(
            label=options["label"],
            scopes=tuple(options["scope"] or ALL_SCOPES),
            days=options["days"],
            addresses=tuple(options["address"]),
        )
        try:
            issued = self._create(options, terms)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(issued.text)

    def _create(self, options: dict[str, Any], terms: KeyTerms) -> IssuedKey:
        now = timezone.now()
        if options["operator"]:
            return create_key_for_operator(operator_id=_operator(options["operator"]).pk, terms=terms, by=None, at=now)
        institution = Institution.objects.filter(number=options["institution"]).first()
        if institution is None:
            raise CommandError(f"There is no institution {options['institution']!r}.")
        return create_key_for_institution(institution_id=institution.pk, terms=terms, by=None, at=now)


def _operator(named: str) -> Operator:
    """By its full name, with `@` and the county unit's code behind where several have it."""
    name, _at, county = named.rpartition("@") if "@" in named else (named, "", "")
    found = Operator.objects.filter(name=name, **({"county_id": county} if county else {}))
    if len(found) > 1:
        where = ", ".join(f"{name}@{each.county_id}" for each in found if each.county_id)
        raise CommandError(f"Several operators are called {name!r}: {where}.")
    if not found:
        raise CommandError(f"There is no operator {named!r}; give its full name.")
    return found[0]
