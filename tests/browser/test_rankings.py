"""Rankings in a real browser, on the demonstration township: order, reasons, and numbers that open their cases."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.server import open_path, settled, sign_in
from tests.browser.test_today import PASSWORD, number, queue_total

RATE, PAIR = re.compile(r"([\d.]+)%"), re.compile(r"([\d,]+) / ([\d,]+)")


def rows(page: Page):
    return page.locator(".sg-rank tbody tr:not(.total):not(.apart)")


def cells(page: Page, number: int) -> list[str]:
    """The texts of the ranked rows' cells in one column."""
    return [row.locator("td").nth(number).inner_text() for row in rows(page).all()]


@pytest.mark.parametrize(("sort", "word"), [("settlement", "办结率"), ("on_time", "按期办结"), ("speed", "速度")])
def test_every_village_stands_in_the_order_of_what_is_chosen(demo_desk: Page, sort, word):
    sign_in(demo_desk, "leader", PASSWORD, path=f"/rankings?sort={sort}")
    expect(demo_desk.locator(".sg-rank th").nth(2)).to_have_text(word)
    expect(rows(demo_desk)).to_have_count(20)
    ranks = [int(rank) for rank in cells(demo_desk, 0) if rank != "–"]
    assert ranks == sorted(ranks)
    if sort != "speed":
        rates = [float(found[1]) for text in cells(demo_desk, 3) if (found := RATE.search(text))]
        assert rates == sorted(rates, reverse=True)


def test_a_ranking_opens_by_what_was_settled_in_time_and_its_sentence_follows_what_is_chosen(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, path="/rankings")
    expect(demo_desk.locator(".sg-rank th").nth(2)).to_have_text("按期办结")
    expect(demo_desk.locator(".sg-callout")).to_contain_text("按期最落后")
    last = demo_desk.locator(".sg-rank tr.last").first.locator("td").nth(1)
    for word, said in (("办结率", "办结率最低"), ("速度", "办得最慢")):
        demo_desk.get_by_test_id("stButtonGroup").get_by_text(word).click()
        expect(demo_desk.locator(".sg-rank th").nth(2)).to_have_text(word)
        settled(demo_desk)
        behind = last.inner_text().removeprefix("■ ")
        expect(demo_desk.locator(".sg-callout b")).to_have_text(f"{behind}{said}")


def test_the_total_adds_the_counts_up(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, path="/rankings?sort=settlement")
    pairs = [PAIR.search(text).groups() for text in cells(demo_desk, 4)]
    settled_all = sum(number(one) for one, _ in pairs)
    received_all = sum(number(two) for _, two in pairs)
    total = PAIR.search(demo_desk.locator(".sg-rank tr.total").inner_text()).groups()
    assert tuple(map(number, total)) == (settled_all, received_all)
    assert f"{settled_all / received_all:.2%}" in demo_desk.locator(".sg-rank tr.total").inner_text()


@pytest.mark.parametrize("place", range(5))
def test_each_count_of_a_row_opens_exactly_its_cases(demo_desk: Page, place):
    """Settled, received, in time, due, late now: of the village with most that is late."""
    sign_in(demo_desk, "leader", PASSWORD, path="/rankings?sort=settlement")
    late = demo_desk.locator(".sg-rank tr:not(.total) td.late")
    texts = late.all_inner_texts()
    most = max(range(len(texts)), key=lambda index: number(texts[index]))
    link = late.nth(most).locator("xpath=..").locator("td.n a").nth(place)
    shown = number(link.inner_text())
    link.click()
    assert queue_total(demo_desk) == shown


def test_what_holds_a_village_back_opens_the_cases_that_missed_their_limit(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, path="/rankings")
    link = demo_desk.locator(".sg-callout a")
    missed = number(link.inner_text())
    link.click()
    assert queue_total(demo_desk) == missed


def test_the_switches_change_the_address_and_the_address_sets_the_switches(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, path="/rankings?sort=speed&level=grid")
    expect(demo_desk.locator(".sg-rank th").nth(1)).to_have_text("网格")
    expect(demo_desk.locator(".sg-rank th").nth(2)).to_have_text("速度")
    demo_desk.get_by_test_id("stButtonGroup").get_by_text("办结率").click()
    expect(demo_desk.locator(".sg-rank th").nth(2)).to_have_text("办结率")
    expect(demo_desk).to_have_url(re.compile(r"sort=settlement"))


def test_a_grid_s_name_says_its_village(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, path="/rankings?level=grid")
    expect(rows(demo_desk)).to_have_count(100)
    assert all(re.search(r"村第\d+网格", name) for name in cells(demo_desk, 1))


def test_a_chief_ranks_only_what_is_below_their_village(demo_desk: Page):
    sign_in(demo_desk, "chief", PASSWORD, path="/rankings?unit=411622204")
    expect(demo_desk).to_have_url(re.compile(r"unit=411622204202"))
    expect(demo_desk.locator(".sg-rank th").nth(1)).to_have_text("自然村")


def test_the_lowest_unit_says_that_there_is_nothing_to_compare(demo_phone: Page):
    sign_in(demo_phone, "member", PASSWORD, path="/rankings")
    expect(demo_phone.get_by_text("这个单位下面没有可比的")).to_be_visible()


def test_units_without_data_stand_apart_and_unranked(desk: Page):
    sign_in(desk, "leader", path="/rankings?period=2020-01")
    expect(desk.locator(".sg-rank tr.apart")).to_contain_text("没有数据，不是 0")
    assert cells(desk, 0) == ["–", "–"]
    assert cells(desk, 3) == ["–", "–"]


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
