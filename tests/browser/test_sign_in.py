"""Sign-in with codes and with a passkey, in a real browser; nothing typed is lost when the session has ended."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, enrol_codes
from tests.portal.accounts.codes import totp

pytestmark = pytest.mark.browser

NAMES = ("browser-codes", "browser-passkey")
ACCOUNTS = f"""
from datetime import date
from pilots.models import Membership
from portal.accounts.models import User
for name in {NAMES!r}:
    user = User(username=name, name="登录测试（示例）", is_demo=True)
    user.set_password({PASSWORD!r})
    user.save()
    Membership.objects.create(user=user, role="county_officer", region_id="130102", starts_on=date(2020, 1, 1))
"""
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def accounts(portal):
    """Accounts of this module's own: others are not asked for a second factor because of it."""
    portal.manage("shell", "-v", "0", "-c", ACCOUNTS)


@pytest.fixture
def visit(portal, chromium, accounts):
    """A browser under a host name, as passkeys need one."""
    contexts = []

    def open_one(*, scripts=True):
        context = chromium.new_context(
            locale="zh-CN", base_url=portal.url.replace("127.0.0.1", "localhost"), java_script_enabled=scripts
        )
        contexts.append(context)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()


def enter(page, name):
    page.goto("/accounts/sign-in/")
    page.fill("[name=username]", name)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


def sign_out(page):
    page.locator("details.menu summary").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page).to_have_url(re.compile("sign-in"))


def type_form(page, name):
    page.goto("/institutions/new/")
    page.fill("[name=name]", name)
    page.fill("[name=credit_code]", "91110000600037341L")
    page.select_option("[name=service_model]", "social")
    page.fill("[name=opened_on]", "2026-03-01")
    page.fill("[name=filed_on]", "2026-03-05")


def send_late(page):
    """Send the form after the session was lost."""
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator(".notice-warning")).to_contain_text("填写的内容已保留")


def send_again(page, name):
    expect(page.get_by_role("heading", level=1)).to_have_text("您在登录失效前填写的内容已保留")
    expect(page.locator(".facts")).to_contain_text("统一社会信用代码")
    expect(page.locator(".facts")).to_contain_text("91110000600037341L")
    page.get_by_role("button", name="重新提交").click()
    expect(page.locator(".notice-success")).to_contain_text("登记成功")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_codes_are_enrolled_and_asked_for_and_a_late_form_survives_them(visit):
    page = visit(scripts=False)
    enter(page, "browser-codes")
    secret = enrol_codes(page)
    expect(page.locator(".codes li")).to_have_count(10)
    type_form(page, "石家庄市长安区双因素托育园（测试）")
    send_late(page)
    page.fill("[name=username]", "browser-codes")
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("双因素登录")
    page.fill("[name=code]", "000000")
    page.get_by_role("button", name="继续").click()
    expect(page.locator(".errorlist")).to_contain_text("验证码错误")
    page.fill("[name=code]", totp(secret, time.time() + 30))
    page.get_by_role("button", name="继续").click()
    send_again(page, "石家庄市长安区双因素托育园（测试）")


def test_passkey_is_enrolled_and_opens_the_account_alone_and_a_late_form_survives_it(visit):
    page = visit()
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    key = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})["authenticatorId"]
    enter(page, "browser-passkey")
    page.goto("/accounts/security/passkeys/new/")
    page.fill("[name=name]", "办公电脑")
    page.get_by_role("button", name="添加", exact=True).click()
    expect(page).to_have_url(re.compile("/accounts/security/recovery/$"))
    assert len(devtools.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]) == 1
    sign_out(page)

    page.get_by_role("button", name="使用通行密钥登录").click()
    expect(page).to_have_url(re.compile("/regions/130102/"))
    type_form(page, "石家庄市长安区通行密钥托育园（测试）")
    send_late(page)
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
    page.get_by_role("button", name="使用通行密钥登录").click()
    expect(page.locator("[data-passkey-error]")).to_contain_text("未能使用通行密钥")
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": True})
    page.get_by_role("button", name="使用通行密钥登录").click()
    send_again(page, "石家庄市长安区通行密钥托育园（测试）")
    sign_out(page)

    enter(page, "browser-passkey")
    page.get_by_role("button", name="使用通行密钥", exact=True).click()
    expect(page).to_have_url(re.compile("/regions/130102/"))
