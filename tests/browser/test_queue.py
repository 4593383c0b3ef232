"""The queue in a real browser: open a demand, move it, act on several, find it again by its address."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import select

from models.accounts import Account
from models.demands import Category, Demand, DemandEvent, State, Verb
from models.units import Unit
from services import demands, sessions
from services.clock import utc_now
from services.database import engine_for, reading, transaction
from tests.browser.server import Server, open_path, settled, sign_in

GRID = "411622204202001"


def file_demand(server: Server, text: str) -> str:
    """File one demand as the grid's member; returns its reference."""
    with transaction(engine_for(server.database_url)) as session:
        account = session.exec(select(Account).where(Account.username == "member")).one()
        filed = demands.report(
            session, sessions.actor_of(session, account), text, now=utc_now(),
            category_id=session.exec(select(Category.id).where(Category.code == "utilities.water")).one(),
            unit_id=session.exec(select(Unit.id).where(Unit.code == GRID)).one(),
        )  # fmt: skip
        return filed.reference


def state_of(server: Server, reference: str) -> tuple[State, list[Verb]]:
    with reading(engine_for(server.database_url)) as session:
        demand = session.exec(select(Demand).where(Demand.reference == reference)).one()
        verbs = session.exec(
            select(DemandEvent.verb).where(DemandEvent.demand_id == demand.id).order_by(DemandEvent.seq)
        ).all()
        return demand.state, list(verbs)


def press(page: Page, name: str) -> None:
    """Click one of the open demand's buttons and wait until the page says that it is done."""
    detail(page).get_by_role("button", name=name).click()
    expect(page.get_by_test_id("stToast").filter(has_text=f"已{name}")).to_be_visible()
    settled(page)


def click_table(page: Page, x: int, y: int) -> None:
    """Click into the table, which is a drawing: by the pixels from its corner."""
    box = page.get_by_test_id("stDataFrame").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + x, box["y"] + y)


def detail(page: Page) -> Locator:
    return page.locator(".st-key-p-detail")


def test_a_demand_goes_from_triage_to_closed_by_the_buttons_beside_the_list(server: Server, desk: Page):
    reference = file_demand(server, "西头的水管裂了，水流了一路。")
    sign_in(desk, "supervisor", path=f"/demands?q={reference}")
    expect(detail(desk)).to_contain_text(reference)
    press(desk, "受理")
    open_path(desk, f"/demands?id={reference}&q={reference}")
    expect(detail(desk)).to_contain_text("已立案")
    expect(detail(desk)).to_contain_text("○ 待应答：")
    detail(desk).get_by_role("button", name="派遣").click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_role("button", name="派遣", exact=True).click()
    expect(desk.get_by_text("已派遣").first).to_be_visible()
    settled(desk)
    open_path(desk, f"/demands?id={reference}&q={reference}")
    press(desk, "签收")
    open_path(desk, f"/demands?id={reference}&q={reference}")
    expect(detail(desk)).to_contain_text("后首次应答，按时")
    detail(desk).get_by_role("button", name="办结").click()
    dialog.get_by_label("办结结果").or_(dialog.get_by_label("办理结果")).fill("换了一截水管，已通水")
    dialog.get_by_label("办理结果").blur()
    dialog.get_by_role("button", name="办结", exact=True).click()
    expect(dialog).to_have_count(0)
    settled(desk)
    assert state_of(server, reference) == (
        State.PENDING_VERIFY,
        [Verb.REPORT, Verb.SUBMIT, Verb.ACCEPT, Verb.ASSIGN, Verb.SIGN, Verb.SETTLE],
    )
    sign_out_and_in(desk, "leader", f"/demands?id={reference}")
    press(desk, "核查通过")
    open_path(desk, f"/demands?id={reference}")
    detail(desk).get_by_role("button", name="结案").click()
    dialog.get_by_label("为什么不经本人认可结案").fill("没留电话，到现场看过，已通水")
    dialog.get_by_label("为什么不经本人认可结案").blur()
    dialog.get_by_role("button", name="结案", exact=True).click()
    expect(dialog).to_have_count(0)
    settled(desk)
    assert state_of(server, reference)[0] is State.CLOSED


def sign_out_and_in(page: Page, username: str, path: str) -> None:
    page.context.clear_cookies()
    sign_in(page, username, path=path)
    open_path(page, path)


def test_several_demands_are_accepted_at_once_and_a_refused_one_is_named(server: Server, desk: Page):
    references = [file_demand(server, f"第{number}处垃圾没人收，一起办。") for number in range(3)]
    sign_in(desk, "chief", path="/demands")
    open_path(desk, "/demands?q=一起办")
    expect(desk.get_by_text("3 件").first).to_be_visible()
    click_table(desk, 16, 18)
    accept = desk.locator(".st-key-queue-accept-many").get_by_role("button")
    expect(accept).to_be_enabled()
    settled(desk)
    with transaction(engine_for(server.database_url)) as session:
        account = session.exec(select(Account).where(Account.username == "leader")).one()
        demand_id = demands.find(session, sessions.actor_of(session, account), references[1])
        demands.accept(session, sessions.actor_of(session, account), demand_id, now=utc_now())
    accept.click()
    expect(desk.get_by_test_id("stToast")).to_contain_text("2 件已受理")
    expect(desk.get_by_test_id("stAlert")).to_contain_text(f"{references[1]}")
    expect(desk.get_by_test_id("stAlert")).to_contain_text("王书记")
    assert [state_of(server, reference)[0] for reference in references] == [State.REGISTERED] * 3


def test_j_and_k_walk_through_the_list(server: Server, desk: Page):
    first, second = sorted(file_demand(server, f"第{number}盏路灯不亮，走一遍。") for number in range(2))
    sign_in(desk, "chief", path="/demands")
    open_path(desk, "/demands?q=走一遍")
    expect(detail(desk)).to_contain_text(first)
    desk.locator("h2").first.click()
    desk.keyboard.press("j")
    expect(detail(desk)).to_contain_text(second)
    settled(desk)
    desk.keyboard.press("k")
    expect(detail(desk)).to_contain_text(first)
    settled(desk)


def test_a_click_on_a_cell_opens_the_demand_and_puts_it_into_the_address(server: Server, desk: Page):
    references = sorted(file_demand(server, f"第{number}口井没水，点一下。") for number in range(2))
    sign_in(desk, "chief", path="/demands")
    open_path(desk, "/demands?q=点一下")
    click_table(desk, 300, 37 + 39 + 20)
    expect(detail(desk)).to_contain_text(references[1])
    expect(desk).to_have_url(re.compile(f"id={references[1]}"))
    settled(desk)


def test_a_view_is_kept_under_a_name_and_dropped_again(server: Server, desk: Page):
    sign_in(desk, "chief", path="/demands")
    open_path(desk, "/demands?urgency=urgent")
    desk.get_by_role("button", name="bookmark_add").first.click()
    desk.get_by_label("把当前筛选存为").fill("只看紧急")
    desk.get_by_label("把当前筛选存为").press("Enter")
    settled(desk)
    desk.get_by_role("button", name="保存").click()
    settled(desk)
    expect(desk.get_by_text(re.compile("^只看紧急")).first).to_be_visible()
    open_path(desk, "/demands")
    desk.get_by_role("button", name="bookmark_add").first.click()
    desk.get_by_role("button", name="删除“只看紧急”").click()
    settled(desk)
    expect(desk.get_by_text(re.compile("^只看紧急"))).to_have_count(0)


def test_on_a_phone_the_list_is_cards_and_a_card_opens_the_demand_s_own_page(server: Server, phone: Page):
    reference = file_demand(server, "桥头护栏断了，手机上看。")
    sign_in(phone, "member", path="/demands")
    open_path(phone, "/demands?q=手机上看")
    card = phone.get_by_role("link", name=re.compile("桥头护栏断了"))
    assert card.bounding_box()["height"] >= 20
    card.click()
    settled(phone)
    expect(phone.get_by_text(reference).first).to_be_visible()
    expect(phone.get_by_role("button", name="返回列表")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("path", ["/demands?id=D411622-2026-99999", "/demands?state=nonsense&page=-3&sort=x&unit=9"])
def test_an_address_that_makes_no_sense_shows_the_list_and_no_crash(server: Server, desk: Page, path: str):
    sign_in(desk, "chief", path="/demands")
    open_path(desk, path)
    expect(desk.get_by_role("heading", name="待办")).to_be_visible()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_list_fits_an_office_screen_without_a_scroll_sideways(demo_server: Server, open_context, language: str):
    page = open_context(demo_server, language=language).new_page()
    sign_in(page, "leader", "xiaowangge", path="/demands")
    scroller = page.locator("[data-testid=stDataFrame] .dvn-scroller").first
    expect(scroller).to_be_visible()
    assert scroller.evaluate("node => node.scrollWidth - node.clientWidth") <= 0
