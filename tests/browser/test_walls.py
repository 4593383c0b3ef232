"""Big screens in a real browser: every size and language, in turn, for weeks, through restarts, and nobody's name."""

import html
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from models.walls import View
from services import database, walls
from services.clock import utc_now
from services.database import transaction
from tests.browser.hanging import hang, take_down
from tests.browser.server import Server, open_path, running, settled, sign_in
from tests.factories import PASSWORD, town

SIZES = ((1920, 1080), (3840, 2160), (1366, 768))


def asked(server: Server, path: str) -> httpx.Response:
    return httpx.get(f"{server.address}{path}", timeout=60)


def test_the_page_sets_no_cookie_and_lets_in_no_other_style_script_or_host(server: Server):
    answer = asked(server, hang(server.database_url))
    policy = answer.headers["content-security-policy"]
    assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert ("unsafe" in policy, "http" in policy, "frame-ancestors 'none'" in policy) == (False, False, True)
    assert {name: answer.headers[name] for name in ("referrer-policy", "cache-control", "x-frame-options")} == {
        "referrer-policy": "no-referrer", "cache-control": "no-store", "x-frame-options": "DENY",
    }  # fmt: skip
    assert re.findall(r'(?:src|href)="(?!#)([^"]*)"', answer.text) == []
    assert " style=" not in answer.text


def test_every_wrong_link_is_answered_alike_and_writes_nothing_but_reading(server: Server):
    path = hang(server.database_url)
    wrong = [f"/wall/{token}" for token in ("x", path[6:-1], path[6:] + "A", "%27--" * 8, "x" * 3000)]
    answers = [asked(server, f"{each}{end}") for each in wrong for end in ("", "/now")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    posted = httpx.post(f"{server.address}{path}/now", timeout=30)
    assert posted.status_code == 405
    assert asked(server, f"{path}/now").status_code == 200


def test_what_a_screen_has_already_is_not_sent_again(server: Server):
    path = hang(server.database_url)
    first = asked(server, f"{path}/now").json()
    again = asked(server, f"{path}/now?have={first['have']}").json()
    assert first["html"].startswith("<div class=tiles>")
    assert again["html"] is None or again["have"] != first["have"]
    assert again["build"] == first["build"]


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_view_fills_every_screen_exactly(demo_server: Server, open_context, width, height, language):
    context = open_context(demo_server, width=width, height=height, language=language)
    page = context.new_page()
    for view in View:
        page.goto(hang(demo_server.database_url, views=(view,), language=language))
        expect(page.locator(f".view.{view}")).to_be_visible()
        assert page.evaluate(FILLS) == {"scrolls": [0, 0], "outside": [], "cut": []}, view


FILLS = """() => {
  const root = document.documentElement, outside = [], cut = []
  for (const one of document.querySelectorAll('header *, .tiles *, .view *')) {
    const box = one.getBoundingClientRect(), panel = one.closest('.panel'), told = one.outerHTML.slice(0, 80)
    if (!box.width || one.closest('svg')) continue
    if (box.right > innerWidth + 1 || box.bottom > innerHeight + 1 || box.left < -1) outside.push(told)
    if (panel && box.bottom > panel.getBoundingClientRect().bottom + 1) cut.push(told)
  }
  return {scrolls: [root.scrollWidth - innerWidth, root.scrollHeight - innerHeight], outside, cut}
}"""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_empty_unit_has_no_blank_panel(server: Server, open_context, language):
    page = open_context(server, width=1920, height=1080).new_page()
    for view in View:
        page.goto(hang(server.database_url, views=(view,), language=language))
        panels = page.locator(f".view.{view} .panel")
        for place in range(panels.count()):
            heading, *rest = [line for line in panels.nth(place).inner_text().splitlines() if line.strip()]
            assert rest, heading


def test_no_villager_nobody_who_serves_and_no_word_of_theirs_is_on_any_wall(demo_server: Server):
    """Every name, phone and text of the demonstration against every screen of its township and villages."""
    connection = sqlite3.connect(demo_server.database_url.removeprefix("sqlite:///"))

    def every(query: str) -> set[str]:
        return {row[0] for row in connection.execute(query) if row[0]}

    people = every("SELECT reporter FROM demands UNION SELECT head FROM households UNION SELECT name FROM people")
    phones = every(
        "SELECT reporter_phone FROM demands UNION SELECT phone FROM households UNION SELECT phone FROM people"
    )
    written = every("SELECT title FROM demands UNION SELECT text FROM demands UNION SELECT place FROM demands "
                    "UNION SELECT reason FROM demand_events UNION SELECT answer FROM whistles")  # fmt: skip
    known = every("SELECT short_name FROM units UNION SELECT name FROM units UNION SELECT name FROM departments "
                  "UNION SELECT name FROM categories")  # fmt: skip
    known |= {name.removesuffix("村") for name in known if len(name) > 2}
    codes = every("SELECT code FROM units WHERE level IN ('township', 'village')")
    connection.close()
    pages = [
        asked(demo_server, hang(demo_server.database_url, code, language=language)).text
        for code in sorted(codes)
        for language in ("zh", "en")
    ]
    whole = html.unescape(
        "\n".join(re.sub(r"<style>.*?</style>|<script>.*?</script>", "", page, flags=re.S) for page in pages)
    )
    assert (len(pages), len(people) > 1000, len(phones) > 1000) == (42, True, True)
    free = re.sub("|".join(map(re.escape, sorted(known, key=len, reverse=True))), "", whole)
    free = re.sub(r"<[^>]*>", "\n", free)
    assert sorted(name for name in people if name in free) == []
    assert sorted(phone for phone in phones if phone in whole) == []
    assert sorted(text for text in written - known if len(text) > 4 and text in whole) == []


@pytest.fixture
def own(tmp_path: Path, browser, recorder) -> Iterator[Callable[..., Page]]:
    """A page on a clock of its own, which the test turns."""
    opened: list[BrowserContext] = []

    def open_one(server: Server, path: str) -> Page:
        context = browser.new_context(viewport={"width": 1920, "height": 1080}, base_url=server.address)
        opened.append(context)
        page = context.new_page()
        page.clock.install()
        page.goto(path)
        page.clock.run_for(1000)
        return page

    yield open_one
    for context in opened:
        context.close()


def shown(page: Page) -> str:
    return str(page.evaluate("document.body.dataset.view"))


def test_the_views_come_in_turn_thirty_seconds_each_with_their_names_server_or_not(server: Server, own):
    page = own(server, hang(server.database_url))
    page.route(re.compile("/now"), lambda route: route.abort())  # its clock goes slower than the page's here
    order = [view.value for view in View]
    start, seen = order.index(shown(page)), []
    for _ in range(6):
        seen.append(shown(page))
        assert page.locator("nav .on").get_attribute("data-view") == seen[-1]
        assert page.locator(".view:visible").count() == 1
        page.clock.run_for(30_000)
    assert seen == [order[(start + step) % 5] for step in range(6)]


def test_a_single_view_stays_and_names_no_other(server: Server, own):
    page = own(server, hang(server.database_url, views=(View.RANKING,)))
    page.clock.run_for(65_000)
    assert (shown(page), page.locator("nav span").count()) == ("ranking", 0)


def test_a_screen_outlives_a_restart_of_the_server_and_tells_its_age_meanwhile(tmp_path: Path, own):
    url = f"sqlite:///{tmp_path / 'site.db'}"
    engine = database.engine_for(url)
    database.migrate(engine)
    town(engine)
    path = hang(url)
    with running(url, tmp_path) as server:
        page, port = own(server, path), int(server.address.rsplit(":", 1)[1])
        expect(page.locator("#age")).to_have_attribute("class", "")
        before = page.locator(".tiles").inner_text()
    page.clock.run_for(70_000)
    expect(page.locator("#age")).to_have_class("old")
    expect(page.locator("#age")).to_have_css("color", "rgb(255, 107, 74)")
    assert page.locator(".tiles").inner_text() == before
    assert shown(page) in set(View)
    with transaction(engine) as session:
        walls.count_wrong(session, "somebody", now=utc_now())
    engine.dispose()
    with running(url, tmp_path, port=port):
        refreshed(page)
        expect(page.locator("#age")).to_have_class("")
        assert page.url.endswith(path)


def refreshed(page: Page) -> None:
    """Turn the clock until the next refresh was answered."""
    with page.expect_response(re.compile("/now")):
        page.clock.run_for(6_000)
    page.wait_for_function("Date.now() - fresh < 60000")
    page.clock.run_for(1_000)


def test_a_screen_taken_down_shows_nothing_and_comes_back_with_no_link(server: Server, own):
    page = own(server, hang(server.database_url, name="门厅"))
    expect(page.locator(".tiles")).to_be_visible()
    take_down(server.database_url, "门厅")
    with page.expect_response(re.compile("/now")) as answer:
        page.clock.run_for(6_000)
    assert answer.value.status == 404
    expect(page.locator("#gone")).to_be_visible()
    assert page.locator("#now *").count() == 0


def test_memory_stays_flat_over_hundreds_of_refreshes(server: Server, own):
    page = own(server, hang(server.database_url))
    refresh(page, 20)
    before = memory(page)
    refresh(page, 300)
    after = memory(page)
    assert after["Nodes"] < 2 * before["Nodes"]  # the picture before this one may wait for its collection
    assert after["JSEventListeners"] == before["JSEventListeners"]
    assert after["JSHeapUsedSize"] - before["JSHeapUsedSize"] < 500_000


def refresh(page: Page, times: int) -> None:
    """Put what a refresh brings on the screen so many times, each time all of it anew; the views turn as well."""
    page.evaluate(
        "async (times) => { for (let n = 0; n < times; n++) { have = ''; turn = -1; await refresh(); tick() } }", times
    )


def memory(page: Page) -> dict[str, float]:
    """Nodes, listeners and heap after the garbage was collected."""
    tools = page.context.new_cdp_session(page)
    tools.send("Performance.enable")
    tools.send("HeapProfiler.collectGarbage")
    return {each["name"]: each["value"] for each in tools.send("Performance.getMetrics")["metrics"]}


def test_whoever_manages_hangs_a_screen_opens_it_anywhere_and_takes_it_down(server: Server, desk: Page, open_context):
    sign_in(desk, "administrator", PASSWORD, path="/walls")
    desk.get_by_role("textbox", name="挂在哪里").fill("三楼走廊")
    desk.keyboard.press("Tab")
    settled(desk)
    desk.get_by_role("button", name="开通", exact=True).click()
    address = desk.locator(".st-key-p-wall-link code").inner_text()
    expect(desk.get_by_role("textbox", name="挂在哪里")).to_have_value("")
    screen = open_context(server, width=1920, height=1080).new_page()
    screen.goto(address)
    expect(screen.get_by_role("heading", name="大王庄乡")).to_be_visible()
    open_path(desk, "/walls")
    expect(desk.locator(".st-key-p-wall-link")).to_have_count(0)
    row = desk.locator("[class*=st-key-row-wall]").filter(has_text="三楼走廊")
    row.get_by_role("button", name="停用").click()
    expect(desk.get_by_text("三楼走廊已停用，链接不再显示内容。")).to_be_visible()
    assert asked(server, address.removeprefix(server.address)).status_code == 404
