"""What people do with one demand at their screens: the steps that several journeys take."""

from playwright.sync_api import Page

from tests.browser.server import open_path, settled


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


def whistle_and_assign(page: Page, reference: str) -> None:
    """Whistle for the water company, then dispatch the demand."""
    open_path(page, f"/demands?id={reference}")
    press(page, "吹哨")
    page.get_by_test_id("stDialog").get_by_label("主办").first.click()
    page.get_by_role("option", name="县供水公司").click()
    settled(page)
    confirm(page, "吹哨")
    open_path(page, f"/demands?id={reference}")
    press(page, "派遣")
    confirm(page, "派遣")


def answer_and_come(page: Page, reference: str, words: str) -> None:
    """The department, on the demand's page, answers the whistle and says that it is there."""
    press(page, "应哨")
    page.get_by_test_id("stDialog").get_by_role("textbox").fill(words)
    confirm(page, "应哨")
    open_path(page, f"/demands?id={reference}")
    come(page)


def come(page: Page) -> None:
    """Say that one's department is on the scene."""
    press(page, "到场")
    confirm(page, "到场")


def sign_and_settle(page: Page, reference: str, words: str) -> None:
    """Sign for the demand, then settle it saying what was done."""
    open_path(page, f"/demands?id={reference}")
    press(page, "签收")
    open_path(page, f"/demands?id={reference}")
    press(page, "办结")
    page.get_by_test_id("stDialog").get_by_role("textbox").fill(words)
    confirm(page, "办结")


def say_solved(page: Page, reference: str) -> None:
    """At the call-back desk: reached, solved, satisfied, contacted."""
    call = page.locator(".st-key-p-callback")
    for answer in ("已接通", "已解决", "满意", "是"):
        call.get_by_role("radio", name=answer, exact=True).click()
        settled(page)
    call.get_by_role("button", name="保存").click()
    page.get_by_test_id("stToast").filter(has_text=reference).first.wait_for()
    settled(page)
