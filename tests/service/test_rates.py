"""The rates engine: counts of any units in a period, pooled totals, and no data where none is."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st
from sqlalchemy import delete, event

from models.demands import Demand, Reached, Satisfaction, Solved, Verb
from models.profiles import Weights
from models.zones import DayZone
from services import counters, demands, figures, rates, sites
from services.access import SYSTEM
from services.database import reading, transaction
from services.errors import NotFound
from services.periods import Period, Preset, parse, preset
from services.rates import Counted, Month, Scope
from services.rates.cases import NARROWING
from services.settings import settings
from tests.conftest import NOW
from tests.factories import town
from tests.ledgers import store

ZONE = ZoneInfo("Asia/Shanghai")
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30), ZONE)
TOWN, JIAZHUANG, HUOPO, GRID = "411622204", "411622204201", "411622204202", "411622204202001"
OTHER = "411622204201001"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def site(engine):
    return town(engine)


def of(site, *codes, actor=SYSTEM, period=NOVEMBER, now=NOW, **options):
    """What is counted of some units, by code."""
    with reading(site.engine) as session:
        found = rates.counted(session, actor, [site.units[code] for code in codes], period, now=now, **options)
    names = {unit_id: code for code, unit_id in site.units.items()}
    return {names[unit_id]: counts for unit_id, counts in found.items()}


def test_units_of_several_levels_are_counted_in_one_call(site):
    site.report(settled_on_the_spot="换了灯泡")
    site.report(at=NOW - DAY, grid=OTHER, by="other_chief")
    found = of(site, TOWN, JIAZHUANG, HUOPO, GRID)
    assert {code: (row.received, row.settled, row.self_settled) for code, row in found.items()} == {
        TOWN: (2, 1, 1), JIAZHUANG: (1, 0, 0), HUOPO: (1, 1, 1), GRID: (1, 1, 1),
    }  # fmt: skip


def test_a_unit_without_a_demand_is_there_and_has_no_rate(site):
    nothing = of(site, HUOPO)[HUOPO]
    assert nothing == Counted()
    assert (rates.settlement(nothing), rates.on_time(nothing), rates.composite(nothing)) == (None, None, None)


def test_a_unit_outside_the_scope_is_not_found_among_others(site):
    with pytest.raises(NotFound, match="unit_not_found"):
        of(site, HUOPO, JIAZHUANG, actor=site.actors["chief"])


def test_no_unit_asked_for_is_no_unit_told(site):
    assert of(site) == {}


def test_a_department_counts_only_what_was_put_to_it(site):
    mine = site.report()
    site.report(text="另一件事")
    with transaction(site.engine) as session:
        demands.accept(session, site.actors["chief"], mine, now=NOW + timedelta(hours=1))
        demands.assign(
            session, site.actors["chief"], mine, department_id=site.departments["water"], now=NOW + timedelta(hours=2)
        )
    found = of(site, TOWN, HUOPO, actor=site.actors["department"], now=NOW + DAY)
    assert {code: row.received for code, row in found.items()} == {TOWN: 1, HUOPO: 1}


def test_the_statements_do_not_grow_with_the_units(site):
    site.report()
    statements = []
    event.listen(site.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    of(site, JIAZHUANG, HUOPO)
    few = len(statements)
    statements.clear()
    of(site, JIAZHUANG, HUOPO, "411622204201", "411622204202")
    assert len(statements) == few


# The four mistakes of domain.md section 4, each seen in real code.


def answered(at, solved=Solved.SOLVED, satisfied=Satisfaction.SATISFIED, **more):
    """A demand settled and called about on the day it came."""
    return {
        "reported_at": at, "settled_at": at + HOUR, "closed_at": at + 2 * HOUR, "called_at": at + 2 * HOUR,
        "reached": Reached.YES, "solved": solved, "satisfied": satisfied, "contacted": True, **more,
    }  # fmt: skip


def test_a_unit_without_a_valid_call_back_has_no_satisfaction_and_is_not_last_with_0(site):
    at = NOW - 3 * DAY
    missed = {"reached": Reached.NO_ANSWER, "solved": None, "satisfied": None, "contacted": None}
    store(site, [answered(at, satisfied=Satisfaction.NOT), answered(at, grid=OTHER) | missed])
    found = of(site, JIAZHUANG, HUOPO)
    told = {code: (row.called, row.valid, rates.satisfaction(row)) for code, row in found.items()}
    assert told == {JIAZHUANG: (1, 0, None), HUOPO: (1, 1, 0.0)}
    assert rates.satisfaction_interval(found[JIAZHUANG]) is None


def test_a_total_pools_the_counts_and_does_not_average_the_rates(site):
    at = NOW - 3 * DAY
    store(site, [answered(at)] + [answered(at, Solved.NOT, Satisfaction.NOT, grid=OTHER) for _ in range(9)])
    found = of(site, JIAZHUANG, HUOPO, TOWN)
    total = rates.pooled([found[JIAZHUANG], found[HUOPO]])
    assert total == found[TOWN], "what two villages add up to is what the town counts by itself"
    assert (rates.satisfaction(total), rates.resolution(total)) == (0.1, 0.1)
    averaged = (rates.satisfaction(found[JIAZHUANG]) + rates.satisfaction(found[HUOPO])) / 2
    assert averaged == 0.5, "what the mistake would have said"


def test_received_and_settled_are_counted_over_the_same_window(site):
    """Settled in November: one received in October. Received in November: one settled in December."""
    october, late = NOVEMBER.start - 5 * DAY, NOVEMBER.end - 5 * DAY
    store(site, [
        {"reported_at": october, "settled_at": NOVEMBER.start + DAY},
        {"reported_at": NOVEMBER.start, "settled_at": NOVEMBER.start + DAY},
        {"reported_at": late, "settled_at": NOVEMBER.end + DAY, "reworked_at": NOVEMBER.end + DAY},
    ])  # fmt: skip
    then = NOVEMBER.end + 20 * DAY
    cohort = of(site, TOWN, now=then)[TOWN]
    assert (cohort.received, cohort.settled, cohort.reworked, rates.settlement(cohort)) == (2, 1, 0, 0.5)
    event_month = of(site, TOWN, now=then, month=Month.EVENT)[TOWN]
    assert (event_month.settled, rates.settlement(event_month)) == (2, None), "an event month has no such rate"
    with pytest.raises(ValueError, match="no sum"):
        cohort.plus(event_month)


def test_a_period_of_assessment_is_never_six_weeks_and_counts_no_day_twice(site):
    """After the 19th the assessment month has begun anew; every demand of a year lies in exactly one month."""
    days = DayZone(ZONE, timedelta(hours=12), 19)
    first = datetime(2025, 12, 19, 12, tzinfo=ZONE)
    store(site, [{"reported_at": first + number * DAY - timedelta(minutes=number % 2)} for number in range(365)])
    months = [parse(f"2026-{number:02d}", NOW.date(), days) for number in range(1, 13)]
    assert [month.days for month in months] == [31, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30]
    assert sum(of(site, TOWN, period=month, now=first + 400 * DAY)[TOWN].received for month in months) == 365


def test_days_from_noon_are_counted_by_the_counters_of_a_site_that_says_so(site, monkeypatch, tmp_path):
    profile = (settings().sites_dir / "dawangzhuang.toml").read_text(encoding="utf-8")
    for usual, own in (
        ("month_from = 1\n", "month_from = 19\n"),
        ('"00:00"', '"12:00"'),
        ("basically = 0.9", "basically = 0.8"),
    ):
        assert usual in profile
        profile = profile.replace(usual, own, 1)
    (tmp_path / "dawangzhuang.toml").write_text(profile, encoding="utf-8")
    monkeypatch.setenv("SMALLGRID_SITES_DIR", str(tmp_path))
    settings.cache_clear()
    noon = datetime(2026, 11, 19, 12, tzinfo=ZONE)
    store(site, [{"reported_at": noon - timedelta(minutes=1)}, {"reported_at": noon}])
    site.report(at=noon + timedelta(minutes=1))
    with reading(site.engine) as session:
        days, weights = sites.profile(session).days, sites.profile(session).rates.weights
        assert list(counters.differences(session)) == []
    this, last = (preset(name, date(2026, 11, 20), days) for name in (Preset.THIS_MONTH, Preset.LAST_MONTH))
    counts = [of(site, TOWN, period=period, now=NOW)[TOWN].received for period in (last, this)]
    assert (counts, weights.basically, weights.resolution) == ([1, 2], 0.8, 0.5)
    settings.cache_clear()


def test_what_is_excluded_leaves_the_assessed_scope_and_stays_in_the_full_one(site):
    at = NOW - 3 * DAY
    store(site, [answered(at), answered(at, excluded_code="untrue", satisfied=Satisfaction.NOT, reworked_at=at)])
    full, assessed = of(site, TOWN)[TOWN], of(site, TOWN, scope=Scope.ASSESSED)[TOWN]
    assert (full.received, full.valid, full.reworked, rates.satisfaction(full)) == (2, 2, 1, 0.5)
    assert (assessed.received, assessed.valid, assessed.reworked, rates.satisfaction(assessed)) == (1, 1, 0, 1.0)


def test_a_department_has_its_own_assessed_scope(site):
    mine = [site.report(), site.report(text="水管又爆了")]
    for demand_id in mine:
        with transaction(site.engine) as session:
            chief, water = site.actors["chief"], site.departments["water"]
            demands.accept(session, chief, demand_id, now=NOW + HOUR)
            demands.assign(session, chief, demand_id, department_id=water, now=NOW + 2 * HOUR)
    with transaction(site.engine) as session:
        demands.move(
            session,
            SYSTEM,
            mine[0],
            Verb.EXCLUDE,
            now=NOW + 3 * HOUR,
            reason="不实",
            changes={"excluded_code": "untrue"},
        )
    of_water = {"actor": site.actors["department"], "now": NOW + DAY}
    assert [of(site, TOWN, scope=scope, **of_water)[TOWN].received for scope in Scope] == [2, 1]


def test_the_first_hour_is_counted_of_what_was_answered_or_still_waits(site):
    at = NOW - 3 * DAY
    store(site, [
        {"reported_at": at, "first_answered_at": at + HOUR},
        {"reported_at": at, "first_answered_at": at + HOUR + timedelta(seconds=1)},
        {"reported_at": at},
        {"reported_at": at, "settled_at": at + DAY},
        {"reported_at": NOW - timedelta(minutes=30)},
    ])  # fmt: skip
    found = of(site, TOWN)[TOWN]
    assert (found.first_hour, found.awaited) == (1, 3), "imported without an answer, and in its first hour: not told"


def test_what_is_due_later_today_is_not_due_yet(site):
    store(site, [
        {"reported_at": NOW - 9 * DAY, "due_at": NOW - HOUR}, {"reported_at": NOW - 9 * DAY, "due_at": NOW + HOUR},
    ])  # fmt: skip
    assert (of(site, TOWN)[TOWN].due, of(site, TOWN, now=NOW + DAY)[TOWN].due) == (1, 2)


def test_redone_and_opened_again_count_as_rework_once_and_go_on_counting(site):
    demand_id = site.report(at=NOW - 3 * DAY, settled_on_the_spot="换了灯泡")
    for number, verb in enumerate((Verb.HAND_IN, Verb.REWORK), start=1):
        with transaction(site.engine) as session:
            demands.move(session, SYSTEM, demand_id, verb, now=NOW + number * HOUR, reason="没修好")
    with transaction(site.engine) as session:
        demands.settle(session, SYSTEM, demand_id, now=NOW + 4 * HOUR, reason="修好了")
    found = of(site, HUOPO, now=NOW + DAY)[HUOPO]
    assert (found.received, found.settled, found.reworked, rates.rework(found)) == (1, 1, 1, 1.0)
    by_event = of(site, HUOPO, now=NOW + DAY, month=Month.EVENT)[HUOPO]
    assert (by_event.settled, by_event.reworked, rates.rework(by_event)) == (1, 1, 1.0)


def test_the_weights_of_the_profile_decide_the_composite(site):
    counts = Counted(valid=10, contacted=5, solved=8, satisfied=4, basically=5)
    assert rates.composite(counts) == pytest.approx(100 * (0.05 + 0.4 + 0.4 * 0.85))
    assert rates.composite(counts, Weights(response=0, resolution=1, satisfaction=0)) == pytest.approx(80)
    assert rates.satisfaction(counts, Weights(basically=0)) == 0.4


DAYS = st.integers(0, 75)
MAYBE = st.one_of(st.none(), DAYS)
LEDGERS = st.lists(st.tuples(DAYS, MAYBE, MAYBE, MAYBE, st.booleans(), st.booleans()), min_size=1, max_size=6)
BEGIN = datetime(2026, 8, 20, 9, tzinfo=ZONE)


def drawn(came, after, ended, back, excluded, waived):
    """A demand from random days: reported, settled after, closed after that, put back to work."""
    at = BEGIN + came * DAY
    settled = None if after is None else at + after * DAY
    return {
        "reported_at": at, "due_at": at + 9 * DAY, "settled_at": settled,
        "closed_at": None if settled is None or ended is None else settled + ended * DAY,
        "reworked_at": None if back is None else at + back * DAY,
        "excluded_code": "untrue" if excluded else None, "waived_at": at if waived else None,
    }  # fmt: skip


def test_any_period_in_either_scope_is_what_one_counts_by_hand(site):
    """Cohort, limit, end and going back in any order; the oracle looks at each demand by itself."""

    @settings_of_hypothesis(max_examples=25, deadline=None, derandomize=True)
    @given(LEDGERS, DAYS, DAYS)
    def holds(rows, one, other):
        with transaction(site.engine) as session:
            session.connection().execute(delete(Demand))
        stored = [drawn(*row) for row in rows]
        store(site, stored)
        first, last = sorted([one, other])
        period = Period((BEGIN + first * DAY).date(), (BEGIN + last * DAY).date(), ZONE)
        for scope in Scope:
            found = of(site, TOWN, period=period, now=BEGIN + 400 * DAY, scope=scope)[TOWN]
            assert found == by_hand(stored, period, scope)

    holds()


def by_hand(rows, period, scope):
    """The counts of a period that is over, demand by demand."""
    rows = [row for row in rows if scope is Scope.FULL or row["excluded_code"] is None]
    came = [row for row in rows if period.start <= row["reported_at"] < period.end]
    due = [row for row in rows if period.start <= row["due_at"] < period.end]
    if scope is Scope.ASSESSED:
        due = [row for row in due if row["waived_at"] is None]

    def by_the_end(some, name):
        return sum(row[name] is not None and row[name] < period.end for row in some)

    return Counted(
        received=len(came), settled=by_the_end(came, "settled_at"), reworked=by_the_end(came, "reworked_at"),
        awaited=sum(row["settled_at"] is None for row in came), due=len(due), closed=by_the_end(due, "closed_at"),
        on_time=sum(row["settled_at"] is not None and row["settled_at"] <= row["due_at"] for row in due),
    )  # fmt: skip


def listed(site, filters, code=TOWN, now=NOW):
    with reading(site.engine) as session:
        return demands.count(session, SYSTEM, replace(filters, unit_id=site.units[code]), now=now)


def counts_and_cases(site, period, now):
    """Each count of each scope and month beside the number of the queue behind it."""
    for scope in Scope:
        for month in Month:
            found = of(site, TOWN, period=period, scope=scope, now=now, month=month)[TOWN]
            for name in (*NARROWING[month], *rates.CALLED):
                wanted = rates.cases(name, period, scope, now=now, month=month)
                yield (scope, month, name), getattr(found, name), listed(site, wanted, now=now)


@pytest.mark.parametrize("running", [False, True])
def test_every_count_is_the_number_of_the_queue_behind_it(site, running):
    """4.2: in either scope, of a period that is over and of one that runs."""
    random = Random(17)
    rows = []
    for _ in range(160):
        at = NOW - timedelta(hours=random.randrange(1, 24 * 75))
        due = at + random.choice([9 * DAY, 30 * HOUR, 40 * DAY])
        settled = at + timedelta(hours=random.randrange(240)) if random.random() < 0.7 else None
        settled = None if settled is None or settled > NOW else settled
        closed = settled + DAY if settled and settled + DAY < NOW and random.random() < 0.6 else None
        called = settled + HOUR if settled and random.random() < 0.6 else None
        reached = random.choice([Reached.YES, Reached.YES, Reached.NO_ANSWER]) if called else None
        before = called and reached is Reached.NO_ANSWER and random.random() < 0.5
        heard = called if reached is Reached.YES else called - 5 * DAY if before else None
        rows.append({
            "reported_at": at, "due_at": due, "settled_at": settled, "closed_at": closed, "called_at": called,
            "first_answered_at": at + random.choice([HOUR / 2, 5 * HOUR]) if random.random() < 0.5 else None,
            "reworked_at": at + DAY if random.random() < 0.2 and at + DAY < NOW else None, "reached": reached,
            "self_settled": settled is not None and random.random() < 0.4, "contacted": heard is not None,
            "heard_at": heard,
            "solved": random.choice(list(Solved)) if heard else None,
            "satisfied": random.choice(list(Satisfaction)) if heard else None,
            "excluded_code": "untrue" if random.random() < 0.15 else None,
            "waived_at": NOW if closed and random.random() < 0.3 else None,
        })  # fmt: skip
    rows += [{"reported_at": NOW - HOUR / 3}, {"reported_at": NOW - DAY, "due_at": NOW + HOUR}]
    store(site, rows)
    october = Period(date(2026, 10, 1), date(2026, 10, 31), ZONE)
    told = list(counts_and_cases(site, NOVEMBER if running else october, NOW))
    assert [(what, count, number) for what, count, number in told if count != number] == []
    assert len([count for _, count, _ in told if count]) > 60, "too little happened to say anything"


def test_the_figures_of_today_and_the_map_are_those_of_the_engine(site):
    rows = [
        {
            "reported_at": NOW - timedelta(hours=13 * number), "due_at": NOW + timedelta(hours=40 - 9 * number),
            "settled_at": NOW - timedelta(hours=13 * number - 7) if number % 3 and number else None,
            "self_settled": number % 6 == 1, "grid": OTHER if number % 4 else GRID,
        }
        for number in range(90)
    ]  # fmt: skip
    store(site, rows)
    october = Period(date(2026, 10, 1), date(2026, 10, 31), ZONE)
    for period in (NOVEMBER, october):
        counted = of(site, TOWN, JIAZHUANG, HUOPO, period=period)
        with reading(site.engine) as session:
            whole = figures.of_unit(session, SYSTEM, site.units[TOWN], period, now=NOW)
            parts = figures.by_unit(session, SYSTEM, site.units[TOWN], "village", period, now=NOW)
        for row in (whole, *parts):
            told = counted[row.code]
            assert (told.received, told.settled, told.due, told.on_time) == (
                row.received, row.settled, row.due, row.on_time,
            )  # fmt: skip
            assert (rates.settlement(told), rates.on_time(told)) == (row.settlement_rate, row.on_time_rate)


def test_a_year_costs_as_many_statements_as_a_week_and_reads_counters_not_demands(site):
    """So a year costs the same at ten thousand demands and at a million: what is read are months and days of a unit."""
    store(site, [{"reported_at": NOW - timedelta(hours=37 * number)} for number in range(200)])
    statements = []
    event.listen(site.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    spent = []
    for first, last in ((date(2026, 11, 9), date(2026, 11, 15)), (date(2025, 11, 1), date(2026, 10, 31))):
        for scope in Scope:
            statements.clear()
            of(site, JIAZHUANG, HUOPO, period=Period(first, last, ZONE), scope=scope)
            spent.append((scope, len([words for words in statements if words.startswith("SELECT")])))
            assert [words for words in statements if "FROM demands" in words] == [], "what is over is in the counters"
    assert spent[:2] == spent[2:] == [(Scope.FULL, 4), (Scope.ASSESSED, 7)]
