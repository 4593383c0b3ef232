import re

from playwright.sync_api import Page, expect

from services.demo import PASSWORD
from tests.browser.server import settled, sign_in
from tests.browser.test_board import CARDS, counts, number


def test_what_nobody_answered_comes_first_with_its_oldest_time_and_opens_as_many_cases(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, "/escalations")
    pill = demo_desk.get_by_role("radio").first
    assert re.fullmatch(r"■ 吹哨未应 \d+ · 最久 .*\d.*", pill.inner_text())
    wanted = number(pill.inner_text())
    pill.click()
    settled(demo_desk)
    expect(demo_desk).to_have_url(re.compile("only=unanswered"))
    assert sum(counts(demo_desk)) == wanted
    assert demo_desk.locator(CARDS).filter(has_not_text="未应").count() == 0
    lane = demo_desk.locator("[class*='st-key-lanehead-'] a").filter(has_text=re.compile("[1-9]")).first
    held = number(lane.inner_text())
    lane.click()
    expect(demo_desk).to_have_url(re.compile("/demands\\?.*unanswered=1"))
    settled(demo_desk)
    expect(demo_desk.get_by_text(re.compile(f"^{held} 件"))).to_be_visible()


def test_the_address_narrows_the_board_and_every_number_on_it(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, "/escalations")
    every = sum(counts(demo_desk))
    demo_desk.goto(demo_desk.url.partition("?")[0] + "?category=roads&urgency=general")
    expect(demo_desk.get_by_role("button", name="道路设施")).to_be_visible()
    settled(demo_desk)
    some = sum(counts(demo_desk))
    assert 0 < some < every
    box = demo_desk.get_by_role("textbox", name="搜索")
    box.fill("没有这样的字样")
    box.press("Enter")
    expect(demo_desk).to_have_url(re.compile("q="))
    settled(demo_desk)
    expect(demo_desk.get_by_text("这一级没有这类件。")).to_have_count(len(counts(demo_desk)))
    assert sum(counts(demo_desk)) == 0


def test_a_card_says_how_long_each_level_held_it_and_paints_it_along_its_foot(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, "/escalations")
    card = demo_desk.locator("[class*='st-key-lane-township'] [class*='-board-']").first
    expect(card).to_contain_text(re.compile(r"网格\s[\d.]+\s天 \| "))
    assert "linear-gradient" in card.evaluate("element => getComputedStyle(element).backgroundImage")


def test_the_caller_rates_a_department_that_never_answered_and_says_why(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, "/escalations?only=unanswered")
    demo_desk.locator(CARDS).locator("a").first.click()
    demo_desk.get_by_role("button", name="评价…").first.click()
    dialog = demo_desk.get_by_role("dialog")
    dialog.get_by_role("radio", name="不满意", exact=True).click()
    settled(demo_desk)
    dialog.get_by_role("button", name="保存").click()
    expect(dialog.get_by_text("要写明原因")).to_be_visible()
    reason = dialog.get_by_role("textbox", name=re.compile("理由"))
    reason.fill("催了两次没有人来")
    reason.press("Tab")
    settled(demo_desk)
    dialog.get_by_role("button", name="保存").click()
    expect(dialog).to_have_count(0)
    expect(demo_desk.get_by_text(re.compile("评价：不满意，“催了两次没有人来”")).first).to_be_visible()
