"""Figures from counters against a slow count of every demand: random ledgers, any period, both databases."""

from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert
from sqlmodel import select

from models.demands import Demand, Source, State, Urgency
from models.units import UnitAncestor
from services import counters, figures, rankings
from services.access import SYSTEM
from services.database import reading, transaction
from services.demands import filing
from services.periods import Period
from tests.conftest import NOW
from tests.factories import town

ZONE = ZoneInfo("Asia/Shanghai")
TOWN = "411622204"
GRIDS = ("411622204201001", "411622204201002", "411622204202001", "411622204202002")
DAY = timedelta(days=1)
PERIODS = {
    "a year": ("2026-01-01", "2026-12-31"), "a year before": ("2025-01-01", "2025-12-31"),
    "a running month": ("2026-11-01", "2026-11-30"), "a past month": ("2026-10-01", "2026-10-31"),
    "half a month": ("2026-10-01", "2026-10-15"), "the other half": ("2026-10-16", "2026-10-31"),
    "from the middle to the middle of a month": ("2026-03-12", "2026-09-19"),
    "from the middle to the end": ("2026-03-12", "2026-08-31"), "a day": ("2026-09-30", "2026-09-30"),
    "today": ("2026-11-20", "2026-11-20"), "up to yesterday": ("2026-02-02", "2026-11-19"),
    "a year and a half": ("2025-05-17", "2026-11-30"), "what is to come": ("2027-01-01", "2027-01-31"),
}  # fmt: skip


def ledger(site, seed, size=300):
    """Random demands of twenty months: open, settled early, late, at once, rejected, void, at midnights."""
    random = Random(seed)
    with transaction(site.engine) as session:
        paths = {code: filing.path_of(session, site.units[code]) for code in GRIDS}
        categories = sorted(site.categories.values())[:5]
        rows = [_row(number, random, site.units, paths, categories) for number in range(size)]
        session.connection().execute(insert(Demand.__table__), rows)
        counters.recount(session)


def _row(number, random, units, paths, categories):
    at = NOW - timedelta(days=random.choice((random.uniform(0, 600), random.uniform(0, 20), random.randrange(1, 90))))
    if random.random() < 0.2:
        at = datetime.combine(at.astimezone(ZONE).date(), time(), ZONE)
    state = random.choice((State.HANDLING, State.CLOSED, State.CLOSED, State.CLOSED, State.REJECTED, State.VOID))
    today = (NOW - at) + timedelta(hours=2)
    due = at + random.choice((timedelta(days=7), timedelta(hours=random.uniform(1, 900)), today))
    taken = timedelta(hours=random.choice((0, random.uniform(0, 60), random.uniform(0, 3000))))
    taken = min((NOW - at) * 0.999, taken)
    code, level = random.choice(GRIDS), random.choice(("grid", "village", "township"))
    settled = state is State.CLOSED
    return {
        "reference": f"T-{number:05d}", "title": "路灯", "text": "路灯不亮", "category_id": random.choice(categories),
        "urgency": Urgency.GENERAL, "source": Source.REPORT, "unit_id": units[code], **paths[code], "placed": True,
        "state": state, "is_open": state is State.HANDLING, "received": state is not State.VOID, "level": level,
        "reported_at": at, "due_at": due, "level_since": at, "settled_at": at + taken if settled else None,
        "settled_level": level if settled else None, "self_settled": settled and random.random() < 0.3,
        "event_count": 0, "version": 1,
    }  # fmt: skip


@pytest.fixture
def site(engine):
    made = town(engine)
    ledger(made, 1)
    return made


def slowly(rows, period):
    """The counts of some demands in a period, one demand after the other; a limit at 24:00 ends its day."""
    end, now_or_end = period.end, min(period.end, NOW)

    def late(row):
        return row.due_at < NOW and row.due_at <= end

    received = [row for row in rows if row.received]
    came = [row for row in received if period.start <= row.reported_at < end]
    settled = [row for row in came if row.settled_at and row.settled_at < end]
    due = [
        row for row in received
        if (row.is_open and period.start < row.due_at and late(row))
        or (row.settled_at and period.start < row.due_at <= period.so_far(NOW))
    ]  # fmt: skip
    lying = [
        row for row in received
        if (row.reported_at < now_or_end and (row.is_open or (row.settled_at and row.settled_at >= now_or_end)))
    ]  # fmt: skip
    return {
        "received": len(came), "settled": len(settled), "self_settled": len([r for r in settled if r.self_settled]),
        "due": len(due), "on_time": len([row for row in due if row.settled_at and row.settled_at <= row.due_at]),
        "open": len(lying), "overdue": len([row for row in lying if late(row)]),
    }  # fmt: skip


def period_of(name):
    first, last = PERIODS[name]
    return Period(date.fromisoformat(first), date.fromisoformat(last), ZONE)


def below(session, unit_id):
    """The demands of a subtree."""
    inside = select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id == unit_id)
    return session.exec(select(Demand).where(Demand.unit_id.in_(inside))).all()


@pytest.mark.parametrize("name", PERIODS)
def test_the_figures_of_any_period_are_those_of_a_slow_count(site, name):
    period = period_of(name)
    with reading(site.engine) as session:
        found = figures.of_unit(session, SYSTEM, site.units[TOWN], period, now=NOW)
        expected = slowly(session.exec(select(Demand)).all(), period)
        assert {key: getattr(found, key) for key in expected} == expected
        for row in figures.by_unit(session, SYSTEM, site.units[TOWN], "village", period, now=NOW):
            expected = slowly(below(session, row.unit_id), period)
            expected.pop("self_settled")
            assert {key: getattr(row, key) for key in expected} == expected


def test_the_levels_that_settled_add_up_to_what_was_settled_in_any_period(site):
    for name in PERIODS:
        period = period_of(name)
        with reading(site.engine) as session:
            levels = figures.by_level(session, SYSTEM, site.units[TOWN], period)
            whole = figures.of_unit(session, SYSTEM, site.units[TOWN], period, now=NOW)
        assert (levels.received, levels.settled) == (whole.received, whole.settled)
        assert sum(row.settled for row in levels.rows) == whole.settled


def test_the_flows_of_a_year_are_the_sum_of_its_months_but_its_settled_are_more(site):
    months = [Period(date(2025, month, 1), date(2025, month + 1, 1) - DAY, ZONE) for month in range(5, 12)]
    whole = Period(date(2025, 5, 1), date(2025, 11, 30), ZONE)
    with reading(site.engine) as session:
        parts = [figures.of_unit(session, SYSTEM, site.units[TOWN], month, now=NOW) for month in months]
        found = figures.of_unit(session, SYSTEM, site.units[TOWN], whole, now=NOW)
    assert (sum(row.received for row in parts), sum(row.due for row in parts)) == (found.received, found.due)
    assert sum(row.settled for row in parts) < found.settled, "what was settled in a later month than it came in"


def test_a_ranking_gives_the_reasons_and_the_months_of_a_slow_count(site):
    period = period_of("a running month")
    with reading(site.engine) as session:
        ranked = rankings.of_level(session, SYSTEM, site.units[TOWN], "village", period, now=NOW)
        for row in rankings.told(session, SYSTEM, ranked, period, now=NOW):
            rows = [each for each in below(session, row.unit_id) if each.received]
            late = [
                each for each in rows
                if period.start < each.due_at < NOW
                and (each.is_open or (each.settled_at and each.settled_at > each.due_at))
            ]  # fmt: skip
            assert (row.why.late if row.why else 0) == len(late) == row.due - row.on_time
            month = slowly(rows, Period(date(2026, 10, 1), date(2026, 10, 31), ZONE))
            assert row.trend[-2] == (month["on_time"] / month["due"] if month["due"] else None)


def test_a_department_counts_the_same_way_from_its_own_demands_alone(site):
    mine = []
    with transaction(site.engine) as session:
        for place, row in enumerate(session.exec(select(Demand).order_by(Demand.id))):
            if place % 3 == 0:
                row.department_id = site.departments["water"]
                mine.append(row.id)
    for name in PERIODS:
        period = period_of(name)
        with reading(site.engine) as session:
            rows = session.exec(select(Demand).where(Demand.id.in_(mine))).all()
            found = figures.of_unit(session, site.actors["department"], site.units[TOWN], period, now=NOW)
            expected = slowly(rows, period)
            assert {key: getattr(found, key) for key in expected} == expected
            assert {type(found.settlement_rate), type(found.on_time_rate)} <= {float, type(None)}


@pytest.mark.parametrize("seed", range(2, 7))
def test_other_ledgers_agree_too(sqlite_engine, seed):
    made = town(sqlite_engine)
    ledger(made, seed, 120)
    with reading(sqlite_engine) as session:
        rows = session.exec(select(Demand)).all()
        for name in PERIODS:
            found = figures.of_unit(session, SYSTEM, made.units[TOWN], period_of(name), now=NOW)
            expected = slowly(rows, period_of(name))
            assert {key: getattr(found, key) for key in expected} == expected
