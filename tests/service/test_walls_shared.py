"""What all screens of a unit share: one reading for five seconds; and what none of them shares: being let in."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event
from starlette.requests import Request

from api.walls import Keeper
from models.walls import View
from pages.public import walls as screens
from services import database, settings, sites, walls
from services.database import transaction
from tests.conftest import NOW
from tests.factories import town

TOWN = "411622204"


@pytest.fixture
def site(sqlite_engine, monkeypatch):
    monkeypatch.setenv("SMALLGRID_DATABASE_URL", str(sqlite_engine.url))
    monkeypatch.setenv("SMALLGRID_SITE", "")
    settings.settings.cache_clear()
    yield town(sqlite_engine)
    database.engine().dispose()
    settings.settings.cache_clear()


class Hall:
    """A keeper on a clock that the test turns, and how a screen asks it."""

    def __init__(self):
        self.seconds = 0.0
        self.keeper = Keeper(screens, ("style", "script"), clock=lambda: self.seconds)

    def asks(self, token, have=""):
        scope = {
            "type": "http", "path_params": {"token": token}, "query_string": f"have={have}".encode(), "headers": [],
            "client": ("10.0.0.1", 1),
        }  # fmt: skip
        with ThreadPoolExecutor(1) as pool:  # a loop of its own: the browser tests of the same process keep one running
            answer = pool.submit(asyncio.run, self.keeper.now(Request(scope))).result()
        return answer.status_code, json.loads(answer.body) if answer.status_code == 200 else None


def hang(site, language="zh", name="大厅"):
    with transaction(site.engine) as session:
        return walls.hang(session, site.actors["administrator"], site.units[TOWN], name, list(View), language, now=NOW)


def statements(call):
    counted = []

    def count(*_):
        counted.append(1)

    event.listen(database.engine(), "before_cursor_execute", count)
    call()
    event.remove(database.engine(), "before_cursor_execute", count)
    return len(counted)


def test_a_hundred_screens_read_the_ledger_once_in_five_seconds(site):
    hall, tokens = Hall(), [hang(site) for _ in range(3)]
    first = statements(lambda: hall.asks(tokens[0]))
    again = [statements(lambda token=token: hall.asks(token)) for token in tokens]
    hall.seconds = 5.1
    later = statements(lambda: hall.asks(tokens[2]))
    begin_and_who_asks = [2, 2, 2]
    assert (again, first > 20, 20 < later <= first) == (begin_and_who_asks, True, True)


def test_both_languages_are_drawn_of_one_reading(site):
    hall, zh, en = Hall(), hang(site), hang(site, "en")
    hall.asks(zh)
    assert 1 < statements(lambda: hall.asks(en)) < 15
    assert hall.asks(zh)[1]["html"] != hall.asks(en)[1]["html"]


def test_what_a_screen_has_is_not_sent_again_until_it_changes(site):
    hall, token = Hall(), hang(site)
    have = hall.asks(token)[1]["have"]
    assert hall.asks(token, have)[1]["html"] is None
    site.report(by="leader")
    assert hall.asks(token, have)[1]["html"] is None
    hall.seconds = 5.1
    told = hall.asks(token, have)[1]
    assert (told["have"] == have, told["html"].count("<section")) == (False, 5)


def test_while_one_request_draws_the_others_get_what_was_drawn_before(site):
    hall, token = Hall(), hang(site)
    before = hall.asks(token)[1]["have"]
    site.report(by="leader")
    hall.seconds = 6
    with hall.keeper.kept[site.units[TOWN]].lock:
        assert hall.asks(token)[1]["have"] == before
    assert hall.asks(token)[1]["have"] != before


def test_a_link_taken_down_ends_at_once_though_the_picture_is_still_kept(site):
    hall, token = Hall(), hang(site)
    assert hall.asks(token)[0] == 200
    with transaction(site.engine) as session:
        wall = walls.listed(session, site.actors["administrator"], site.units[TOWN])[0]
        walls.take_down(session, site.actors["administrator"], wall.id, now=NOW)
    assert hall.asks(token)[0] == 404


def test_whoever_opens_forty_wrong_links_is_told_no_more_and_right_ones_still_open(site):
    hall, token = Hall(), hang(site)
    assert [hall.asks(f"{number:043}")[0] for number in range(42)] == [404] * 40 + [429] * 2
    assert hall.asks(token)[0] == 200


def test_a_new_version_of_the_units_names_another_document(site):
    hall, token = Hall(), hang(site)
    build = hall.asks(token)[1]["build"]
    hall.seconds = 5.1
    assert hall.asks(token)[1]["build"] == build
    with transaction(site.engine) as session:
        sites.units_changed(session)
    hall.seconds = 10.2
    assert hall.asks(token)[1]["build"] != build
