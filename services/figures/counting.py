"""The counts all figures share: what a unit received and settled in a period, and what lies open."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, case, func, select
from sqlmodel import Session

from models.units import MAX_DEPTH
from services.access import IS_OPEN, path_column
from services.counters.days import local, number
from services.counters.facts import C
from services.figures import reading
from services.figures.ranges import numbers, span, today
from services.figures.scopes import Place, Scope, of_level, of_unit
from services.periods import DAY, Period

__all__ = ["Counts", "Place", "Scope", "Stock", "of_level", "of_unit", "stock", "tally"]


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts of one unit in one period.

    `received` came in during the period; `settled` of those, settled before its end; `self_settled` of those, by the
    grid itself. `due` are those whose limit passed in the period (up to now), whenever they came in, without those
    rejected or merged, and with those settled ahead of a limit later today; `on_time` of those, settled not later than
    the limit. `open` and `overdue` are the stock at the end of the period, or now while it runs; `oldest_due_at` the
    earliest limit in the stock of now, None for a past end.
    """

    received: int = 0
    settled: int = 0
    self_settled: int = 0
    due: int = 0
    on_time: int = 0
    open: int = 0
    overdue: int = 0
    oldest_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stock:
    """The open demands of one unit now: how many, how many late, the earliest limit.

    `later_today` fall due between now and midnight, `soon` within two hours.
    """

    open: int = 0
    overdue: int = 0
    oldest_due_at: datetime | None = None
    later_today: int = 0
    soon: int = 0


SOON = timedelta(hours=2)
_MOMENT = C.due_at.type
_NOW = bindparam("now", type_=_MOMENT)
_STOCK = (
    func.count(), func.count(case((C.due_at < _NOW, 1))), func.min(C.due_at),
    func.count(case(((C.due_at >= _NOW) & (C.due_at <= bindparam("midnight", type_=_MOMENT)), 1))),
    func.count(case(((C.due_at >= _NOW) & (C.due_at <= bindparam("soon", type_=_MOMENT)), 1))),
)  # fmt: skip


def stock(session: Session, scope: Scope, zone: tzinfo, *, now: datetime) -> dict[int, Stock]:
    """What lies open now at each unit that has any; the day ends in the site's zone.

    One statement over the open demands of many units. For one unit two that do not grow with them: what ever came less
    what was settled is open, what ever missed its limit less what was settled late is late.
    """
    midnight = datetime.combine(now.astimezone(zone).date() + DAY, time(), zone)
    bound = {"now": now, "midnight": midnight, "soon": now + SOON}
    if len(scope.places) == 1 and scope.is_kept:
        return _stock_of_one(session, scope, local(now, zone), bound)
    return {row[0]: Stock(*row[1:]) for row in scope.live(session, _STOCK, (IS_OPEN,), bound=bound)}


def _stock_of_one(session: Session, scope: Scope, today: int, bound: dict[str, datetime]) -> dict[int, Stock]:
    rows = reading.counts(session, scope, SINCE, span(number(date.min), today))
    if not rows:
        return {}
    to_settle, settlements, late, due, kept = rows[0][1:]
    statement, key = _ahead(scope.unit.depth), {"unit": scope.unit.id, "until": max(bound["midnight"], bound["soon"])}
    oldest, later_today, soon = session.connection().execute(statement, bound | key).one()
    overdue = due - later_today - kept - late
    return {scope.unit.id: Stock(to_settle - settlements, overdue, oldest, later_today, soon)}


@lru_cache(maxsize=MAX_DEPTH)
def _ahead(depth: int) -> Any:
    """The earliest limit of a unit's open demands, and how many fall due until midnight and soon: a short range."""
    inside = (path_column(depth) == bindparam("unit"), IS_OPEN)
    first = select(C.due_at).where(*inside).order_by(C.due_at).limit(1).scalar_subquery()
    until = (C.due_at >= _NOW, C.due_at <= bindparam("until", type_=_MOMENT))
    return select(first, *_STOCK[3:]).where(*inside, *until)


FLOW = ("received", "settled", "self_settled", "due", "kept")
SINCE = ("to_settle", "settlements", "late_settlements", "due", "kept")


def tally(
    session: Session, scope: Scope, period: Period, *, now: datetime, lying: dict[int, Stock] | None = None
) -> dict[int, Counts]:
    """The counts of each unit that has any demand to count; `lying` is its stock of now where that is known.

    Two statements, four for a period that is over.
    """
    (first, last), day = numbers(period), today(period, now)
    flow = {row[0]: row[1:] for row in reading.counts(session, scope, FLOW, span(first, min(last, day)))}
    lying = stock(session, scope, period.zone, now=now) if lying is None else lying
    if last >= day:
        return {
            key: _running(flow.get(key, (0,) * 5), lying.get(key, Stock()), first <= day) for key in {*flow, *lying}
        }
    settled = {row[0]: row[1:] for row in reading.cohort(session, scope, span(first, last))}
    since = {row[0]: row[1:] for row in reading.counts(session, scope, SINCE, span(last + 1, day))}
    return {
        key: _over(flow.get(key, (0,) * 5), settled.get(key, (0, 0)), lying.get(key, Stock()), since.get(key, (0,) * 5))
        for key in {*flow, *lying, *since}
    }


def _running(flow: tuple[int, ...], lying: Stock, has_today: bool) -> Counts:
    """A period with today in it: what fell due today is what is due today less what is open and not late yet."""
    received, settled, own, due, kept = flow
    passed = due - lying.later_today if has_today else due
    return Counts(received, settled, own, passed, kept, lying.open, lying.overdue, lying.oldest_due_at)


def _over(flow: tuple[int, ...], settled: tuple[int, int], lying: Stock, since: tuple[int, ...]) -> Counts:
    """A period that is over: its stock is that of now, less what came since and with what was settled since."""
    received, _, _, due, kept = flow
    to_settle, settlements, late, due_since, kept_since = since
    missed = due_since - lying.later_today - kept_since
    number, overdue = lying.open + settlements - to_settle, lying.overdue + late - missed
    return Counts(received, *settled, due, kept, max(0, number), max(0, overdue))
