"""Deadlines against a slow oracle that knows nothing of ours: it walks the calendar day by day and minute by minute."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
from hypothesis import given, settings
from hypothesis import strategies as st

from models.demands import Verb
from models.limits import Limit, LimitUnit
from services import deadlines
from services.deadlines import Pause, UsualHours
from services.demands import clocks
from services.demands.clocks import Next

ZONE = ZoneInfo("Asia/Shanghai")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
HOURS = UsualHours()

FIRST = datetime(2023, 1, 1, tzinfo=ZONE)
MOVES = ("hold", "hold early", "extend", "hop", "reopen", "note")

starts = st.integers(0, 60 * 24 * 1365).map(lambda number: FIRST + MINUTE * number)
minutes = st.integers(0, 60 * 24 * 6)


@st.composite
def pauses_after(draw, start):
    """Up to three suspensions, some before the start, some overlapping, some of no length."""
    found = []
    for _ in range(draw(st.integers(0, 3))):
        begin = start + MINUTE * draw(st.integers(-2000, 60 * 24 * 12))
        found.append(Pause(begin, begin + MINUTE * draw(minutes)))
    return found


def works(day):
    return chinese_calendar.is_workday(day)


def open_at(at, *, work):
    """Whether the minute that begins at `at` counts."""
    if not work:
        return True
    clock = (at.hour, at.minute)
    return works(at.date()) and ((8, 30) <= clock < (12, 0) or (14, 30) <= clock < (17, 30))


def oracle(start, limit, pauses):
    """The deadline by walking. A suspension counts from the moment it begins, if the limit has not passed by then."""
    days = limit.unit in {LimitUnit.DAYS, LimitUnit.WORK_DAYS}
    walk = walked_days if days else walked_minutes
    kept = []
    for pause in sorted(pauses, key=lambda pause: (pause.start, pause.end)):
        if pause.end > pause.start and pause.start < walk(start, limit, kept):
            kept.append(pause)
    return walk(start, limit, kept)


def walked_minutes(start, limit, pauses):
    left, at = limit.amount * 60, start
    while left:
        paused = any(pause.start <= at < pause.end for pause in pauses)
        left -= open_at(at, work=limit.unit is LimitUnit.WORK_HOURS) and not paused
        at += MINUTE
    return at


def walked_days(start, limit, pauses):
    left, midnight = limit.amount, start.replace(hour=0, minute=0)
    while left:
        midnight += DAY
        touched = any(pause.start < midnight + DAY and pause.end > midnight for pause in pauses)
        counts = limit.unit is LimitUnit.DAYS or works(midnight.date())
        left -= counts and not touched
    return midnight + DAY if limit.unit is LimitUnit.DAYS else midnight.replace(hour=17, minute=30)


@settings(max_examples=60, deadline=None)
@given(st.data(), starts, st.sampled_from(LimitUnit))
def test_a_limit_round_any_suspensions_ends_where_the_walk_ends(data, start, unit):
    most = {LimitUnit.HOURS: 72, LimitUnit.WORK_HOURS: 30}.get(unit, 25)
    limit = Limit(data.draw(st.integers(1, most)), unit)
    pauses = data.draw(pauses_after(start))
    assert deadlines.due_at(HOURS, start, limit, pauses) == oracle(start, limit, pauses)


@settings(max_examples=60, deadline=None)
@given(st.data(), starts)
def test_clocks_of_a_random_history_agree_with_the_walk(data, start):
    """Reported, suspended and taken off hold at random, given more time, moved up, reopened: three clocks."""
    solve, level = Limit(data.draw(st.integers(2, 15)), LimitUnit.WORK_DAYS), Limit(3, LimitUnit.DAYS)
    answer = Limit(4, LimitUnit.WORK_HOURS)
    told = [Next(start, Verb.REPORT, {"limit": str(solve), "answer_limit": str(answer), "level_limit": str(level)})]
    begun = {"answer": (start, answer, []), "solve": (start, solve, []), "level": (start, level, [])}
    at = start
    for move in data.draw(st.lists(st.sampled_from(MOVES), max_size=6)):
        at += MINUTE * data.draw(st.integers(1, 60 * 24 * 4))
        if move.startswith("hold"):
            until = at + MINUTE * data.draw(st.integers(1, 60 * 24 * 9))
            told.append(Next(at, Verb.SUSPEND, {"suspended_until": until.isoformat()}))
            back = at + (until - at) / 2 if move == "hold early" else until + MINUTE * data.draw(st.integers(0, 3000))
            back = back.replace(second=0, microsecond=0)
            told.append(Next(back, Verb.RESUME, {}))
            for _, _, pauses in begun.values():
                pauses.append(Pause(at, min(until, back)))
            at = back
        elif move == "extend":
            begin, limit, pauses = begun["solve"]
            begun["solve"] = (begin, Limit(limit.amount + 2, limit.unit), pauses)
            told.append(Next(at, Verb.EXTEND, {"limit": str(begun["solve"][1])}))
        elif move == "hop":
            begun["level"] = (at, Limit(5, LimitUnit.WORK_DAYS), [])
            told.append(Next(at, Verb.ESCALATE, {"level_limit": "5 work days"}))
        elif move == "reopen":
            begun = {"answer": (at, answer, []), "solve": (at, solve, []), "level": (at, level, [])}
            facts = {"limit": str(solve), "answer_limit": str(answer), "level_limit": str(level)}
            told.append(Next(at, Verb.REOPEN, facts))
        else:
            told.append(Next(at, Verb.NOTE, {}))
    found = clocks.of_events(told, start)
    for name, (begin, limit, pauses) in begun.items():
        assert getattr(found, name).due_at(HOURS) == oracle(begin, limit, pauses), name


@given(starts, st.integers(1, 400), st.integers(1, 400))
def test_hours_run_on_through_night_and_holiday(start, hours, offset):
    due = deadlines.due_at(HOURS, start.astimezone(UTC) + MINUTE * offset, Limit(hours, LimitUnit.HOURS))
    assert due == start + MINUTE * offset + timedelta(hours=hours)
