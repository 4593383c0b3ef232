"""Deadlines against a slow oracle that knows nothing of ours: it walks the calendar day by day and minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from operator import attrgetter
from zoneinfo import ZoneInfo

import chinese_calendar
from hypothesis import given, settings
from hypothesis import strategies as st

from models.calendars import Calendar, CalendarYear, DaysOff, Holiday
from models.demands import Verb
from models.limits import Limit, LimitUnit
from services import deadlines
from services.deadlines import Pause, UsualHours
from services.demands import clocks
from services.demands.clocks import Next

ZONE = ZoneInfo("Asia/Shanghai")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
HOURS = UsualHours()
YEAR_OF = attrgetter("year")

FIRST = datetime(2023, 1, 1, tzinfo=ZONE)
MOVES = ("hold", "hold early", "extend", "hop", "reopen", "note")

starts = st.integers(0, 60 * 24 * 1650).map(lambda number: FIRST + MINUTE * number)
minutes = st.integers(0, 60 * 24 * 6)


@st.composite
def pauses_after(draw, start):
    """Up to three suspensions, some before the start, some overlapping, some of no length."""
    found = []
    for _ in range(draw(st.integers(0, 3))):
        begin = start + MINUTE * draw(st.integers(-2000, 60 * 24 * 12))
        found.append(Pause(begin, begin + MINUTE * draw(minutes)))
    return found


@st.composite
def places(draw):
    """When people work somewhere: opening hours of their own, and mostly a calendar of their own for these years."""
    clock = draw(st.lists(st.integers(12, 44), min_size=2, max_size=6, unique=True).map(sorted))
    opening = tuple((half_hour(a), half_hour(b)) for a, b in zip(clock[::2], clock[1::2], strict=False))
    return UsualHours(ZONE, opening, Calendar(years=tuple(draw(st.lists(years(), max_size=4, unique_by=YEAR_OF)))))


@st.composite
def years(draw):
    """A year with public holidays and make-up workdays anywhere, the Sundays among them as likely as others."""
    first = date(draw(st.integers(2023, 2027)), 1, 1)
    off = draw(st.lists(st.tuples(st.integers(0, 350), st.integers(0, 9)), max_size=12))
    holidays = [
        DaysOff(holiday=Holiday.NEW_YEAR, from_day=first + DAY * at, to_day=first + DAY * (at + more))
        for at, more in off
    ]
    weekends = [day for day in (first + DAY * number for number in range(365)) if day.weekday() > 4]
    worked = draw(st.lists(st.sampled_from(weekends), max_size=20, unique=True))
    return CalendarYear(year=first.year, holidays=tuple(holidays), workdays=tuple(worked))


def half_hour(number):
    return time(number // 2, 30 * (number % 2))


def works(place, day):
    """Read off the written days one by one; the real calendar where the place wrote none down."""
    for year in place.calendar.years:
        if year.year == day.year:
            off = {row.from_day + DAY * n for row in year.holidays for n in range((row.to_day - row.from_day).days + 1)}
            return day in set(year.workdays) or not (day in off or day.weekday() > 4)
    return chinese_calendar.is_workday(day) if day.year < 2027 else day.weekday() < 5


def open_at(place, at, *, work):
    """Whether the minute that begins at `at` counts."""
    return not work or (works(place, at.date()) and any(a <= at.time() < b for a, b in place.opening))


def oracle(place, start, limit, pauses):
    """The deadline by walking. A suspension counts from the moment it begins, if the limit has not passed by then."""
    days = limit.unit in {LimitUnit.DAYS, LimitUnit.WORK_DAYS}
    walk = walked_days if days else walked_minutes
    kept = []
    for pause in sorted(pauses, key=lambda pause: (pause.start, pause.end)):
        if pause.end > pause.start and pause.start < walk(place, start, limit, kept):
            kept.append(pause)
    return walk(place, start, limit, kept)


def walked_minutes(place, start, limit, pauses):
    left, at = limit.amount * 60, start
    while left:
        paused = any(pause.start <= at < pause.end for pause in pauses)
        left -= open_at(place, at, work=limit.unit is LimitUnit.WORK_HOURS) and not paused
        at += MINUTE
    return at


def walked_days(place, start, limit, pauses):
    left, midnight = limit.amount, start.replace(hour=0, minute=0)
    while left:
        midnight += DAY
        touched = any(pause.start < midnight + DAY and pause.end > midnight for pause in pauses)
        counts = limit.unit is LimitUnit.DAYS or works(place, midnight.date())
        left -= counts and not touched
    return midnight + DAY if limit.unit is LimitUnit.DAYS else datetime.combine(midnight, place.opening[-1][1], ZONE)


@settings(max_examples=60, deadline=None)
@given(st.data(), places(), starts, st.sampled_from(LimitUnit))
def test_a_limit_round_any_suspensions_ends_where_the_walk_ends(data, place, start, unit):
    most = {LimitUnit.HOURS: 72, LimitUnit.WORK_HOURS: 30}.get(unit, 25)
    limit = Limit(data.draw(st.integers(1, most)), unit)
    pauses = data.draw(pauses_after(start))
    assert deadlines.due_at(place, start, limit, pauses) == oracle(place, start, limit, pauses)


@settings(max_examples=60, deadline=None)
@given(st.data(), places(), starts)
def test_clocks_of_a_random_history_agree_with_the_walk(data, place, start):
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
        assert getattr(found, name).due_at(place) == oracle(place, begin, limit, pauses), name


@given(starts, st.integers(1, 400), st.integers(1, 400))
def test_hours_run_on_through_night_and_holiday(start, hours, offset):
    due = deadlines.due_at(HOURS, start.astimezone(UTC) + MINUTE * offset, Limit(hours, LimitUnit.HOURS))
    assert due == start + MINUTE * offset + timedelta(hours=hours)
