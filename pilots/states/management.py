"""Who manages whom: one table (docs/adr/0011). Policies, pages and docs/people.md read it; nothing repeats it."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from pilots.states.roles import ADMINISTRATOR_ROLES, Role


class Where(TextChoices):
    """How the place of the managed role lies to the place of the manager's."""

    ITSELF = "itself", _("for the same region")
    BELOW = "below", _("for regions directly below")
    INSTITUTIONS = "institutions", _("for institutions of the county unit")
    OPERATORS = "operators", _("for operators all of whose institutions lie in the region")
    DIRECTED = "directed", _("for the institutions and operators directed")
    ANY_REGION = "any_region", _("for any region")
    NOWHERE = "nowhere", _("for the whole portal")


@dataclass(frozen=True)
class Rule:
    """Who holds `manager` gives `managed` there, changes it and ends it."""

    manager: Role
    managed: Role
    where: Where

    @property
    def confirmed(self) -> bool:
        """Whether a second person has to confirm: so it is for administrators, who are above the offices."""
        return self.managed in ADMINISTRATOR_ROLES


RULES = (
    Rule(Role.PROVINCE_OFFICER, Role.ASSESSOR, Where.ITSELF),
    Rule(Role.PROVINCE_OFFICER, Role.DEPARTMENT_COLLEAGUE, Where.ITSELF),
    Rule(Role.PROVINCE_OFFICER, Role.CITY_OFFICER, Where.BELOW),
    # County units that hang from the province itself have no city between.
    Rule(Role.PROVINCE_OFFICER, Role.COUNTY_OFFICER, Where.BELOW),
    Rule(Role.PROVINCE_OFFICER, Role.INSTITUTION_DIRECTOR, Where.OPERATORS),
    Rule(Role.PROVINCE_OFFICER, Role.INSTITUTION_CLERK, Where.OPERATORS),
    Rule(Role.CITY_OFFICER, Role.ASSESSOR, Where.ITSELF),
    Rule(Role.CITY_OFFICER, Role.DEPARTMENT_COLLEAGUE, Where.ITSELF),
    Rule(Role.CITY_OFFICER, Role.COUNTY_OFFICER, Where.BELOW),
    Rule(Role.CITY_OFFICER, Role.REVIEWER, Where.BELOW),
    Rule(Role.CITY_OFFICER, Role.ASSESSOR, Where.BELOW),
    Rule(Role.CITY_OFFICER, Role.DEPARTMENT_COLLEAGUE, Where.BELOW),
    Rule(Role.CITY_OFFICER, Role.INSTITUTION_DIRECTOR, Where.OPERATORS),
    Rule(Role.CITY_OFFICER, Role.INSTITUTION_CLERK, Where.OPERATORS),
    Rule(Role.COUNTY_OFFICER, Role.REVIEWER, Where.ITSELF),
    Rule(Role.COUNTY_OFFICER, Role.DEPARTMENT_COLLEAGUE, Where.ITSELF),
    Rule(Role.COUNTY_OFFICER, Role.INSTITUTION_DIRECTOR, Where.INSTITUTIONS),
    Rule(Role.COUNTY_OFFICER, Role.INSTITUTION_CLERK, Where.INSTITUTIONS),
    Rule(Role.COUNTY_OFFICER, Role.INSTITUTION_DIRECTOR, Where.OPERATORS),
    Rule(Role.COUNTY_OFFICER, Role.INSTITUTION_CLERK, Where.OPERATORS),
    Rule(Role.INSTITUTION_DIRECTOR, Role.INSTITUTION_CLERK, Where.DIRECTED),
    # Nobody stands above the first office and the auditors: their people come from the security administrator.
    Rule(Role.SECURITY_ADMINISTRATOR, Role.PROVINCE_OFFICER, Where.ANY_REGION),
    Rule(Role.SECURITY_ADMINISTRATOR, Role.AUDITOR, Where.ANY_REGION),
    Rule(Role.SECURITY_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR, Where.NOWHERE),
    Rule(Role.SECURITY_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Where.NOWHERE),
    Rule(Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR, Where.NOWHERE),
)

MANAGERS = frozenset(rule.manager for rule in RULES)
"""Roles that give roles."""

ACCOUNT_KEEPERS = frozenset({Role.SYSTEM_ADMINISTRATOR})
"""Roles that keep every account (switched on or off, password reset) and give no role."""
