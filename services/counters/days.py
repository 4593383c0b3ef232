"""Local days as numbers, the same in Python and in SQL on both databases."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, case, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ColumnElement, FunctionElement

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST = date(1970, 1, 1).toordinal()
SECOND = timedelta(seconds=1)
DAY, ERA = 86_400, 400_000
"""Seconds of a day; days added before a division, so that it rounds down before 1970 too."""


class Epoch(FunctionElement[int]):
    """The whole seconds since 1970 of a moment."""

    type = Integer()
    inherit_cache = True


@compiles(Epoch, "sqlite")
def _epoch_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    # cut to whole seconds first: SQLite rounds a moment to milliseconds
    return f"unixepoch(substr({compiler.process(element.clauses, **options)}, 1, 19))"


@compiles(Epoch, "postgresql")
def _epoch_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST(floor(extract(epoch from {compiler.process(element.clauses, **options)})) AS BIGINT)"


class EpochBefore(FunctionElement[int]):
    """The whole seconds since 1970 of the very last instant before a moment: 24:00 lies in the day that it ends."""

    type = Integer()
    inherit_cache = True


@compiles(EpochBefore, "sqlite")
def _before_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    moment = compiler.process(element.clauses, **options)
    return f"(unixepoch(substr({moment}, 1, 19)) - (substr({moment}, 20) IN ('', '.000000')))"


@compiles(EpochBefore, "postgresql")
def _before_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    moment = compiler.process(element.clauses, **options)
    return f"CAST(floor(extract(epoch from {moment} - interval '1 microsecond')) AS BIGINT)"


class Within(FunctionElement[int]):
    """A number, or the nearer of two ends where it lies outside them: Within(number, lowest, highest). Null is null."""

    type = Integer()
    inherit_cache = True


@compiles(Within, "sqlite")
def _within_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    number, lowest, highest = (compiler.process(each, **options) for each in element.clauses)
    return f"min(max({number}, {lowest}), {highest})"  # reckons the number once, where CASE would three times


@compiles(Within, "postgresql")
def _within_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    number, lowest, highest = (compiler.process(each, **options) for each in element.clauses)
    return f"CASE WHEN {number} < {lowest} THEN {lowest} WHEN {number} > {highest} THEN {highest} ELSE {number} END"


class Month(FunctionElement[int]):
    """The number of the first day of the month of a day number."""

    type = Integer()
    inherit_cache = True


@compiles(Month, "sqlite")
def _month_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"unixepoch(({compiler.process(element.clauses, **options)}) * 86400, 'unixepoch', 'start of month') / 86400"


@compiles(Month, "postgresql")
def _month_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    day = compiler.process(element.clauses, **options)
    return f"(CAST(date_trunc('month', DATE '1970-01-01' + CAST({day} AS INTEGER)) AS DATE) - DATE '1970-01-01')"


def seconds(moment: datetime) -> int:
    """The whole seconds since 1970 of a moment, rounded down."""
    return (moment - EPOCH) // SECOND


def number(day: date) -> int:
    """The number of a day."""
    return day.toordinal() - FIRST


def day_of(day_number: int) -> date:
    """The day of a number."""
    return date.fromordinal(day_number + FIRST)


def local(moment: datetime, zone: tzinfo) -> int:
    """The number of the local day a moment lies in."""
    return number(moment.astimezone(zone).date())


def local_end(moment: datetime, zone: tzinfo) -> int:
    """The number of the local day that a moment ends or lies in: a limit at 24:00 is one of that day."""
    return local(moment - timedelta(microseconds=1), zone)


@lru_cache(maxsize=100_000)
def month(day_number: int) -> int:
    """The number of the first day of the day's month."""
    return number(day_of(day_number).replace(day=1))


def local_day(moment: ColumnElement[Any], zone: tzinfo) -> ColumnElement[int]:
    """The number of the local day of a moment, as SQL."""
    return _local_day(Epoch(moment), zone)


def ended_day(moment: ColumnElement[Any], zone: tzinfo) -> ColumnElement[int]:
    """The number of the local day that a moment ends or lies in, as SQL."""
    return _local_day(EpochBefore(moment), zone)


def _local_day(at: ColumnElement[int], zone: tzinfo) -> ColumnElement[int]:
    offset: Any = _offset(at, zone)
    whole: ColumnElement[int] = (at + offset + _int(DAY * ERA)) // _int(DAY) - _int(ERA)
    return whole


def _offset(at: ColumnElement[int], zone: tzinfo) -> ColumnElement[int]:
    (_, first), *changes = _offsets(zone)
    if not changes:
        return _int(first)
    return case(*((at >= _int(since), _int(ahead)) for since, ahead in reversed(changes)), else_=_int(first))


def _int(value: int) -> ColumnElement[int]:
    """A number written into the statement: one that groups by it names the same expression twice."""
    return literal_column(str(value), Integer)


@lru_cache(maxsize=8)
def _offsets(zone: tzinfo) -> tuple[tuple[int, int], ...]:
    """Since when (seconds since 1970) the zone is so many seconds ahead of UTC, from 1900 to 2100."""
    week = 7 * DAY
    before, end = seconds(datetime(1900, 1, 1, tzinfo=UTC)), seconds(datetime(2100, 1, 1, tzinfo=UTC))
    found = [(before, _ahead(before, zone))]
    for at in range(before + week, end, week):
        if _ahead(at, zone) != found[-1][1]:
            found.append((_turn(at - week, at, zone), _ahead(at, zone)))
    return tuple(found)


def _turn(early: int, late: int, zone: tzinfo) -> int:
    while late - early > 1:
        middle = (early + late) // 2
        early, late = (middle, late) if _ahead(middle, zone) == _ahead(early, zone) else (early, middle)
    return late


def _ahead(at: int, zone: tzinfo) -> int:
    offset = (EPOCH + at * SECOND).astimezone(zone).utcoffset()
    return 0 if offset is None else offset // SECOND
