"""Every page of the portal in its states, as someone sees it: what the tests of all pages visit, once each.

To add a page: a line in PAGES. `{…}` stands for what `furnishing.py` makes; a page without an address of its own has a
way to it (`ways.py`). For a route that serves no page: a line in NO_PAGE, with what it serves instead.
"""

from typing import NamedTuple

from tests.browser import ways
from tests.browser.names import FACTORS, NEWCOMER


class Shown(NamedTuple):
    """A page as someone sees it: its route, the account, where to begin, how to go on, and the answer's status.

    Answers that belong to no route, as errors, have the route "".
    """

    route: str
    user: str
    path: str
    way: ways.Way | None = None
    status: int = 200


REGISTER = (
    Shown("region", "province", "/regions/130000/?as_of=2021-11-01"),
    Shown("region", "province", "/regions/130100/?as_of=2021-11-01"),
    Shown("region", "county", "/regions/130102/?as_of=2021-11-01&trail=on"),
    Shown("figure", "province", "/figures/county_coverage_pct/?region=130100&as_of=2021-11-01"),
    Shown("figure", "province", "/figures/places_total/?region=130100&as_of=2021-11-01"),
    Shown("figure", "county", "/figures/target_pilots_growth_pct/?region=130102&as_of=2021-11-01"),
    Shown("institutions", "county", "/institutions/?as_of=2021-11-01&pilot=on"),
    Shown("institutions", "province", "/institutions/?as_of=2021-11-01&page=2"),
    Shown("institutions", "county", "/institutions/?q=没有"),
    Shown("institution_new", "county", "/institutions/new/"),
    Shown("institution_new", "county", "/institutions/new/", ways.sent_as_it_is, 422),
    Shown("institution", "county", "/institutions/SJZ-0002/?as_of=2021-11-01"),
    Shown("institution", "brand", "/institutions/SJZ-0002/"),
    Shown("institution_close", "county", "/institutions/SJZ-0001/close/"),
    Shown("institution_close", "county", "/institutions/SJZ-0001/close/", ways.sent_as_it_is, 422),
    Shown("report_capacity", "clerk", "/institutions/SJZ-0001/report/"),
    Shown("correct_report", "county", "/institutions/SJZ-0002/reports/{report}/correct/"),
    Shown("mine", "clerk", "/institution/"),
    Shown("mine", "brand", "/institution/"),
    Shown("mine", "system-admin", "/institution/"),
    Shown("institution_contact", "province", "/institutions/SJZ-0001/contact/"),
    Shown("institution_contact", "province", "/institutions/SJZ-0002/contact/", ways.shown_number),
    Shown("document_add", "clerk", "/institutions/SJZ-0001/documents/add/"),
    Shown("document_add", "clerk", "/institutions/SJZ-0001/documents/add/", ways.sent_as_it_is, 422),
    Shown("document_withdraw", "county", "/institutions/SJZ-0002/documents/{document}/withdraw/"),
    Shown("disclosures", "auditor", "/system/disclosures/"),
    Shown("targets", "province", "/targets/?region=130100&year=2021"),
    Shown("target", "province", "/targets/130100/pilots_total/2021/"),
    Shown("target_propose", "province", "/targets/130100/propose/"),
    Shown("target_propose", "province", "/targets/130100/propose/?indicator=places_total&year=2021"),
    Shown(
        "target_propose",
        "province",
        "/targets/130100/propose/?indicator=places_total&year=2021",
        ways.sent_as_it_is,
        422,
    ),
    Shown("revoke_designation", "city", "/institutions/SJZ-0001/revoke-designation/"),
    Shown("proposals", "province", "/proposals/"),
    Shown("proposal", "province", "/proposals/{proposal}/"),
    Shown("proposal", "province2", "/proposals/{proposal}/"),
)
KEYS = (
    Shown("institution_keys", "director", "/institutions/SJZ-0001/keys/"),
    Shown("institution_keys", "county", "/institutions/SJZ-0002/keys/"),
    Shown("institution_key_new", "brand", "/institutions/SJZ-0002/keys/new/"),
    Shown("institution_key_new", "brand", "/institutions/SJZ-0002/keys/new/", ways.refused_key, 422),
    Shown("institution_key_issued", "brand", "/institutions/SJZ-0002/keys/new/", ways.made_key),
    Shown("institution_key_issued", "brand", "/institutions/SJZ-0002/keys/{key}/issued/"),
    Shown("institution_key_rotate", "brand", "/institutions/SJZ-0002/keys/{key}/rotate/"),
    Shown("institution_key_revoke", "brand", "/institutions/SJZ-0002/keys/{key}/revoke/"),
    Shown("institution_operator_key_revoke", "county", "/institutions/SJZ-0002/operator-keys/{operator_key}/revoke/"),
    Shown("operator_keys", "brand", "/operators/{operator}/keys/"),
    Shown("operator_key_new", "brand", "/operators/{operator}/keys/new/"),
    Shown("operator_key_issued", "brand", "/operators/{operator}/keys/new/", ways.made_key),
    Shown("operator_key_issued", "brand", "/operators/{operator}/keys/{operator_key}/issued/"),
    Shown("operator_key_rotate", "brand", "/operators/{operator}/keys/{operator_key}/rotate/"),
    Shown("operator_key_revoke", "brand", "/operators/{operator}/keys/{operator_key}/revoke/"),
    Shown("api:documentation", "", "/api/v1/docs/", ways.described_interface),
)
PEOPLE = (
    Shown("people", "city", "/people/"),
    Shown("people", "system-admin", "/people/?state=active"),
    Shown("person_new", "county", "/people/new/"),
    Shown("person_new", "county", "/people/new/?role=institution_clerk"),
    Shown("person_new", "county", "/people/new/?role=institution_clerk", ways.sent_as_it_is, 422),
    Shown("person_new", "county", "/people/new/?role=institution_clerk", ways.invited),
    Shown("person_new", "security-admin", "/people/new/?role=administrator"),
    Shown("my_roles", "county", "/people/me/"),
    Shown("roles", "county", "/roles/"),
    Shown("person", "county", "/people/{person}/"),
    Shown("person", "county", "/people/{off}/"),
    Shown("person", "security-admin", "/people/{candidate}/"),
    Shown("membership_give", "county", "/people/{person}/give/"),
    Shown("membership_give", "county", "/people/{person}/give/?role=institution_director"),
    Shown("membership_change", "county", "/people/{person}/memberships/{membership}/change/"),
    Shown("membership_end", "county", "/people/{person}/memberships/{membership}/end/"),
    Shown("administration_grant", "security-admin", "/people/{candidate}/administration/"),
    Shown("administration_end", "security-admin", "/people/{administrator}/administration/{administration}/end/"),
    Shown("account_switch_off", "county", "/people/{person}/switch-off/"),
    Shown("account_switch_on", "county", "/people/{off}/switch-on/"),
    Shown("account_reset_password", "county", "/people/{person}/password/"),
    Shown("account_reset_second_factor", "county", "/people/{person}/second-factor/"),
    Shown("account_identity", "county", "/people/{person}/identity/"),
    Shown("office_sign_in", "county", "/regions/130102/sign-in/"),
    Shown("desk", "clerk", "/desk/"),
    Shown("desk", "department", "/desk/"),
    Shown("desk_settings", "clerk", "/desk/settings/"),
    Shown("message", "department", "/desk/messages/{message}/"),
    Shown("mail_queue", "system-admin", "/system/messages/?state=dead"),
    Shown("trail", "auditor", "/system/trail/"),
    Shown("seals", "auditor", "/system/seals/"),
)
ACCOUNT = (
    Shown("home", "system-admin", "/"),
    Shown("sign_in", "", "/accounts/sign-in/"),
    Shown("sign_in", "", "/accounts/sign-in/", ways.wrong_password, 422),
    Shown("", "county", "/institutions/new/", ways.late_form, 403),
    Shown("kept", "county", "/institutions/new/", ways.kept_form),
    Shown("mfa_authenticate", FACTORS, "/accounts/security/", ways.second_step),
    Shown("mfa_authenticate", FACTORS, "/accounts/security/", ways.wrong_code, 422),
    Shown("account_reauthenticate", "county", "/accounts/again/"),
    Shown("mfa_reauthenticate", FACTORS, "/accounts/again/code/"),
    Shown("mfa_reauthenticate_webauthn", FACTORS, "/accounts/again/passkey/"),
    Shown("account_change_password", "county", "/accounts/password/"),
    Shown("account_change_password", NEWCOMER, "/accounts/password/"),
    Shown("mfa_index", "county", "/accounts/security/"),
    Shown("mfa_index", FACTORS, "/accounts/security/"),
    Shown("mfa_index", "", "/accounts/sign-in/", ways.demanded_factor),
    Shown("mfa_activate_totp", "county", "/accounts/security/codes/"),
    Shown("mfa_deactivate_totp", FACTORS, "/accounts/security/codes/off/"),
    Shown("mfa_view_recovery_codes", FACTORS, "/accounts/security/recovery/"),
    Shown("mfa_generate_recovery_codes", FACTORS, "/accounts/security/recovery/new/"),
    Shown("mfa_add_webauthn", "county", "/accounts/security/passkeys/new/"),
    Shown("mfa_edit_webauthn", FACTORS, "/accounts/security/passkeys/{passkey}/"),
    Shown("mfa_remove_webauthn", FACTORS, "/accounts/security/passkeys/{passkey}/remove/"),
    Shown("usersessions_list", "county", "/accounts/sessions/"),
)
ERRORS = (
    Shown("", "county", "/regions/130104/", status=404),  # not there for this reader
    Shown("", "", "/nothing/", status=404),
    Shown("", "reviewer", "/institutions/SJZ-0001/report/", status=403),  # not permitted
    Shown("", "county", "/regions/130102/?as_of=2199-01-01", status=422),  # a day that has not come
    Shown("", "", "/accounts/sign-out/", status=405),
    Shown("", "county", "/people/me/", ways.sent(ways.OLD_TOKEN), 403),  # the form has expired
    Shown("", "county", "/people/me/", ways.sent(ways.TOO_LARGE), 413),
    Shown("", "county", "/people/me/", ways.sent(ways.TOO_MANY), 400),
    Shown("", "assessor", "/accounts/again/", ways.too_often, 429),
    Shown("", "", "/accounts/sign-in/", ways.rendered("500.html")),
    Shown("socialaccount_login_cancelled", "", "/accounts/single-sign-on/failed/", status=401),
    Shown("openid_connect_login", "", "/accounts/single-sign-on/oidc/", ways.rendered("socialaccount/leaving.html")),
    Shown(
        "openid_connect_callback",
        "",
        "/accounts/single-sign-on/oidc/back/",
        ways.rendered("socialaccount/unknown_identity.html", claim="zhang.wei@example.org"),
    ),
)
PAGES = (*REGISTER, *KEYS, *PEOPLE, *ACCOUNT, *ERRORS)

ACT = "an act: takes a form and leads on"
MACHINES = "for machines: JSON"
NO_PAGE: dict[str, tuple[str, str]] = {
    "sign_out": ("/accounts/sign-out/", ACT),
    "set_language": ("/language/", ACT),
    "message_read": ("/desk/messages/{message}/read/", ACT),
    "messages_read": ("/desk/read/", ACT),
    "mail_retry": ("/system/messages/1/retry/", ACT),
    "sessions_end": ("/accounts/sessions/end/", ACT),
    "kept_discard": ("/accounts/kept/discard/", ACT),
    "live": ("/healthz/live", MACHINES),
    "ready": ("/healthz/ready", MACHINES),
    "api:schema": ("/api/v1/schema/", MACHINES),
    "api:capacity_reports": ("/api/v1/institutions/SJZ-0002/capacity-reports/", MACHINES),
    "api:figures": ("/api/v1/figures/?region=130102&as_of=2021-11-01", MACHINES),
    "mfa_login_webauthn": ("/accounts/passkey/", MACHINES),
    "document": ("/institutions/SJZ-0002/documents/{document}/", "a file"),
    "trail_export": ("/system/trail/export/", "a file"),
    "account_login": ("/accounts/sign-in/", "the sign-in by the name that the library knows"),
}
"""Routes that serve no page, with an address and what they serve instead."""
