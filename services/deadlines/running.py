"""How a limit runs: hours, work hours, days and work days, round suspensions (domain.md section 3).

Continuous hours run always; work hours only inside the opening hours of work days. N work days end at closing time of
the Nth work day after the day of filing, N calendar days at 24:00 of the Nth day after it. While suspended hours stand
still, and a day touched by the suspension is not counted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from models.calendars import DAY, STATE_COUNCIL, Calendar
from models.limits import Limit, LimitUnit


class Hours(Protocol):
    """What running a limit needs of a site: its time zone, and when people work. A Profile has it all."""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""

    @property
    def opening(self) -> Sequence[tuple[time, time]]:
        """From when to when people work, in the order of the day."""

    @property
    def calendar(self) -> Calendar:
        """Which days are work days."""


@dataclass(frozen=True, slots=True)
class UsualHours:
    """The hours of a place without a profile (domain.md section 3)."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    opening: Sequence[tuple[time, time]] = ((time(8, 30), time(12)), (time(14, 30), time(17, 30)))
    calendar: Calendar = STATE_COUNCIL


@dataclass(frozen=True, slots=True)
class Pause:
    """A suspension from `start` until before `end` (aware)."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """Where a limit ends, and the pauses that moved it."""

    due_at: datetime
    pauses: tuple[Pause, ...]


def due_at(hours: Hours, start: datetime, limit: Limit, pauses: Sequence[Pause] = ()) -> datetime:
    """The end of `limit` begun at `start` (aware), in the site's zone for limits in days and work hours."""
    return run(hours, start, limit, pauses).due_at


def run(hours: Hours, start: datetime, limit: Limit, pauses: Sequence[Pause] = ()) -> Run:
    """Run a limit round the pauses. One that begins when the limit has passed changes nothing: late stays late."""
    due, used = _end(hours, start, limit, ()), []
    for pause in merged(pauses):
        if pause.start >= due:
            break
        if pause.end > start:
            used.append(pause)
            due = _end(hours, start, limit, tuple(used))
    return Run(due, tuple(used))


def shifted(given: datetime, pauses: Sequence[Pause]) -> Run:
    """A deadline that was given as a moment (imported): it moves on by the length of each pause before it."""
    due, used = given, []
    for pause in merged(pauses):
        if pause.start >= due:
            break
        used.append(pause)
        due += pause.end - pause.start
    return Run(due, tuple(used))


def merged(pauses: Sequence[Pause]) -> list[Pause]:
    """The pauses in order, without empty ones, those that overlap or touch made one."""
    found: list[Pause] = []
    for pause in sorted((pause for pause in pauses if pause.end > pause.start), key=lambda pause: pause.start):
        if found and pause.start <= found[-1].end:
            found[-1] = Pause(found[-1].start, max(found[-1].end, pause.end))
        else:
            found.append(pause)
    return found


def _end(hours: Hours, start: datetime, limit: Limit, pauses: tuple[Pause, ...]) -> datetime:
    match limit.unit:
        case LimitUnit.HOURS:
            return _spent([(start, None)], timedelta(hours=limit.amount), pauses)
        case LimitUnit.WORK_HOURS:
            return _spent(_opening(hours, start), timedelta(hours=limit.amount), pauses)
        case LimitUnit.DAYS:
            last = _nth_day(_day(hours, start), limit.amount, _touched(hours, pauses), None)
            return datetime.combine(last + DAY, time(), hours.zone)
        case LimitUnit.WORK_DAYS:
            last = _nth_day(_day(hours, start), limit.amount, _touched(hours, pauses), hours.calendar)
            return datetime.combine(last, hours.opening[-1][1], hours.zone)


def _day(hours: Hours, at: datetime) -> date:
    return at.astimezone(hours.zone).date()


def _touched(hours: Hours, pauses: Sequence[Pause]) -> tuple[tuple[date, date], ...]:
    """First and last day each pause touches; one that ends at midnight does not touch the day that begins."""
    return tuple((_day(hours, pause.start), _day(hours, pause.end - timedelta(microseconds=1))) for pause in pauses)


@lru_cache(maxsize=16384)
def _nth_day(filed: date, amount: int, touched: tuple[tuple[date, date], ...], work: Calendar | None) -> date:
    """The last of `amount` days after the day of filing: work days of a calendar, or any days."""
    day = filed
    while amount:
        day += DAY
        counts = work is None or work.is_work_day(day)
        amount -= counts and not any(first <= day <= last for first, last in touched)
    return day


def _opening(hours: Hours, start: datetime) -> Iterator[tuple[datetime, datetime | None]]:
    """The spans in which work hours run, from `start` on."""
    day = _day(hours, start)
    while True:
        for opens, closes in hours.opening if hours.calendar.is_work_day(day) else ():
            begin = max(start, datetime.combine(day, opens, hours.zone))
            end = datetime.combine(day, closes, hours.zone)
            if end > begin:
                yield begin, end
        day += DAY


def _spent(
    spans: Iterator[tuple[datetime, datetime | None]] | list[tuple[datetime, datetime | None]],
    left: timedelta,
    pauses: Sequence[Pause],
) -> datetime:
    """When `left` is used up inside the spans, outside the pauses."""
    for begin, end in _outside(spans, pauses):
        if end is None or begin + left <= end:
            return begin + left
        left -= end - begin
    raise AssertionError("spans end")


def _outside(
    spans: Iterator[tuple[datetime, datetime | None]] | list[tuple[datetime, datetime | None]], pauses: Sequence[Pause]
) -> Iterator[tuple[datetime, datetime | None]]:
    """The spans without the pauses (in order)."""
    for first, last in spans:
        begin = first
        for pause in pauses:
            if pause.end <= begin or (last is not None and pause.start >= last):
                continue
            if pause.start > begin:
                yield begin, pause.start
            begin = pause.end
        if last is None or begin < last:
            yield begin, last
