"""Counting for rates: the counters of some units over a period, in a fixed number of statements."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import Session

from services.access import IS_OPEN, Actor
from services.counters.facts import SAID, C
from services.figures import ranges, reading, scopes
from services.figures.ranges import Span, numbers, span
from services.figures.scopes import Scope as Units
from services.periods import Period
from services.rates.counts import Counted, Month, Scope

HOUR = timedelta(hours=1)
CALLED = ("called", "valid", "contacted", *SAID)
COLUMNS = {
    Month.COHORT: {
        "received": "received", "settled": "settled", "self_settled": "self_settled", "awaited": "awaited",
        "first_hour": "first_hour", "due": "due", "on_time": "kept",
    },
    Month.EVENT: {
        "settled": "settlements", "self_settled": "own_settlements", "reworked": "redone", "due": "judged_settlements",
        "late": "late_settlements", "closed": "closings",
    },
}  # fmt: skip
"""Which column of the counters each count is read from; what people said has its own name in both."""

Numbers = dict[str, int]


def counted(
    session: Session,
    actor: Actor,
    unit_ids: Iterable[int],
    period: Period,
    scope: Scope = Scope.FULL,
    *,
    now: datetime,
    month: Month = Month.COHORT,
) -> dict[int, Counted]:
    """The counts of each unit's subtree in the period, by unit id; every unit asked for is there.

    While the period runs, what is not due by `now` is not counted as due. A fixed number of statements, however many
    units of one level. Raises NotFound for a unit outside the actor's scope.
    """
    units = scopes.of_units(session, actor, unit_ids)
    if units is None:
        return {}
    found = _counted(session, units, period, month, now)
    if scope is Scope.ASSESSED:
        outside = _counted(session, scopes.left_out(session, actor, units), period, month, now)
        found = {unit: counts.less(outside[unit]) for unit, counts in found.items()}
    return found


def _counted(session: Session, units: Units, period: Period, month: Month, now: datetime) -> dict[int, Counted]:
    (first, last), today = numbers(period), ranges.today(period, now)
    over = span(first, min(last, today))
    found: dict[int, Numbers] = defaultdict(dict)
    columns = COLUMNS[month] | {name: name for name in CALLED}
    for unit, *values in reading.counts(session, units, tuple(columns.values()), over):
        found[unit] = dict(zip(columns, values, strict=True))
    if month is Month.EVENT:
        for told in found.values():
            told["on_time"] = told["due"] - told.pop("late")
    else:
        _follow_cohort(session, units, found, over, is_over=last < today)
        if first <= today <= last:
            _leave_pending(session, units, found, period, now)
    return {place.id: Counted(**found.get(place.id, {}), month=month) for place in units.places}


def _follow_cohort(session: Session, units: Units, found: Mapping[int, Numbers], over: Span, *, is_over: bool) -> None:
    """What had become of them by the period's end: while it runs, whatever is settled is settled by its end."""
    if is_over:
        settled = {unit: values for unit, *values in reading.cohort(session, units, over)}
        for unit, told in found.items():
            told["settled"], told["self_settled"] = settled.get(unit, (0, 0))
    for unit, closed, reworked in reading.until(session, units, over):
        found[unit] |= {"closed": closed, "reworked": reworked}


def _leave_pending(session: Session, units: Units, found: Mapping[int, Numbers], period: Period, now: datetime) -> None:
    """Take out what is open and has time until later today, and what still has its first hour to be answered in."""
    due_later = (IS_OPEN, C.due_at >= now, C.due_at <= period.so_far(now))
    fresh = (IS_OPEN, C.first_answered_at.is_(None), C.reported_at >= max(now - HOUR, period.start))
    for name, conditions in (("due", due_later), ("awaited", fresh)):
        rows: list[Any] = units.live(session, (func.count(),), conditions)
        for unit, number in rows:
            found[unit][name] -= number
