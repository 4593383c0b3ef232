"""Reporting in a real browser: thirty seconds on a phone, from words to a number and a deadline."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from models.demands import Category, Demand, State
from services.database import engine_for, reading
from tests.browser.server import Server, open_path, settled, sign_in


def fill(page: Page, label: str, text: str) -> None:
    page.get_by_label(label).fill(text)
    page.get_by_label(label).blur()
    settled(page)


def stored(server: Server, text: str) -> list[tuple[str, State, str]]:
    with reading(engine_for(server.database_url)) as session:
        return list(
            session.exec(
                select(Category.code, Demand.state, Demand.reference)
                .join(Category, Category.id == Demand.category_id)
                .where(Demand.text == text)
            )
        )


def test_a_grid_member_reports_on_a_phone_and_gets_a_number_a_deadline_and_a_name(server: Server, phone: Page):
    text = "水管堵了，西头三家从早上起没有水。"
    sign_in(phone, "member", path="/report")
    open_path(phone, "/report")
    fill(phone, "什么事", text)
    expect(phone.get_by_text("看着像")).to_contain_text("供水供电 › 供水")
    phone.get_by_role("button", name="上报", exact=False).filter(visible=True).last.click()
    settled(phone)
    expect(phone.get_by_text("已上报，谢谢。")).to_be_visible()
    (filed,) = stored(server, text)
    assert filed[:2] == ("utilities.water", State.PENDING_TRIAGE)
    expect(phone.get_by_role("heading", name=filed[2])).to_be_visible()
    expect(phone.get_by_text(re.compile("现在在 .*第1网格.* 周网格 手里"))).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") == 390


def test_a_tap_corrects_the_category(server: Server, phone: Page):
    text = "自来水厂的围墙歪了，要倒。"
    sign_in(phone, "member", path="/report")
    open_path(phone, "/report")
    fill(phone, "什么事", text)
    phone.locator(".st-key-report-category-line button").click()
    phone.get_by_role("option", name="安全隐患").or_(phone.get_by_role("menuitem", name="安全隐患")).first.click()
    settled(phone)
    phone.locator(".st-key-report-send button").click()
    settled(phone)
    expect(phone.get_by_text("已上报，谢谢。")).to_be_visible()
    assert [row[0] for row in stored(server, text)] == ["hazards"]


def test_a_double_tap_files_once_and_another_report_begins_empty(server: Server, phone: Page):
    text = "后街路灯不亮，连点两下。"
    sign_in(phone, "member", path="/report")
    open_path(phone, "/report")
    fill(phone, "什么事", text)
    phone.locator(".st-key-report-send button").dblclick()
    settled(phone)
    expect(phone.get_by_text("已上报，谢谢。")).to_be_visible()
    assert len(stored(server, text)) == 1
    phone.get_by_role("button", name="再报一件").click()
    settled(phone)
    expect(phone.get_by_label("什么事")).to_have_value("")


def test_what_was_settled_on_the_spot_needs_what_was_done(server: Server, phone: Page):
    text = "门前积水，已经清了沟。"
    sign_in(phone, "member", path="/report")
    open_path(phone, "/report")
    fill(phone, "什么事", text)
    phone.get_by_text("已当场办结").click()
    settled(phone)
    phone.locator(".st-key-report-send button").click()
    expect(phone.get_by_text("请写明办理结果。")).to_be_visible()
    fill(phone, "办理结果", "清了排水沟")
    phone.locator(".st-key-report-send button").click()
    settled(phone)
    expect(phone.get_by_text("已上报，谢谢。")).to_be_visible()
    assert [row[1] for row in stored(server, text)] == [State.SELF_HANDLED]


def test_an_empty_report_says_what_is_missing(server: Server, phone: Page):
    sign_in(phone, "member", path="/report")
    open_path(phone, "/report")
    phone.locator(".st-key-report-send button").click()
    expect(phone.get_by_text("请写清楚什么事。")).to_be_visible()


@pytest.mark.parametrize("who", ["leader", "chief"])
def test_whoever_answers_for_more_than_a_grid_chooses_where(server: Server, desk: Page, who: str):
    text = f"桥头塌了一块，{who}上报。"
    sign_in(desk, who, path="/report")
    open_path(desk, "/report")
    fill(desk, "什么事", text)
    expect(desk.get_by_text("从名单选")).to_be_visible()
    desk.locator(".st-key-report-send button").click()
    settled(desk)
    expect(desk.get_by_text("已上报，谢谢。")).to_be_visible()
    assert len(stored(server, text)) == 1
