import re
from datetime import date

from playwright.sync_api import Page, expect
from sqlmodel import select

from models.people import Post
from services import database
from services.database import reading
from tests.browser.server import Server, open_path, settled, sign_in

GRID = "411622204201001"


def test_a_vacant_post_is_given_to_someone_new_on_a_phone(server: Server, phone: Page):
    sign_in(phone, "administrator", path="/people?unit=411622204201&level=grid&vacant=1")
    expect(phone.get_by_text(re.compile("2 个单位"))).to_be_visible()
    phone.get_by_role("button", name="查看").first.click()
    settled(phone)
    phone.get_by_role("textbox", name="姓名").fill("李新来")
    phone.keyboard.press("Tab")
    expect(phone.get_by_role("combobox", name="谁")).to_have_value("新录入：李新来")
    phone.get_by_role("button", name="任命").click()
    expect(phone.get_by_text(re.compile("李新来 从 .* 起任职"))).to_be_visible()
    engine = database.engine_for(server.database_url)
    with reading(engine) as session:
        found = session.exec(select(Post).where(Post.starts_on > date(2025, 1, 1))).one()
    engine.dispose()
    assert (found.role.value, found.ends_on) == ("grid_member", None)


def test_a_new_account_s_password_is_shown_once_and_opens_the_door(server: Server, desk: Page, open_context):
    sign_in(desk, "administrator", path="/people?view=accounts")
    desk.get_by_role("textbox", name="账号名").fill("xinren")
    desk.get_by_role("button", name="新建账号").click()
    expect(desk.get_by_text("xinren 的一次性密码")).to_be_visible()
    given = desk.get_by_test_id("stCode").inner_text().strip()
    assert re.fullmatch(r"[a-z2-9]{4}(-[a-z2-9]{4}){2}", given)
    open_path(desk, "/people?view=accounts")
    expect(desk.get_by_text(given)).to_have_count(0)
    other = open_context(server).new_page()
    sign_in(other, "xinren", given)
    expect(other.get_by_text("请先改成自己的")).to_be_visible()


def test_the_leader_sees_who_serves_but_no_accounts_and_no_way_to_change_posts(desk: Page):
    sign_in(desk, "leader", path="/people")
    expect(desk.get_by_role("heading", name="谁负责")).to_be_visible()
    expect(desk.get_by_text("账号", exact=True)).to_have_count(0)
    expect(desk.get_by_role("button", name="任命")).to_have_count(0)
