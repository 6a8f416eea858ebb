"""`manage.py appoint`: the first people of an installation, whom nobody can invite yet."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from pilots.models import Region
from pilots.operations.memberships import NewPerson, appoint
from pilots.states.regions import Level
from pilots.states.roles import ADMINISTRATOR_ROLES, Role
from portal.shared.refusals import DomainError

FIRST_ROLES = sorted([*ADMINISTRATOR_ROLES, Role.PROVINCE_OFFICER])


class Command(BaseCommand):
    """Make an account with one of the roles that nobody stands above; print its initial password once."""

    help = "Appoint the first administrators and the first province officer; refused once somebody holds the role."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Who, and as what."""
        parser.add_argument("username")
        parser.add_argument("--name", required=True, help="the person's name")
        parser.add_argument("--role", required=True, choices=[str(role.value) for role in FIRST_ROLES])
        parser.add_argument("--region", help="code of the province, for a province officer")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the initial password alone."""
        role, region = Role(options["role"]), options["region"]
        if (role == Role.PROVINCE_OFFICER) != (region is not None):
            raise CommandError("A province officer has a --region; administrators have none.")
        if region and not Region.objects.filter(pk=region, level=Level.PROVINCE).exists():
            raise CommandError(f"There is no province {region!r}.")
        person = NewPerson(options["username"], options["name"])
        try:
            invited = appoint(person=person, role=role, region_id=region, at=timezone.now())
        except (DomainError, ValidationError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(invited.password)
