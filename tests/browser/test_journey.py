"""One demand's way through the house, each person at their own screen: reported on a phone, closed, and counted."""

import re

from playwright.sync_api import Page

from tests.browser.server import open_path, settled, sign_in

TEXT = "村西头水管裂了，三户从早上起没有水。"


def press(page: Page, name: str) -> None:
    """Press a button of the opened demand: it asks for more, or says that it is done."""
    page.locator(".st-key-queue-actions").get_by_role("button", name=name).first.click()
    page.get_by_test_id("stDialog").or_(page.get_by_test_id("stToast")).first.wait_for()
    settled(page)


def confirm(page: Page, name: str) -> None:
    """Press the button at the end of a dialog."""
    page.get_by_test_id("stDialog").get_by_role("button", name=name, exact=True).click()
    page.get_by_test_id("stDialog").wait_for(state="detached")
    settled(page)


def counted(page: Page) -> tuple[int, int]:
    """Settled and received of Huopo in the ranking; nothing received is no data."""
    open_path(page, "/rankings")
    row = page.get_by_text("霍坡村").locator("xpath=ancestor::tr").first
    found = re.search(r"(\d+)\s*/\s*(\d+)", row.inner_text()) if row.count() else None
    return (int(found[1]), int(found[2])) if found else (0, 0)


def come(page: Page) -> None:
    """Say that one's department is on the scene."""
    press(page, "到场")
    confirm(page, "到场")


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
    open_path(chief, f"/demands?id={reference}")
    press(chief, "吹哨")
    chief.get_by_test_id("stDialog").get_by_label("主办").first.click()
    chief.get_by_role("option", name="县供水公司").click()
    settled(chief)
    confirm(chief, "吹哨")
    open_path(chief, f"/demands?id={reference}")
    press(chief, "派遣")
    confirm(chief, "派遣")

    water = open_context(server).new_page()
    sign_in(water, "department", path=f"/demands?id={reference}")
    press(water, "应哨")
    water.get_by_test_id("stDialog").get_by_role("textbox").fill("带设备，一小时内到")
    confirm(water, "应哨")
    open_path(water, f"/demands?id={reference}")
    come(water)

    open_path(leader, f"/demands?id={reference}")
    press(leader, "签收")
    open_path(leader, f"/demands?id={reference}")
    press(leader, "办结")
    leader.get_by_test_id("stDialog").get_by_role("textbox").fill("水管已换，三户通水")
    confirm(leader, "办结")

    open_path(chief, f"/demands?id={reference}")
    press(chief, "核查通过")
    open_path(chief, f"/demands?id={reference}")
    chief.locator(".st-key-queue-actions").get_by_role("button", name="回访").click()
    chief.wait_for_url("**/callbacks?*")
    settled(chief)
    call = chief.locator(".st-key-p-callback")
    for answer in ("已接通", "已解决", "满意", "是"):
        call.get_by_role("radio", name=answer, exact=True).click()
        settled(chief)
    call.get_by_role("button", name="保存").click()
    chief.get_by_test_id("stToast").filter(has_text=reference).first.wait_for()
    settled(chief)
    open_path(chief, f"/demands?id={reference}")
    assert "已结案" in chief.get_by_test_id("stMain").inner_text()

    assert counted(leader) == (settled_before + 1, received_before + 1)
