"""Figures: every number counted by hand from a small ledger, on both databases."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event
from sqlmodel import select

from models.demands import Demand, State, Urgency
from services import counters, demands, figures, rankings
from services.access import SYSTEM
from services.database import reading, transaction
from services.demands import Filters
from services.errors import BadInput, NotFound
from services.periods import Period, Preset, between, parse, preset
from tests.conftest import NOW
from tests.factories import town

ZONE = ZoneInfo("Asia/Shanghai")
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30), ZONE)
HUOPO, JIAZHUANG, TOWN = "411622204202", "411622204201", "411622204"
DAY = timedelta(days=1)


@pytest.fixture
def site(engine):
    return town(engine)


def fill(site):
    """Six demands: three settled (one by the grid, one late), one late and open, one of October, one rejected."""
    site.report(at=NOW - 3 * DAY, settled_on_the_spot="换了灯泡")
    settle(site, site.report(at=NOW - 4 * DAY), NOW - 2 * DAY, due_at=NOW - DAY)
    settle(site, site.report(at=NOW - 15 * DAY), NOW - 2 * DAY, due_at=NOW - 8 * DAY)
    change(site, site.report(at=NOW - 10 * DAY), due_at=NOW - DAY)
    settle(site, site.report(at=NOW - 40 * DAY), NOW - 2 * DAY, due_at=NOW - 30 * DAY)
    rejected = site.report(at=NOW - 6 * DAY, grid="411622204201001", by="other_chief")
    with transaction(site.engine) as session:
        demands.move(
            session, site.actors["other_chief"], rejected, demands.moves.Verb.REJECT, now=NOW - 5 * DAY, reason="重复"
        )


def change(site, demand_id, **columns):
    with transaction(site.engine) as session:
        counters.apply(session, [demand_id], -1)
        for name, value in columns.items():
            setattr(session.get_one(Demand, demand_id), name, value)
        session.flush()
        counters.apply(session, [demand_id], 1)


def settle(site, demand_id, at, due_at):
    """Put a demand straight into the settled state: figures read columns, the moves are tested elsewhere."""
    change(
        site,
        demand_id,
        state=State.PENDING_VERIFY,
        is_open=False,
        settled_at=at,
        settled_level="village",
        due_at=due_at,
    )


def statements(engine):
    """A list that fills with every statement the engine runs."""
    seen = []
    event.listen(engine, "before_cursor_execute", lambda *facts: seen.append(facts[2]))
    return seen


def test_a_limit_at_24_00_falls_on_the_day_that_it_ends(site):
    """An immediate demand has until 24:00 of the next day: of the 30th, not of the first of December."""
    reported = datetime(2026, 11, 29, 10, 0, tzinfo=ZONE)
    demand_id = site.report(at=reported, urgency=Urgency.IMMEDIATE)
    midnight, last_day = datetime(2026, 12, 1, tzinfo=ZONE), Period(date(2026, 11, 30), date(2026, 11, 30), ZONE)
    december = Period(date(2026, 12, 1), date(2026, 12, 31), ZONE)
    evening, morning = midnight - timedelta(hours=3), midnight + timedelta(hours=9)
    actor, top = site.actors["leader"], site.units[TOWN]
    with reading(site.engine) as session:
        assert session.get_one(Demand, demand_id).due_at == midnight
        seen = figures.today(session, actor, top, NOVEMBER, now=evening)
        assert (seen.due_today, seen.overdue) == (1, 0)
        today = Filters(unit_id=top, due_from=evening, due_to=midnight)
        assert demands.count(session, actor, today, now=evening) == 1
        assert figures.of_unit(session, actor, site.units[HUOPO], NOVEMBER, now=evening).due_today == 1
        assert [row.due for row in figures.today(session, actor, top, december, now=morning).days[-2:]] == [1, 0]
        for period, due in ((NOVEMBER, 1), (last_day, 1), (december, 0)):
            row = figures.of_unit(session, actor, top, period, now=morning)
            missed = Filters(
                unit_id=top, open_only=False, limit_from=period.start, limit_to=period.so_far(morning), kept=False
            )  # fmt: skip
            assert (row.due, demands.count(session, actor, missed, now=morning)) == (due, due)
            ranked = rankings.of_level(session, actor, top, "village", period, now=morning)
            assert sum(each.due for each in ranked) == due


def test_the_figures_of_a_unit_are_those_counted_by_hand(site):
    fill(site)
    with reading(site.engine) as session:
        found = figures.of_unit(session, site.actors["chief"], site.units[HUOPO], NOVEMBER, now=NOW)
    assert found == figures.FiguresRow(
        unit_id=site.units[HUOPO], code=HUOPO, name="霍坡村", name_en="Huopo Village", level="village",
        units={"township": 0, "village": 1, "natural_village": 0, "grid": 2, "unit": 0}, population=100, households=0,
        area_km2=None, received=4, settled=3, settlement_rate=0.75, self_settled=1, due=3, on_time=1,
        on_time_rate=1 / 3, open=1, overdue=1, oldest_due_at=NOW - DAY, due_today=0,
    )  # fmt: skip


def test_a_unit_that_received_nothing_has_no_rate_instead_of_none_settled(site):
    fill(site)
    with reading(site.engine) as session:
        found = figures.of_unit(session, SYSTEM, site.units["411622204202002"], NOVEMBER, now=NOW)
    assert (found.received, found.settlement_rate, found.on_time_rate, found.open) == (0, None, None, 0)


def test_received_and_settled_are_counted_over_the_same_demands(site):
    fill(site)
    october = Period(date(2026, 10, 1), date(2026, 10, 31), ZONE)
    with reading(site.engine) as session:
        found = figures.of_unit(session, SYSTEM, site.units[TOWN], october, now=NOW)
    assert (found.received, found.settled, found.settlement_rate) == (1, 0, 0.0)


def test_the_stock_of_a_past_period_is_that_of_its_last_moment(site):
    fill(site)
    week = Period(date(2026, 11, 9), date(2026, 11, 15), ZONE)
    with reading(site.engine) as session:
        found = figures.of_unit(session, SYSTEM, site.units[TOWN], week, now=NOW)
    assert (found.open, found.overdue) == (3, 2)


def test_a_demand_settled_at_its_very_limit_is_in_time(site):
    settle(site, site.report(at=NOW - 4 * DAY), NOW - DAY, due_at=NOW - DAY)
    with reading(site.engine) as session:
        found = figures.of_unit(session, SYSTEM, site.units[TOWN], NOVEMBER, now=NOW)
    assert (found.due, found.on_time) == (1, 1)


def test_due_and_on_time_open_exactly_the_cases_they_count(site):
    fill(site)
    settle(site, site.report(at=NOW - 4 * DAY), NOW - DAY, due_at=NOW + timedelta(hours=1))
    change(site, site.report(at=NOW - 4 * DAY), due_at=NOW + timedelta(hours=1))
    change(site, site.report(at=NOW - 4 * DAY), due_at=NOW - timedelta(hours=1))
    with reading(site.engine) as session:
        for period in (NOVEMBER, Period(date(2026, 11, 1), date(2026, 11, 19), ZONE)):
            found = figures.of_unit(session, SYSTEM, site.units[TOWN], period, now=NOW)
            given = {"open_only": False, "limit_from": period.start, "limit_to": period.so_far(NOW)}
            opened = [
                demands.count(session, SYSTEM, Filters(**given, kept=kept), now=NOW) for kept in (None, True, False)
            ]
            assert opened == [found.due, found.on_time, found.due - found.on_time]


def test_the_map_gives_each_unit_its_own_figures_and_they_add_up(site):
    fill(site)
    with reading(site.engine) as session:
        rows = figures.by_unit(session, site.actors["leader"], site.units[TOWN], "village", NOVEMBER, now=NOW)
        whole = figures.of_unit(session, site.actors["leader"], site.units[TOWN], NOVEMBER, now=NOW)
    assert [(row.name, row.received, row.settled, row.settlement_rate, row.open, row.overdue) for row in rows] == [
        ("贾庄村", 1, 0, 0.0, 0, 0),
        ("霍坡村", 4, 3, 0.75, 1, 1),
    ]
    assert (whole.received, whole.settled, whole.open) == (5, 3, 1)


def test_the_map_costs_the_same_number_of_statements_for_two_units_and_for_four(site):
    fill(site)
    seen = statements(site.engine)
    spent = []
    for level in ("village", "grid"):
        with reading(site.engine) as session:
            seen.clear()
            figures.by_unit(session, site.actors["leader"], site.units[TOWN], level, NOVEMBER, now=NOW)
            spent.append(len(seen))
    assert spent[0] == spent[1] <= 10


def test_days_carry_the_stock_back_to_what_it_was(site):
    fill(site)
    with reading(site.engine) as session:
        rows = figures.by_day(session, SYSTEM, site.units[TOWN], NOVEMBER, now=NOW)
        ledger = session.exec(select(Demand)).all()
        direct = [stock(ledger, min(Period(row.day, row.day, ZONE).end, NOW)) for row in rows]
    assert [(row.open, row.overdue) for row in rows] == direct
    assert (len(rows), sum(row.received for row in rows), sum(row.settled for row in rows)) == (20, 5, 4)


def stock(ledger, at):
    """Open and overdue at a moment, demand by demand; what was rejected since does not count."""
    came = [row for row in ledger if row.reported_at < at]
    lying = [row for row in came if row.is_open or (row.settled_at and row.settled_at >= at)]
    return len(lying), len([row for row in lying if row.due_at < at])


def test_a_demand_of_half_past_seven_in_the_morning_counts_for_the_local_day(site):
    site.report(at=datetime(2026, 11, 14, 23, 30, tzinfo=UTC))
    with reading(site.engine) as session:
        rows = figures.by_day(session, SYSTEM, site.units[TOWN], NOVEMBER, now=NOW)
    assert [row.day for row in rows if row.received] == [date(2026, 11, 15)]


def test_weeks_pool_their_days_and_keep_the_last_stock(site):
    fill(site)
    with reading(site.engine) as session:
        days = figures.by_day(session, SYSTEM, site.units[TOWN], NOVEMBER, now=NOW)
    weeks = figures.by_week(days)
    assert [(week.first_day, week.last_day) for week in weeks] == [
        (date(2026, 11, 7), date(2026, 11, 13)),
        (date(2026, 11, 14), date(2026, 11, 20)),
    ]
    assert (weeks[1].due, weeks[1].on_time, weeks[1].on_time_rate, weeks[1].open) == (2, 1, 0.5, 1)


def test_today_shows_what_there_is_and_what_needs_someone(site):
    fill(site)
    with transaction(site.engine) as session:
        late = demands.queue(session, SYSTEM, Filters(overdue=True), now=NOW).rows[0].id
        demands.accept(session, site.actors["chief"], late, now=NOW - 9 * DAY)
        demands.whistle(session, site.actors["chief"], late, site.departments["water"], now=NOW - 9 * DAY)
    site.report(at=NOW - 5 * DAY, grid="411622204201001", by="other_chief")
    leader = site.actors["leader"]
    with reading(site.engine) as session:
        found = figures.today(session, leader, site.units[TOWN], NOVEMBER, now=NOW)
        counts = [demands.count(session, leader, need.filters, now=NOW) for need in found.needs if need.filters]
    assert (found.open, found.overdue, found.whistles_unanswered, found.level) == (2, 1, 1, "village")
    assert [(row.name, row.open, row.overdue) for row in found.villages] == [("霍坡村", 1, 1), ("贾庄村", 1, 0)]
    assert [(need.code, need.count) for need in found.needs] == [
        ("whistles_unanswered", 1), ("late", 1), ("triage_waiting", 1), ("posts_vacant", 3),
    ]  # fmt: skip
    assert counts == [need.count for need in found.needs if need.filters]
    assert [(row.name_en, row.this_week, row.weeks[-2:]) for row in found.subjects] == [("Street lamps", 4, (1, 4))]
    assert [village[1:] for village in found.subjects[0].villages] == [
        ("贾庄村", "Jiazhuang Village", 2), ("霍坡村", "Huopo Village", 2),
    ]  # fmt: skip
    assert (len(found.days), len(found.weeks), found.previous.key) == (84, 12, "2026-10-01..2026-10-20")


def test_the_village_that_slowed_down_is_named_with_its_cases(site):
    for number in range(5):
        settle(site, site.report(at=NOW - (12 * DAY)), NOW - 11 * DAY + number * timedelta(hours=1), due_at=NOW)
        settle(site, site.report(at=NOW - (6 * DAY)), NOW - 3 * DAY + number * timedelta(hours=1), due_at=NOW)
    with reading(site.engine) as session:
        needs = figures.today(session, SYSTEM, site.units[TOWN], NOVEMBER, now=NOW).needs
        slowed = next(need for need in needs if need.code == "slowed_down")
        assert demands.count(session, SYSTEM, slowed.filters, now=NOW) == slowed.count == 5
    assert (slowed.facts["village"], slowed.facts["hours_before"], slowed.facts["hours"]) == ("霍坡村", 26, 74)


def test_today_costs_a_fixed_number_of_statements(site):
    seen = statements(site.engine)
    spent = []
    for _ in range(2):
        with reading(site.engine) as session:
            seen.clear()
            figures.today(session, site.actors["leader"], site.units[TOWN], NOVEMBER, now=NOW)
            spent.append(len(seen))
        fill(site)
    assert spent[1] - spent[0] <= 2, "names of hot subjects and their villages are read only where there are any"
    assert spent[1] <= 32


def test_today_works_for_a_grid_that_has_nothing_below_it(site):
    with reading(site.engine) as session:
        found = figures.today(session, site.actors["member"], site.units["411622204202001"], NOVEMBER, now=NOW)
    assert (found.level, found.villages, found.needs) == (None, [], [])


def test_a_department_counts_what_was_put_to_it(site):
    demand_id = site.report()
    with transaction(site.engine) as session:
        demands.accept(session, site.actors["chief"], demand_id, now=NOW)
        demands.assign(session, site.actors["chief"], demand_id, department_id=site.departments["water"], now=NOW)
    found = {}
    for who in ("department", "other_department"):
        with reading(site.engine) as session:
            found[who] = figures.of_unit(session, site.actors[who], site.units[TOWN], NOVEMBER, now=NOW).received
    assert found == {"department": 1, "other_department": 0}


def test_figures_outside_the_scope_are_not_found(site):
    with reading(site.engine) as session, pytest.raises(NotFound, match="unit_not_found"):
        figures.of_unit(session, site.actors["chief"], site.units[JIAZHUANG], NOVEMBER, now=NOW)


def test_figures_read_counters_and_of_the_ledger_only_open_demands(sqlite_engine):
    site = town(sqlite_engine)
    site.report()
    with reading(sqlite_engine) as session:
        seen = statements(sqlite_engine)
        for period in (NOVEMBER, Period(date(2026, 9, 5), date(2026, 10, 20), ZONE)):
            figures.of_unit(session, site.actors["leader"], site.units[TOWN], period, now=NOW)
            figures.by_unit(session, site.actors["leader"], site.units[TOWN], "village", period, now=NOW)
            figures.by_day(session, site.actors["leader"], site.units[TOWN], period, now=NOW)
        plans = [
            row[3]
            for statement in list(seen)
            for row in session.connection().exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement}", ("[]",) * statement.count("?")
            )
        ]
    ledger = [plan for plan in plans if " demands " in plan]
    kept = [plan for plan in plans if " unit_c" in plan]
    assert len(ledger) == 10
    assert all("COVERING INDEX ix_demands_open_" in plan for plan in ledger)
    assert all("USING PRIMARY KEY (unit_id=? AND" in plan for plan in kept), kept
    assert len(kept) > 20


@pytest.mark.parametrize(
    ("key", "first", "last"),
    [
        ("2026-11", "2026-11-01", "2026-11-30"),
        ("2026-11-03..2026-11-20", "2026-11-03", "2026-11-20"),
        ("month", "2026-11-01", "2026-11-30"),
        ("last-month", "2026-10-01", "2026-10-31"),
        ("week", "2026-11-16", "2026-11-22"),
        ("quarter", "2026-10-01", "2026-12-31"),
        ("year", "2026-01-01", "2026-12-31"),
        ("30-days", "2026-10-22", "2026-11-20"),
    ],
)
def test_a_period_lives_in_an_address(key, first, last):
    period = parse(key, date(2026, 11, 20), ZONE)
    assert (period.from_day.isoformat(), period.to_day.isoformat(), period.key) == (first, last, key)


@pytest.mark.parametrize("key", ["", "2026-13", "2026-11-20..2026-11-01", "yesterday", "2026-02-30..2026-03-01"])
def test_a_period_that_is_none_is_refused(key):
    with pytest.raises(BadInput, match=r"period_(wrong|reversed)"):
        parse(key, date(2026, 11, 20), ZONE)


def test_a_period_begins_and_ends_at_local_midnight():
    period = between(date(2026, 11, 1), date(2026, 11, 30), ZONE)
    assert period.start.astimezone(UTC) == datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert period.end.astimezone(UTC) == datetime(2026, 11, 30, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        (Preset.THIS_MONTH, "2026-10-01", "2026-10-20"),
        (Preset.LAST_MONTH, "2026-09-01", "2026-09-30"),
        (Preset.THIS_WEEK, "2026-11-09", "2026-11-13"),
        (Preset.THIS_QUARTER, "2026-07-01", "2026-08-20"),
        (Preset.THIS_YEAR, "2025-01-01", "2025-11-20"),
        (Preset.LAST_30_DAYS, "2026-09-22", "2026-10-21"),
    ],
)
def test_the_period_before_has_as_many_days_gone(name, first, last):
    before = preset(name, date(2026, 11, 20), ZONE).previous(date(2026, 11, 20))
    assert (before.from_day.isoformat(), before.to_day.isoformat()) == (first, last)
