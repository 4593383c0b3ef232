"""Settled by level: published figures counted again from a ledger built to them."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from models.base import Base
from models.demands import Demand, Source, State, Urgency
from models.units import Unit
from services import counters, figures, sites, units
from services.access import SYSTEM
from services.database import reading, transaction
from services.demands import filing
from services.errors import NotFound
from services.figures import LevelRow, LevelsRow
from services.periods import Period, between
from tests.conftest import NOW
from tests.factories import town

ZONE = ZoneInfo("Asia/Shanghai")
HALF_YEAR = between(date(2022, 1, 1), date(2022, 6, 30), ZONE)
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30), ZONE)
TOWN, HUOPO, JIAZHUANG, GRID = "411622204", "411622204202", "411622204201", "411622204202001"
PUBLISHED = {"grid": 6_026, "village": 3_100, "township": 1_600, "county": 291}
"""6,026 of the 11,017 settled are published; how the rest is shared out above the grid is made up."""
DAY, SINCE = timedelta(days=1), date(2020, 1, 1)


def ledger(engine, made_units, category, counts, open_count, period):
    """A ledger of so many settled by each level and so many open, spread over a period, in one grid."""
    settled = [level for level, number in counts.items() for _ in range(number)]
    with transaction(engine) as session:
        path = filing.path_of(session, made_units[GRID])
        rows = [
            _row(number, level, made_units[GRID], category, path, period.start + (number % 170) * DAY)
            for number, level in enumerate([*settled, *[None] * open_count])
        ]
        session.connection().execute(insert(Base.metadata.tables["demands"]), rows)
        counters.recount(session)


def _row(number, level, unit_id, category, path, at):
    state = State.REGISTERED if level is None else State.CLOSED
    return {
        "reference": f"T-{number:05d}", "title": "路灯", "text": "路灯不亮", "category_id": category,
        "urgency": Urgency.GENERAL, "source": Source.REPORT, "unit_id": unit_id, **path, "placed": True,
        "state": state, "is_open": level is None, "received": True, "level": level or "village", "reported_at": at,
        "due_at": at + 9 * DAY, "level_since": at, "settled_at": None if level is None else at + DAY,
        "settled_level": level, "self_settled": level == "grid", "event_count": 0, "version": 1,
    }  # fmt: skip


@pytest.fixture
def site(engine):
    return town(engine)


def test_the_published_half_year_is_counted_again(site):
    ledger(site.engine, site.units, site.categories["utilities.lamps"], PUBLISHED, 97, HALF_YEAR)
    with reading(site.engine) as session:
        found = figures.by_level(session, site.actors["leader"], site.units[TOWN], HALF_YEAR)
        whole = figures.of_unit(session, site.actors["leader"], site.units[TOWN], HALF_YEAR, now=NOW)
    assert found == LevelsRow(
        received=11_114, settled=11_017, settlement_rate=11_017 / 11_114,
        rows=(
            LevelRow("grid", 6_026, 6_026 / 11_017, 6_026 / 11_017),
            LevelRow("village", 3_100, 3_100 / 11_017, 9_126 / 11_017),
            LevelRow("township", 1_600, 1_600 / 11_017, 10_726 / 11_017),
            LevelRow("county", 291, 291 / 11_017, 1.0),
        ),
    )  # fmt: skip
    assert (f"{found.settlement_rate:.2%}", f"{found.rows[0].share:.2%}") == ("99.13%", "54.70%")
    assert (whole.received, whole.settled, whole.self_settled) == (11_114, 11_017, 6_026)


def test_what_was_settled_after_the_period_is_not_settled_in_it_at_any_level(site):
    site.report(at=NOW - 3 * DAY, settled_on_the_spot="换了灯泡")
    late = site.report(at=NOW - 2 * DAY)
    with transaction(site.engine) as session:
        row = session.get_one(Demand, late)
        row.state, row.is_open, row.settled_at, row.settled_level = State.CLOSED, False, NOW, "village"
        session.flush()
        counters.recount(session)
    until_yesterday = between(date(2026, 11, 1), date(2026, 11, 19), ZONE)
    with reading(site.engine) as session:
        found = figures.by_level(session, SYSTEM, site.units[TOWN], until_yesterday)
    assert (found.received, found.settled) == (2, 1)
    assert [(row.level, row.settled) for row in found.rows] == [
        ("grid", 1), ("village", 0), ("township", 0), ("county", 0),
    ]  # fmt: skip


def test_without_anything_settled_there_is_no_share(site):
    with reading(site.engine) as session:
        found = figures.by_level(session, site.actors["chief"], site.units[HUOPO], NOVEMBER)
    assert (found.received, found.settled, found.settlement_rate) == (0, 0, None)
    assert {(row.settled, row.share, row.within) for row in found.rows} == {(0, None, None)}


def test_a_village_counts_only_its_own_and_no_other_village(site):
    site.report(at=NOW - 3 * DAY, settled_on_the_spot="换了灯泡")
    with reading(site.engine) as session:
        found = figures.by_level(session, site.actors["chief"], site.units[HUOPO], NOVEMBER)
        with pytest.raises(NotFound):
            figures.by_level(session, site.actors["chief"], site.units[JIAZHUANG], NOVEMBER)
    assert (found.settled, found.rows[0]) == (1, LevelRow("grid", 1, 1.0, 1.0))


def test_another_site_counts_by_its_own_levels(engine):
    """Meizhou has units below its grids, and its chain says in which order they stand."""
    with transaction(engine) as session:
        sites.build(session, SYSTEM, "meizhou", now=NOW)
        names = {"35030510": "township", "35030511": "village", "35030512": "grid", "35030513": "unit"}
        found_units = [
            Unit(code=code, name=level, short_name=level, name_en=level, level=level, depth=depth, valid_from=SINCE)
            for depth, (code, level) in enumerate(names.items(), start=1)
        ]
        units.add_all(session, found_units, [None, *list(names)[:-1]])
        top = found_units[0].id
    with reading(engine) as session:
        found = figures.by_level(session, SYSTEM, top, NOVEMBER)
    assert [row.level for row in found.rows] == ["unit", "grid", "village", "township", "county"]
