"""No page that exists breaks the content security policy: what the browser would have blocked fails the test."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

LISTEN = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  const { effectiveDirective, blockedURI, sourceFile, lineNumber } = event;
  window.violations.push(`${effectiveDirective} ${blockedURI} ${sourceFile}:${lineNumber}`);
});
"""
PAGES = [
    ("", "/accounts/sign-in/"),
    ("", "/api/v1/docs/"),
    ("province", "/regions/130000/?as_of=2021-11-01"),
    ("province", "/regions/130100/?as_of=2021-11-01"),
    ("province", "/figures/county_coverage_pct/?region=130100&as_of=2021-11-01"),
    ("province", "/figures/places_total/?region=130100&as_of=2021-11-01"),
    ("province", "/institutions/?as_of=2021-11-01"),
    ("province", "/institutions/SJZ-0002/?as_of=2021-11-01"),
    ("county", "/institutions/new/"),
    ("clerk", "/institutions/SJZ-0001/report/"),
    ("clerk", "/institution/"),
    ("system-admin", "/"),
    ("province", "/nothing/"),
    ("province", "/institutions/new/"),
    ("province", "/language/"),
]


def watched(open_page, user):
    page = open_page(user)
    page.add_init_script(LISTEN)
    said = []
    page.on("console", lambda message: said.append(message.text) if "Content Security Policy" in message.text else None)
    return page, said


@pytest.mark.parametrize(("user", "path"), PAGES)
def test_page_keeps_the_policy(open_page, user, path):
    page, said = watched(open_page, user)
    response = page.goto(path)
    page.wait_for_load_state("networkidle")
    page.mouse.move(600, 500)
    assert "script-src 'nonce-" in response.headers["content-security-policy"] or response.status >= 400
    assert "unsafe" not in response.headers["content-security-policy"]
    assert page.evaluate("violations") == []
    assert said == []


def test_charts_keep_the_policy_while_they_are_used(open_page):
    page, said = watched(open_page, "province")
    page.goto("/regions/130100/?as_of=2021-11-01")
    expect(page.locator(".county-map svg")).to_be_visible()
    box = page.locator(".county-map svg").bounding_box()
    for x in (0.3, 0.5, 0.7):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + 0.5 * box["height"])
        page.wait_for_timeout(150)
    page.select_option("#map-figure", "places_total")
    expect(page).to_have_url(re.compile("map=places_total"))
    page.goto("/figures/places_total/?region=130100&as_of=2021-11-01")
    expect(page.locator(".line-chart svg")).to_be_visible()
    box = page.locator(".line-chart svg").bounding_box()
    for x in (0.3, 0.5, 0.8):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + 0.5 * box["height"])
        page.wait_for_timeout(150)
    assert page.evaluate("violations") == []
    assert said == []


def test_policy_stops_a_script_that_slipped_into_a_page(portal, chromium, signed_in):
    with chromium.new_context(base_url=portal.url, storage_state=signed_in("province")) as context:
        page = context.new_page()
        page.add_init_script(LISTEN)
        page.goto("/institutions/?as_of=2021-11-01")
        page.evaluate(
            """() => {
              window.ran = [];
              const place = document.createElement("div");
              place.innerHTML = `<img src="data:," onerror="ran.push('handler')"><b style="color: red">x</b>`;
              document.body.append(place);
              const script = document.createElement("script");
              script.textContent = "ran.push('inline')";
              document.body.append(script);
              const own = document.createElement("script");
              own.src = "/static/portal/portal.js";
              own.onload = () => ran.push("from this site, without the nonce");
              document.body.append(own);
            }"""
        )
        page.wait_for_function("violations.length >= 4")
        assert page.evaluate("ran") == []
        found = [line.split()[0] for line in page.evaluate("violations")]
        assert sorted(found) == ["script-src-attr", "script-src-elem", "script-src-elem", "style-src-attr"]
