"""Every page, in Chinese, wide and at 360 px: axe-core finds nothing, nothing sticks out, the keyboard is enough.

To add a page: one line in PAGES (or, for a route that is no page, in NO_PAGE with the reason).
"""

import re
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from portal.shared.audience import routes
from tests.browser.conftest import PASSWORD
from tests.browser.looking import WIDTHS, axe_faults, keyboard_faults, overflow_faults, settle, small_targets

pytestmark = pytest.mark.browser


class Shown(NamedTuple):
    """A page as someone sees it."""

    route: str
    user: str
    path: str


PAGES = (
    Shown("home", "system-admin", "/"),
    Shown("sign_in", "", "/accounts/sign-in/"),
    Shown("region", "province", "/regions/130000/?as_of=2021-11-01"),
    Shown("region", "province", "/regions/130100/?as_of=2021-11-01"),
    Shown("region", "county", "/regions/130102/?as_of=2021-11-01"),
    Shown("figure", "province", "/figures/county_coverage_pct/?region=130100&as_of=2021-11-01"),
    Shown("figure", "county", "/figures/target_pilots_growth_pct/?region=130102&as_of=2021-11-01"),
    Shown("institutions", "county", "/institutions/?as_of=2021-11-01&pilot=on"),
    Shown("institutions", "province", "/institutions/?as_of=2021-11-01&page=2"),
    Shown("institutions", "nobody-found", "/institutions/?q=没有"),
    Shown("institution_new", "county", "/institutions/new/"),
    Shown("institution", "county", "/institutions/SJZ-0002/?as_of=2021-11-01"),
    Shown("institution_close", "county", "/institutions/SJZ-0001/close/"),
    Shown("report_capacity", "clerk", "/institutions/SJZ-0001/report/"),
    Shown("correct_report", "clerk", "/institutions/SJZ-0001/"),  # the first report's form; see `open_shown`
    Shown("mine", "clerk", "/institution/"),
    Shown("mine", "system-admin", "/institution/"),
    Shown("institution_contact", "province", "/institutions/SJZ-0001/contact/"),
    Shown("document_add", "clerk", "/institutions/SJZ-0001/documents/add/"),
    Shown("disclosures", "auditor", "/system/disclosures/"),
    Shown("institution_keys", "director", "/institutions/SJZ-0001/keys/"),
    Shown("institution_key_new", "director", "/institutions/SJZ-0001/keys/new/"),
    Shown("targets", "province", "/targets/?region=130100&year=2021"),
    Shown("target", "province", "/targets/130100/pilots_total/2021/"),
    Shown("target_propose", "province", "/targets/130100/propose/"),
    Shown("revoke_designation", "city", "/institutions/SJZ-0001/revoke-designation/"),
    Shown("proposals", "province", "/proposals/"),
    Shown("people", "city", "/people/"),
    Shown("person_new", "county", "/people/new/"),
    Shown("my_roles", "county", "/people/me/"),
    Shown("roles", "county", "/roles/"),
    Shown("desk", "clerk", "/desk/"),
    Shown("desk_settings", "clerk", "/desk/settings/"),
    Shown("mail_queue", "system-admin", "/system/messages/"),
    Shown("trail", "auditor", "/system/trail/"),
    Shown("seals", "auditor", "/system/seals/"),
    Shown("office_sign_in", "county", "/regions/130102/sign-in/"),
    Shown("account_reauthenticate", "county", "/accounts/again/"),
    Shown("account_change_password", "county", "/accounts/password/"),
    Shown("mfa_index", "county", "/accounts/security/"),
    Shown("mfa_activate_totp", "county", "/accounts/security/codes/"),
    Shown("mfa_add_webauthn", "county", "/accounts/security/passkeys/new/"),
    Shown("usersessions_list", "county", "/accounts/sessions/"),
    Shown("socialaccount_login_cancelled", "", "/accounts/single-sign-on/failed/"),
    Shown("", "county", "/regions/130104/"),  # not there for this reader
    Shown("", "reviewer", "/institutions/SJZ-0001/report/"),  # not permitted
    Shown("", "county", "/regions/130102/?as_of=2199-01-01"),  # a day that has not come
)
NO_PAGE = {
    "sign_out": "an act: leads to the sign-in",
    "set_language": "an act: leads back",
    "live": "for machines",
    "ready": "for machines",
    "api:schema": "for machines",
    "api:capacity_reports": "for machines",
    "api:figures": "for machines",
    "account_login": "the sign-in by another name",
    "document": "a file",
    "document_withdraw": "as document_add",
    "institution_key_issued": "looked at in test_keys.py",
    "institution_key_rotate": "looked at in test_keys.py",
    "institution_key_revoke": "looked at in test_keys.py",
    "institution_operator_key_revoke": "as institution_key_revoke",
    "operator_keys": "as institution_keys",
    "operator_key_new": "as institution_key_new",
    "operator_key_issued": "as institution_key_issued",
    "operator_key_rotate": "as institution_key_rotate",
    "operator_key_revoke": "as institution_key_revoke",
    "proposal": "looked at in test_two_person.py",
    "person": "looked at in test_people.py",
    "membership_give": "looked at in test_people.py",
    "membership_change": "looked at in test_people.py",
    "membership_end": "looked at in test_people.py",
    "administration_grant": "looked at in test_people.py",
    "administration_end": "looked at in test_people.py",
    "account_switch_off": "looked at in test_people.py",
    "account_switch_on": "looked at in test_people.py",
    "account_reset_password": "looked at in test_people.py",
    "account_reset_second_factor": "as account_reset_password",
    "account_identity": "as account_reset_password",
    "message": "looked at in test_desk.py",
    "message_read": "an act: leads back",
    "messages_read": "an act: leads back",
    "mail_retry": "an act: leads back",
    "trail_export": "a file",
    "mfa_authenticate": "looked at in test_sign_in.py",
    "mfa_login_webauthn": "for scripts",
    "mfa_reauthenticate": "looked at in test_sign_in.py",
    "mfa_reauthenticate_webauthn": "looked at in test_sign_in.py",
    "mfa_deactivate_totp": "looked at in test_sign_in.py",
    "mfa_view_recovery_codes": "looked at in test_sign_in.py",
    "mfa_generate_recovery_codes": "looked at in test_sign_in.py",
    "mfa_edit_webauthn": "looked at in test_sign_in.py",
    "mfa_remove_webauthn": "looked at in test_sign_in.py",
    "sessions_end": "an act: leads back",
    "kept": "looked at in test_sign_in.py",
    "kept_discard": "an act: leads back",
    "openid_connect_login": "an act: leads away",
    "openid_connect_callback": "leads on",
    "api:documentation": "the library's own page for programmers, as it comes",
}


def test_every_route_is_a_page_here_or_says_why_not():
    names = {name for name, _view in routes()}
    shown = {page.route for page in PAGES} - {""}
    assert sorted(names - shown - NO_PAGE.keys()) == [], "pages that nobody looks at"
    assert sorted((shown | NO_PAGE.keys()) - names) == [], "routes that are no more"
    assert not shown & NO_PAGE.keys()


def open_shown(open_page, shown: Shown) -> Page:
    page = open_page(shown.user.replace("nobody-found", "county"))
    page.goto(shown.path)
    if shown.route == "correct_report":
        page.locator("#reports a[href*=correct]").first.click()
        page.wait_for_url(re.compile("/correct/"))
    return page


@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: f"{shown.user}{shown.path}")
def test_page_is_open_to_everyone(open_page, shown: Shown):
    page = open_shown(open_page, shown)
    found = []
    for width in WIDTHS:
        settle(page, width)
        faults = axe_faults(page) + overflow_faults(page) + small_targets(page)
        if width == WIDTHS[0]:
            faults += keyboard_faults(page)
        found += [f"{width} px: {fault}" for fault in faults]
    assert not found, "\n".join(found)


def tab_to(page: Page, selector: str, *, presses: int = 60) -> None:
    """Press Tab until the element has the focus."""
    for _press in range(presses):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"Tab does not lead to {selector}")


def test_keyboard_alone_signs_in_skips_to_the_content_and_signs_out(open_page):
    page = open_page(width=360)
    page.goto("/accounts/sign-in/")
    if not page.locator("[name=username]:focus").count():
        tab_to(page, "[name=username]")
    page.keyboard.type("county")
    tab_to(page, "[name=password]")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/regions/130102/"))

    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    expect(page.locator(".skip-link")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()

    page.reload()
    tab_to(page, ".menu > summary")
    page.keyboard.press("Enter")
    expect(page.locator(".menu-panel")).to_be_visible()
    assert axe_faults(page) + overflow_faults(page) == []
    page.keyboard.press("Escape")
    expect(page.locator(".menu-panel")).to_be_hidden()
    expect(page.locator(".menu > summary")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, ".menu-panel form[action*=sign-out] button, .menu-panel form[action*=logout] button")
    page.keyboard.press("Enter")
    expect(page.locator("[name=username]")).to_be_visible()


def test_keyboard_alone_finds_an_institution_and_reports_its_places(open_page):
    page = open_page("county")
    page.goto("/institutions/?as_of=2021-11-01")
    tab_to(page, "[name=q]")
    page.keyboard.type("爱悦堡")
    expect(page.locator("#institution-rows tbody tr")).to_have_count(1)
    tab_to(page, "[name=pilot]")
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("pilot=on"))
    expect(page.locator("#institution-rows tbody tr")).to_have_count(1)
    tab_to(page, "#institution-rows tbody a")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("爱悦堡")

    tab_to(page, "a[href$='/report/']")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/report/$"))
    tab_to(page, "[name=as_of]")
    page.keyboard.type("2199")  # a year that has not come
    tab_to(page, "[name=mixed_places]")
    page.keyboard.type("70")
    tab_to(page, "main button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.locator("#form-errors")).to_be_focused()
    assert axe_faults(page) + overflow_faults(page) == []
    expect(page.locator("[name=mixed_places]")).to_have_value("70")

    page.fill("[name=as_of]", "2026-01-15")
    page.locator("[name=as_of]").press("Enter")
    expect(page.locator(".notice-success")).to_contain_text("已保存")


def test_chart_and_map_say_the_same_in_tables_that_the_keyboard_reaches(open_page):
    page = open_page("province")
    page.goto("/regions/130100/?as_of=2021-11-01")
    settle(page, 1280)
    picture = page.locator(".county-map [role=img]")
    assert "下方表格" in (picture.get_attribute("aria-label") or "")
    drawn = page.evaluate(
        "() => JSON.parse(document.getElementById('map-data').textContent).regions.map((r) => r.code)"
    )
    listed = page.locator("#areas [data-region-code]").evaluate_all("rows => rows.map((row) => row.dataset.regionCode)")
    assert sorted(drawn) == sorted(listed)
    tab_to(page, "#map-figure", presses=120)
    page.keyboard.press("ArrowDown")
    expect(page).to_have_url(re.compile(r"map=places_pilot"))
    tab_to(page, "#areas tbody a", presses=120)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/regions/1301\d\d/"))

    page.goto("/figures/places_total/?region=130100&as_of=2021-11-01")
    settle(page, 1280)
    if page.locator(".line-chart").count():
        tab_to(page, ".chart-table summary")
        page.keyboard.press("Enter")
        expect(page.locator(".chart-table tbody tr").first).to_be_visible()
        assert axe_faults(page) + overflow_faults(page) == []


FAULTY = """<!doctype html><html lang="zh"><head><title>坏页</title><style>
  .bare:focus { outline: none } .wide { width: 500px } button { border: 1px solid; padding: 0 }
</style></head><body><a href="#">主页</a><main><h1>坏页</h1>
  <img src="data:,"><div class="wide">宽</div><p style="color: #ccc">看不清的文字</p>
  <button class="bare" style="width: 12px; height: 12px" aria-label="小"></button>
  <a role="button" class="bare" tabindex="0" style="order: -1">三</a><button tabindex="2">二</button>
</main></body></html>"""


def test_checks_find_what_is_wrong(open_page):
    """A page on which everything is wrong: each check says its part."""
    page = open_page(width=360)
    page.set_content(FAULTY)
    rules = {fault.split(" ")[0] for fault in axe_faults(page)}
    assert rules >= {"image-alt", "color-contrast"}
    assert overflow_faults(page) != []
    assert any("12×12" in fault for fault in small_targets(page))
    found = keyboard_faults(page)
    assert any("focus cannot be seen" in fault and "小" in fault for fault in found)
    assert any("not the way to the content" in fault for fault in found)
