"""The villagers' page: without sign-in, cookie or script, and without anything that leads to a villager."""

import html
import re
import sqlite3

import httpx
import pytest
from playwright.sync_api import Page, expect

from models.sunshine import Opened
from services import database, sunshine
from services.clock import utc_now
from services.database import transaction
from tests.browser.server import Server, open_path, settled, sign_in

TOWN, HUOPO, JIAZHUANG, GRID = "411622204", "411622204202", "411622204201", "411622204202001"
PASSWORD = "xiaowangge"


def asked(server: Server, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{server.address}{path}", headers=headers, timeout=20)


@pytest.fixture
def opened(server: Server):
    """The small township, its village of Huopo open, closed again afterwards; gives its engine and ids."""
    from services.access import SYSTEM
    from services.units import by_code

    engine = database.engine_for(server.database_url)

    def say(code: str, value: bool | None) -> None:
        with transaction(engine) as session:
            unit = by_code(session, SYSTEM, code).id
            given = dict.fromkeys(Opened, value)
            sunshine.choose(session, SYSTEM, unit, now=utc_now(), opened=given, days=None)

    say(HUOPO, True)
    yield engine
    say(HUOPO, None)
    engine.dispose()


def test_unknown_and_closed_units_are_alike_and_a_grid_has_no_page(server: Server, opened):
    answers = [asked(server, f"/open/{code}") for code in (JIAZHUANG, TOWN, GRID, "nowhere", "x" * 500, "%27--")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert asked(server, f"/open/{HUOPO}").status_code == 200


def test_the_page_sets_no_cookie_runs_no_script_and_loads_nothing_from_elsewhere(server: Server, opened):
    answer = asked(server, f"/open/{HUOPO}")
    policy = answer.headers["content-security-policy"]
    assert ("set-cookie" in answer.headers, "<script" in answer.text) == (False, False)
    addresses = re.findall(r'(?:src|href)="([^"]*)"', answer.text)
    assert [address for address in addresses if not address.startswith("/")] == []
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert {name: answer.headers[name] for name in ("x-frame-options", "x-content-type-options", "cache-control")} == {
        "x-frame-options": "DENY", "x-content-type-options": "nosniff", "cache-control": "public, max-age=60",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "wanted", "title"),
    [
        ("", "en-GB,en;q=0.9", "Handled in the open"),
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "阳光办理"),
        ("", "fr-FR,en;q=0.5,zh;q=0.4", "Handled in the open"),
        ("", "fr", "阳光办理"),
        ("?lang=en", "zh-CN", "Handled in the open"),
        ("?lang=zh", "en", "阳光办理"),
        ("?lang=xx", "q=;,;q=a", "阳光办理"),
    ],
)
def test_the_page_speaks_the_reader_s_language(server: Server, opened, query, wanted, title):
    answer = asked(server, f"/open/{HUOPO}{query}", **{"accept-language": wanted})
    assert f"<h1>{title} " in answer.text


def test_closing_a_page_takes_it_away_at_once(server: Server, opened):
    from services.access import SYSTEM
    from services.units import by_code

    before = asked(server, f"/open/{HUOPO}").status_code
    with transaction(opened) as session:
        unit = by_code(session, SYSTEM, HUOPO).id
        sunshine.choose(session, SYSTEM, unit, now=utc_now(), opened={}, days=None)
    assert (before, asked(server, f"/open/{HUOPO}").status_code, asked(server, "/open").status_code) == (200, 404, 404)


def test_no_villager_and_no_phone_of_the_whole_site_is_on_any_open_page(demo_server: Server):
    """Every name and number there is, looked for in every open page in both languages."""
    connection = sqlite3.connect(demo_server.database_url.removeprefix("sqlite:///"))
    villagers = names(connection, "SELECT reporter FROM demands UNION SELECT head FROM households")
    serving = names(connection, "SELECT name FROM people")
    phones = names(connection, "SELECT reporter_phone FROM demands UNION SELECT phone FROM households "
                               "UNION SELECT phone FROM people")  # fmt: skip
    texts = names(connection, "SELECT title FROM demands UNION SELECT text FROM demands")
    places = names(connection, "SELECT short_name FROM units")
    codes = names(connection, "SELECT code FROM units WHERE level IN ('township', 'village')")
    connection.close()
    pages = [asked(demo_server, f"/open/{code}?lang={language}") for code in codes for language in ("zh", "en")]
    whole = html.unescape("\n".join(re.sub(r"<style>.*?</style>", "", page.text, flags=re.S) for page in pages))
    assert {page.status_code for page in pages} == {200}
    assert len(codes) == 21
    assert whole.count("一户村民办好") > 20
    said = set(re.findall(r"网格员 ?(\S{2,3}?)(?:为|<)", whole))
    assert said - serving == set()
    kept = sorted(places, key=len, reverse=True)
    free = re.sub("|".join([r"网格员 ?\S{2,3}?(?=为|<)", r"grid member \S+", *map(re.escape, kept)]), "", whole)
    found = sorted(name for name in villagers | serving if name in free)
    assert (found, sorted(phone for phone in phones if phone in whole)) == ([], [])
    assert sorted(text for text in texts if len(text) > 4 and text in whole) == []


def names(connection: sqlite3.Connection, query: str) -> set[str]:
    return {row[0] for row in connection.execute(query) if row[0]}


def test_the_page_reads_on_a_phone_without_scrolling_sideways(demo_phone: Page):
    demo_phone.goto("/open")
    expect(demo_phone.get_by_role("heading", name=re.compile("阳光办理"))).to_be_visible()
    wide = demo_phone.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide == [390, 390]
    demo_phone.get_by_role("link", name="霍坡村", exact=True).click()
    expect(demo_phone.get_by_role("heading", name="阳光办理 霍坡村")).to_be_visible()
    demo_phone.get_by_role("link", name="English").click()
    expect(demo_phone.get_by_role("heading", name="Handled in the open Huopo Village")).to_be_visible()


def test_it_prints_without_its_links(demo_desk: Page):
    demo_desk.emulate_media(media="print")
    demo_desk.goto("/open")
    expect(demo_desk.get_by_role("heading", name="已办事项")).to_be_visible()
    expect(demo_desk.locator("nav")).to_be_hidden()


def test_a_demand_is_worded_refused_published_seen_and_withdrawn(demo_server: Server, demo_desk: Page):
    sign_in(demo_desk, "chief", PASSWORD, path="/sunshine")
    demo_desk.get_by_role("button", name="公开…").first.click()
    settled(demo_desk)
    title = demo_desk.get_by_role("textbox", name="标题", exact=True)
    title.fill("霍坡村：热线 13800001234")
    demo_desk.keyboard.press("Tab")
    settled(demo_desk)
    demo_desk.get_by_role("button", name="确认公开").click()
    expect(demo_desk.get_by_text("文字里有像电话或身份证号的数字")).to_be_visible()
    title.fill("霍坡村：又办成一件事")
    demo_desk.keyboard.press("Tab")
    settled(demo_desk)
    demo_desk.get_by_role("button", name="确认公开").click()
    expect(demo_desk.get_by_text("已公开：霍坡村：又办成一件事")).to_be_visible()
    assert "霍坡村：又办成一件事" in asked(demo_server, f"/open/{HUOPO}").text
    settled(demo_desk)
    demo_desk.get_by_role("button", name="撤回").first.click()
    expect(demo_desk.get_by_text("已撤回：霍坡村：又办成一件事")).to_be_visible()
    assert "霍坡村：又办成一件事" not in asked(demo_server, f"/open/{HUOPO}").text


def test_a_grid_member_has_no_such_screen(demo_desk: Page):
    sign_in(demo_desk, "member", PASSWORD, path="/sunshine")
    expect(demo_desk.get_by_text("您的岗位不使用这个页面")).to_be_visible()


def test_the_chief_closes_the_village_and_opens_it_again(demo_server: Server, demo_desk: Page):
    sign_in(demo_desk, "chief", PASSWORD, path="/sunshine")
    for item in ("已办事项", "谁帮办了什么", "办理时间最长的事项", "受理办结数与办结层级"):
        choose(demo_desk, item, "不公开")
    demo_desk.get_by_role("button", name="保存公开设置").click()
    expect(demo_desk.get_by_text("还没有公开任何内容")).to_be_visible()
    settled(demo_desk)
    assert asked(demo_server, f"/open/{HUOPO}").status_code == 404
    choose(demo_desk, "已办事项", "公开")
    demo_desk.get_by_role("button", name="保存公开设置").click()
    expect(demo_desk.get_by_text(f"/open/{HUOPO}")).to_be_visible()
    assert asked(demo_server, f"/open/{HUOPO}").status_code == 200
    open_path(demo_desk, "/sunshine")
    for item in ("已办事项", "谁帮办了什么", "办理时间最长的事项", "受理办结数与办结层级"):
        choose(demo_desk, item, "按上级：公开")
    demo_desk.get_by_role("button", name="保存公开设置").click()
    settled(demo_desk)


def choose(page: Page, label: str, option: str) -> None:
    box = page.get_by_role("combobox", name=label)
    box.click()
    box.fill(option)
    page.get_by_role("option", name=option, exact=True).click()
    settled(page)


def test_the_levels_on_today_open_exactly_their_cases(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, path="/today?period=last-month")
    link = demo_desk.locator(".st-key-p-levels td a").first
    count = link.inner_text()
    link.click()
    settled(demo_desk)
    expect(demo_desk.get_by_text(re.compile(rf"^{count} 件"))).to_be_visible()
