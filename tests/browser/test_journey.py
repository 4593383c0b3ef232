"""One demand's way through the house, each person at their own screen: reported on a phone, closed, and counted."""

import re

from playwright.sync_api import Page

from tests.browser.server import open_path, settled, sign_in
from tests.browser.steps import answer_and_come, press, say_solved, sign_and_settle, whistle_and_assign

TEXT = "村西头水管裂了，三户从早上起没有水。"


def counted(page: Page) -> tuple[int, int]:
    """Settled and received of Huopo in the ranking; nothing received is no data."""
    open_path(page, "/rankings?sort=settlement")
    row = page.get_by_text("霍坡村").locator("xpath=ancestor::tr").first
    found = re.search(r"(\d+)\s*/\s*(\d+)", row.inner_text()) if row.count() else None
    return (int(found[1]), int(found[2])) if found else (0, 0)


def test_a_demand_is_reported_triaged_whistled_settled_and_seen_in_the_ranking(server, open_context):
    leader = open_context(server).new_page()
    sign_in(leader, "leader")
    settled_before, received_before = counted(leader)

    member = open_context(server, width=390, height=844, phone=True).new_page()
    sign_in(member, "member", path="/report")
    member.get_by_label("什么事").fill(TEXT)
    member.get_by_label("什么事").blur()
    settled(member)
    member.get_by_role("button", name="上报", exact=True).click()
    reference = re.search(r"D411622-\d{4}-\d+", member.get_by_text(re.compile(r"D411622-")).first.inner_text())[0]

    chief = open_context(server).new_page()
    sign_in(chief, "chief", path=f"/demands?id={reference}")
    press(chief, "受理")
    whistle_and_assign(chief, reference)

    water = open_context(server).new_page()
    sign_in(water, "department", path=f"/demands?id={reference}")
    answer_and_come(water, reference, "带设备，一小时内到")
    sign_and_settle(leader, reference, "水管已换，三户通水")

    open_path(chief, f"/demands?id={reference}")
    press(chief, "核查通过")
    open_path(chief, f"/demands?id={reference}")
    chief.locator(".st-key-queue-actions").get_by_role("button", name="回访").click()
    chief.wait_for_url("**/callbacks?*")
    settled(chief)
    say_solved(chief, reference)
    open_path(chief, f"/demands?id={reference}")
    assert "已结案" in chief.get_by_test_id("stMain").inner_text()

    assert counted(leader) == (settled_before + 1, received_before + 1)
