"""The figures of a unit day by day and week by week, for trends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from services.access import Actor
from services.counters.days import day_of
from services.figures import counting, reading
from services.figures.counting import Scope, Stock
from services.figures.ranges import days, numbers, today
from services.periods import Period
from services.shares import share


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day of the site's zone: what came in, was settled, fell due and was in time; the stock at the day's end.

    An event series: `settled` counts what was settled on the day, whenever it came in. `due` and `on_time` go by the
    day of the limit. Today's row holds what there is so far; what was settled ahead of a limit later today is in it.
    """

    day: date
    received: int
    settled: int
    due: int
    on_time: int
    open: int
    overdue: int


@dataclass(frozen=True, slots=True)
class WeekRow:
    """Seven days: sums of the flows, the stock at the end; `on_time_rate` pooled, None when nothing fell due."""

    first_day: date
    last_day: date
    received: int
    settled: int
    due: int
    on_time: int
    on_time_rate: float | None
    open: int
    overdue: int


def by_day(session: Session, actor: Actor, unit_id: int, period: Period, *, now: datetime) -> list[DayRow]:
    """A unit's days of a period, up to today, oldest first. Two statements; NotFound outside the actor's scope."""
    return days_of(session, counting.of_unit(session, actor, unit_id), period, now=now)


SERIES = ("received", "settlements", "due", "kept", "to_settle", "late_settlements")


def days_of(
    session: Session, scope: Scope, period: Period, *, now: datetime, lying: dict[int, Stock] | None = None
) -> list[DayRow]:
    """The same for a scope of one unit; `lying` is its stock of now where that is known.

    Two statements; the stock is carried back from now, day by day.
    """
    (first, last), day = numbers(period), today(period, now)
    rows = reading.counts(session, scope, SERIES, days(first, max(last, day)), "day")
    flows = {row[1]: row[2:] for row in rows}
    lying = counting.stock(session, scope, period.zone, now=now) if lying is None else lying
    now_lying = lying.get(scope.unit.id, Stock())
    number_open, overdue, found = now_lying.open, now_lying.overdue, []
    for at in range(day, first - 1, -1):
        received, settled, due, kept, to_settle, late = flows.get(at, (0,) * 6)
        due -= now_lying.later_today if at == day else 0
        if at <= last:
            found.append(DayRow(day_of(at), received, settled, due, kept, max(number_open, 0), max(overdue, 0)))
        number_open += settled - to_settle
        overdue += late - (due - kept)
    return found[::-1]


def by_week(days: Sequence[DayRow]) -> list[WeekRow]:
    """Whole weeks of the days, counted back from the last one; a rest at the beginning is left out."""
    weeks = [days[end - 7 : end] for end in range(len(days), 6, -7)]
    return [_week(week) for week in reversed(weeks)]


def _week(days: Sequence[DayRow]) -> WeekRow:
    due, on_time = sum(day.due for day in days), sum(day.on_time for day in days)
    return WeekRow(
        first_day=days[0].day, last_day=days[-1].day, received=sum(day.received for day in days),
        settled=sum(day.settled for day in days), due=due, on_time=on_time, on_time_rate=share(on_time, due),
        open=days[-1].open, overdue=days[-1].overdue,
    )  # fmt: skip
