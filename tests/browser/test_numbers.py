"""Every number opens its cases: each one that is a link is followed, and the queue behind it counts the same.

The address is read as the queue reads it; that a click arrives there is told by the tests of each screen.
"""

import re
from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page, expect

from pages.ui.demands import address
from services import categories, database, demands, sites, units
from services.access import SYSTEM
from services.clock import utc_now
from services.demo import PASSWORD
from tests.browser.server import Server, open_path, settled, sign_in

NUMBER = re.compile(r"\d[\d,]*")
LINKS = """scope => [...document.querySelectorAll(scope)]
    .filter(link => link.href.includes('/demands?')).map(link => [link.innerText, link.href])"""


def numbers(text: str) -> list[int]:
    return [int(found.replace(",", "")) for found in NUMBER.findall(text)]


def behind(server: Server, href: str) -> int:
    """How many cases the queue of an address holds."""
    given = dict(parse_qsl(urlsplit(href).query))
    now = utc_now()
    with database.reading(database.engine_for(server.database_url)) as session:
        profile = sites.profile(session)
        user = SimpleNamespace(now=now, profile=profile)
        chosen = {key: value for key, value in given.items() if key in address.KEYS}
        filters = address.filters_of(user, chosen, categories.tree(session, SYSTEM))
        unit = units.by_code(session, SYSTEM, given["unit"]).id if "unit" in given else None
        return demands.count(session, SYSTEM, replace(filters, unit_id=unit), now=now)


def followed(page: Page, server: Server, scope: str, which: int = -1) -> list[tuple[str, int, int]]:
    """Each link in the scope: its words, its number, and the count behind it."""
    found = page.evaluate(LINKS, scope)
    return [(text, numbers(text)[which], behind(server, href)) for text, href in found if numbers(text)]


def different(told: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    return [each for each in told if each[1] != each[2]]


@pytest.mark.parametrize("month", ["cohort", "event"])
@pytest.mark.parametrize("scope", ["full", "assessed"])
def test_every_number_of_the_rates_opens_as_many_cases(demo_server: Server, demo_desk: Page, month, scope):
    sign_in(demo_desk, "leader", PASSWORD, f"/rates?month={month}&scope={scope}&period=last-month")
    expect(demo_desk.locator(".st-key-p-rates table")).to_be_visible()
    settled(demo_desk)
    told = followed(demo_desk, demo_server, ".st-key-p-rates tbody tr:nth-child(-n+4) a")
    assert different(told) == []
    assert len(told) > 30


@pytest.mark.parametrize(
    ("level", "sort"), [("village", "on_time"), ("grid", "settlement"), ("village", "satisfaction"),
                        ("departments", "on_time"), ("departments", "composite")],
)  # fmt: skip
def test_the_total_of_a_ranking_opens_as_many_cases(demo_server: Server, demo_desk: Page, level, sort):
    sign_in(demo_desk, "leader", PASSWORD, f"/rankings?level={level}&sort={sort}&period=last-month&scope=assessed")
    expect(demo_desk.locator(".sg-rank tr.total a").first).to_be_visible()
    settled(demo_desk)
    told = followed(demo_desk, demo_server, ".sg-rank tr.total a")
    assert different(told) == []
    assert len(told) == {"satisfaction": 3, "composite": 1}.get(sort, 2)


def test_every_number_of_a_village_beside_the_best_opens_as_many_cases(demo_server: Server, demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, "/rankings?unit=411622204202&beside=best&period=last-month")
    expect(demo_desk.locator(".st-key-p-categories a").first).to_be_visible()
    settled(demo_desk)
    told = followed(demo_desk, demo_server, ".sg-beside a")
    assert different(told) == []
    assert len(told) > 60


def test_every_number_of_the_running_month_opens_as_many_cases(demo_server: Server, demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, "/rates")
    expect(demo_desk.locator(".st-key-p-rates table")).to_be_visible()
    settled(demo_desk)
    told = followed(demo_desk, demo_server, ".st-key-p-rates tbody a")
    assert different(told) == []
    assert len(told) > 200


def test_every_number_of_today_opens_as_many_cases(demo_server: Server, demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, "/today")
    expect(demo_desk.locator(".st-key-p-levels table")).to_be_visible()
    settled(demo_desk)
    told = followed(demo_desk, demo_server, ":is(.sg-table,.sg-note) a")
    tiles = dict.fromkeys(("open", "late", "due", "whistles"), "stMetricValue")
    for key, part in (tiles | dict.fromkeys(("kept", "settled", "satisfied"), "stMetricDelta")).items():
        tile = demo_desk.locator(f".st-key-tile-{key}")
        shown = numbers(tile.get_by_test_id(part).inner_text())[0]
        told.append((key, shown, behind(demo_server, tile.get_by_role("link").get_attribute("href"))))
    assert different(told) == []
    assert len(told) > 20


def test_what_needs_someone_now_opens_as_many_cases_as_it_says(demo_server: Server, demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, "/today")
    expect(demo_desk.locator(".st-key-p-needs strong").first).to_be_visible()
    settled(demo_desk)
    told = []
    for need in demo_desk.locator("[class*='st-key-row-need-']").all():
        title, links = need.locator("strong").inner_text(), need.locator("a[href*='demands?']")
        if links.count() and numbers(title):
            told.append((title, numbers(title)[0], behind(demo_server, links.get_attribute("href"))))
    assert different(told) == []
    assert len(told) > 1


def test_every_number_of_the_map_panel_opens_as_many_cases(demo_server: Server, demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, "/map")
    expect(demo_desk.locator(".st-key-mapfigures")).to_be_visible()
    settled(demo_desk)
    told = followed(demo_desk, demo_server, ".st-key-mapfigures a")
    assert different(told) == []
    assert len(told) == 3


def test_the_rates_page_says_what_it_counts_and_keeps_its_switches_in_the_address(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, "/rates?period=last-month")
    panel = demo_desk.locator(".st-key-p-rates")
    expect(panel).to_contain_text("按受理月（期内受理） · 全口径")
    demo_desk.get_by_role("radio", name="按考核口径").click()
    expect(demo_desk).to_have_url(re.compile(r"scope=assessed"))
    expect(panel).to_contain_text("考核口径")
    open_path(demo_desk, "/rates?month=event")
    expect(panel).to_contain_text("按办结月（期内办结）")
    expect(panel).not_to_contain_text("办结率")


def test_on_a_phone_the_units_below_stand_side_by_side_in_one_rate_at_a_time(demo_server: Server, demo_phone: Page):
    sign_in(demo_phone, "leader", PASSWORD, "/rates?period=last-month")
    panel = demo_phone.locator(".st-key-p-rates")
    expect(panel.locator("th")).to_have_text(["单位", "办结率"])
    panel.get_by_role("combobox").tap()
    demo_phone.get_by_role("option", name="满意率").click()
    expect(panel.locator("th")).to_have_text(["单位", "满意率"])
    settled(demo_phone)
    assert panel.locator(".sg-wide").evaluate("node => node.scrollWidth <= node.clientWidth")
    assert different(followed(demo_phone, demo_server, ".st-key-p-rates tbody a")) == []
