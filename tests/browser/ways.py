"""Ways to pages that have no address of their own: each begins where its line in the table of pages says."""

import re
from collections.abc import Callable
from functools import partial

from django.template.loader import render_to_string
from django.utils.translation import override
from playwright.sync_api import Page, Route, expect

from tests.browser.names import FACTORS, LONG, NEW_ADMINISTRATOR, PASSWORD

Way = Callable[[Page], None]
LABEL = "looks"


def button(page: Page, name: str) -> None:
    """Press a button of the page's content."""
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def sent_as_it_is(page: Page) -> None:
    """A form comes back with what is wrong in it."""
    page.locator("main form[method=post] button[type=submit]").last.click()
    page.locator("#form-errors").wait_for()


def wrong_password(page: Page) -> None:
    """A sign-in that failed."""
    _enter(page, "nobody-by-this-name", "wrong")
    page.locator(".notice-error").wait_for()


def demanded_factor(page: Page) -> None:
    """Where an administrator's first sign-in leads."""
    _enter(page, NEW_ADMINISTRATOR)
    page.wait_for_url("**/accounts/security/")


def second_step(page: Page) -> None:
    """A sign-in that waits for its second factor."""
    page.context.clear_cookies(name="sessionid")
    page.goto("/accounts/sign-in/")
    _enter(page, FACTORS)
    page.wait_for_url("**/accounts/second-step/")


def wrong_code(page: Page) -> None:
    """A second factor that was wrong."""
    second_step(page)
    page.fill("[name=code]", "000000")
    button(page, "继续")
    page.locator(".errorlist").wait_for()


def late_form(page: Page) -> None:
    """A form that was sent after its session had ended."""
    page.fill("[name=name]", LONG)
    page.fill("[name=credit_code]", "91110000600037341L")
    page.select_option("[name=service_model]", "social")
    page.context.clear_cookies(name="sessionid")
    button(page, "登记")
    expect(page.locator(".notice-warning")).to_contain_text("填写的内容已保留")


def kept_form(page: Page) -> None:
    """The same, after the sign-in."""
    late_form(page)
    _enter(page, "county")
    expect(page.get_by_role("heading", level=1)).to_have_text("您在登录失效前填写的内容已保留")


def made_key(page: Page) -> None:
    """A key's text, shown once."""
    page.fill("[name=label]", LABEL)
    page.locator("[name=scopes]").first.check()
    page.fill("[name=days]", "20")
    page.locator("main form button[type=submit]").click()
    page.locator("#key-text").wait_for()


def refused_key(page: Page) -> None:
    """A key bound to what is no address."""
    page.fill("[name=addresses]", f"192.0.2.1/24 {LONG}")
    sent_as_it_is(page)


def invited(page: Page) -> None:
    """An initial password, shown once."""
    page.get_by_label("姓名").fill("新入职（测试）")
    page.get_by_label("用户名").fill("looks-invited")
    page.get_by_label("适用范围").select_option(index=1)
    button(page, "邀请")
    expect(page.get_by_role("heading", level=1)).to_have_text("初始密码")


def described_interface(page: Page) -> None:
    """The description of the interface, once its script has drawn it, with a call unfolded."""
    page.locator(".opblock-summary-path").first.wait_for()


def shown_number(page: Page) -> None:
    """A telephone number that was asked for with a reason."""
    page.select_option("[name=purpose]", "supervision")
    page.fill("[name=reason]", "督导检查前联系")
    button(page, "显示号码")
    page.wait_for_load_state()


def too_often(page: Page) -> None:
    """A form that was sent more often than a person would."""
    page.evaluate(
        """async () => {
          const sent = { method: 'POST', body: new FormData(document.querySelector('main form')) };
          for (let i = 0; i < 10; i++) await fetch(location.href, sent);
        }"""
    )
    with page.expect_navigation():
        page.evaluate("() => document.querySelector('main form').submit()")


def sent(change: str) -> Way:
    """The form in the page's own menu, changed before it is sent."""
    return partial(_send, change)


OLD_TOKEN = "form.csrfmiddlewaretoken.value = 'x'"
TOO_LARGE = """const box = document.createElement('textarea');
  box.name = 'text'; box.value = 'x'.repeat(1200000); form.append(box)"""
TOO_MANY = """for (let i = 0; i < 501; i++) {
  const box = document.createElement('input');
  box.type = 'hidden'; box.name = `n${i}`; form.append(box);
}"""


def rendered(template: str, **context: str) -> Way:
    """An answer that a sound portal does not give: its page, at the address where it would come."""
    return partial(_show, template, context)


def _show(template: str, context: dict[str, str], page: Page) -> None:
    with override("zh-hans"):
        body = render_to_string(template, {"request_id": "looks", **context})

    def answer(route: Route) -> None:
        route.fulfill(response=route.fetch(), status=200, body=body, content_type="text/html; charset=utf-8")

    address = re.compile(re.escape(page.url))
    page.route(address, answer)
    page.reload()
    page.unroute(address)


def _send(change: str, page: Page) -> None:
    form = "const form = document.querySelector('form[action$=\"/sign-out/\"]');"
    with page.expect_navigation():
        page.evaluate(f"() => {{ {form} {change}; form.submit(); }}")


def _enter(page: Page, name: str, password: str = PASSWORD) -> None:
    page.fill("[name=username]", name)
    page.fill("[name=password]", password)
    page.locator("main button[type=submit].btn-primary").click()
