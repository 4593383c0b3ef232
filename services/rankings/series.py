"""What the counters say of many units over several spans of days: the period before, and the months of a spark."""

from collections import defaultdict
from datetime import date, timedelta

from sqlmodel import Session

from models.counters import Kind
from services.counters.days import day_of, number
from services.figures import reading
from services.figures.ranges import NONE, Span
from services.figures.scopes import Scope
from services.rankings.measures import COLUMNS, Sort
from services.rates import Counted

MONTHS = 12


def over(session: Session, units: Scope, outside: Scope | None, sort: Sort, span: Span) -> dict[int, Counted]:
    """What a measure needs of each unit over days that are over, as a cohort. One or two statements a scope.

    `outside` holds the same units with what the assessed scope leaves out, where that is asked for.
    """
    found = _over(session, units, sort, span)
    if outside is None:
        return found
    less = _over(session, outside, sort, span)
    return {unit: counted.less(less.get(unit, Counted())) for unit, counted in found.items()}


def _over(session: Session, scope: Scope, sort: Sort, span: Span) -> dict[int, Counted]:
    names = COLUMNS[sort]
    told = {unit: dict(zip(names, values, strict=True))
            for unit, *values in reading.counts(session, scope, tuple(names.values()), span)}  # fmt: skip
    if sort is Sort.SETTLEMENT:
        for unit, settled, _ in reading.cohort(session, scope, span):
            told.setdefault(unit, {})["settled"] = settled
    return {unit: Counted(**numbers) for unit, numbers in told.items()}


def months(
    session: Session, units: Scope, outside: Scope | None, sort: Sort, last: date
) -> dict[int, tuple[Counted, ...]]:
    """What a measure needs of each unit in each of twelve calendar months, the last one up to the day `last`.

    Of the last month only whole days: cases due later today are still open without being late. Two to four
    statements a scope.
    """
    starts = _starts(last)
    found = _months(session, units, sort, starts, last)
    if outside is None:
        return found
    less = _months(session, outside, sort, starts, last)
    nothing = (Counted(),) * MONTHS
    return {unit: tuple(map(Counted.less, rows, less.get(unit, nothing))) for unit, rows in found.items()}


def _months(
    session: Session, scope: Scope, sort: Sort, starts: list[date], last: date
) -> dict[int, tuple[Counted, ...]]:
    names, place = COLUMNS[sort], {number(start): index for index, start in enumerate(starts)}
    told: dict[int, list[Counted]] = defaultdict(lambda: [Counted()] * MONTHS)
    past = Span(NONE, (number(starts[0]), number(starts[-1]) - 1))
    for unit, month, *values in reading.counts(session, scope, tuple(names.values()), past, "day"):
        told[unit][place[month]] = Counted(**dict(zip(names, values, strict=True)))
    if sort is Sort.SETTLEMENT:
        # of whole months a cell says month reported and month settled: settled by the end is settled in the same one
        for unit, month, settled, count in reading.cells(session, scope, SETTLED, past, ("day", "sub")):
            if month == settled:
                told[unit][place[month]] = told[unit][place[month]].plus(Counted(settled=count))
    for unit, counted in _over(session, scope, sort, Span((number(starts[-1]), number(last)))).items():
        told[unit][-1] = counted
    return {unit: tuple(rows) for unit, rows in told.items()}


SETTLED = (Kind.SETTLED, Kind.SELF_SETTLED)


def _starts(last: date) -> list[date]:
    """The first days of the twelve months up to that of a day."""
    starts = [last.replace(day=1)]
    while len(starts) < MONTHS:
        starts.append((starts[-1] - timedelta(days=1)).replace(day=1))
    return starts[::-1]


def day_before(day_number: int) -> date:
    """The day before a numbered one."""
    return day_of(day_number - 1)
