"""The content security policy while pages are used, and what it stops; test_accessibility.py visits every page."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.looking import LISTEN, Policy
from tests.files import jpeg

pytestmark = pytest.mark.browser


def watched(open_page, user):
    page = open_page(user)
    return page, Policy(page)


def test_charts_keep_the_policy_while_they_are_used(open_page):
    page, policy = watched(open_page, "province")
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
    assert policy.faults() == []


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
    page, policy = watched(open_page, "clerk")
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
    assert policy.faults() == []


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
