"""No page that exists breaks the content security policy: what the browser would have blocked fails the test."""

import re

import pytest
from django.urls import NoReverseMatch, reverse
from playwright.sync_api import expect

from portal.shared.audience import Audience, routes
from tests.files import jpeg

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
    ("clerk", "/institutions/SJZ-0001/documents/add/"),
    ("province", "/institutions/SJZ-0001/contact/"),
    ("auditor", "/system/disclosures/"),
    ("system-admin", "/"),
    ("province", "/targets/"),
    ("province", "/proposals/"),
    ("city", "/people/"),
    ("city", "/people/new/"),
    ("city", "/people/me/"),
    ("city", "/roles/"),
    ("clerk", "/desk/"),
    ("clerk", "/desk/settings/"),
    ("system-admin", "/system/messages/"),
    ("auditor", "/system/trail/"),
    ("auditor", "/system/seals/"),
    ("county", "/accounts/again/"),
    ("county", "/accounts/password/"),
    ("county", "/accounts/security/"),
    ("county", "/accounts/security/codes/"),
    ("county", "/accounts/security/passkeys/new/"),
    ("county", "/accounts/sessions/"),
    ("", "/accounts/single-sign-on/failed/"),
    ("province", "/nothing/"),
    ("province", "/institutions/new/"),
    ("province", "/language/"),
]
NOT_PAGES = {
    "/accounts/sign-out/",  # POST only
    "/accounts/sessions/end/",
    "/accounts/kept/discard/",
    "/accounts/kept/",  # leads on where nothing is kept
    "/accounts/second-step/",  # leads on unless a sign-in waits
    "/accounts/passkey/",  # for scripts
    "/accounts/again/code/",  # lead on or are not there without such a factor
    "/accounts/again/passkey/",
    "/accounts/security/codes/off/",
    "/accounts/security/recovery/",
    "/accounts/security/recovery/new/",
    "/desk/read/",
    "/system/trail/export/",
    "/api/v1/schema/",
    "/healthz/live",
    "/healthz/ready",
}


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


def test_every_page_without_an_argument_is_in_the_list():
    visited = {path.split("?")[0] for _user, path in PAGES}
    plain = {
        reverse(name)
        for name, view in routes()
        if getattr(view, "audience", None) != Audience.API and _takes_nothing(name)
    }
    assert plain - visited == NOT_PAGES


def _takes_nothing(name):
    try:
        reverse(name)
    except NoReverseMatch:
        return False
    return True


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


def test_clerk_puts_a_photograph_on_file_and_looks_at_it(open_page, portal):
    page, said = watched(open_page, "clerk")
    page.goto("/institutions/SJZ-0001/documents/add/")
    page.select_option("[name=kind]", "fire")
    page.fill("[name=note]", "留下")
    page.set_input_files("[name=file]", {"name": "消防.jpg", "mimeType": "image/jpeg", "buffer": b"<svg onload=x>"})
    page.get_by_role("button", name="归档").click()
    expect(page.locator("#form-errors")).to_contain_text("文件内容不是 PDF")
    expect(page.locator("[name=note]")).to_have_value("留下")
    page.set_input_files("[name=file]", {"name": "消防.jpg", "mimeType": "text/html", "buffer": jpeg()})
    page.get_by_role("button", name="归档").click()
    row = page.locator("#documents tbody tr")
    expect(row).to_contain_text("消防.jpg")
    with page.expect_download() as download:
        row.get_by_role("link", name="消防.jpg", exact=True).click()
    assert download.value.suggested_filename == "消防.jpg"
    with page.expect_popup() as popup:
        row.get_by_role("link", name="查看").click()
    assert popup.value.url.startswith(f"{portal.url}/institutions/SJZ-0001/documents/")
    assert said == []


def test_number_is_shown_for_a_purpose_without_scripts_too(open_page, portal):
    number = "13812341234"
    portal.manage(
        "shell",
        "--no-imports",
        "-c",
        "from pilots.models import Institution;"
        f"Institution.objects.filter(number='SJZ-0003').update(contact_phone='{number}')",
    )
    page = open_page("province", scripts=False)
    page.goto("/institutions/SJZ-0003/")
    expect(page.locator("main dl").get_by_text("138****1234")).to_be_visible()
    page.locator("a[href$='/contact/']").click()
    page.select_option("[name=purpose]", "supervision")
    page.fill("[name=reason]", "督导检查前联系")
    page.get_by_role("button", name="显示号码").click()
    expect(page.get_by_text(number)).to_be_visible()
    page.goto("/institutions/SJZ-0003/")
    expect(page.get_by_text(number)).to_have_count(0)
    auditor = open_page("auditor")
    auditor.goto("/system/disclosures/")
    expect(auditor.locator("#disclosure-rows tbody tr").first).to_contain_text("督导检查前联系")
