"""Every page, in Chinese, wide and at 360 px: axe-core finds nothing, nothing sticks out, the keyboard is enough.

While they are visited, nothing breaks the content security policy. The pages are listed in `pages.py`.
"""

import re
from urllib.parse import urlsplit

import pytest
from django.urls import resolve
from playwright.sync_api import Page, Response, expect

from portal.shared.audience import routes
from tests.browser.conftest import PASSWORD
from tests.browser.looking import (
    WIDTHS,
    Policy,
    axe_faults,
    keyboard_faults,
    overflow_faults,
    settle,
    small_targets,
)
from tests.browser.pages import NO_PAGE, PAGES, Shown

pytestmark = pytest.mark.browser


def test_every_route_is_a_page_here_or_says_why_not():
    names = {name for name, _view in routes()}
    shown = {page.route for page in PAGES} - {""}
    assert sorted(names - shown - NO_PAGE.keys()) == [], "pages that nobody looks at"
    assert sorted((shown | NO_PAGE.keys()) - names) == [], "routes that are no more"
    assert not shown & NO_PAGE.keys()


def test_routes_that_are_no_pages_serve_none(open_page, portal):
    """The reason in the list is true: asked for, none of these routes answers with a page."""
    portal.furnish()
    looked_at = {page.path for page in PAGES}
    asking = {user: open_page(user).request for user in ("", "county", "department", "system-admin", "auditor")}
    for name, (path, _reason) in NO_PAGE.items():
        address = path.format(**portal.things)
        assert resolve(urlsplit(address).path).view_name == name or path in looked_at
        for user, request in asking.items():
            answer = request.get(address, max_redirects=0)
            page = answer.ok and answer.headers.get("content-type", "").startswith("text/html")
            assert not page or path in looked_at, f"{name} is a page for {user}"


def visit(page: Page, shown: Shown, portal) -> Response:
    """Go there; answer the last answer that was a page."""
    answers: list[Response] = []

    def note(response: Response) -> None:
        if response.request.is_navigation_request() and response.status // 100 != 3:
            answers.append(response)

    page.on("response", note)
    page.goto(shown.path.format(**portal.things))
    if shown.way:
        shown.way(page)
    page.wait_for_load_state()
    return answers[-1]


def name_of(shown: Shown) -> str:
    return f"{shown.user}{shown.path}{getattr(shown.way, '__name__', shown.status)}"


@pytest.mark.parametrize("shown", PAGES, ids=name_of)
def test_page_is_open_to_everyone(open_page, portal, shown: Shown):
    portal.furnish()
    page = open_page(shown.user)
    policy = Policy(page)
    answer = visit(page, shown, portal)
    assert answer.status == shown.status
    assert not shown.route or resolve(urlsplit(page.url).path).view_name == shown.route
    stated = answer.headers.get("content-security-policy", "")
    assert "script-src" in stated
    assert "unsafe" not in stated
    found = []
    for width in WIDTHS:
        settle(page, width)
        faults = axe_faults(page) + overflow_faults(page) + small_targets(page) + keyboard_faults(page)
        found += [f"{width} px: {fault}" for fault in faults]
    found += policy.faults()
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
