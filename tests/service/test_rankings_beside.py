"""Learning from the best: which one is the best of its kind, the gap point by point, and where the time goes."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from models.demands import Demand, State
from models.profiles import Weights
from services import counters, rankings
from services.access import SYSTEM
from services.database import reading, transaction
from services.errors import NotFound
from services.periods import Period
from services.rankings import Kind, RankRow, StepRow
from services.rankings.beside import of_kind, points
from services.rates import Counted
from tests.conftest import NOW
from tests.factories import town

NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30), ZoneInfo("Asia/Shanghai"))
JIAZHUANG, HUOPO = "411622204201", "411622204202"
DAY = timedelta(days=1)


@pytest.fixture
def site(engine):
    """霍坡村: six, all late. 贾庄村: six, all in time; lamps in both."""
    made = town(engine)
    for number in range(6):
        for by, grid, days in (("member", "411622204202001", 9), ("other_chief", "411622204201001", 2)):
            came = NOW - (10 + number / 10) * DAY
            filed = made.report(by=by, grid=grid, at=came)
            with transaction(engine) as session:
                counters.apply(session, [filed], -1)
                row = session.get_one(Demand, filed)
                row.state, row.is_open, row.settled_at, row.due_at = (
                    State.CLOSED,
                    False,
                    came + days * DAY,
                    came + 5 * DAY,
                )
                session.flush()
                counters.apply(session, [filed], 1)
    return made


def of(site, code, actor=SYSTEM, **options):
    with reading(site.engine) as session:
        return rankings.beside(session, actor, site.units[code], NOVEMBER, now=NOW, **options)


def test_a_village_stands_beside_the_best_with_its_gap_in_every_rate(site):
    found = of(site, HUOPO)
    assert (found.own.name, found.best.name, found.first, found.kind, found.alike) == (
        "霍坡村", "贾庄村", False, Kind.LEVEL, 1,
    )  # fmt: skip
    told = {row.name: (row.own, row.best, row.gap) for row in found.points}
    assert told["on_time"] == (0.0, 1.0, 1.0)
    assert told["settlement"] == (1.0, 1.0, 0.0)
    assert told["satisfaction"] == (None, None, None)


def test_the_category_that_loses_most_says_how_many_fewer_it_would_miss_at_the_best_one_s_rate(site):
    (row,) = of(site, HUOPO).categories
    assert (row.name_en, row.received, row.due, row.missed) == ("Street lamps", 6, 6, 6)
    assert (row.best_received, row.best_due, row.best_missed, row.lost) == (6, 6, 0, 6.0)


def test_the_step_of_the_chain_that_loses_the_time_is_told_from_the_events(site):
    """Nobody moved them on: the whole time, to now, was spent where they were reported."""
    found = of(site, HUOPO)
    assert found.cases == (6, 6)
    assert [row.level for row in found.steps] == ["grid"]
    assert abs(found.steps[0].lost) < timedelta(seconds=1)


def test_the_best_itself_is_shown_beside_the_next(site):
    found = of(site, JIAZHUANG)
    assert (found.own.name, found.best.name, found.first) == ("贾庄村", "霍坡村", True)


def test_a_viewer_sees_the_rates_and_no_steps(site):
    found = of(site, HUOPO, site.actors["viewer"])
    assert (found.best.name, found.steps, found.cases) == ("贾庄村", (), (0, 0))


def test_a_chief_finds_nobody_to_compare_with_beyond_the_own_village(site):
    found = of(site, HUOPO, site.actors["chief"])
    assert (found.own.name, found.best, found.alike) == ("霍坡村", None, 0)
    with pytest.raises(NotFound, match="unit_not_found"):
        of(site, JIAZHUANG, site.actors["chief"])


def row(code, people, received=50, rank=1):
    return RankRow(int(code), code, code, code, people, Counted(received=received), rank=rank)


def test_the_kind_is_half_to_twice_the_people_where_three_of_it_are_ranked():
    own, *others = row("1", 100), row("2", 200), row("3", 50), row("4", 99), row("5", 201), row("6", 49)
    assert of_kind(own, [own, *others]) == (others[:3], Kind.PEOPLE)


def test_without_enough_of_its_people_the_kind_is_as_many_cases_and_then_the_level():
    own = row("1", None, 40)
    others = [row("2", 10, 20), row("3", 10, 80), row("4", 10, 41), row("5", 10, 400)]
    assert of_kind(own, [own, *others]) == (others[:3], Kind.CASES)
    unranked = [replace(each, rank=None) for each in others]
    assert of_kind(own, [own, *unranked]) == (unranked, Kind.LEVEL)


def test_a_low_rate_of_rework_is_the_better_one():
    told = points(Counted(received=10, reworked=3), Counted(received=10, reworked=1), Weights())
    rework = next(each for each in told if each.name == "rework")
    assert (rework.own, rework.best, round(rework.gap, 9)) == (0.3, 0.1, 0.2)


def test_a_step_loses_what_it_took_longer_than_with_the_best():
    assert StepRow("village", 3 * DAY, DAY).lost == 2 * DAY
