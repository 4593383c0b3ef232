"""Medians from counted hours: how long it took to settle, without fetching every demand. Pure but for one column."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.sql.expression import ColumnElement

from services.figures.counting import C, Epoch

WEEK = timedelta(days=7)
HOUR = 3600
BY_OTHERS: ColumnElement[bool] = C.self_settled.is_(False)
"""Not settled by the grid on the spot: only those take time worth a median."""


def hours_taken() -> ColumnElement[Any]:
    """The whole hours a demand took from coming in to being settled."""
    taken: ColumnElement[Any] = ((Epoch(C.settled_at) - Epoch(C.reported_at)) // HOUR).label("hours")
    return taken


def week_of(moment: ColumnElement[Any], start: datetime) -> ColumnElement[Any]:
    """The number of the week of seven times 24 hours since `start` a moment lies in; not for moments before it."""
    week: ColumnElement[Any] = ((Epoch(moment) - int(start.timestamp())) // (7 * 24 * HOUR)).label("week")
    return week


def median(counted: Iterable[tuple[int, int]]) -> float | None:
    """The median of values given as (value, how many); between two middle values their mean. None when empty."""
    ordered = sorted(counted)
    total = sum(number for _, number in ordered)
    if not total:
        return None
    return (_nth(ordered, (total - 1) // 2) + _nth(ordered, total // 2)) / 2


def _nth(ordered: list[tuple[int, int]], index: int) -> int:
    for value, number in ordered:
        if index < number:
            return value
        index -= number
    raise IndexError(index)
