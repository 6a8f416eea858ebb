"""A target's change by two officers, each in a browser of their own; the third comes too late."""

import pytest

pytestmark = pytest.mark.browser

FORM = "/targets/130100/propose/?indicator=pilots_total&year=2021"


def test_two_officers_change_a_target(open_page):
    city = open_page("city", width=360)
    city.goto(FORM)
    city.fill("[name=goal]", "40")
    city.fill("[name=reason]", "省里追加任务")
    city.click("main form[method=post] button[type=submit]")
    assert "目标值不得低于基数" in city.inner_text("#form-errors")
    assert city.input_value("[name=reason]") == "省里追加任务"
    city.fill("[name=goal]", "72")
    city.click("main form[method=post] button[type=submit]")
    city.wait_for_url("**/proposals/*/")
    assert city.locator("button[name=move]").all_inner_texts() == ["撤回申请"]

    province, late = open_page("province"), open_page("province2", scripts=False)
    for page in (province, late):
        page.goto(city.url)
        assert page.locator(".changes .changed").all_inner_texts() == ["目标值\t67\t72"]
    province.click("button[value=refuse]")
    assert "不予通过必须说明理由" in province.inner_text(".errorlist")
    province.click("button[value=confirm]")
    province.wait_for_selector(".notice-success")
    late.click("button[value=confirm]")
    assert "本次操作未重复执行" in late.inner_text(".notice-error")

    province.goto("/targets/130100/pilots_total/2021/")
    assert province.locator("#ledger tbody tr").count() == 2
    assert "市级管理员" in province.inner_text("#ledger tbody tr:first-child")
    assert province.evaluate("document.documentElement.scrollWidth") == 1280
    assert city.evaluate("document.documentElement.scrollWidth") == 360
