"""An office and its people, in a real browser: with and without scripts, at 360 px, with the keyboard."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import enrol_codes
from tests.pilots.people import OWN_PASSWORD

pytestmark = pytest.mark.browser

PASSWORD = re.compile(r"^[A-Za-z2-9]{4}(-[A-Za-z2-9]{4}){3}$")


def fill_in(page, username):
    page.goto("/people/")
    page.get_by_role("link", name="邀请人员").click()
    page.get_by_role("link", name="机构填报员").click()
    page.get_by_label("姓名").fill("王小明")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("适用范围").select_option(label="石家庄市长安区山宝幼儿园（示例） SJZ-0001")


@pytest.mark.parametrize("scripts", [True, False])
def test_officer_invites_and_the_person_signs_in_and_is_ended(open_page, scripts):
    username = f"wang.{scripts}".lower()
    page = open_page("county", width=360, scripts=scripts)
    fill_in(page, "clerk")
    page.get_by_role("button", name="邀请", exact=True).click()
    expect(page.locator("#form-errors")).to_contain_text("该用户名已被使用")
    expect(page.get_by_label("姓名")).to_have_value("王小明")

    page.get_by_label("用户名").fill(username)
    page.get_by_role("button", name="邀请", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("初始密码")
    password = page.locator("output.secret").inner_text()
    assert PASSWORD.match(password)
    assert page.get_by_role("button", name="打印").is_visible() == scripts
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth") if scripts else True

    other = open_page(scripts=scripts)
    other.goto("/accounts/sign-in/")
    other.fill("[name=username]", username)
    other.fill("[name=password]", password)
    other.click("main button[type=submit].btn-primary")
    other.wait_for_url(lambda url: "sign-in" not in url)

    page.get_by_role("link", name="查看该人员").click()
    page.get_by_role("link", name=re.compile("^终止")).click()
    page.get_by_label("立即终止").check()
    page.get_by_label("理由").fill("试用期满")
    page.get_by_role("button", name="终止", exact=True).click()
    expect(page.locator("main")).to_contain_text("试用期满")
    expect(page.locator("main")).not_to_contain_text(password)


def test_search_by_keyboard(open_page):
    page = open_page("county")
    page.goto("/people/")
    page.get_by_label("查询").focus()
    page.keyboard.type("市场监管")
    page.keyboard.press("Enter")
    expect(page.locator("#people-rows tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"q=%E5%B8%82"))


def test_administrator_is_proposed_and_confirmed_by_another_on_a_telephone(open_page):
    page = open_page("security-admin", width=360)
    page.goto("/people/new/?role=administrator")
    page.get_by_label("姓名").fill("高新")
    page.get_by_label("用户名").fill("gao.xin")
    page.get_by_role("button", name="邀请", exact=True).click()
    password = page.locator("output.secret").inner_text()
    page.get_by_role("link", name="查看该人员").click()
    person = page.url
    page.get_by_role("link", name="提请设为管理员").click()
    page.get_by_label("角色").select_option(label="审计管理员")
    page.get_by_label("理由").fill("轮岗")
    fits_and_is_accessible(page)
    page.get_by_role("button", name="提请", exact=True).click()
    expect(page.locator("main")).to_contain_text("尚未授予角色")
    fits_and_is_accessible(page)
    page.locator(".notice-warning a").click()
    address = page.url

    other = open_page("audit-admin", width=360)
    other.goto(address)
    expect(other.locator("main")).to_contain_text("高新 (gao.xin)")
    expect(other.locator(".notice-warning")).to_contain_text("须先登录")
    fits_and_is_accessible(other)
    other.get_by_role("button", name="复核通过并生效").click()
    expect(other.locator(".notice-error")).to_contain_text("须先登录")
    makes_the_account_their_own(open_page(), password)
    other.goto(address)
    expect(other.locator(".notice-warning")).to_have_count(0)
    other.get_by_role("button", name="复核通过并生效").click()
    page.goto(person)
    expect(page.locator("main")).to_contain_text("审计管理员")
    expect(page.locator(".notice-warning")).to_have_count(0)


def makes_the_account_their_own(page, password):
    """Sign in with the initial password, choose another one, add codes from an app."""
    page.goto("/accounts/sign-in/")
    page.fill("[name=username]", "gao.xin")
    page.fill("[name=password]", password)
    page.click("main button[type=submit].btn-primary")
    page.fill("[name=oldpassword]", password)
    page.fill("[name=password1]", OWN_PASSWORD)
    page.fill("[name=password2]", OWN_PASSWORD)
    page.click("main button[type=submit].btn-primary")
    page.wait_for_url(lambda url: "password" not in url)
    enrol_codes(page)


def fits_and_is_accessible(page):
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
