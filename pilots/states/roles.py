"""Roles a membership can give."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from pilots.states.regions import Level


class Role(TextChoices):
    """What a person is for the programme, from a day to a day (docs/roles.md)."""

    PROVINCE_OFFICER = "province_officer", _("province officer")
    CITY_OFFICER = "city_officer", _("city officer")
    COUNTY_OFFICER = "county_officer", _("county officer")
    REVIEWER = "reviewer", _("reviewer")
    DEPARTMENT_COLLEAGUE = "department_colleague", _("department colleague")
    ASSESSOR = "assessor", _("assessor")
    INSTITUTION_CLERK = "institution_clerk", _("institution clerk")
    INSTITUTION_DIRECTOR = "institution_director", _("institution director")
    AUDITOR = "auditor", _("auditor")
    SYSTEM_ADMINISTRATOR = "system_administrator", _("system administrator")
    SECURITY_ADMINISTRATOR = "security_administrator", _("security administrator")
    AUDIT_ADMINISTRATOR = "audit_administrator", _("audit administrator")


OFFICER_ROLES = frozenset({Role.PROVINCE_OFFICER, Role.CITY_OFFICER, Role.COUNTY_OFFICER})
"""Roles that steer a region: they see its figures and the file of every institution in it."""

READING_ROLES = OFFICER_ROLES | {Role.REVIEWER, Role.DEPARTMENT_COLLEAGUE, Role.AUDITOR}
"""Roles that read a region's figures and register."""

REGION_ROLES = READING_ROLES | {Role.ASSESSOR}
"""Roles that hang on a region."""

INSTITUTION_ROLES = frozenset({Role.INSTITUTION_CLERK, Role.INSTITUTION_DIRECTOR})
"""Roles that speak for an institution, or for every institution of an operator. The director manages its people and
keys; both report."""

ADMINISTRATOR_ROLES = frozenset({Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR})
"""The three separate administrators (`三员分立`): no account holds two, none holds a business role. They hang on
nothing."""

BUSINESS_ROLES = frozenset(Role) - ADMINISTRATOR_ROLES
"""Everything that is not an administrator."""

ROLE_LEVELS = {
    Role.PROVINCE_OFFICER: frozenset({Level.PROVINCE}),
    Role.CITY_OFFICER: frozenset({Level.CITY}),
    Role.COUNTY_OFFICER: frozenset({Level.COUNTY}),
    Role.REVIEWER: frozenset({Level.COUNTY}),
    Role.DEPARTMENT_COLLEAGUE: frozenset(Level),
    Role.ASSESSOR: frozenset(Level),
    Role.AUDITOR: frozenset(Level),
}
"""On which level of administration a role that hangs on a region can hang; the database holds to it."""
