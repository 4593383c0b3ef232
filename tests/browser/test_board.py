import re

from playwright.sync_api import Page, expect

from services.demo import PASSWORD
from tests.browser.server import settled, sign_in

LANES = "[class*='st-key-lane-']"
CARDS = "[class*='st-key-card-board-'],[class*='st-key-late-board-']"


def number(text: str) -> int:
    return int(re.search(r"[\d,]+", text)[0].replace(",", ""))


def counts(page: Page) -> list[int]:
    return [number(text) for text in page.locator("[class*='st-key-lanehead-'] a").all_inner_texts()]


def test_the_board_has_a_lane_a_level_and_a_card_opens_its_demand(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, "/escalations")
    assert [text.split()[0] for text in demo_desk.locator("[class*='st-key-lanehead-'] a").all_inner_texts()] == [
        "网格", "行政村", "乡", "县级部门", "县外单位",
    ]  # fmt: skip
    card = demo_desk.locator(CARDS).first
    number_of_card = re.search(r"\d{4}-\d{5}", card.inner_text())[0]
    box = card.bounding_box()
    demo_desk.mouse.click(box["x"] + box["width"] - 8, box["y"] + 8)
    expect(demo_desk).to_have_url(re.compile(f"/demands\\?.*id=D\\d+-{number_of_card}"))


def test_a_filter_keeps_as_many_cases_as_its_pill_says_and_late_cards_come_first(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, "/escalations")
    pill = demo_desk.get_by_role("radio", name=re.compile("^超期"))
    wanted = number(pill.inner_text())
    pill.click()
    settled(demo_desk)
    expect(demo_desk.locator("[class*='st-key-card-board-']")).to_have_count(0)
    assert sum(counts(demo_desk)) == wanted


def test_the_next_page_of_a_lane_shows_other_cards(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, "/escalations")
    lane = demo_desk.locator(LANES).filter(has=demo_desk.get_by_test_id("stPagination")).first
    first = lane.locator(CARDS).first.inner_text()
    lane.get_by_test_id("stPagination").get_by_role("button", name="Next page").click()
    expect(lane.locator(CARDS).first).not_to_have_text(first)


def test_a_phone_shows_one_lane_at_a_time_and_nothing_sticks_out(demo_phone: Page):
    sign_in(demo_phone, "chief", PASSWORD, "/escalations")
    expect(demo_phone.locator(LANES)).to_have_count(1)
    assert demo_phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth") is True


def test_an_empty_board_says_so_in_each_lane(desk: Page):
    sign_in(desk, "other_chief", path="/escalations")
    expect(desk.get_by_text("这一级没有在办的件。").first).to_be_visible()


def test_a_department_s_board_is_what_it_was_called_to_or_holds(demo_desk: Page):
    sign_in(demo_desk, "water", PASSWORD, "/escalations")
    expect(demo_desk.locator(CARDS).first).to_be_visible()
    assert sum(counts(demo_desk)) > 0
    head = demo_desk.locator("[class*='st-key-lanehead-'] a").filter(has_text="县级部门")
    wanted = number(head.inner_text())
    head.click()
    settled(demo_desk)
    expect(demo_desk).to_have_url(re.compile("/demands\\?level=county"))
    expect(demo_desk.get_by_text(re.compile(f"{wanted:,} ?件")).first).to_be_visible()


def test_every_lane_ends_where_the_window_does_and_scrolls_what_is_too_much_for_it(demo_desk: Page):
    demo_desk.set_viewport_size({"width": 1920, "height": 1080})
    sign_in(demo_desk, "leader", PASSWORD, "/escalations")
    lane = demo_desk.locator(LANES).filter(has=demo_desk.get_by_test_id("stPagination")).first
    expect(lane.locator(CARDS)).to_have_count(9)
    ends = demo_desk.locator(LANES).evaluate_all(
        "all => all.map(one => innerHeight - one.getBoundingClientRect().bottom)"
    )
    assert (len(set(ends)), 0 <= ends[0] < 40) == (1, True)
    pager = lane.get_by_test_id("stPagination")
    assert pager.evaluate("one => one.getBoundingClientRect().bottom < innerHeight") is True
    last = lane.locator(CARDS).last
    last.scroll_into_view_if_needed()
    assert last.evaluate("one => one.getBoundingClientRect().bottom") <= pager.evaluate(
        "one => one.getBoundingClientRect().top"
    )
    pages = -(-counts(demo_desk)[0] // 9)
    expect(pager.get_by_role("button", name=str(pages), exact=False).last).to_be_visible()
