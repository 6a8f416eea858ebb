"""Who sees hidden numbers plainly, who may have them shown, who sees that they were."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from pilots.models import Disclosure, Institution, Region
from pilots.policies.institutions import sees_institution
from pilots.policies.standing import Principal, standing
from pilots.states.roles import Role
from portal.accounts.models import User
from portal.shared.refusals import NotPermitted


def sees_plainly(principal: Principal, institution: Institution) -> bool:
    """An institution's own people see its numbers as they are; everyone else sees them masked."""
    return institution.pk in standing(principal).institutions


def may_disclose(principal: Principal, institution: Institution) -> bool:
    """Readers of the institution's file, no software, may have a hidden number of it shown."""
    return isinstance(principal, User) and sees_institution(principal, institution)


def require_may_disclose(principal: Principal, institution: Institution) -> User:
    """Answer the person to whom a hidden number may be shown; refuse everyone else."""
    if not isinstance(principal, User) or not may_disclose(principal, institution):
        raise NotPermitted(_("Only readers of the institution's file may have its numbers shown."))
    return principal


def may_audit(principal: Principal) -> bool:
    """Auditors and audit administrators read who had what shown."""
    held = standing(principal)
    return bool(held.auditing) or Role.AUDIT_ADMINISTRATOR in held.roles


def visible_disclosures(principal: Principal) -> QuerySet[Disclosure]:
    """Disclosures of the institutions in an auditor's regions; all of them for audit administrators."""
    held = standing(principal)
    if Role.AUDIT_ADMINISTRATOR in held.roles:
        return Disclosure.objects.all()
    counties = Region.objects.filter(
        Q(code__in=held.auditing) | Q(parent__in=held.auditing) | Q(parent__parent__in=held.auditing)
    )
    return Disclosure.objects.filter(institution__county__in=counties.values("pk"))
