"""Messages in a real browser on a whole portal: a correction reaches the institution's desk and mailbox."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

# The report is one of today, so that the figures of the reference day stay what other tests expect.
PREPARE = """
from django.utils import timezone
from pilots.models import Institution
from pilots.operations.capacity import report_capacity
from pilots.operations.notices import choose_delivery
from pilots.states.capacity import ClassGroup, Count, Source
from portal.accounts.models import User
clerk = User.objects.get(username="clerk")
clerk.email = "clerk@example.org"
clerk.save()
choose_delivery(by=clerk, choices={"records": "at_once"}, language="zh-hans")
report_capacity(
    institution_id=Institution.objects.get(number="SJZ-0001").pk,
    as_of=timezone.localdate(),
    classes={ClassGroup.UNCLASSIFIED: Count(77, 40)},
    by=clerk,
    at=timezone.now(),
    source=Source.BROWSER,
)
"""


def reload_until(page, shown, seconds):
    """Look again until the worker has done its round; beat asks it every minute."""
    for _second in range(seconds):
        page.reload()
        if shown():
            return
        page.wait_for_timeout(1000)
    raise AssertionError(page.content())


def test_correction_reaches_the_desk_and_the_mailbox(open_page, portal):
    portal.manage("shell", "--no-imports", "--command", PREPARE)
    officer = open_page("county")
    officer.goto("/institutions/SJZ-0001/")
    officer.locator("a[href*='/correct/']").first.click()
    officer.fill("[name=unclassified_places]", "66")
    officer.fill("[name=reason]", "现场核对")
    officer.click("main button[type=submit].btn-primary")
    expect(officer.locator(".notice-success")).to_be_visible()

    clerk = open_page("clerk", width=360, scripts=False)
    clerk.goto("/institution/")
    reload_until(clerk, lambda: clerk.locator(".unread-count").count(), 100)
    clerk.locator("a.unread").click()
    first = clerk.locator(".messages > li").first
    expect(first).to_contain_text("报告已被更正")
    expect(first).to_contain_text("更正理由：现场核对")
    expect(first).to_contain_text("未读")
    first.get_by_role("button", name="前往查看").click()
    expect(clerk.locator("h1")).to_contain_text("山宝幼儿园")
    expect(clerk.locator(".unread-count")).to_have_count(0)

    box = Path(portal.environment["PORTAL_VAR"]) / "mail"
    reload_until(clerk, lambda: any(b"To: clerk@example.org" in each.read_bytes() for each in box.glob("*.log")), 30)


def test_settings_work_by_keyboard_alone(open_page):
    page = open_page("director")
    page.goto("/desk/settings/")
    page.focus("#id_records")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("#id_records").input_value()
    assert chosen != "daily"
    for _field in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".notice-success")).to_contain_text("已保存")
    expect(page.locator("#id_records")).to_have_value(chosen)
