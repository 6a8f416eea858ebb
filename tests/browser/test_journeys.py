"""The main job as its users do it, in a real browser against a whole portal."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD

pytestmark = pytest.mark.browser


def metric(page, label):
    return page.locator(".metric", has=page.get_by_role("link", name=label, exact=True)).locator(".metric-value")


def test_official_signs_in_changes_day_and_map_opens_an_explanation_and_switches_language(open_page):
    page = open_page()
    page.goto("/")
    page.fill("[name=username]", "province")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit].btn-primary")

    expect(page).to_have_url(re.compile(r"/regions/130100/\?as_of=2021-11-01$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("石家庄市")
    for label, value in {
        "试点机构": "48个",
        "省级试点": "6个",
        "县（市、区）试点覆盖率": "95.65%",
        "托位数": "17,657个",
        "试点托位数": "3,104个",
        "入托人数": "8,402人",
        "试点入托人数": "1,661人",
        "幼儿园": "1,862家",
        "幼儿园托位占比": "71%",
    }.items():
        expect(metric(page, label)).to_have_text(value)
    expect(page.locator(".county-map svg")).to_be_visible()
    expect(page.locator("#areas tbody tr")).to_have_count(23)

    page.select_option("#map-figure", "places_pilot")
    expect(page).to_have_url(re.compile(r"map=places_pilot"))
    expect(page.get_by_role("img", name=re.compile("^石家庄市分地区试点托位数地图"))).to_be_visible()
    expect(page.locator(".county-map svg")).to_be_visible()

    page.fill("#as-of", "2021-01-01")
    page.locator(".as-of button").click()
    expect(metric(page, "试点机构")).to_have_text("44个")
    expect(page.locator("#map-figure")).to_have_value("places_pilot")

    page.get_by_role("link", name="试点机构", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("试点机构")
    expect(page.locator("#records-title")).to_contain_text("44 条记录，合计 44")
    page.fill("#record-search", "ayb")
    page.keyboard.press("Enter")
    expect(page.locator("#records tbody tr")).to_have_count(3)
    expect(page.locator("#records tbody tr").first).to_contain_text("爱悦堡")

    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Pilots")
    expect(page.locator("#as-of")).to_have_value("2021-01-01")


def test_everything_works_without_scripts(open_page):
    page = open_page("province", scripts=False)
    page.goto("/")
    expect(page.locator("#areas tbody tr")).to_have_count(23)
    page.select_option("#map-figure", "places_pilot")
    page.locator("#map-panel button").click()
    expect(page.locator("#map-figure")).to_have_value("places_pilot")
    page.goto("/institutions/?as_of=2021-11-01")
    page.fill("[name=q]", "爱悦堡")
    page.locator("form[role=search] button[type=submit]").click()
    expect(page.locator("#institution-rows tbody tr")).to_have_count(3)


def test_county_officer_registers_and_is_told_what_is_wrong(open_page):
    page = open_page("county")
    page.goto("/institutions/new/")
    page.fill("[name=name]", "石家庄市长安区浏览器托育园（测试）")
    page.fill("[name=credit_code]", "91110000600037341X")
    page.select_option("[name=service_model]", "social")
    page.fill("[name=opened_on]", "2026-03-01")
    page.fill("[name=filed_on]", "2026-03-05")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator("#form-errors")).to_contain_text("统一社会信用代码无效")
    expect(page.locator("[name=name]")).to_have_value("石家庄市长安区浏览器托育园（测试）")
    page.fill("[name=credit_code]", "91110000600037341L")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator(".notice-success")).to_contain_text("登记成功")
    expect(page.get_by_role("heading", level=1)).to_have_text("石家庄市长安区浏览器托育园（测试）")


def test_clerk_reports_places(open_page):
    page = open_page("clerk")
    page.goto("/")
    expect(page).to_have_url(re.compile(r"/institution/$"))
    page.get_by_role("link", name="报告托位").click()
    for field in page.locator(".class-table input").all():
        field.fill("0")
    page.fill("[name=toddler_places]", "30")
    page.fill("[name=toddler_enrolled]", "31")
    expect(page.locator("output[data-sum=places]")).to_have_text("30")
    page.get_by_role("button", name="提交报告").click()
    expect(page.locator(".notice-success")).to_contain_text("已保存")
    expect(page.locator(".notice-warning")).to_contain_text("托小班：入托 31 人，超过托位 30 个。")


def test_wrong_password_is_said(open_page):
    page = open_page()
    page.goto("/accounts/sign-in/")
    page.fill("[name=username]", "province")
    page.fill("[name=password]", "wrong")
    page.click("main button[type=submit].btn-primary")
    expect(page.locator(".notice-error")).to_be_visible()
    expect(page.locator("[name=username]")).to_have_value("province")


def test_documentation_of_the_interface_works_without_the_internet(open_page):
    page = open_page()
    page.goto("/api/v1/docs/")
    expect(page.locator(".opblock-summary-path").first).to_be_visible()
