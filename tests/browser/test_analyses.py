"""Analyses in a real browser: read, followed to their cases, taken along; by those who may."""

import re
from io import BytesIO
from pathlib import Path

import docx
import fastexcel
import pypdf
import pytest
from playwright.sync_api import Page, expect

from tests.browser.server import Server, open_path, settled, sign_in
from tests.browser.test_numbers import different, followed
from tests.browser.test_today import PASSWORD, number, queue_total

VILLAGE = "411622204202"


def panels(page: Page) -> list[str]:
    """The headings of all panels."""
    return page.get_by_test_id("stHeading").all_inner_texts()


def test_a_leader_reads_an_analysis_and_opens_the_cases_of_its_figures(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, path=f"/analyses?unit={VILLAGE}&period=last-month")
    wanted = [
        "霍坡村分析报告",
        "总体情况",
        "哪一级办结",
        "排名",
        "热点事由",
        "超期与返工",
        "典型案例",
        "问题清单",
        "建议",
        "规则对照",
    ]
    assert [each for each in wanted if each not in panels(demo_desk)] == []
    received = demo_desk.locator(".sg-table tr", has_text="收到").locator("a").first
    count = number(received.inner_text())
    received.click()
    demo_desk.wait_for_url(re.compile("/demands"))
    settled(demo_desk)
    assert queue_total(demo_desk) == count > 0


@pytest.mark.parametrize(
    ("label", "reads"),
    [
        ("PDF", lambda body: pypdf.PdfReader(BytesIO(body)).pages[0].extract_text()),
        ("Word", lambda body: docx.Document(BytesIO(body)).paragraphs[0].text),
        ("Excel", lambda body: " ".join(fastexcel.read_excel(body).sheet_names)),
    ],
)
def test_each_file_is_taken_along_and_opens_again(demo_desk: Page, label, reads):
    sign_in(demo_desk, "leader", PASSWORD, path=f"/analyses?unit={VILLAGE}&period=last-month")
    with demo_desk.expect_download() as taken:
        demo_desk.get_by_role("button", name=label).click()
    body = Path(taken.value.path()).read_bytes()
    assert taken.value.suggested_filename.startswith(f"分析报告-{VILLAGE}-")
    assert ("热点事由" if label == "Excel" else "霍坡村分析报告") in reads(body)


def test_every_number_of_an_analysis_opens_as_many_cases(demo_server: Server, demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, path=f"/analyses?unit={VILLAGE}")
    expect(demo_desk.get_by_role("heading", name="规则对照")).to_be_visible()
    settled(demo_desk)
    numbers = ".sg-table tbody a:not([href*='id='])"
    told = followed(demo_desk, demo_server, numbers)
    assert different(told) == []
    assert len(told) > 70
    oldest = demo_desk.locator(".st-key-p-section-main-6 a[href*='id=']").first
    reference = oldest.inner_text()
    oldest.click()
    expect(demo_desk.get_by_test_id("stMain")).to_contain_text(reference)
    expect(demo_desk).to_have_url(re.compile(f"id={reference}"))


def test_the_bulletin_stands_in_the_address_and_leads_to_each_village(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, path="/analyses?period=last-month")
    demo_desk.get_by_test_id("stButtonGroup").get_by_text("简报", exact=True).click()
    expect(demo_desk).to_have_url(re.compile("view=bulletin"))
    expect(demo_desk.locator(".sg-rank tbody tr")).to_have_count(21)
    demo_desk.get_by_role("link", name="霍坡村", exact=True).click()
    expect(demo_desk.get_by_role("heading", name="霍坡村分析报告")).to_be_visible()


@pytest.mark.parametrize("view", ["analysis", "bulletin"])
def test_an_analysis_reads_on_a_phone_without_scrolling_anything_sideways(demo_phone: Page, view):
    sign_in(demo_phone, "leader", PASSWORD, path=f"/analyses?view={view}&period=last-month")
    expect(
        demo_phone.get_by_role("heading", name="各单位要做什么" if view == "bulletin" else "问题清单")
    ).to_be_visible()
    assert demo_phone.evaluate("document.documentElement.scrollWidth") <= 390
    tables = "nodes => nodes.filter(node => node.scrollWidth > node.clientWidth).map(node => node.innerText)"
    assert demo_phone.locator(".sg-scroll").evaluate_all(tables) == []


def test_an_empty_unit_says_so_in_both_languages(server, open_context):
    for language, said in (("zh", "本期和上期都没有收到、到期或在办的诉求。"), ("en", "Nothing came in, fell due")):
        page = open_context(server, language=language).new_page()
        sign_in(page, "chief", path="/analyses?unit=411622204202002&period=2025-01")
        expect(page.get_by_text(said)).to_be_visible()


def test_who_sees_figures_only_reads_no_case(demo_desk: Page):
    sign_in(demo_desk, "viewer", PASSWORD, path="/analyses?period=last-month")
    expect(demo_desk.get_by_text("个案只给办理的人看。")).to_have_count(2)
    expect(demo_desk.locator(".sg-table a[href*=demands]")).to_have_count(0)
    open_path(demo_desk, f"/analyses?unit={VILLAGE}&view=bulletin")
    expect(demo_desk.locator(".sg-rank tbody tr")).to_have_count(4)
