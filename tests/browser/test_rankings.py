"""Rankings in a real browser, on the demonstration township: tiers, order, and numbers that open their cases."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.server import open_path, settled, sign_in
from tests.browser.test_today import PASSWORD, number, queue_total

PAIR = re.compile(r"([\d,]+) / ([\d,]+)")
SORTS = {
    "on_time": "按期 / 到期", "settlement": "办结 / 收到", "response": "联系 / 有效回访",
    "resolution": "解决 / 有效回访", "satisfaction": "满意+基本满意 / 有效回访", "composite": "有效回访",
}  # fmt: skip


def rows(page: Page):
    return page.locator(".sg-rank tbody tr:not(.total):not(.tier)")


def cells(page: Page, number: int, which: str = "tr:not(.total):not(.tier)") -> list[str]:
    """The texts of one column of the units' rows."""
    return [row.locator("td").nth(number).inner_text() for row in page.locator(f".sg-rank tbody {which}").all()]


@pytest.mark.parametrize("sort", SORTS)
def test_every_village_stands_in_its_tier_in_the_order_of_its_estimate(demo_desk: Page, sort):
    sign_in(demo_desk, "leader", PASSWORD, path=f"/rankings?sort={sort}&period=quarter")
    expect(demo_desk.locator(".sg-rank th").nth(4)).to_have_text(SORTS[sort])
    expect(rows(demo_desk)).to_have_count(20)
    for tier in ("front", "middle", "behind"):
        estimates = [float(text.rstrip("%")) for text in cells(demo_desk, 2, f"tr.{tier}:not(.tier)")]
        assert estimates == sorted(estimates, reverse=True)
        heads = demo_desk.locator(f".sg-rank tr.tier.{tier}")
        assert heads.count() == bool(estimates)
        if estimates:
            expect(heads).to_contain_text(f"{len(estimates)} 个行政村")


def test_a_bar_says_between_which_ranks_a_village_lies(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, path="/rankings?period=quarter")
    titles = [bar.get_attribute("title") for bar in demo_desk.locator(".sg-rank .bar").all()]
    found = [tuple(map(int, re.findall(r"\d+", title or ""))) for title in titles]
    assert len(found) == 20
    assert all(1 <= low <= median <= high <= 20 for low, high, median in found)


def test_the_total_adds_the_counts_up(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, path="/rankings?sort=settlement")
    pairs = [PAIR.search(text).groups() for text in cells(demo_desk, 4)]
    settled_all = sum(number(one) for one, _ in pairs)
    received_all = sum(number(two) for _, two in pairs)
    total = PAIR.search(demo_desk.locator(".sg-rank tr.total").inner_text()).groups()
    assert tuple(map(number, total)) == (settled_all, received_all)
    assert f"{settled_all / received_all:.2%}" in demo_desk.locator(".sg-rank tr.total").inner_text()


@pytest.mark.parametrize(
    ("sort", "scope"),
    [("on_time", "full"), ("on_time", "assessed"), ("settlement", "assessed"), ("satisfaction", "full"),
     ("response", "full"), ("resolution", "assessed"), ("composite", "full")],
)  # fmt: skip
def test_each_count_of_a_row_opens_exactly_its_cases(demo_desk: Page, sort, scope):
    """Of 霍坡村, which has most that is late."""
    path = f"/rankings?sort={sort}&scope={scope}&period=quarter"
    sign_in(demo_desk, "leader", PASSWORD, path=path)
    row = rows(demo_desk).filter(has_text="霍坡村").locator("td").nth(4)
    expect(row.locator("a").first).to_be_visible()
    for place in range(row.locator("a").count()):
        shown = number(row.locator("a").nth(place).inner_text())
        row.locator("a").nth(place).click()
        assert queue_total(demo_desk) == shown
        open_path(demo_desk, f"{path}&unit=411622204")
        settled(demo_desk)


def test_each_count_of_a_department_opens_exactly_its_cases(demo_desk: Page):
    path = "/rankings?level=departments&period=quarter"
    sign_in(demo_desk, "leader", PASSWORD, path=path)
    row = rows(demo_desk).filter(has_text="县供水公司").locator("td").nth(4)
    shown = [number(link.inner_text()) for link in row.locator("a").all()]
    assert len(shown) == 2
    assert shown[1] > 0
    row.locator("a").last.click()
    assert queue_total(demo_desk) == shown[1]
    expect(demo_desk.get_by_role("button", name="县供水公司")).to_be_visible()


def test_what_holds_a_village_back_opens_the_cases_that_missed_their_limit(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, path="/rankings?period=quarter")
    link = demo_desk.locator(".sg-rank td.why a").first
    missed = number(re.search(r"超期 ([\d,]+) 件", link.inner_text())[1])
    link.click()
    assert queue_total(demo_desk) == missed


def test_the_switches_change_the_address_and_the_address_sets_the_switches(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, path="/rankings?sort=satisfaction&level=grid")
    expect(demo_desk.locator(".sg-rank th").nth(0)).to_have_text("网格")
    expect(demo_desk.locator(".sg-rank th").nth(4)).to_have_text(SORTS["satisfaction"])
    demo_desk.get_by_test_id("stButtonGroup").get_by_text("办结率").click()
    expect(demo_desk.locator(".sg-rank th").nth(4)).to_have_text(SORTS["settlement"])
    expect(demo_desk).to_have_url(re.compile(r"sort=settlement"))


def test_departments_are_ranked_too(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, path="/rankings?level=departments&period=year")
    expect(demo_desk.locator(".sg-rank th").nth(0)).to_have_text("部门")
    expect(demo_desk.locator(".sg-rank tr.tier").first).to_contain_text("个部门")


def test_the_funnel_says_its_period_scope_and_counts(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, path="/rankings?period=2026-10")
    expect(demo_desk.locator(".st-key-p-scatter")).to_contain_text("全口径 · 20 个单位共")


def test_a_village_s_name_opens_it_beside_the_best_of_its_kind(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, path="/rankings?period=quarter")
    rows(demo_desk).filter(has_text="霍坡村").locator("td").first.locator("a").click()
    expect(demo_desk).to_have_url(re.compile(r"unit=411622204202&beside=best"))
    expect(demo_desk.locator(".st-key-p-beside")).to_contain_text("霍坡村对照同类最好的")
    expect(demo_desk.locator(".st-key-p-points tbody tr")).to_have_count(8)
    link = demo_desk.locator(".st-key-p-categories a").first
    missed = number(link.inner_text())
    link.click()
    assert queue_total(demo_desk) == missed


def test_a_village_on_the_watch_list_is_marked_and_the_mark_opens_its_sheet(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, path="/rankings")
    mark = demo_desk.locator(".sg-rank a", has_text="整治名单")
    expect(mark).to_have_count(1)
    village = mark.locator("xpath=ancestor::td").locator("a").first.inner_text()
    mark.click()
    expect(demo_desk.get_by_role("heading", name=village)).to_be_visible(timeout=20_000)
    expect(demo_desk).to_have_url(re.compile(r"/watch\?.*id=W"))


def test_a_grid_s_name_says_its_village(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, path="/rankings?level=grid")
    expect(rows(demo_desk)).to_have_count(100)
    assert all(re.search(r"村第\d+网格", name) for name in cells(demo_desk, 0))


def test_a_chief_ranks_only_what_is_below_their_village(demo_desk: Page):
    sign_in(demo_desk, "chief", PASSWORD, path="/rankings?unit=411622204")
    expect(demo_desk).to_have_url(re.compile(r"unit=411622204202"))
    expect(demo_desk.locator(".sg-rank th").nth(0)).to_have_text("自然村")


def test_the_lowest_unit_says_that_there_is_nothing_to_compare(demo_phone: Page):
    sign_in(demo_phone, "member", PASSWORD, path="/rankings")
    expect(demo_phone.get_by_text("这个单位下面没有可比的")).to_be_visible()


def test_units_without_data_stand_apart_and_unranked(desk: Page):
    sign_in(desk, "leader", path="/rankings?period=2020-01")
    expect(desk.locator(".sg-rank tr.apart")).to_contain_text("没有数据，不是 0")
    assert cells(desk, 2) == cells(desk, 3) == ["–", "–"]


def test_a_viewer_reads_the_ranking_without_links_to_cases(demo_desk: Page):
    sign_in(demo_desk, "viewer", PASSWORD, path="/rankings")
    expect(rows(demo_desk)).to_have_count(20)
    assert demo_desk.locator("a[href*=demands]").count() == 0


def test_the_ranking_fits_a_phone(demo_phone: Page):
    sign_in(demo_phone, "leader", PASSWORD, path="/rankings")
    expect(rows(demo_phone)).to_have_count(20)
    assert demo_phone.evaluate("[document.documentElement.scrollWidth, window.innerWidth]") == [390, 390]
    table = demo_phone.locator(".st-key-p-ranking .stHtml").first
    assert table.evaluate("node => node.scrollWidth <= node.clientWidth")
    open_path(demo_phone, "/rankings?sort=on_time")
    settled(demo_phone)
    expect(rows(demo_phone)).to_have_count(20)
