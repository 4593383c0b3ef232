"""Rankings: counted by hand, pooled totals, estimates beside raw rates, and never a rank without data."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from models.demands import Demand, Reached, Satisfaction, Solved, State
from services import counters, demands, fairness, rankings
from services.access import SYSTEM
from services.database import reading, transaction
from services.demands import Filters
from services.errors import NotFound
from services.fairness import Tier
from services.periods import Period
from services.rankings import RankRow, Sort, Why, pooled, ranked
from services.rates import Counted, Scope
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
        period = options.pop("period", NOVEMBER)
        rows = rankings.of_level(session, actor, site.units[TOWN], level, period, now=NOW, **{"fewest": 1} | options)
        options.pop("fewest", None)
        return rankings.told(session, actor, rows, period, now=NOW, **options)


def row(code="1", **counted):
    """A row of a ranking with these counts."""
    return RankRow(
        unit_id=1, code=code, name=code, name_en=code, population=10, counted=Counted(**counted),
        open=counted.get("received", 0) - counted.get("settled", 0),
    )  # fmt: skip


def test_villages_are_told_with_their_counts_their_months_and_what_is_late(site):
    fill(site)
    jiazhuang, huopo = sorted(rank(site, sort=Sort.ON_TIME), key=lambda found: found.code)
    months = (None,) * 11
    shown = ("name", "counted", "rate", "cases", "open", "overdue", "change", "trend", "why")
    assert [getattr(jiazhuang, name) for name in shown] == [
        "贾庄村", Counted(received=1, settled=1, due=1), 0.0, 1, 0, 0, None, (*months, 0.0),
        Why(1, "路灯", "Street lamps", 1, "township", 1),
    ]  # fmt: skip
    assert [getattr(huopo, name) for name in shown] == [
        "霍坡村", Counted(received=2, settled=1, due=2, on_time=1), 0.5, 2, 1, 1, None, (*months, 0.5),
        Why(1, "路灯", "Street lamps", 1, "grid", 1),
    ]  # fmt: skip


def test_the_estimate_stands_beside_the_raw_rate_and_is_what_ranks(site):
    fill(site)
    rows = rank(site, sort=Sort.ON_TIME)
    expected = fairness.compare(((0.0, 1.0), (1.0, 2.0)), 1).standings
    assert [(found.name, found.rate, found.rank, found.standing) for found in rows] == [
        ("霍坡村", 0.5, 1, expected[1]), ("贾庄村", 0.0, 2, expected[0]),
    ]  # fmt: skip
    assert 0 < rows[1].standing.estimate < rows[0].standing.estimate < 0.5


@pytest.mark.parametrize(("sort", "order"), [(Sort.SETTLEMENT, "贾庄村 霍坡村"), (Sort.ON_TIME, "霍坡村 贾庄村")])
def test_units_can_be_ranked_by_settlement_and_punctuality(site, sort, order):
    fill(site)
    assert " ".join(found.name for found in rank(site, sort=sort)) == order


def said(site, solved=Solved.SOLVED, satisfied=Satisfaction.SATISFIED, *, contacted=True, at=NOW - DAY, **options):
    """A demand about which somebody was reached."""
    called = site.report(at=at - 2 * DAY, **options)
    change(site, called, called_at=at, reached=Reached.YES, heard_at=at, solved=solved, satisfied=satisfied,
           contacted=contacted)  # fmt: skip


@pytest.mark.parametrize(
    ("sort", "rate"),
    [
        (Sort.RESPONSE, 3 / 4),
        (Sort.RESOLUTION, 2 / 4),
        (Sort.SATISFACTION, 1.9 / 4),
        (Sort.COMPOSITE, (0.1 * 3 + 0.5 * 2 + 0.4 * 1.9) / 4),
    ],
)
def test_units_can_be_ranked_by_what_people_say(site, sort, rate):
    said(site)
    said(site, satisfied=Satisfaction.BASICALLY)
    said(site, Solved.PARTLY, Satisfaction.NO_OPINION)
    said(site, Solved.NOT, Satisfaction.NOT, contacted=False)
    huopo, jiazhuang = rank(site, sort=sort)
    assert (huopo.name, huopo.cases, huopo.rank) == ("霍坡村", 4, 1)
    assert (huopo.rate, huopo.trend[-1]) == (pytest.approx(rate), pytest.approx(rate))
    assert huopo.standing == fairness.compare(((rate * 4, 4.0),), 1).standings[0]
    assert (jiazhuang.rate, jiazhuang.cases, jiazhuang.rank, jiazhuang.tier) == (None, 0, None, Tier.NONE)


def test_a_unit_without_data_stands_last_without_a_rank(site):
    fill(site)
    rows = rank(site, "grid", sort=Sort.SETTLEMENT)
    assert [(found.code[-6:], found.received, found.settlement_rate, found.rank) for found in rows] == [
        ("201001", 1, 1.0, 1), ("202001", 2, 0.5, 2), ("201002", 0, None, None), ("202002", 0, None, None),
    ]  # fmt: skip
    assert [found.standing for found in rows[2:]] == [rankings.RankRow(0, "", "", "", None, Counted()).standing] * 2


def test_with_fewer_cases_than_the_minimum_a_unit_is_shown_and_not_ranked():
    rows = ranked([row("1", received=4, settled=4), row("2", received=50, settled=45), row("3")], Sort.SETTLEMENT)
    assert [(found.code, found.rate, found.rank, found.tier) for found in rows] == [
        ("2", 0.9, 1, Tier.MIDDLE), ("1", 1.0, None, Tier.FEW), ("3", None, None, Tier.NONE),
    ]  # fmt: skip
    assert 0.9 < rows[1].standing.estimate < 1


def test_nothing_settled_ranks_above_no_data_and_not_with_it():
    rows = ranked([row("1"), row("2", received=50), row("3", received=40, settled=20)], Sort.SETTLEMENT)
    assert [(found.code, found.rank) for found in rows] == [("3", 1), ("2", 2), ("1", None)]


def test_equal_units_share_a_rank_and_the_next_is_counted_on():
    given = [("4", 20, 10), ("2", 40, 40), ("1", 40, 40), ("3", 90, 0)]
    rows = ranked([row(code, received=received, settled=settled) for code, received, settled in given], Sort.SETTLEMENT)
    assert [(found.code, found.rank) for found in rows] == [("1", 1), ("2", 1), ("4", 3), ("3", 4)]


def test_three_of_three_does_not_rank_above_990_of_1000():
    given = [("1", 3, 3), ("2", 1000, 990), ("3", 1000, 900), ("4", 50, 40)]
    rows = ranked(
        [row(code, due=due, on_time=on_time) for code, due, on_time in given], Sort.ON_TIME, fewest=1
    )  # fmt: skip
    assert (rows[0].code, rows[0].tier) == ("2", Tier.FRONT)
    assert next(found for found in rows if found.code == "1").tier is Tier.MIDDLE


def test_a_total_pools_the_counts_and_does_not_average_the_rates():
    total = pooled([row(received=1, settled=1, due=1, on_time=1), row(received=99, settled=0, due=3, on_time=0)])
    assert (total.received, total.settled, total.settlement_rate, total.on_time_rate) == (100, 1, 0.01, 0.25)
    assert (total.rate, total.cases, total.population, total.rank) == (0.25, 4, 20, None)


def test_a_total_of_nothing_has_no_rate():
    assert (pooled([]).rate, pooled([row(), row()]).settlement_rate) == (None, None)


@pytest.mark.parametrize(("received", "settled", "rate"), [(11_114, 11_017, 99.13), (3_907, 2_852, 73.00)])
def test_published_rates_come_out_of_pooled_counts(received, settled, rate):
    parts = [row(received=received - 10, settled=settled - 10), row(received=10, settled=10)]
    assert round((pooled(parts, Sort.SETTLEMENT).rate or 0) * 100, 2) == rate


def test_what_is_not_due_yet_is_censored_and_moves_the_estimate_only(site):
    """By hand, of limits in November, at tenths of it: two settled in the 2nd, one waits in the 5th, one missed.

    1 - (1 - 2/4) x 1 = 50% of three with an outcome; raw: those due by now, one of two in time.
    """
    start = NOW - 10 * DAY
    for due, went in ((NOW - DAY, start + DAY), (NOW + 2 * DAY, start + DAY * 3 / 2)):
        change(site, site.report(at=start), state=State.CLOSED, is_open=False, settled_at=went, due_at=due)
    change(site, site.report(at=NOW - 4 * DAY), due_at=NOW + 5 * DAY)
    change(site, site.report(at=start), due_at=NOW - 2 * DAY)
    huopo, _ = rank(site, sort=Sort.ON_TIME)
    assert (huopo.counted, huopo.rate, huopo.cases) == (
        Counted(received=4, settled=2, due=2, on_time=1), 0.5, 2,
    )  # fmt: skip
    assert huopo.standing == fairness.compare(((1.5, 3.0),), 1).standings[0]


@pytest.mark.parametrize("scope", Scope)
def test_where_nothing_waits_the_estimate_rests_on_every_outcome_also_one_before_its_day(site, scope):
    """Jiazhuang: one settled with its limit in two days, one missed: 1 of 2.

    Huopo by hand: one settled in the 5th tenth, where one waits, one in the 6th, one missed: 1 - 3/4 x 1/2 of three;
    without the excluded one, settled in the 5th: 1 - 1/2 of two.
    """
    start, closed = NOW - 10 * DAY, {"state": State.CLOSED, "is_open": False, "settled_at": NOW - 5 * DAY}
    beside = {"grid": "411622204201001", "by": "supervisor"}
    change(site, site.report(at=start, **beside), due_at=NOW + 2 * DAY, **closed)
    change(site, site.report(at=start, **beside), due_at=NOW - 2 * DAY)
    change(site, site.report(at=start), due_at=NOW - DAY, **closed)
    change(site, site.report(at=start), due_at=NOW + DAY, **closed, excluded_code="court")
    change(site, site.report(at=NOW - 4 * DAY), due_at=NOW + 5 * DAY)
    change(site, site.report(at=start), due_at=NOW - 2 * DAY)
    found = {each.name: each for each in rank(site, sort=Sort.ON_TIME, scope=scope)}
    of_huopo = (1.0, 2.0) if scope is Scope.ASSESSED else (1.875, 3.0)
    told = fairness.compare((of_huopo, (1.0, 2.0)), 1).standings
    assert {found["霍坡村"].standing.estimate, found["贾庄村"].standing.estimate} == {each.estimate for each in told}


def test_the_assessed_scope_leaves_out_what_is_excluded_and_what_was_waived(site):
    fill(site)
    with reading(site.engine) as session:
        rows = demands.queue(session, SYSTEM, Filters(open_only=False), now=NOW).rows
    late = next(found.id for found in rows if found.due_at == NOW - 2 * DAY)
    excluded = next(found.id for found in rows if found.due_at == NOW - 5 * DAY)
    change(site, late, waived_at=NOW)
    change(site, excluded, excluded_code="court")
    found = {each.name: each.counted for each in rank(site, scope=Scope.ASSESSED)}
    assert (found["霍坡村"].received, found["霍坡村"].due, found["霍坡村"].on_time) == (2, 1, 1)
    assert (found["贾庄村"].received, found["贾庄村"].due) == (0, 0)
    assert {each.name: each.counted.due for each in rank(site)} == {"贾庄村": 1, "霍坡村": 2}


def test_the_change_is_against_as_many_days_of_the_month_before(site):
    fill(site)
    old = site.report(at=NOW - 33 * DAY)
    closed = {"state": State.CLOSED, "is_open": False, "settled_at": NOW - 32 * DAY, "settled_level": "grid"}
    change(site, old, due_at=NOW - 31 * DAY, **closed)
    for sort, change_ in ((Sort.SETTLEMENT, -0.5), (Sort.ON_TIME, -0.5)):
        rows = {found.name: found for found in rank(site, sort=sort)}
        assert {name: found.change for name, found in rows.items()} == {"贾庄村": None, "霍坡村": change_}
        assert rows["霍坡村"].trend[-2:] == (1.0, 0.5)


def test_departments_are_ranked_by_the_demands_they_hold_or_held(site):
    fill(site)
    with reading(site.engine) as session:
        rows = {
            found.due_at: found.id for found in demands.queue(session, SYSTEM, Filters(open_only=False), now=NOW).rows
        }
    for due, department in ((NOW - DAY, "water"), (NOW - 2 * DAY, "power"), (NOW - 5 * DAY, "power")):
        change(site, rows[due], department_id=site.departments[department])
    with reading(site.engine) as session:
        found = rankings.of_departments(session, SYSTEM, site.units[TOWN], NOVEMBER, now=NOW, fewest=1)
    told = [(each.code, each.counted, each.rate, each.rank) for each in found if each.cases]
    assert told == [
        ("water", Counted(received=1, settled=1, due=1, on_time=1), 1.0, 1),
        ("power", Counted(received=2, settled=1, due=2, on_time=0), 0.0, 2),
    ]  # fmt: skip
    assert len(found) == len(site.departments)
    november = {"limit_from": NOVEMBER.start, "limit_to": NOVEMBER.so_far(NOW), "open_only": False}
    for kept in (None, True):
        with reading(site.engine) as session:
            opened = [
                demands.count(session, SYSTEM, Filters(department=each.code, kept=kept, **november), now=NOW)
                for each in found
            ]
        assert opened == [each.on_time if kept else each.due for each in found]
        with reading(site.engine) as session:
            whichever = Filters(department=demands.ANY_DEPARTMENT, kept=kept, **november)
            assert demands.count(session, SYSTEM, whichever, now=NOW) == sum(opened)
    assert {(each.rate, each.rank) for each in found[2:]} == {(None, None)}


def test_a_chief_ranks_only_below_the_own_village(site):
    fill(site)
    with reading(site.engine) as session:
        rows = rankings.of_level(session, site.actors["chief"], site.units[HUOPO], "grid", NOVEMBER, now=NOW)
        assert [found.code for found in rows] == ["411622204202001", "411622204202002"]
        for read in (
            lambda: rankings.of_level(session, site.actors["chief"], site.units[TOWN], "village", NOVEMBER, now=NOW),
            lambda: rankings.furthest_behind(
                session, site.actors["chief"], site.units[TOWN], "village", NOVEMBER, now=NOW
            ),
            lambda: rankings.of_departments(session, site.actors["chief"], site.units[TOWN], NOVEMBER, now=NOW),
        ):
            with pytest.raises(NotFound, match="unit_not_found"):
                read()


def test_a_level_that_the_site_does_not_have_ranks_nobody(site):
    assert rank(site, "county") == []


def test_the_furthest_behind_is_the_last_of_the_ranking_beside_all_together(site):
    closed = {"state": State.CLOSED, "is_open": False, "settled_at": NOW - 4 * DAY, "settled_level": "grid"}
    for _ in range(6):
        change(site, site.report(at=NOW - 9 * DAY), due_at=NOW - DAY)
        other = site.report(by="other_chief", grid="411622204201001", at=NOW - 9 * DAY)
        change(site, other, due_at=NOW - DAY, **closed)
    asked = (SYSTEM, site.units[TOWN], "village", NOVEMBER)
    with reading(site.engine) as session:
        last, together = rankings.furthest_behind(session, *asked, now=NOW)
        ordered = rankings.of_level(session, *asked, now=NOW)
    assert (last.name, last.due, last.on_time, last.why.late, last.tier) == ("霍坡村", 6, 0, 6, Tier.BEHIND)
    assert (last.rank, last.code, together.due, together.on_time) == (2, ordered[-1].code, 12, 6)


def test_with_few_cases_nobody_is_called_the_furthest_behind(site):
    fill(site)
    with reading(site.engine) as session:
        assert rankings.furthest_behind(session, SYSTEM, site.units[TOWN], "village", NOVEMBER, now=NOW) is None


@pytest.mark.parametrize("sort", Sort)
def test_a_ranking_costs_the_same_number_of_statements_whatever_it_ranks(site, sort):
    fill(site)
    seen = []
    event.listen(site.engine, "before_cursor_execute", lambda *facts: seen.append(facts[2]))
    spent = []
    for level in ("village", "grid"):
        seen.clear()
        rank(site, level, sort=sort)
        spent.append(len(seen))
    assert spent[0] == spent[1] <= 20


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
    assert [("COVERING" in plan, "ix_demands_open_a2_id" in plan) for plan in ledger] == [
        (True, True), (True, True), (True, True),
    ], "the stock, what is not due yet, what is late and why"  # fmt: skip
    assert all("PRIMARY KEY (unit_id=? AND" in plan for plan in plans if " unit_c" in plan)


def test_ranking_leaves_its_rows_unchanged():
    given = row("1", received=1, settled=1)
    (found,) = ranked([given], Sort.SETTLEMENT, fewest=1)
    assert (given.rank, found.rank, found.counted) == (None, 1, given.counted)
