"""Every screen, on an empty and on a full site, in both languages, on an office screen, a wall and a phone."""

import re

import pytest
from sqlmodel import select

from models.accounts import Account, Role
from models.units import Unit
from pages.i18n import words
from pages.ui import failures
from services import database, sites, units
from services.access import SYSTEM
from services.database import transaction
from tests.browser.server import open_path, running, sign_in
from tests.browser.test_sign_in import NEEDS
from tests.conftest import NOW
from tests.factories import password_hash

SCREENS = tuple(NEEDS)
SIZES = {"office": (1366, 768, False), "wall": (1920, 1080, False), "phone": (390, 844, True)}
LATIN = re.compile(r"[A-Za-z]{3,}")
ALLOWED = re.compile(
    r"https?://\S+|wall-\w+|Word|Excel|Windows|chrome|kiosk|English|D\d{6}-\d{4}-\d+|[A-Z]{2,5}\b|\.(?:csv|xlsx|toml|geojson)|smallgrid\w*|admin\w*|leader|supervisor|chief|member|"
    r"water|viewer|department|power|external_id|\w+_\w+"
)


@pytest.fixture(scope="module")
def empty_server(tmp_path_factory):
    """A site fresh from its profile: the top unit and one administrator, nothing else."""
    folder = tmp_path_factory.mktemp("empty")
    engine = database.engine_for(f"sqlite:///{folder / 'site.db'}")
    database.migrate(engine)
    with transaction(engine) as session:
        sites.build(session, SYSTEM, "dawangzhuang", now=NOW)
        units.add_top(session, SYSTEM, now=NOW)
        top = session.exec(select(Unit.id)).one()
        session.add(
            Account(
                username="admin", password_hash=password_hash(), role=Role.ADMINISTRATOR, unit_id=top, created_at=NOW
            )
        )
    engine.dispose()
    with running(f"sqlite:///{folder / 'site.db'}", folder) as started:
        yield started


TARGETS = """() => [...document.querySelectorAll(
    'a, button, [data-testid=stTextInputRootElement], [data-testid=stSelectbox] [role=group]')].filter(each => {
    const box = each.getBoundingClientRect(), cover = getComputedStyle(each, '::after')
    const shown = each.checkVisibility({ visibilityProperty: true }) && box.width > 1 && box.height > 1
    const covered = cover.content !== 'none' && cover.position === 'absolute'
    return shown && !covered && box.height < 44 && each.dataset.testid !== 'stTooltipHoverTarget'
  }).map(each => `${each.innerText || each.ariaLabel} ${each.getBoundingClientRect().height}`)"""
"""What a thumb presses that is lower than 44 px; a link that covers its whole card is as large as the card."""


def walk(context, username, password):
    """Every screen of a person, one after the other, with what stands on it."""
    page = context.new_page()
    sign_in(page, username, **password)
    for screen in SCREENS:
        open_path(page, f"/{screen}")
        yield screen, page


def words_on(page):
    """The words a person sees: what is painted, without icons (a font draws their names) and what only readers hear."""
    return page.evaluate(
        """() => {
            const words = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
            const icons = '[data-testid=stIconMaterial], [data-testid=stExpanderIcon], [role=img]'
            const unseen = `${icons}, script, style, noscript`
            while (walker.nextNode()) {
                const place = walker.currentNode.parentElement, box = place.getBoundingClientRect()
                const shown = place.checkVisibility() && getComputedStyle(place).fontSize !== '0px'
                const seen = shown && box.width > 1 && box.height > 1 && box.bottom > 0
                if (seen && !place.closest(unseen)) words.push(walker.currentNode.textContent)
            }
            return words.join(' ')
        }"""
    )


def check(context, username, language, **password):
    for screen, page in walk(context, username, password):
        width = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert width[0] <= width[1], f"{screen} is wider than the screen"
        said = page.get_by_test_id("stMain").inner_text().strip()
        assert said, f"{screen} is blank"
        assert words(language)(failures.SENTENCE) not in said, f"{screen} failed"
        left = LATIN.findall(ALLOWED.sub("", words_on(page))) if language == "zh" else []
        assert left == [], f"English left on the Chinese {screen}"


@pytest.mark.parametrize(("size", "language"), [("office", "zh"), ("phone", "en")])
def test_every_screen_stands_on_an_empty_site(empty_server, open_context, language, size):
    width, height, phone = SIZES[size]
    context = open_context(empty_server, width=width, height=height, language=language, phone=phone)
    check(context, "admin", language)


@pytest.mark.parametrize(("size", "language"), [("office", "en"), ("wall", "zh"), ("phone", "zh")])
def test_every_screen_stands_on_the_full_township(demo_server, open_context, language, size):
    width, height, phone = SIZES[size]
    context = open_context(demo_server, width=width, height=height, language=language, phone=phone)
    check(context, "admin", language, password="xiaowangge")


@pytest.mark.parametrize("username", ["leader", "member"])
def test_whatever_a_thumb_presses_is_44_px_high(demo_server, open_context, username):
    context = open_context(demo_server, width=390, height=844, phone=True)
    low = {screen: page.evaluate(TARGETS) for screen, page in walk(context, username, {"password": "xiaowangge"})}
    assert low == {screen: [] for screen in SCREENS}


def test_an_empty_site_has_nothing_red_on_its_tiles(empty_server, open_context):
    page = open_context(empty_server).new_page()
    sign_in(page, "admin", path="/today")
    assert page.locator(".st-key-tile-late [data-testid=stMetric]").inner_text().split() == ["超期", "0", "没有超期"]
    assert "■" not in page.locator(".st-key-tiles").inner_text()
