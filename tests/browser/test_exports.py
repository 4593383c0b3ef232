"""Every screen's table is taken along as a workbook: the same rows, typed."""

import re
from pathlib import Path

import fastexcel
import polars
import pytest
from playwright.sync_api import Page, expect

from tests.browser.server import open_path, sign_in
from tests.browser.test_today import PASSWORD


def taken(page: Page, key: str) -> polars.DataFrame:
    """The first sheet of what a screen's button gives."""
    with page.expect_download() as download:
        page.locator(f".st-key-{key} button").first.click()
    return fastexcel.read_excel(Path(download.value.path()).read_bytes()).load_sheet(0).to_polars()


@pytest.mark.parametrize(
    ("path", "key", "rows", "number"),
    [
        ("/rankings?period=last-month", "rankings-export", 20, "收到"),
        ("/today?period=last-month", "today-export", 20, "在办"),
        ("/rates?period=last-month", "rates-export", 21, "按期办结（分母，件）"),
    ],
)
def test_a_table_of_figures_has_a_row_a_village_and_numbers_as_numbers(demo_desk: Page, path, key, rows, number):
    sign_in(demo_desk, "leader", PASSWORD, path=path)
    found = taken(demo_desk, key)
    assert found.height == rows
    assert found[number].dtype.is_numeric()
    assert found[number].sum() > 0


def test_a_table_names_its_rates_as_the_screen_does_and_takes_the_call_backs_behind_them(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, path="/rates?period=last-month")
    heads = demo_desk.locator(".st-key-p-rates th").all_inner_texts()
    found = taken(demo_desk, "rates-export")
    assert [head for head in heads if head not in found.columns] == []
    answers = found.select("回访：满意", "回访：基本满意").row(0)
    open_path(demo_desk, "/rankings?sort=satisfaction&period=last-month")
    expect(demo_desk.locator(".sg-rank th").nth(4)).to_have_text("满意+基本满意 / 有效回访")
    ranked = taken(demo_desk, "rankings-export")
    assert ranked.select("回访：满意", "回访：基本满意").sum().row(0) == answers
    assert ranked["有效回访"].sum() >= sum(answers) > 0


def test_the_board_takes_along_what_each_level_holds(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, path="/escalations")
    found = taken(demo_desk, "board-export")
    assert found.columns == ["层级", "在办", "超期", "停留天数（中位数）"]
    heads = demo_desk.locator("[class*='st-key-lanehead-'] a").all_inner_texts()
    shown = [int(re.search(r"[\d,]+", head)[0].replace(",", "")) for head in heads]
    assert found["在办"].to_list()[: len(shown)] == shown


def test_requests_are_taken_along_with_who_asks_for_what(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, path="/requests")
    found = taken(demo_desk, "requests-export")
    assert found.columns == ["编号", "在哪", "申请", "申请人", "申请时间", "原因", "决定", "决定时间"]
    assert (found.height > 0, set(found["决定"])) == (True, {"待批"})


def test_posts_are_taken_along_on_all_pages_at_once(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, path="/people?level=grid")
    found = taken(demo_desk, "people-export")
    assert (found.height, found["任职日期"].dtype.is_temporal()) == (381, True)


def test_the_desk_is_taken_along_without_anybodys_name(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, path="/callbacks?list=call")
    found = taken(demo_desk, "callbacks-export")
    assert found.columns == ["编号", "类别", "在哪", "状态", "上报时间", "办结", "已打电话"]
    assert found.height > 0
