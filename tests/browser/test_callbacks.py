"""The call-back desk in a real browser: what the villager says closes a demand, or sends it back to work."""

import re
from datetime import timedelta

from playwright.sync_api import Page, expect
from sqlmodel import select

from models.accounts import Account
from models.demands import Category, Demand, DemandEvent, State, Verb
from models.units import Unit
from services import demands, sessions
from services.clock import utc_now
from services.database import engine_for, reading, transaction
from tests.browser.server import Server, open_path, settled, sign_in

DAY = timedelta(days=1)


def handled(server: Server, text: str, *, checked: bool = True, ago: timedelta = timedelta()) -> str:
    """A demand that the grid's member settled `ago`: it waits for its check, or for its call; returns its reference."""
    now = utc_now() - ago
    with transaction(engine_for(server.database_url)) as session:
        actors = {name: actor_of(session, name) for name in ("leader", "member", "chief")}
        grid = session.exec(select(Unit.id).where(Unit.code == "411622204202001")).one()
        filed = demands.report(
            session, actors["member"], text, now=now, unit_id=grid, reporter="霍某某", reporter_phone="13800002207",
            category_id=session.exec(select(Category.id).where(Category.code == "utilities.lamps")).one(),
        )  # fmt: skip
        demands.accept(session, actors["leader"], filed.id, now=now)
        demands.assign(session, actors["leader"], filed.id, now=now, unit_id=grid)
        demands.sign(session, actors["member"], filed.id, now=now)
        demands.settle(session, actors["member"], filed.id, now=now, reason="换了灯泡，当晚亮了")
        if checked:
            demands.pass_check(session, actors["chief"], filed.id, now=now)
        return filed.reference


def actor_of(session, username):
    return sessions.actor_of(session, session.exec(select(Account).where(Account.username == username)).one())


def found(server: Server, reference: str) -> tuple[State, list[Verb]]:
    """Where a demand stands, and its last two moves."""
    with reading(engine_for(server.database_url)) as session:
        demand = session.exec(select(Demand).where(Demand.reference == reference)).one()
        verbs = select(DemandEvent.verb).where(DemandEvent.demand_id == demand.id).order_by(DemandEvent.seq)
        return demand.state, list(session.exec(verbs).all())[-2:]


def say(page: Page, *answers: str) -> None:
    """Choose one answer after the other: each choice brings the next question."""
    for answer in answers:
        page.locator(".st-key-p-callback").get_by_role("radio", name=answer, exact=True).click()
        settled(page)


def save(page: Page, reference: str) -> None:
    page.get_by_role("button", name=re.compile("^.*保存")).click()
    expect(page.get_by_test_id("stToast").filter(has_text=reference)).to_be_visible()
    settled(page)


def test_the_villagers_word_sends_a_demand_back_to_work_or_closes_it_and_the_next_comes_up(server, open_context):
    unsolved, solved = (handled(server, f"第{number}盏灯修了又灭。") for number in range(2))
    desk = open_context(server).new_page()
    sign_in(desk, "supervisor", path="/callbacks")
    open_path(desk, f"/callbacks?list=call&id={unsolved}")
    opened = desk.locator(".st-key-p-callback")
    for words in (unsolved, "第0盏灯修了又灭。", "换了灯泡，当晚亮了", "13800002207"):
        expect(opened).to_contain_text(words)
    say(desk, "已接通", "未解决", "不满意")
    expect(desk.get_by_role("button", name="保存")).to_be_disabled()
    say(desk, "否")
    expect(opened).to_contain_text("未解决：返工，原来的期限继续走。")
    opened.get_by_role("textbox").fill("晚上还是黑的")
    opened.get_by_role("textbox").blur()
    settled(desk)
    save(desk, unsolved)
    assert found(server, unsolved) == (State.HANDLING, [Verb.CALL_BACK, Verb.REWORK])
    expect(opened).to_contain_text(solved)
    say(desk, "已接通", "已解决", "满意", "是")
    expect(opened).to_contain_text("已解决：结案。")
    save(desk, solved)
    assert found(server, solved) == (State.CLOSED, [Verb.CALL_BACK, Verb.CLOSE])
    expect(desk.locator(".st-key-tile-callback-solved")).to_contain_text(re.compile(r"\d+ / \d+"))


def test_a_check_is_made_or_sent_back_and_who_handled_it_has_no_button(server, open_context):
    reference, own = (handled(server, f"第{number}处灯罩破了。", checked=False) for number in range(2))
    with transaction(engine_for(server.database_url)) as session:
        demand_id = session.exec(select(Demand).where(Demand.reference == own)).one().id
        chief, leader = actor_of(session, "chief"), actor_of(session, "leader")
        demands.move(session, leader, demand_id, Verb.REWORK, now=utc_now(), reason="没换好")
        demands.settle(session, chief, demand_id, now=utc_now(), reason="又换了一个")
    desk = open_context(server).new_page()
    sign_in(desk, "chief", path="/callbacks")
    open_path(desk, f"/callbacks?list=check&id={own}")
    opened = desk.locator(".st-key-p-callback")
    expect(opened).to_contain_text("这件是您经办的")
    expect(opened.get_by_role("button", name="核查通过")).to_have_count(0)
    open_path(desk, f"/callbacks?list=check&id={reference}")
    opened.get_by_role("textbox").fill("灯罩没盖严")
    opened.get_by_role("textbox").blur()
    settled(desk)
    opened.get_by_role("button", name="返工").click()
    expect(desk.get_by_test_id("stToast").filter(has_text=reference)).to_be_visible()
    settled(desk)
    assert found(server, reference) == (State.HANDLING, [Verb.SETTLE, Verb.REWORK])


def test_the_round_of_the_week_is_drawn_with_its_seed_and_says_how_far_it_is(server, open_context):
    references = [handled(server, f"第{number}根灯杆歪了。", ago=7 * DAY) for number in range(3)]
    phone = open_context(server, width=390, height=844, phone=True).new_page()
    sign_in(phone, "supervisor", path="/callbacks")
    open_path(phone, "/callbacks?list=round")
    phone.get_by_label("几件").fill("2")
    phone.get_by_label("几件").blur()
    settled(phone)
    phone.get_by_role("button", name="抽取名单").click()
    panel = phone.locator(".st-key-p-round")
    expect(panel).to_contain_text("2 件已回访 0 件，接通 0 件")
    expect(panel).to_contain_text(re.compile(r"办结 \d+ 件中抽 2 件，按村和大类分 \d+ 组，种子 \d{8}"))
    settled(phone)
    phone.locator("[class*='st-key-card-callback-'] a").first.click()
    opened = phone.locator(".st-key-p-callback")
    expect(opened.get_by_role("link", name="13800002207")).to_have_attribute("href", "tel:13800002207")
    settled(phone)
    reference = re.search(r"D\d{6}-\d{4}-\d+", opened.inner_text())[0]
    assert reference in references
    say(phone, "无人接听")
    expect(opened).to_contain_text("再打 2 次仍不通")
    save(phone, reference)
    assert found(server, reference)[0] is State.PENDING_CALLBACK
    open_path(phone, "/callbacks?list=round")
    expect(panel).to_contain_text("2 件已回访 1 件，接通 0 件")
