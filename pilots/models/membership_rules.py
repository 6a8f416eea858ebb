"""What the database holds memberships to, whoever writes them."""

from collections.abc import Iterable

import pgtrigger
from django.db import models
from django.db.models import ExpressionWrapper, F, Q, Value
from django.utils.translation import gettext_lazy as _

from pilots.states.roles import ADMINISTRATOR_ROLES, INSTITUTION_ROLES, REGION_ROLES, ROLE_LEVELS, Role
from portal.shared.triggers import Protect, Trigger

_DAY_BEFORE_FIRST = ExpressionWrapper(F("starts_on") - Value(1), output_field=models.DateField())


def _hangs(roles: Iterable[Role], place: str) -> Q:
    empty = {f"{each}__isnull": each != place for each in ("region", "institution", "operator")}
    return Q(role__in=sorted(roles), **empty)


def membership_constraints() -> list[models.BaseConstraint]:
    """Conditions on one row."""
    return [
        models.CheckConstraint(
            condition=Q(ends_on__isnull=True) | Q(ends_on__gte=_DAY_BEFORE_FIRST),
            name="membership_ends_after_start",
            violation_error_message=_("The last day cannot lie before the first."),
        ),
        models.CheckConstraint(
            condition=_hangs(REGION_ROLES, "region")
            | _hangs(INSTITUTION_ROLES, "institution")
            | _hangs(INSTITUTION_ROLES, "operator")
            | _hangs(ADMINISTRATOR_ROLES, ""),
            name="membership_hangs_where_its_role_says",
            violation_error_message=_(
                "This role belongs to a region, or to an institution or operator, or to nothing."
            ),
        ),
        models.CheckConstraint(
            condition=Q(role=Role.DEPARTMENT_COLLEAGUE) & ~Q(department="")
            | ~Q(role=Role.DEPARTMENT_COLLEAGUE) & Q(department=""),
            name="membership_names_the_department_of_a_colleague",
            violation_error_message=_("A department colleague has a department; nobody else has."),
        ),
    ]


def _listed(values: Iterable[str]) -> str:
    return ", ".join(f"'{value!s}'" for value in sorted(values))


_LEVELS = "\n".join(f"WHEN '{role.value}' THEN level IN ({_listed(levels)})" for role, levels in ROLE_LEVELS.items())
_ADMINISTRATORS = _listed(ADMINISTRATOR_ROLES)
_APART = f"(m.role IN ({_ADMINISTRATORS}) OR NEW.role IN ({_ADMINISTRATORS})) AND m.role <> NEW.role"
_SAME = " AND ".join(
    f"m.{column} IS NOT DISTINCT FROM NEW.{column}" for column in ("role", "region_id", "institution_id", "operator_id")
)


def _refuse_beside(condition: str, constraint: str, message: str) -> str:
    """Refuse a row beside which another of the same person, at an overlapping time, meets the condition."""
    return f"""
IF EXISTS (
    SELECT 1 FROM pilots_membership m
     WHERE m.user_id = NEW.user_id AND m.id <> NEW.id
       AND (m.ends_on IS NULL OR (m.ends_on >= m.starts_on AND m.ends_on >= NEW.starts_on))
       AND (NEW.ends_on IS NULL OR m.starts_on <= NEW.ends_on)
       AND {condition}
) THEN
    RAISE EXCEPTION USING ERRCODE = 'exclusion_violation', CONSTRAINT = '{constraint}', MESSAGE = '{message}';
END IF;"""  # noqa: S608  # made of our own names


_FITS = f"""
IF NEW.region_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM pilots_region WHERE code = NEW.region_id AND CASE NEW.role
{_LEVELS}
ELSE false END
) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'membership_region_fits_role',
        MESSAGE = 'The level of the region does not fit the role.';
END IF;
IF NEW.ends_on < NEW.starts_on THEN
    RETURN NULL;
END IF;
-- The memberships of one person are judged one after the other, so that the second of two sees the first.
PERFORM 1 FROM accounts_user WHERE id = NEW.user_id FOR NO KEY UPDATE;
{_refuse_beside(_APART, "membership_administrators_apart", "An administrator holds no other role.")}
{_refuse_beside(_SAME, "membership_once_at_a_time", "The person holds this role here at this time already.")}
RETURN NULL;"""  # noqa: S608  # made of our own names

MEMBERSHIP_TRIGGERS: list[pgtrigger.Trigger] = [
    Protect(name="membership_no_delete", operation=pgtrigger.Delete),
    Protect(
        name="membership_stays_as_given",
        operation=pgtrigger.Update,
        condition=pgtrigger.AnyChange(
            "user", "role", "region", "institution", "operator", "department", "starts_on", "reason", "recorded_at"
        ),
    ),
    # After the row, so that a refused one has already met the conditions on one row.
    Trigger(
        name="membership_fits",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=_FITS,
    ),
]
"""The exclusion constraint that would say this needs btree_gist, an extension, and the portal uses none."""
