"""Counters: kept with every move, equal to the ledger counted again, and named where they are not."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from random import Random
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, event, func, insert, select, update

from models.counters import Grain, LeftOutCount, UnitCell, UnitCount
from models.demands import MOVES, Demand, Reached, Satisfaction, Solved, Verb
from models.units import Unit
from models.zones import DayZone
from services import checks, counters, database, demands, imports, listed
from services.access import SYSTEM
from services.counters import counting, days, facts
from services.database import reading, transaction
from services.demands import history
from services.errors import ServiceError
from tests.conftest import NOW
from tests.factories import town

TOWN, HUOPO, GRID, OTHER = "411622204", "411622204202", "411622204202001", "411622204201001"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def site(engine):
    return town(engine)


def differing(engine):
    with reading(engine) as session:
        return list(counters.differences(session))


def moved(site, demand_id, *steps, at=NOW):
    """Walk a demand through moves, each an hour after the one before and in its own transaction."""
    for number, (who, verb, options) in enumerate(steps):
        with transaction(site.engine) as session:
            when = at + timedelta(hours=number + 1)
            getattr(demands, verb)(session, site.actors[who], demand_id, now=when, **options)


def settling(site):
    return (
        ("chief", "accept", {}), ("chief", "assign", {"unit_id": site.units[HUOPO]}), ("chief", "sign", {}),
        ("chief", "settle", {"reason": "修好了"}),
    )  # fmt: skip


def counts_of(site, unit, day):
    """The counts of one unit and day that are not 0."""
    with reading(site.engine) as session:
        table = UnitCount.__table__
        row = session.connection().execute(
            select(table).where(
                table.c.unit_id == site.units[unit], table.c.grain == Grain.DAY, table.c.day == days.number(day)
            )
        ).mappings().one()  # fmt: skip
        return {name: value for name, value in row.items() if value and name not in {"unit_id", "grain", "day"}}


def test_a_filed_and_a_settled_demand_count_for_every_unit_above_them(site):
    moved(site, site.report(), *settling(site))
    site.report(settled_on_the_spot="换了灯泡")
    for unit in (TOWN, HUOPO, GRID):
        assert counts_of(site, unit, date(2026, 11, 20)) == {
            "received": 2, "settled": 2, "self_settled": 1, "to_settle": 2, "settlements": 2, "own_settlements": 1,
            "judged_settlements": 2, "awaited": 2, "first_hour": 1,
        }  # fmt: skip
        assert counts_of(site, unit, date(2026, 12, 1)) == {"due": 2, "kept": 2}
    assert differing(site.engine) == []


def test_most_moves_change_no_counter_and_write_none(site):
    demand_id = site.report()
    seen = []
    event.listen(site.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    moved(site, demand_id, *settling(site)[:3])
    assert [statement for statement in seen if "unit_c" in statement] == []
    moved(site, demand_id, settling(site)[3])
    assert len([statement for statement in seen if "unit_c" in statement]) == 2


def test_a_move_that_is_refused_leaves_the_counters_alone(site):
    demand_id = site.report()

    def fail_half_way():
        with transaction(site.engine) as session:
            demands.move(session, site.actors["chief"], demand_id, demands.moves.Verb.REJECT, now=NOW, reason="重复")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert differing(site.engine) == []


def test_many_demands_moved_in_one_transaction_are_written_in_two_statements(site):
    ids = [site.report() for _ in range(3)]
    seen = []
    event.listen(site.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    with transaction(site.engine) as session:
        for demand_id in ids:
            demands.move(session, site.actors["chief"], demand_id, demands.moves.Verb.REJECT, now=NOW, reason="重复")
    assert len([statement for statement in seen if "unit_c" in statement]) <= 2
    assert differing(site.engine) == []


def test_two_who_settle_demands_of_one_village_at_once_lose_nothing(site):
    """Each settles several in one transaction and in the other order: nobody waits in a circle."""
    ids = [site.report(at=NOW - number * DAY) for number in range(6)]
    for demand_id in ids:
        moved(site, demand_id, *settling(site)[:3])
    start = Barrier(2)

    def settle(mine):
        start.wait()
        with transaction(site.engine) as session:
            for demand_id in mine:
                later = NOW + timedelta(hours=5)
                demands.settle(session, site.actors["chief"], demand_id, now=later, reason="修好了")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(settle, [ids[:3], ids[:2:-1]]))
    assert counts_of(site, HUOPO, date(2026, 11, 20))["settlements"] == 6
    assert differing(site.engine) == []


def test_eight_who_file_at_once_are_all_counted(site):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: site.report(), range(16)))
    assert counts_of(site, TOWN, date(2026, 11, 20))["received"] == 16
    assert differing(site.engine) == []


def test_counting_anew_gives_what_the_moves_kept(site):
    moved(site, site.report(at=NOW - 40 * DAY), *settling(site))
    site.report(settled_on_the_spot="换了灯泡", grid=OTHER, by="other_chief")

    def stored():
        with reading(site.engine) as session:
            tables = (UnitCount.__table__, UnitCell.__table__)
            rows = [list(session.connection().execute(select(table).order_by(*table.primary_key))) for table in tables]
            return [[row for row in part if any(row[3:])] for part in rows[:1]] + [[r for r in rows[1] if r.n]]

    kept = stored()
    with transaction(site.engine) as session:
        counters.recount(session)
    assert stored() == kept


def test_what_is_taken_away_and_added_again_leaves_the_counters_as_they_were(site):
    ids = [site.report(), site.report(settled_on_the_spot="换了灯泡", at=NOW - 40 * DAY)]
    with transaction(site.engine) as session:
        counters.apply(session, ids, -1)
    assert {row.counted > row.kept for row in differing(site.engine)} == {True}
    with transaction(site.engine) as session:
        counters.apply(session, ids, 1)
    assert differing(site.engine) == []


HEADER = "external_id,text,category,unit_code,reported_at,due_at,state,settled_at"
ROWS = (
    f"K-1,路灯不亮,路灯,{GRID},2026-11-01 08:00:00,2026-11-10 17:30:00,处置中,",
    f"K-2,垃圾没人收,垃圾,{OTHER},2026-10-01 08:00:00,2026-10-10 17:30:00,已办结,2026-10-11 09:00:00",
)


def brought(site, folder, *rows, **options):
    path = folder / "demands.csv"
    path.write_text("\n".join((HEADER, *rows)), encoding="utf-8")
    table = imports.open_table(path, kind=imports.Kind.DEMANDS)
    with transaction(site.engine) as session:
        mapping = imports.guess(imports.Kind.DEMANDS, table.columns, table.head())
        return imports.run(session, SYSTEM, imports.Kind.DEMANDS, table, mapping, now=NOW, **options)


def test_an_import_its_updates_and_one_taken_back_keep_the_counters_right(site, tmp_path):
    assert brought(site, tmp_path, *ROWS).inserted == 2
    assert counts_of(site, TOWN, date(2026, 10, 11)) == {
        "settlements": 1, "judged_settlements": 1, "late_settlements": 1, "closings": 1,
    }  # fmt: skip
    assert differing(site.engine) == []
    settled = ROWS[0].replace("处置中,", "已办结,2026-11-09 10:00:00")
    assert brought(site, tmp_path, settled, ROWS[1], dry_run=True).updated == 1
    assert differing(site.engine) == []
    assert brought(site, tmp_path, settled, ROWS[1]).updated == 1
    assert counts_of(site, HUOPO, date(2026, 11, 9)) == {
        "settlements": 1, "judged_settlements": 1, "closings": 1,
    }  # fmt: skip
    assert brought(site, tmp_path, ROWS[0].replace(GRID, OTHER), ROWS[1]).updated == 1
    assert differing(site.engine) == []
    with reading(site.engine) as session:
        village = select(func.sum(UnitCount.received)).where(UnitCount.unit_id == site.units[HUOPO])
        assert session.connection().execute(village).scalar_one() == 0, "moved to another village's grid, open again"


ENDS = (
    "处置中,", "已办结,2026-{month:02}-04 10:00:00", "已办结,2026-{month:02}-12 09:00:00",
    "self_handled,2026-{month:02}-03 09:30:00",
)  # fmt: skip
"""Open, settled in time, settled late, settled by the grid itself."""


def numbered(*places, ends=ENDS):
    """Rows of demands filed at these places in three months, with these ends in turn."""
    for number, place in enumerate(places):
        month = 8 + number % 3
        end = ends[number % len(ends)].format(month=month)
        yield f"K-{number},路灯不亮 {number},路灯,{place},2026-{month:02}-03 08:00:00,2026-{month:02}-10 17:30:00,{end}"


def left_out_of(site, unit):
    """What is left out of a unit over all days: received, due, settled within the limit."""
    table = LeftOutCount.__table__
    sums = select(*(func.coalesce(func.sum(table.c[name]), 0) for name in ("received", "due", "kept")))
    with reading(site.engine) as session:
        here = sums.where(table.c.unit_id == site.units[unit], table.c.grain == Grain.DAY)
        return tuple(session.connection().execute(here).one())


def marked(site, external_id, **values):
    """Write columns of an imported demand, counted by `apply`."""
    with transaction(site.engine) as session:
        found = session.connection().execute(select(Demand.id).where(Demand.external_id == external_id)).scalar_one()
        counters.apply(session, [found], -1)
        session.connection().execute(update(Demand).where(Demand.id == found).values(**values))
        counters.apply(session, [found], 1)


def test_imports_counted_in_several_parts_keep_the_counters_right(site, tmp_path, monkeypatch):
    """The parts share units, days and months: each adds to what the one before wrote."""
    monkeypatch.setattr(counting, "AT_ONCE", 5)
    places = [GRID, OTHER, HUOPO, TOWN] * 6
    assert brought(site, tmp_path, *numbered(*places)).inserted == 24
    assert differing(site.engine) == []
    assert brought(site, tmp_path, *numbered(*reversed(places))).updated == 24
    assert differing(site.engine) == []


def test_what_is_left_out_follows_its_demand_when_a_later_file_moves_and_settles_it(site, tmp_path, monkeypatch):
    """Of an open demand that was waived only its limit is left out, which is in no cell; of a settled one more."""
    monkeypatch.setattr(counting, "AT_ONCE", 3)
    brought(site, tmp_path, *numbered(*[OTHER] * 8))
    marked(site, "K-1", excluded_code="untrue")
    marked(site, "K-4", waived_at=NOW)
    assert (left_out_of(site, OTHER), left_out_of(site, GRID)) == ((1, 2, 1), (0, 0, 0))
    assert differing(site.engine) == []
    assert brought(site, tmp_path, *numbered(*[GRID] * 8, ends=ENDS[1:2])).updated == 8
    assert (left_out_of(site, OTHER), left_out_of(site, GRID)) == ((0, 0, 0), (1, 2, 2))
    assert differing(site.engine) == []
    marked(site, "K-1", excluded_code=None)
    marked(site, "K-4", waived_at=None)
    assert left_out_of(site, GRID) == (0, 0, 0)
    assert differing(site.engine) == []


def test_an_import_counts_only_what_its_demands_have(site, tmp_path):
    seen = []
    event.listen(site.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    brought(site, tmp_path, *ROWS)
    written = [one for one in seen if "INSERT INTO unit_c" in one or "INSERT INTO left_out" in one]
    assert len(written) == 2, "nothing is excluded or waived: nothing is left out"
    assert all("called_at" not in statement for statement in written), "nobody was called back"
    assert differing(site.engine) == []


def test_more_demands_than_a_statement_takes_values_are_counted_at_once(site, monkeypatch):
    monkeypatch.setattr(counting, "AT_ONCE", 100_000)
    ids = [site.report(), site.report(settled_on_the_spot="换了灯泡")]
    with transaction(site.engine) as session:
        counters.apply(session, range(1, 100_001), -1)
        left = select(func.sum(UnitCount.received), func.sum(UnitCount.settlements))
        assert tuple(session.connection().execute(left).one()) == (0, 0)
        counters.apply(session, [*ids, *range(200_000, 299_998)], 1)
        counters.apply(session, [], 1)
    assert differing(site.engine) == []


def test_one_of_many_values_is_exactly_one_of_these(site):
    odd = "霍'坡\"\\村%s :a"
    with transaction(site.engine) as session:
        session.connection().execute(update(Unit).where(Unit.code == HUOPO).values(name=odd))
        for key, values, count in (
            (Unit.name, [], 0), (Unit.name, [odd, odd, "霍"], 1), (Unit.id, [site.units[GRID], -1], 1),
            (Unit.code, [GRID, OTHER, *map(str, range(100_000))], 2),
        ):  # fmt: skip
            condition = listed.one_of(site.engine.dialect.name, key, values)
            found = select(func.count()).select_from(Unit).where(condition)
            assert session.connection().execute(found).scalar_one() == count


def test_verify_names_a_wrong_counter_by_unit_day_and_measure(site):
    moved(site, site.report(), *settling(site))
    village = site.units[HUOPO]
    with transaction(site.engine) as session:
        table, cells = UnitCount.__table__, UnitCell.__table__
        session.connection().execute(
            update(table)
            .where(table.c.unit_id == village, table.c.day == days.number(date(2026, 11, 20)))
            .values(received=9)
        )
        session.connection().execute(
            insert(cells).values(unit_id=village, kind=8, grain=1, day=days.number(date(2026, 10, 1)), sub=3, tag="x",
                                 n=2)
        )  # fmt: skip
    with reading(site.engine) as session:
        report = checks.verify(session, SYSTEM)
    assert report.differences == (
        checks.Difference("counter", HUOPO, "2026-11-20 received", "9", "1"),
        checks.Difference("counter", HUOPO, "2026-10 late 3 x", "2", "0"),
    )


PLACES = [ZoneInfo(name) for name in ("Asia/Shanghai", "UTC", "America/New_York", "Australia/Lord_Howe")]
FROM_NOON = [DayZone(place, timedelta(hours=12)) for place in PLACES]


@pytest.mark.parametrize("place", [*PLACES, *FROM_NOON], ids=str)
def test_python_and_both_databases_agree_on_the_day_the_month_and_the_hours(site, place):
    """At midnights, at changes of the clock, before 1970, in a leap year, a moment before a second is full."""
    moments = [
        datetime(2026, 11, 19, 15, 59, 59, 999_900, tzinfo=UTC), datetime(2026, 11, 19, 16, tzinfo=UTC),
        datetime(1987, 5, 1, 15, 30, tzinfo=UTC), datetime(1966, 2, 28, 23, 59, 59, tzinfo=UTC),
        datetime(2024, 2, 29, 12, tzinfo=UTC), datetime(2026, 3, 8, 6, 59, 59, tzinfo=UTC),
        datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 5, 59, tzinfo=UTC),
        datetime(2026, 4, 4, 14, 59, 59, tzinfo=UTC), datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC),
    ]  # fmt: skip
    ids = [site.report() for _ in moments]
    with transaction(site.engine) as session:
        for demand_id, moment in zip(ids, moments, strict=True):
            session.connection().execute(
                update(Demand).where(Demand.id == demand_id).values(reported_at=moment, due_at=moment)
            )
        day = days.local_day(facts.C.reported_at, place)
        rows = session.connection().execute(
            select(day, days.Month(day), days.Epoch(facts.C.reported_at)).order_by(facts.C.id)
        )
        found = [tuple(row) for row in rows]
    assert found == [
        (days.local(moment, place), days.month(days.local(moment, place)), days.seconds(moment)) for moment in moments
    ]


@pytest.mark.parametrize(
    ("hours", "kept"),
    [(0, 0), (239, 239), (240, 240), (263, 240), (264, 264), (2399, 2376), (2400, 2400), (2639, 2400), (2640, 2640)],
)
def test_hours_are_kept_exactly_for_ten_days_and_to_a_tenth_beyond(hours, kept):
    assert facts.rounded(hours) == kept
    assert hours - kept <= hours / 10


def test_a_site_that_had_no_counters_gets_them_with_the_migration(site):
    moved(site, site.report(), *settling(site))
    with transaction(site.engine) as session:
        for table in (UnitCount, UnitCell):
            session.connection().execute(delete(table))
    database.migrate(site.engine)
    assert counts_of(site, TOWN, date(2026, 11, 20))["settlements"] == 1
    assert differing(site.engine) == []


WHO = ("leader", "supervisor", "chief", "member", "department")
CHANGED = {
    Verb.EXCLUDE: lambda random, at: {"excluded_code": "untrue"},
    Verb.INCLUDE: lambda random, at: {"excluded_code": None},
    Verb.WAIVE: lambda random, at: {"waived_at": at},
    Verb.CLOSE: lambda random, at: {"closed_at": at},
    Verb.SIGN: lambda random, at: {"answered_at": at},
    Verb.REOPEN: lambda random, at: {"closed_at": None, "answered_at": None, "waived_at": None},
    Verb.CALL_BACK: lambda random, at: {"called_at": at, "contacted": random.random() < 0.5}
    | random.choice([
        {"reached": Reached.NO_ANSWER, "solved": None, "satisfied": None},
        *({"reached": Reached.YES, "solved": solved, "satisfied": satisfied}
          for solved in Solved for satisfied in Satisfaction),
    ]),
}  # fmt: skip
"""What a move changes besides the state, for those whose change counts."""
SIDE = {Verb.MERGE, Verb.SUSPEND, Verb.EXTEND, Verb.ARCHIVE, Verb.SUBMIT, Verb.VOID, Verb.HAND_IN}


def wandered(site, seed, steps=60):
    """Random moves the table allows, over weeks; gives the verbs that were made."""
    random, at, made = Random(seed), NOW, set()
    ids = [site.report(at=NOW - timedelta(hours=9 * number), settled_on_the_spot=done)
           for number, done in enumerate([None, "换了灯泡", None])]  # fmt: skip
    for _ in range(steps):
        at += timedelta(hours=random.choice([0, 1, 7, 90]), minutes=random.randrange(60))
        demand_id, who = random.choice(ids), random.choice(WHO)
        with reading(site.engine) as session:
            state = session.get_one(Demand, demand_id).state
        open_to = [verb for verb, rule in MOVES.items() if state in rule.sources and verb not in SIDE]
        wanted = [verb for verb in open_to if verb in CHANGED or MOVES[verb].target] or open_to
        verb = random.choice(wanted)
        with suppress(ServiceError), transaction(site.engine) as session:
            changes = CHANGED[verb](random, at) if verb in CHANGED else {}
            demands.move(session, site.actors[who], demand_id, verb, now=at, reason="有原因", changes=changes)
            made.add(verb)
    return made


@pytest.mark.parametrize("seed", [4, 11, 23])
def test_after_random_moves_the_counters_equal_a_recount_from_the_events(site, seed):
    made = wandered(site, seed)
    assert len(made) >= 8, "too short a history to say anything"
    with reading(site.engine) as session:
        found = checks.verify(session, SYSTEM)
    assert [row for row in found.differences if "deadline" not in row.column] == []


def test_what_is_excluded_or_waived_is_left_out_and_comes_back(site):
    demand_id = site.report(settled_on_the_spot="换了灯泡")
    table = LeftOutCount.__table__

    def left_out():
        with reading(site.engine) as session:
            sums = select(func.sum(table.c.received), func.sum(table.c.kept), func.sum(table.c.settled))
            row = session.connection().execute(sums.where(table.c.unit_id == site.units[TOWN], table.c.grain == 0))
            return tuple(row.one())

    def change(verb, **changes):
        with transaction(site.engine) as session:
            demands.move(session, SYSTEM, demand_id, verb, now=NOW + DAY, reason="有原因", changes=changes)

    change(Verb.EXCLUDE, excluded_code="untrue")
    assert left_out() == (1, 1, 1)
    change(Verb.INCLUDE, excluded_code=None)
    assert left_out() == (0, 0, 0)
    change(Verb.SKIP_CHECK)
    change(Verb.CLOSE, closed_at=NOW + DAY)
    change(Verb.WAIVE, waived_at=NOW + DAY)
    assert left_out() == (0, 1, 0), "only how it stands to its limit"
    assert counts_of(site, TOWN, date(2026, 11, 20))["received"] == 1, "the full scope keeps it"
    assert differing(site.engine) == []


def test_a_database_without_the_columns_of_rates_gets_them_from_its_events(site):
    demand_id = site.report()
    moved(site, demand_id, *settling(site), ("supervisor", "move", {"verb": Verb.REWORK, "reason": "没修好"}))
    with transaction(site.engine) as session:
        known = session.get_one(Demand, demand_id)
        told = known.first_answered_at, known.reworked_at
        known.first_answered_at = known.reworked_at = None
        session.flush()
        history.derive(session, SYSTEM)
        session.expire_all()
        assert (known.first_answered_at, known.reworked_at) == told == (NOW + 3 * HOUR, NOW + 5 * HOUR)
    assert differing(site.engine) == []
