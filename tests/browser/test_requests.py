"""Asking and deciding in a real browser: more time changes the deadline's line; an exclusion takes a second person."""

import re

from playwright.sync_api import Locator, Page, expect
from sqlmodel import select

from models.accounts import Account
from models.demands import Category, Demand
from models.units import Unit
from services import demands, sessions
from services.clock import utc_now
from services.database import engine_for, reading, transaction
from tests.browser.server import Server, open_path, settled, sign_in

GRID, VILLAGE = "411622204202001", "411622204202"


def handled_demand(server: Server, text: str) -> str:
    """A demand that the grid's member has signed for; returns its reference."""
    with transaction(engine_for(server.database_url)) as session:
        actors = {row.username: sessions.actor_of(session, row) for row in session.exec(select(Account)).all()}
        units = dict(session.exec(select(Unit.code, Unit.id)).all())
        lamps = session.exec(select(Category.id).where(Category.code == "utilities.lamps")).one()
        filed = demands.report(session, actors["member"], text, now=utc_now(), category_id=lamps, unit_id=units[GRID])
        demands.accept(session, actors["chief"], filed.id, now=utc_now())
        demands.assign(session, actors["chief"], filed.id, now=utc_now(), unit_id=units[GRID])
        demands.sign(session, actors["member"], filed.id, now=utc_now())
        return filed.reference


def stored(server: Server, reference: str) -> Demand:
    with reading(engine_for(server.database_url)) as session:
        return session.exec(select(Demand).where(Demand.reference == reference)).one()


def detail(page: Page) -> Locator:
    return page.locator(".st-key-p-detail")


def choose_from_more(page: Page, name: str) -> Locator:
    """Choose from the open demand's menu; returns the dialog that opens."""
    detail(page).get_by_role("button", name="更多").click()
    page.get_by_role("menuitem", name=name).or_(page.get_by_role("option", name=name)).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog


def confirm(page: Page, name: str) -> None:
    """Press the dialog's own button and wait until the dialog is gone."""
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=name, exact=True).click()
    expect(dialog).to_have_count(0)
    settled(page)


def write(page: Page, label: str, text: str) -> None:
    box = page.get_by_role("dialog").get_by_label(label)
    box.fill(text)
    box.blur()
    settled(page)


def test_who_handles_asks_for_more_time_and_someone_else_s_yes_moves_the_deadline(server, desk: Page, open_context):
    reference = handled_demand(server, "村西头的路灯整排不亮。")
    before = stored(server, reference).due_at
    sign_in(desk, "member", path=f"/demands?id={reference}")
    dialog = choose_from_more(desk, "申请延期")
    expect(dialog).to_contain_text("3 个工作日")
    expect(dialog).to_contain_text("期限由")
    write(desk, "原因", "灯具要从县里调货")
    confirm(desk, "申请")
    expect(detail(desk)).to_contain_text("待批")
    assert stored(server, reference).due_at == before

    other = open_context(server).new_page()
    sign_in(other, "supervisor", path="/requests")
    card = other.locator("[class*='st-key-p-request-']").filter(has_text=reference)
    expect(card).to_contain_text("周网格 申请延期")
    expect(card).to_contain_text("灯具要从县里调货")
    expect(card).to_contain_text("另准予延期 3 个工作日")
    card.get_by_role("button", name="同意", exact=False).first.click()
    confirm(other, "同意")
    expect(card).to_have_count(0)

    open_path(desk, f"/demands?id={reference}")
    expect(desk.locator("[class*='st-key-tint-due-']")).to_contain_text("另准予延期 3 个工作日")
    assert stored(server, reference).due_at > before


def test_an_exclusion_takes_a_second_person_and_stays_marked_in_the_list(server, desk: Page, open_context):
    reference = handled_demand(server, "隔壁乡的路灯也不亮。")
    sign_in(desk, "chief", path=f"/demands?id={reference}")
    choose_from_more(desk, "申请剔除")
    write(desk, "依据", "现场核实在邻乡界内")
    confirm(desk, "申请")
    request = detail(desk).locator("[class*='st-key-row-request-']")
    expect(request).to_contain_text("待批")
    expect(request.get_by_role("button", name="同意", exact=False)).to_have_count(0)

    other = open_context(server).new_page()
    sign_in(other, "leader", path=f"/demands?id={reference}")
    detail(other).get_by_role("button", name=re.compile("^check 同意|^同意")).click()
    confirm(other, "同意")
    open_path(other, f"/demands?excluded=1&id={reference}")
    expect(detail(other)).to_contain_text("已剔除：不属本地管辖")
    expect(other.get_by_text("1 件", exact=True).first).to_be_visible()
    assert stored(server, reference).excluded_code == "outside_area"


def test_ticked_duplicates_are_merged_into_the_one_that_is_chosen(server, desk: Page):
    with transaction(engine_for(server.database_url)) as session:
        account = session.exec(select(Account).where(Account.username == "member")).one()
        unit_id = session.exec(select(Unit.id).where(Unit.code == GRID)).one()
        water = session.exec(select(Category.id).where(Category.code == "utilities.water")).one()
        references = [
            demands.report(
                session, sessions.actor_of(session, account), f"第{number}户报：总管爆了，同一处。", now=utc_now(),
                category_id=water, unit_id=unit_id,
            ).reference
            for number in range(3)
        ]  # fmt: skip
    sign_in(desk, "chief", path="/demands?q=总管爆了")
    expect(desk.get_by_text("3 件").first).to_be_visible()
    box = desk.get_by_test_id("stDataFrame").bounding_box()
    desk.mouse.click(box["x"] + 16, box["y"] + 18)
    merge = desk.locator(".st-key-queue-merge-many").get_by_role("button")
    expect(merge).to_be_enabled()
    settled(desk)
    merge.click()
    dialog = desk.get_by_role("dialog")
    expect(dialog).to_contain_text("保留哪一件")
    stays = next(reference for reference in references if reference in dialog.inner_text() + dialog.inner_html())
    write(desk, "原因", "同一处爆管")
    confirm(desk, "合并")
    into = {reference: stored(server, reference).merged_into_id for reference in references}
    kept = stored(server, stays).id
    assert into == {reference: None if reference == stays else kept for reference in references}
