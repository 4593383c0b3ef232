"""Rankings: counted by hand, pooled totals, and never a rank without data."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from models.demands import Demand, State
from services import counters, rankings
from services.access import SYSTEM
from services.database import reading, transaction
from services.errors import NotFound
from services.periods import Period
from services.rankings import RankRow, Sort, Why, pooled, ranked
from tests.conftest import NOW
from tests.factories import town

ZONE = ZoneInfo("Asia/Shanghai")
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30), ZONE)
TOWN, JIAZHUANG, HUOPO = "411622204", "411622204201", "411622204202"
DAY = timedelta(days=1)


@pytest.fixture
def site(engine):
    return town(engine)


def fill(site):
    """霍坡村: two received, one settled in time after a day, one late. 贾庄村: one, settled late by the town."""
    first = site.report(at=NOW - 5 * DAY)
    change(
        site, first, state=State.CLOSED, is_open=False, settled_at=NOW - 4 * DAY, settled_level="grid", due_at=NOW - DAY
    )
    change(site, site.report(at=NOW - 9 * DAY), due_at=NOW - 2 * DAY)
    other = site.report(by="other_chief", grid="411622204201001", at=NOW - 9 * DAY)
    change(
        site,
        other,
        state=State.CLOSED,
        is_open=False,
        settled_at=NOW - DAY,
        settled_level="township",
        due_at=NOW - 5 * DAY,
    )


def change(site, demand_id, **columns):
    with transaction(site.engine) as session:
        counters.apply(session, [demand_id], -1)
        for name, value in columns.items():
            setattr(session.get_one(Demand, demand_id), name, value)
        session.flush()
        counters.apply(session, [demand_id], 1)


def rank(site, level="village", actor=SYSTEM, **options):
    with reading(site.engine) as session:
        return rankings.of_level(session, actor, site.units[TOWN], level, NOVEMBER, now=NOW, **options)


def row(code="1", *, received=0, settled=0, due=0, on_time=0, hours=()):
    """A row of a ranking with these counts."""
    return RankRow(
        unit_id=1, code=code, name=code, name_en=code, population=10, received=received, settled=settled,
        settlement_rate=settled / received if received else None, self_settled=0, due=due, on_time=on_time,
        on_time_rate=on_time / due if due else None, median_hours=None, open=received - settled, overdue=0, change=None,
        rank=None, trend=(), why=None, solved_hours=hours,
    )  # fmt: skip


def test_villages_are_ranked_by_what_they_settled(site):
    fill(site)
    rows = rank(site)
    nothing = (None,) * 10
    assert rows == [
        RankRow(
            unit_id=site.units[JIAZHUANG], code=JIAZHUANG, name="贾庄村", name_en="Jiazhuang Village", population=100,
            received=1, settled=1, settlement_rate=1.0, self_settled=0, due=1, on_time=0, on_time_rate=0.0,
            median_hours=192, open=0, overdue=0, change=None, rank=1, trend=(*nothing, None, 0.0),
            why=Why(1, "路灯", "Street lamps", 1, "township", 1), solved_hours=((192, 1),),
        ),
        RankRow(
            unit_id=site.units[HUOPO], code=HUOPO, name="霍坡村", name_en="Huopo Village", population=100, received=2,
            settled=1, settlement_rate=0.5, self_settled=0, due=2, on_time=1, on_time_rate=0.5, median_hours=24, open=1,
            overdue=1, change=None, rank=2, trend=(*nothing, None, 0.5),
            why=Why(1, "路灯", "Street lamps", 1, "grid", 1), solved_hours=((24, 1),),
        ),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sort", "order"),
    [(Sort.SETTLEMENT, "贾庄村 霍坡村"), (Sort.ON_TIME, "霍坡村 贾庄村"), (Sort.SPEED, "霍坡村 贾庄村")],
)
def test_units_can_be_ranked_by_settlement_punctuality_and_speed(site, sort, order):
    fill(site)
    assert " ".join(found.name for found in rank(site, sort=sort)) == order


def test_a_unit_without_data_stands_last_without_a_rank(site):
    fill(site)
    rows = rank(site, "grid")
    assert [(found.code[-6:], found.received, found.settlement_rate, found.rank) for found in rows] == [
        ("201001", 1, 1.0, 1), ("202001", 2, 0.5, 2), ("201002", 0, None, None), ("202002", 0, None, None),
    ]  # fmt: skip


def test_nothing_settled_ranks_above_no_data_and_not_with_it():
    rows = ranked([row("1"), row("2", received=5), row("3", received=4, settled=2)], Sort.SETTLEMENT)
    assert [(found.code, found.rank) for found in rows] == [("3", 1), ("2", 2), ("1", None)]


def test_equal_units_share_a_rank_and_the_next_is_counted_on():
    rows = ranked(
        [
            row("4", received=2, settled=1),
            row("2", received=4, settled=4),
            row("1", received=1, settled=1),
            row("3", received=9),
        ],
        Sort.SETTLEMENT,
    )
    assert [(found.code, found.rank) for found in rows] == [("1", 1), ("2", 1), ("4", 3), ("3", 4)]


def test_a_total_pools_the_counts_and_does_not_average_the_rates():
    total = pooled(
        [
            row(received=1, settled=1, due=1, on_time=1, hours=((1, 1),)),
            row(received=99, settled=0, due=3, on_time=0, hours=((5, 2), (9, 2))),
        ]
    )
    assert (total.received, total.settled, total.settlement_rate, total.on_time_rate) == (100, 1, 0.01, 0.25)
    assert (total.median_hours, total.population, total.rank) == (5, 20, None)


def test_a_total_of_nothing_has_no_rate():
    assert (pooled([]).settlement_rate, pooled([row(), row()]).settlement_rate) == (None, None)


@pytest.mark.parametrize(("received", "settled", "rate"), [(11_114, 11_017, 99.13), (3_907, 2_852, 73.00)])
def test_published_rates_come_out_of_pooled_counts(received, settled, rate):
    parts = [row(received=received - 10, settled=settled - 10), row(received=10, settled=10)]
    assert round((pooled(parts).settlement_rate or 0) * 100, 2) == rate


def test_the_change_is_against_as_many_days_of_the_month_before(site):
    fill(site)
    old = site.report(at=NOW - 33 * DAY)
    change(
        site,
        old,
        state=State.CLOSED,
        is_open=False,
        settled_at=NOW - 32 * DAY,
        settled_level="grid",
        due_at=NOW - 30 * DAY,
    )
    assert {found.name: found.change for found in rank(site)} == {"贾庄村": None, "霍坡村": -0.5}


def test_a_chief_ranks_only_below_the_own_village(site):
    fill(site)
    with reading(site.engine) as session:
        rows = rankings.of_level(session, site.actors["chief"], site.units[HUOPO], "grid", NOVEMBER, now=NOW)
        assert [found.code for found in rows] == ["411622204202001", "411622204202002"]
        with pytest.raises(NotFound, match="unit_not_found"):
            rankings.of_level(session, site.actors["chief"], site.units[TOWN], "village", NOVEMBER, now=NOW)


def test_a_level_that_the_site_does_not_have_ranks_nobody(site):
    assert rank(site, "county") == []


def test_a_ranking_costs_the_same_number_of_statements_whatever_it_ranks(site):
    fill(site)
    seen = []
    event.listen(site.engine, "before_cursor_execute", lambda *facts: seen.append(facts[2]))
    spent = []
    for level in ("village", "grid"):
        seen.clear()
        rank(site, level)
        spent.append(len(seen))
    assert spent[0] == spent[1] <= 14


def test_a_ranking_reads_counters_and_of_the_ledger_only_open_demands(sqlite_engine):
    site = town(sqlite_engine)
    seen = []
    event.listen(sqlite_engine, "before_cursor_execute", lambda *facts: seen.append(facts[2]))
    rank(site, actor=site.actors["leader"])
    with reading(sqlite_engine) as session:
        plans = []
        for statement in [found for found in seen if "FROM demands" in found or "unit_c" in found]:
            marks = ("[]",) * statement.count("?")
            rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", marks)
            plans += [found[3] for found in rows]
    ledger = [plan for plan in plans if " demands " in plan]
    assert [("COVERING" in plan, "ix_demands_open_a2_id" in plan) for plan in ledger] == [(True, True), (False, True)]
    assert all("PRIMARY KEY (unit_id=? AND" in plan for plan in plans if " unit_c" in plan)


def test_ranking_leaves_its_rows_unchanged():
    given = [row("1", received=1, settled=1)]
    assert ranked(given, Sort.SPEED) == [replace(given[0], rank=None)]
