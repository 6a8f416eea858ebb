"""A director makes a key in the browser, copies it, uses it; without JavaScript too."""

import itertools

import pytest

pytestmark = pytest.mark.browser

LIST = "/institutions/SJZ-0001/keys/"
REPORTS = "/api/v1/institutions/SJZ-0001/capacity-reports/"
_labels = itertools.count(1)


def make(page, label, *, double=False):
    page.goto(f"{LIST}new/")
    page.fill("[name=label]", label)
    page.check("[name=scopes][value='capacity.read']")
    page.fill("[name=days]", "20")
    page.locator("main form button[type=submit]").click(click_count=2 if double else 1)
    page.wait_for_url("**/issued/")
    return page.inner_text("#key-text")


def revoke(page, label):
    page.goto(LIST)
    row = page.locator("tbody tr:not(.ended)", has_text=label)
    row.locator("a[href$='/revoke/']").click()
    page.fill("[name=reason]", "测试结束")
    page.click("main form button[type=submit]")
    page.wait_for_url(f"**{LIST}")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_director_makes_a_key_and_software_uses_it(portal, open_page, scripts):
    page, label = open_page("director", scripts=scripts), f"软件{next(_labels)}"
    text = make(page, label, double=True)
    assert portal.call(REPORTS, key=text)[0] == 200
    if scripts:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.click("[data-copy]")
        page.locator("[data-copy]", has_text="已复制").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == text
    else:
        assert not page.is_visible("[data-copy]")
    page.reload()
    assert text.rsplit("_", 1)[1] not in page.content()
    page.goto(LIST)
    row = page.locator("tbody tr", has_text=label)
    assert row.count() == 1
    assert "127.0.0.1" in row.inner_text()
    revoke(page, label)
    assert page.locator("tbody tr.ended", has_text=label).count() == 1
