"""Assessments in a browser: a unit fills in its own form, the desk counts paper forms, no person has points."""

import re

from playwright.sync_api import Page, expect

from services.demo import PASSWORD
from tests.browser.server import settled, sign_in
from tests.browser.test_projects import WAIT, dialog, fill, open_form, press


def test_a_chief_fills_in_the_month_and_what_the_ledger_knows_is_not_asked(desk: Page):
    sign_in(desk, "chief", path="/assessments?form=self")
    open_form(desk, "填写自评")
    for label, value in (("支部会和网格例会", 18), ("走访联系群众", 15), ("环境卫生", 12)):
        fill(desk, f"{label}（0–20 分）", str(value))
    expect(dialog(desk).get_by_text("诉求办结、按时办理")).to_be_visible()
    expect(dialog(desk).get_by_label("诉求办结", exact=False)).to_have_count(0)
    press(desk, "保存")
    line = desk.locator(".st-key-p-assessments-results tr", has_text="霍坡村")
    expect(line.get_by_text("75.00")).to_be_visible(timeout=WAIT)
    expect(desk.locator(".st-key-p-assessments-results tr", has_text="贾庄村")).to_have_count(0)


def test_the_desk_counts_paper_forms_and_too_many_ticks_are_refused(desk: Page):
    sign_in(desk, "supervisor", path="/assessments?form=villagers")
    open_form(desk, "录入纸质问卷")
    fill(desk, "收回的纸质问卷（份）", "12")
    dialog(desk).get_by_label("好", exact=True).first.fill("13")
    dialog(desk).get_by_label("好", exact=True).first.blur()
    settled(desk)
    dialog(desk).get_by_role("button", name="保存").click()
    expect(dialog(desk).get_by_text("有一项的票数多于收回的 12 份问卷。")).to_be_visible(timeout=WAIT)


def test_the_year_has_places_lists_honours_and_income_beside_and_no_person(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, "/assessments?form=overall")
    results = demo_desk.locator(".st-key-p-assessments-results")
    expect(results.get_by_text("1 / 20", exact=True)).to_be_visible(timeout=WAIT)
    expect(results.get_by_text("只对单位计分，不对个人计分")).to_be_visible()
    expect(demo_desk.locator(".st-key-p-assessments-honours").get_by_text("文明村")).to_be_visible()
    expect(demo_desk.locator(".st-key-p-assessments-economy").get_by_text(re.compile("超过 10 万元"))).to_be_visible()
    expect(demo_desk.locator(".st-key-p-assessments-persons")).to_have_count(0)
    with demo_desk.expect_download():
        demo_desk.get_by_role("button", name="下载").click()


def test_a_viewer_reads_results_and_enters_nothing(demo_desk: Page):
    sign_in(demo_desk, "viewer", PASSWORD, "/assessments")
    expect(demo_desk.locator(".st-key-p-assessments-results tr")).to_have_count(21, timeout=WAIT)
    for name in ("填写自评", "添加荣誉", "填写集体收入"):
        expect(demo_desk.get_by_role("button", name=name)).to_have_count(0)


def test_a_phone_reads_the_results_and_nothing_sticks_out(demo_phone: Page):
    sign_in(demo_phone, "chief", PASSWORD, "/assessments")
    expect(demo_phone.get_by_role("heading", name="考核评议")).to_be_visible(timeout=WAIT)
    settled(demo_phone)
    assert demo_phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth") is True
