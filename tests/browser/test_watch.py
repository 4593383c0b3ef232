"""The watch-list in a browser: the rules word for word, a unit is entered, its plan is kept, the town accepts."""

import re
from datetime import date

from playwright.sync_api import Page, expect
from sqlmodel import select

from models.people import Post
from models.units import Unit
from services import database
from services.demo import PASSWORD
from tests.browser.server import open_path, settled, sign_in
from tests.browser.test_projects import WAIT, fill, open_form, press

VILLAGE = "411622204202"
LISTED = "方庄村"


def vacate(server) -> None:
    """The secretary of the village left long ago."""
    with database.transaction(database.engine_for(server.database_url)) as session:
        unit = session.exec(select(Unit).where(Unit.code == VILLAGE)).one()
        session.exec(select(Post).where(Post.unit_id == unit.id)).one().ends_on = date(2026, 1, 5)


def test_a_village_is_entered_by_a_published_rule_and_its_chief_keeps_the_plan(desk: Page, server, open_context):
    vacate(server)
    sign_in(desk, "leader", path="/watch")
    expect(desk.get_by_text("名单上没有单位。")).to_be_visible()
    expect(desk.locator(".st-key-p-watch-rules").get_by_text("村支书岗位空缺超过 3 个月")).to_be_visible()
    open_form(desk, "列入")
    press(desk, "列入名单")
    expect(desk.get_by_role("link", name="霍坡村")).to_be_visible(timeout=WAIT)

    chief = open_context(server).new_page()
    sign_in(chief, "chief", path="/watch")
    chief.get_by_role("link", name="霍坡村").click()
    expect(chief.get_by_role("heading", name="霍坡村")).to_be_visible(timeout=WAIT)
    reference = re.search(r"W\d+-\d+-\d+", chief.locator(".stMain").inner_text())[0]
    expect(chief.get_by_role("button", name="验收通过")).to_have_count(0)
    open_form(chief, "添加问题")
    fill(chief, "存在什么问题", "村务半年没有公开")
    press(chief, "添加问题")
    expect(chief.get_by_text("村务半年没有公开").first).to_be_visible()
    open_form(chief, "填写佐证")
    fill(chief, "做了什么，看得见什么", "公开栏已贴出上半年收支")
    press(chief, "填写佐证")
    expect(chief.get_by_text("公开栏已贴出上半年收支").first).to_be_visible()

    open_path(desk, f"/watch?id={reference}")
    open_form(desk, "验收通过")
    fill(desk, "现场看到的情况", "现场看过公开栏")
    press(desk, "验收通过")
    expect(desk.get_by_text("上级已验收").first).to_be_visible()
    expect(desk.get_by_role("button", name="退出名单")).to_have_count(0)  # its rules do not hold


def test_a_sheet_shows_what_is_late_and_what_is_missing_and_comes_down_as_a_workbook(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, "/watch")
    with demo_desk.expect_download():
        demo_desk.get_by_role("button", name="下载").click()
    demo_desk.get_by_role("link", name=LISTED).click()
    expect(demo_desk.get_by_role("heading", name=LISTED)).to_be_visible(timeout=WAIT)
    expect(demo_desk.locator(".st-key-p-watch-plan").get_by_text("每月十日公开上月收支")).to_be_visible()
    expect(demo_desk.locator(".st-key-p-watch-evidence").get_by_text("2 周没有佐证")).to_be_visible()
    expect(demo_desk.locator(".st-key-p-watch-help").get_by_text("还没有人").or_(
        demo_desk.locator(".st-key-p-watch-help").get_by_text("一家企业结对")).first).to_be_visible()  # fmt: skip


def test_a_phone_reads_a_sheet_and_nothing_sticks_out(demo_phone: Page):
    sign_in(demo_phone, "leader", PASSWORD, "/watch")
    demo_phone.get_by_role("link", name=LISTED).click()
    expect(demo_phone.get_by_role("heading", name=LISTED)).to_be_visible(timeout=WAIT)
    settled(demo_phone)
    assert demo_phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth") is True


def test_a_viewer_has_no_sheets_of_the_watch_list(demo_desk: Page):
    sign_in(demo_desk, "viewer", PASSWORD, "/watch")
    expect(demo_desk.get_by_text("您的岗位不使用这个页面")).to_be_visible()
    expect(demo_desk.get_by_text(LISTED)).to_have_count(0)
