import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Error, Page, expect

from services.demo import PASSWORD
from tests.browser.server import open_path, settled, sign_in

TRIES = 12
"""A software renderer on a busy machine may take longer than the 250 ms that still count as a click."""


def overflows(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def drawn(page: Page):
    """The map's canvas, once it is there and has its size."""
    canvas = page.locator(".st-key-mapbox canvas").first
    expect(canvas).to_be_visible()
    settled(page)
    return canvas


def click_a_unit(page: Page) -> str:
    """Click on the map until it has taken the click; returns the code of the unit in the address."""
    box = drawn(page).bounding_box()
    for step in range(TRIES):
        page.mouse.click(box["x"] + box["width"] * (0.5 + 0.01 * step), box["y"] + box["height"] * 0.45)
        try:
            page.wait_for_url(re.compile(r"[?&]at=\d+"), timeout=5_000)
        except Error:
            continue
        settled(page)
        return parse_qs(urlsplit(page.url).query)["at"][0]
    pytest.fail("the map took no click")


def test_a_click_on_the_map_selects_a_grid_and_the_panel_follows(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, "/map")
    expect(demo_desk.locator(".sg-place h2")).to_have_text("大王庄乡")
    code = click_a_unit(demo_desk)
    assert code.startswith("411622204")
    expect(demo_desk.locator(".sg-place h2")).to_have_text(re.compile(r"第\d+网格"))
    expect(demo_desk.locator(".sg-people")).to_contain_text("网格员")
    expect(demo_desk.locator(".st-key-crumbs")).to_contain_text("大王庄乡")
    name = demo_desk.locator(".sg-place h2").inner_text()
    demo_desk.reload()
    settled(demo_desk)
    expect(demo_desk.locator(".sg-place h2")).to_have_text(name)


def test_each_mode_has_its_legend_and_stands_in_the_address(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, "/map")
    legend = demo_desk.locator(".sg-legend")
    expect(legend).to_contain_text("谁的网格")
    for mode, word in (("open", "在办"), ("late", "超期"), ("rate", "办结率")):
        open_path(demo_desk, f"/map?show={mode}")
        expect(legend).to_contain_text(word)
        drawn(demo_desk)
    demo_desk.get_by_role("radio", name="谁的网格").click()
    expect(demo_desk).to_have_url(re.compile("show=owner"))


def test_a_level_is_drawn_and_the_breadcrumb_leads_down_to_a_village(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, "/map?level=village&at=411622204202")
    expect(demo_desk.locator(".sg-place h2")).to_have_text("霍坡村")
    demo_desk.get_by_role("link", name="看霍坡村的地图").click()
    expect(demo_desk).to_have_url(re.compile("unit=411622204202"))
    settled(demo_desk)
    drawn(demo_desk)
    expect(demo_desk.locator(".sg-legend")).to_contain_text("网格")


def test_the_map_fits_a_phone_with_the_panel_below(demo_phone: Page):
    sign_in(demo_phone, "member", PASSWORD, "/map")
    box = drawn(demo_phone).bounding_box()
    panel = demo_phone.locator(".st-key-p-mapside").bounding_box()
    assert (overflows(demo_phone), panel["y"] >= box["y"] + box["height"]) == (False, True)


def test_a_viewer_sees_the_map_but_no_phone_and_no_case(demo_desk: Page):
    sign_in(demo_desk, "viewer", PASSWORD, "/map?at=411622204202&level=village")
    expect(demo_desk.locator(".sg-people")).to_contain_text("****")
    assert demo_desk.locator(".st-key-p-mapside a[href*=demands]").count() == 0


def test_a_site_without_outlines_says_what_would_draw_the_map(desk: Page):
    sign_in(desk, "leader", path="/map")
    expect(desk.get_by_text("还没有边界")).to_be_visible()
    expect(desk.locator(".sg-place h2")).to_have_text("大王庄乡")


def test_units_without_data_are_hatched_in_the_legend_of_rates(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, path="/map?show=rate")
    drawn(demo_desk)
    hatched = demo_desk.locator(".sg-legend span").filter(has=demo_desk.locator("i.hatched"))
    expect(hatched).to_contain_text("没有收到件")
