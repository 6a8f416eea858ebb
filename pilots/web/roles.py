"""The page that tells everyone who may do what: the matrix role × act × state, and who manages whom."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pilots.policies.acts import Line, matrix
from pilots.policies.standing import standing
from pilots.states.management import RULES, Rule
from pilots.states.roles import Role
from portal.shared.audience import Audience, open_to


@open_to(Audience.SIGNED_IN)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All roles, or the one asked for."""
    asked = request.GET.get("role", "")
    roles = [role for role in Role if role.value == asked] or list(Role)
    own = standing(request.user).roles
    context = {
        "request": request,
        "roles": [{"label": role.label, "own": role.value in own} for role in roles],
        "choices": [{"value": role.value, "label": role.label, "chosen": role.value == asked} for role in Role],
        "groups": _groups(matrix(), roles, own),
        "rules": _rules([rule for rule in RULES if {rule.manager, rule.managed} & set(roles)]),
    }
    return render(request, "pilots/roles/index.html", context)


def _groups(lines: list[Line], roles: list[Role], own: frozenset[str]) -> list[dict[str, Any]]:
    """By what is acted on, then by act; an act has one row for each state."""
    groups: dict[str, dict[str, dict[str, Any]]] = {}
    for line in lines:
        act = line.act
        cells = [{"can": role in line.roles, "own": role.value in own, "possible": line.possible} for role in roles]
        empty: dict[str, Any] = {"label": act.label, "remark": act.remark, "states": []}
        entry = groups.setdefault(str(act.on.label), {}).setdefault(act.code, empty)
        entry["states"].append({"label": line.state.label, "cells": cells})
    return [{"label": label, "acts": list(acts.values())} for label, acts in groups.items()]


def _rules(rules: list[Rule]) -> list[dict[str, Any]]:
    """One row for each role that gives and place, with all roles given there."""
    rows: dict[tuple[Any, ...], list[str]] = {}
    for rule in rules:
        rows.setdefault((rule.manager, rule.where, rule.confirmed), []).append(str(rule.managed.label))
    return [
        {"manager": manager.label, "managed": "、".join(managed), "where": where.label, "confirmed": confirmed}
        for (manager, where, confirmed), managed in rows.items()
    ]
