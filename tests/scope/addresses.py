"""Every route, with its arguments at a place: one line for each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.scope.oracle import (
    Ask,
    On,
    Place,
    Verdict,
    Who,
    administrator,
    auditors,
    desk_over_operator,
    ending,
    giving,
    granting,
    manager_of,
    nowhere,
    office,
    operator_directors,
    owner_only,
    retrying,
)

ANY = "GET HEAD POST PUT PATCH DELETE OPTIONS"


def _no_arguments(_place: Place) -> list[object]:
    return []


def _nothing(_place: Place) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Address:
    """How a route is asked for."""

    args: Callable[[Place], list[object]] = _no_arguments
    """Arguments in the path."""
    on: On = On.NOTHING
    """What they name."""
    query: Callable[[Place], Mapping[str, Any]] = _nothing
    methods: str = "GET"
    """What it serves; HEAD comes with GET."""
    body: Callable[[Place], Mapping[str, Any]] | None = None
    """What is sent to change something, such that it would be accepted."""
    only: Callable[[Who, Ask], Verdict] | None = None
    """Instead of the rule of its audience, with the reason beside it."""


def region(place: Place) -> list[object]:
    return [place.region]


def number(place: Place) -> list[object]:
    return [place.number]


def report(place: Place) -> list[object]:
    return [place.number, place.things.get("report", 1)]


def key(place: Place) -> list[object]:
    return [place.number, place.things.get("key", "0" * 12)]


def operator(place: Place) -> list[object]:
    return [place.things.get("operator", 0)]


def operator_key(place: Place) -> list[object]:
    return [*operator(place), place.things.get("operator key", "0" * 12)]


def opening_key(place: Place) -> list[object]:
    return [place.number, place.things.get("operator key", "0" * 12)]


def person(place: Place) -> list[object]:
    return [place.things.get("person", 0)]


def membership(place: Place) -> list[object]:
    return [*person(place), place.things.get("membership", 0)]


def administrator_role(place: Place) -> list[object]:
    found = place.things.get("administrator", [0, 0])
    assert isinstance(found, list)
    return found


def mail(place: Place) -> list[object]:
    return [place.things.get("mail", 0)]


def passkey(place: Place) -> list[object]:
    return [place.things.get("passkey", 0)]


def _last_day(_place: Place) -> dict[str, Any]:
    return {"when": "now", "reason": "轮岗"}


def _sent(_place: Place) -> dict[str, Any]:
    return {"next": ""}


def document(place: Place) -> list[object]:
    return [place.number, place.things.get("document", 0)]


def proposal(place: Place) -> list[object]:
    return [place.things.get("proposal", 0)]


def message(place: Place) -> list[object]:
    return [place.things.get("message", 0)]


def _reason(_place: Place) -> dict[str, Any]:
    return {"reason": "试"}


def _capacity(_place: Place) -> dict[str, Any]:
    groups = ("infant", "toddler", "older_toddler", "mixed", "unclassified")
    zeros = {f"{group}_{kind}": 0 for group in groups for kind in ("places", "enrolled")}
    return zeros | {"as_of": "2021-10-30", "mixed_places": 31, "mixed_enrolled": 17}


def _correction(place: Place) -> dict[str, Any]:
    return _capacity(place) | {"reason": "录入有误"}


def _entry(place: Place) -> dict[str, Any]:
    return {
        "county": place.county,
        "name": f"{place.region}新苗托育园（测试）",
        "credit_code": "91110000600037341L",
        "legal_nature": "for_profit",
        "service_model": "social",
        "operator_name": "新苗教育",
        "opened_on": "2026-03-01",
        "filing_kind": "initial",
        "filed_on": "2026-03-10",
        "document_number": "卫托备〔2026〕1号",
    }


def _closing(_place: Place) -> dict[str, Any]:
    return {"closed_on": "2022-01-01", "reason": "停止办园"}


ADDRESSES: dict[str, Address] = {
    "home": Address(),
    "region": Address(region, On.REGION),
    "figure": Address(lambda _place: ["pilots_total"], On.REGION, lambda place: {"region": place.region}),
    "institutions": Address(),
    "institution_new": Address(methods="GET POST", body=_entry),
    "institution": Address(number, On.INSTITUTION),
    "institution_close": Address(number, On.INSTITUTION, methods="GET POST", body=_closing),
    "report_capacity": Address(number, On.INSTITUTION, methods="GET POST", body=_capacity),
    "correct_report": Address(report, On.INSTITUTION, methods="GET POST", body=_correction),
    "mine": Address(),
    "institution_contact": Address(number, On.INSTITUTION, methods="GET POST"),
    "document_add": Address(number, On.INSTITUTION, methods="GET POST"),
    "document": Address(document, On.INSTITUTION),
    "document_withdraw": Address(document, On.INSTITUTION, methods="GET POST", body=_reason),
    "disclosures": Address(),
    "institution_keys": Address(number, On.INSTITUTION),
    "institution_key_new": Address(number, On.INSTITUTION, methods="GET POST"),
    "institution_key_issued": Address(key, On.INSTITUTION),
    "institution_key_rotate": Address(key, On.INSTITUTION, methods="GET POST"),
    "institution_key_revoke": Address(key, On.INSTITUTION, methods="GET POST", body=_reason),
    "institution_operator_key_revoke": Address(
        opening_key, On.INSTITUTION, methods="GET POST", body=_reason, only=desk_over_operator
    ),
    "operator_keys": Address(operator, On.INSTITUTION, only=operator_directors),
    "operator_key_new": Address(operator, On.INSTITUTION, methods="GET POST", only=operator_directors),
    "operator_key_issued": Address(operator_key, On.INSTITUTION, only=operator_directors),
    "operator_key_rotate": Address(operator_key, On.INSTITUTION, methods="GET POST", only=operator_directors),
    "operator_key_revoke": Address(operator_key, On.INSTITUTION, methods="GET POST", only=operator_directors),
    "targets": Address(on=On.REGION, query=lambda place: {"region": place.region}),
    "target": Address(lambda place: [place.region, "pilots_total", 2021], On.REGION),
    "target_propose": Address(region, On.REGION, methods="GET POST"),
    "revoke_designation": Address(number, On.INSTITUTION, methods="GET POST"),
    "proposals": Address(),
    "proposal": Address(proposal, On.REGION, methods="GET POST"),
    "people": Address(),
    "person_new": Address(methods="GET POST", only=giving),
    "my_roles": Address(),
    "roles": Address(),
    "person": Address(person, On.REGION, only=manager_of(keeper=True)),
    "membership_give": Address(person, On.REGION, methods="GET POST", only=manager_of(keeper=False)),
    "membership_change": Address(membership, On.REGION, methods="GET POST", only=manager_of(keeper=False)),
    "membership_end": Address(membership, On.REGION, methods="GET POST", only=manager_of(keeper=False)),
    "administration_grant": Address(person, On.REGION, methods="GET POST", only=granting),
    "administration_end": Address(administrator_role, On.REGION, methods="GET POST", body=_last_day, only=ending),
    "account_switch_off": Address(person, On.REGION, methods="GET POST", only=manager_of(keeper=True)),
    "account_switch_on": Address(person, On.REGION, methods="GET POST", only=manager_of(keeper=True)),
    "account_reset_password": Address(person, On.REGION, methods="GET POST", only=manager_of(keeper=True)),
    "account_reset_second_factor": Address(person, On.REGION, methods="GET POST", only=manager_of(keeper=True)),
    "account_identity": Address(person, On.REGION, methods="GET POST", only=manager_of(keeper=True)),
    "desk": Address(),
    "desk_settings": Address(methods="GET POST"),
    "message": Address(message, On.REGION, only=owner_only),
    "message_read": Address(message, On.REGION, methods="POST", only=owner_only),
    "messages_read": Address(methods="POST"),
    "mail_queue": Address(only=administrator("system")),
    "mail_retry": Address(mail, On.REGION, methods="POST", body=_sent, only=retrying),
    "trail": Address(only=auditors),
    "trail_export": Address(only=auditors),
    "seals": Address(only=auditors),
    "office_sign_in": Address(region, On.REGION, methods="GET POST", only=office),
    "sign_in": Address(methods="GET POST PUT OPTIONS"),
    "account_login": Address(methods="GET POST PUT OPTIONS"),
    "sign_out": Address(methods="POST"),
    "mfa_authenticate": Address(methods="GET POST PUT OPTIONS"),
    "mfa_login_webauthn": Address(methods="GET POST PUT OPTIONS"),
    "account_reauthenticate": Address(methods="GET POST PUT OPTIONS"),
    "mfa_reauthenticate": Address(methods="GET POST PUT OPTIONS"),
    "mfa_reauthenticate_webauthn": Address(methods="GET POST PUT OPTIONS"),
    "account_change_password": Address(methods="GET POST PUT OPTIONS"),
    "mfa_index": Address(methods="GET OPTIONS"),
    "mfa_activate_totp": Address(methods="GET POST PUT OPTIONS"),
    "mfa_deactivate_totp": Address(methods="GET POST PUT OPTIONS"),
    "mfa_view_recovery_codes": Address(methods="GET OPTIONS"),
    "mfa_generate_recovery_codes": Address(methods="GET POST PUT OPTIONS"),
    "mfa_add_webauthn": Address(methods="GET POST PUT OPTIONS"),
    "mfa_edit_webauthn": Address(passkey, On.REGION, methods="GET POST PUT OPTIONS", only=owner_only),
    "mfa_remove_webauthn": Address(passkey, On.REGION, methods="GET POST OPTIONS", only=owner_only),
    "usersessions_list": Address(),
    "sessions_end": Address(methods="POST"),
    "kept": Address(),
    "kept_discard": Address(methods="POST"),
    "socialaccount_login_cancelled": Address(),
    "openid_connect_login": Address(lambda _place: ["oidc"], methods="POST", only=nowhere),
    "openid_connect_callback": Address(lambda _place: ["oidc"], only=nowhere),
    "set_language": Address(methods=ANY),
    "live": Address(),
    "ready": Address(),
    "api:capacity_reports": Address(
        number,
        On.INSTITUTION,
        methods="GET POST OPTIONS",
        body=lambda _place: {"as_of": "2021-10-29", "classes": {"mixed": {"places": 29, "enrolled": 13}}},
    ),
    "api:figures": Address(
        on=On.REGION, query=lambda place: {"region": place.region, "as_of": "2021-11-01"}, methods="GET OPTIONS"
    ),
    "api:schema": Address(query=lambda _place: {"format": "json"}),
    "api:documentation": Address(),
}


def line_for(route: str) -> str:
    """The line to add for a route that is missing."""
    return f'    "{route}": Address(number, On.INSTITUTION, methods="GET POST"),  # or whatever it is'
