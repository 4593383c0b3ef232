"""The figures of a unit day by day and week by week, for trends."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, case, func, or_
from sqlalchemy.sql.expression import ColumnElement
from sqlmodel import Session

from services.access import IS_OPEN, Actor
from services.figures import counting
from services.figures.counting import C, Epoch, Scope
from services.figures.unit import share
from services.periods import DAY, Period

QUARTER = 900


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day of the site's zone: what came in, was settled, fell due and was in time; the stock at the day's end.

    An event series: `settled` counts what was settled on the day, whenever it came in. `due` and `on_time` go by the
    day of the limit. Today's row holds what there is so far.
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
    """A unit's days of a period, up to today, oldest first. Four statements; NotFound outside the actor's scope."""
    return days_of(session, counting.of_unit(session, actor, unit_id), period, now=now)


def days_of(session: Session, scope: Scope, period: Period, *, now: datetime) -> list[DayRow]:
    """The same for a scope of one unit. Four statements; the stock is carried back from the end of the period."""
    end = min(period.end, now)
    came = _flow(session, scope, period, C.reported_at, (func.count(), func.count(case((_to_settle(), 1)))), end)
    went = _flow(session, scope, period, C.settled_at, (func.count(), func.count(case((_late(), 1)))), end)
    fell = _flow(session, scope, period, C.due_at, counting.DUE_COLUMNS, end, _to_settle())
    number, overdue, _ = scope.stock(session, end, now=now).get(scope.unit.id, (0, 0, None))
    days = []
    last = min(period.to_day, now.astimezone(period.zone).date())
    for day in (last - back * DAY for back in range((last - period.from_day).days + 1)):
        days.append(
            DayRow(day, came[0][day], went[0][day], fell[0][day], fell[1][day], max(number, 0), max(overdue, 0))
        )
        number += went[0][day] - came[1][day]
        overdue += went[1][day] - (fell[0][day] - fell[1][day])
    return days[::-1]


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


def _to_settle() -> ColumnElement[bool]:
    return or_(C.settled_at.is_not(None), IS_OPEN)


def _late() -> ColumnElement[bool]:
    return and_(C.due_at.is_not(None), C.settled_at > C.due_at)


def _flow(
    session: Session,
    scope: Scope,
    period: Period,
    moment: ColumnElement[Any],
    columns: Sequence[ColumnElement[Any]],
    end: datetime,
    *conditions: ColumnElement[bool],
) -> tuple[Counter[date], Counter[date]]:
    """The two sums by local day of `moment`.

    The database groups by quarter hours, which begin on a local midnight in every zone there is; the zone's own days
    are made here, so that both databases agree and a change of the clock is right.
    """
    inside = (C.reported_at < end, moment >= period.start, moment < end, C.received, *conditions)
    quarter = (Epoch(moment) // QUARTER).label("quarter")
    first, second = Counter[date](), Counter[date]()
    for _, number, one, two in scope.rows(session, columns, inside, (quarter,)):
        day = _local_day(number, period.zone)
        first[day] += one
        second[day] += two
    return first, second


def _local_day(quarter: int, zone: ZoneInfo) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(quarter) * QUARTER)).astimezone(zone).date()
