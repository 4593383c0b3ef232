"""Today in a real browser, on the demonstration township: what stands there, and that each number opens its cases."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.server import open_path, settled, sign_in

PASSWORD = "xiaowangge"
TOTAL = re.compile(r"([\d,]+) 件")


def number(text: str) -> int:
    """The first number in a text."""
    return int(re.search(r"\d[\d,]*", text)[0].replace(",", ""))


def queue_total(page: Page) -> int:
    """How many cases the queue says it holds."""
    expect(page).to_have_url(re.compile(r"/demands\?"))
    settled(page)
    return number(TOTAL.search(page.get_by_test_id("stMain").inner_text())[1])


def tile(page: Page, key: str):
    return page.locator(f".st-key-tile-{key}")


def value(page: Page, key: str) -> str:
    return tile(page, key).get_by_test_id("stMetricValue").inner_text()


def test_a_leader_finds_the_village_furthest_behind_and_why_at_once(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD)
    first = demo_desk.locator(".st-key-row-need-behind")
    expect(first).to_contain_text(re.compile(r"按期办结 [\d.]+%（\d+ / \d+），总体 [\d.]+%"))
    expect(first).to_contain_text(re.compile(r"未按期 \d+ 件：.+占 \d+ 件，\d+ 件压在"))
    behind = re.match(r"\W*(\w+?)按期(?:最落后|排在最后)", first.inner_text())[1]
    first.get_by_role("link", name="看原因").click()
    expect(demo_desk.locator(".st-key-p-beside")).to_contain_text(f"{behind}对照同类最好的")
    open_path(demo_desk, "/rankings?unit=411622204&sort=on_time")
    ranked = demo_desk.locator(".sg-rank tbody :is(tr.front,tr.middle,tr.behind):not(.tier)")
    assert ranked.last.locator("td").first.inner_text().startswith(behind)


@pytest.mark.parametrize("key", ["open", "late", "due", "whistles"])
def test_the_number_of_a_tile_is_the_number_of_cases_it_opens(demo_desk: Page, key):
    sign_in(demo_desk, "leader", PASSWORD)
    shown = number(value(demo_desk, key))
    tile(demo_desk, key).get_by_role("link").click()
    assert queue_total(demo_desk) == shown


@pytest.mark.parametrize("key", ["kept", "settled"])
def test_a_rate_opens_the_cases_it_counts_above_the_line(demo_desk: Page, key):
    sign_in(demo_desk, "leader", PASSWORD)
    part = number(tile(demo_desk, key).get_by_test_id("stMetricDelta").inner_text())
    tile(demo_desk, key).get_by_role("link").click()
    assert queue_total(demo_desk) == part


def test_what_needs_someone_opens_exactly_those_cases(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD)
    row = demo_desk.locator(".st-key-row-need-0")
    shown = number(row.locator("strong").inner_text())
    row.get_by_role("link").click()
    assert queue_total(demo_desk) == shown


def test_a_village_in_the_table_opens_its_late_cases_and_its_own_figures(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD)
    worst = demo_desk.locator(".st-key-p-map table tbody tr").first
    late, code = worst.locator("td").nth(1), re.compile(r"unit=(\d+)")
    shown = number(late.inner_text())
    address = late.get_by_role("link").get_attribute("href")
    worst.get_by_role("link").first.click()
    expect(demo_desk).to_have_url(re.compile(rf"/today\?unit={code.search(address)[1]}"))
    settled(demo_desk)
    assert number(value(demo_desk, "late")) == shown
    open_path(demo_desk, f"/{address.removeprefix('./')}")
    assert queue_total(demo_desk) == shown


def test_a_hot_subject_opens_the_cases_of_its_seven_days(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD)
    link = demo_desk.locator(".st-key-p-subjects tbody a").first
    shown = number(link.inner_text())
    link.click()
    assert queue_total(demo_desk) == shown


def test_nothing_is_cut_on_a_small_office_screen(demo_desk: Page):
    demo_desk.set_viewport_size({"width": 1366, "height": 768})
    sign_in(demo_desk, "chief", PASSWORD)
    expect(tile(demo_desk, "satisfied")).to_contain_text("95% 区间")
    expect(demo_desk.locator(".st-key-p-levels table")).to_be_visible()
    settled(demo_desk)
    cut = """nodes => nodes.filter(node => node.scrollHeight > node.clientHeight + 2
        || node.scrollWidth > node.clientWidth + 2).map(node => node.innerText)"""
    for inside in ("[class*='st-key-p-']", "[data-testid=stMetric] p", "[data-testid=stCaptionContainer] p"):
        found = demo_desk.locator(inside)
        assert (found.count() > 0, found.evaluate_all(cut)) == (True, [])
    links = demo_desk.locator(".st-key-p-levels td.n a").all_inner_texts()
    assert links
    assert "0" not in links


def test_the_map_draws_every_village_without_any_other_host(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD)
    shapes = demo_desk.locator(".st-key-p-map svg g.mark-shape path")
    expect(shapes).to_have_count(20)


def test_the_period_in_the_address_is_the_period_of_the_figures(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD)
    demo_desk.get_by_test_id("stPopover").filter(has_text="本月").get_by_role("button").click()
    demo_desk.get_by_role("button", name="近30天").click()
    expect(demo_desk).to_have_url(re.compile(r"period=30-days"))
    expect(demo_desk.get_by_test_id("stPopover").filter(has_text="近30天")).to_be_visible()
    open_path(demo_desk, "/today?period=2026-01-01..2026-01-31")
    expect(demo_desk.get_by_test_id("stMain")).to_contain_text("1月1日 – 1月31日")


def test_a_period_that_cannot_be_read_is_this_month(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, path="/today?period=nonsense")
    expect(demo_desk).to_have_url(re.compile(r"period=month"))


def test_the_big_screen_viewer_sees_figures_and_no_way_to_a_case(demo_desk: Page):
    sign_in(demo_desk, "viewer", PASSWORD)
    expect(tile(demo_desk, "open").get_by_test_id("stMetricValue")).to_have_text(re.compile(r"\d+"))
    assert demo_desk.locator("a[href*=demands]").count() == 0


def test_a_grid_member_sees_their_own_grid_and_the_next_case_on_a_phone(demo_phone: Page):
    sign_in(demo_phone, "member", PASSWORD, path="/today")
    expect(demo_phone.get_by_text("下一步：按期限先后")).to_be_visible()
    assert demo_phone.locator(".st-key-p-map").count() == 0
    wide = demo_phone.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide == [390, 390]


def test_a_village_chief_sees_the_level_below(demo_desk: Page):
    sign_in(demo_desk, "chief", PASSWORD)
    expect(demo_desk.get_by_role("heading", name="各自然村超期与在办")).to_be_visible()


def test_a_unit_without_a_case_says_what_would_fill_it(desk: Page):
    sign_in(desk, "other_chief", path="/today?unit=411622204201001")
    expect(desk.get_by_text("这里还没有诉求")).to_be_visible()
    desk.locator(".st-key-p-start").get_by_role("link", name="上报诉求").click()
    expect(desk).to_have_url(re.compile(r"/report"))
