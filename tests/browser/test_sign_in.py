from playwright.sync_api import Page, expect

from tests.browser.server import sign_in


def test_the_right_password_opens_the_frame(desk: Page):
    sign_in(desk, "leader")
    expect(desk.get_by_text("王书记").first).to_be_visible()
