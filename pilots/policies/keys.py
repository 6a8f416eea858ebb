"""Who makes, rotates and revokes the API keys of an institution or an operator."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from pilots.models import Institution, InstitutionKey, Operator
from pilots.policies.standing import Principal, standing
from portal.shared.refusals import NotPermitted


def may_manage_keys(principal: Principal, institution: Institution) -> bool:
    """An institution's director, and the officers of its county unit. Software manages no keys."""
    held = standing(principal)
    return institution.pk in held.directing or institution.county_id in held.county_desks


def may_manage_operator_keys(principal: Principal, operator: Operator) -> bool:
    """Directors for the whole operator: its keys open all of its institutions, in whatever county unit."""
    return operator.pk in standing(principal).directing_operators


def may_end_operator_keys_at(principal: Principal, institution: Institution) -> bool:
    """Officers of the county unit of an institution that an operator's keys open (docs/adr/0015)."""
    return institution.operator_id is not None and institution.county_id in standing(principal).county_desks


def visible_operators(principal: Principal) -> QuerySet[Operator]:
    """Operators for all of whose institutions the principal speaks."""
    return Operator.objects.filter(pk__in=standing(principal).operators)


def directed_operators(principal: Principal) -> QuerySet[Operator]:
    """Operators whose keys the principal manages."""
    return Operator.objects.filter(pk__in=standing(principal).directing_operators)


def managed_keys(principal: Principal) -> QuerySet[InstitutionKey]:
    """Keys that the principal manages."""
    held = standing(principal)
    return InstitutionKey.objects.filter(
        Q(institution__in=held.directing)
        | Q(institution__county__in=held.county_desks)
        | Q(operator__in=held.directing_operators)
    )


def require_may_manage_keys(principal: Principal, institution: Institution) -> None:
    """Refuse whoever is neither the institution's director nor an officer of its county unit."""
    if not may_manage_keys(principal, institution):
        raise NotPermitted(_("Only the institution's director or its county unit manages its API keys."))


def require_may_revoke_operator_keys(principal: Principal, operator: Operator) -> None:
    """Refuse whoever neither directs the operator nor is an officer where it has an institution."""
    desks = standing(principal).county_desks
    if may_manage_operator_keys(principal, operator) or (
        desks and operator.institutions.filter(county__in=desks).exists()
    ):
        return
    raise NotPermitted(
        _("Only a director of the operator, or a county unit with an institution of it, revokes its keys.")
    )


def require_may_manage_operator_keys(principal: Principal, operator: Operator) -> None:
    """Refuse whoever is no director for the whole operator."""
    if not may_manage_operator_keys(principal, operator):
        raise NotPermitted(_("Only a director of the operator manages its API keys."))
