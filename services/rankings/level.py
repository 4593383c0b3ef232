"""Rankings: the units of a level side by side over a period, with their counts and with where the time is lost.

A cohort month: settled / received of those that came in during the period (domain.md section 4). A unit without data
has no rate and no rank and stands last. Totals pool the counts; rates are never averaged.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlmodel import Session, col

from models.counters import Kind
from models.demands import Category
from services.access import IS_OPEN, Actor
from services.counters.facts import C
from services.figures import counting, reading
from services.figures.counting import Counts, Place, Scope, Stock
from services.figures.ranges import days, numbers, span, today
from services.figures.spans import WEEK, median
from services.periods import Period
from services.rates import share

TREND_WEEKS = 12


class Sort(StrEnum):
    """By what units are ranked."""

    SETTLEMENT = "settlement"
    ON_TIME = "on_time"
    SPEED = "speed"


@dataclass(frozen=True, slots=True)
class Why:
    """Where a unit is late: the category with most late demands in the period, and the level that held most of them."""

    late: int
    category: str
    category_en: str
    category_late: int
    level: str
    level_late: int


@dataclass(frozen=True, slots=True)
class RankRow:
    """One unit in a ranking. Counts as in services.figures.counting.Counts; rates are fractions of 1 or None.

    `median_hours` is the median time to settle of the cohort without what the grid settled by itself on the spot,
    in whole hours: with half of all settled at once, the median of all would say nothing. `change` is the
    settlement rate less that of the period before. `trend` is the on-time rate of each of the last twelve weeks of
    the period, None where nothing fell due. `rank` is None without data; equal units share a rank and the next is
    counted on (1, 1, 3).
    """

    unit_id: int | None
    code: str
    name: str
    name_en: str
    population: int | None
    received: int
    settled: int
    settlement_rate: float | None
    self_settled: int
    due: int
    on_time: int
    on_time_rate: float | None
    median_hours: float | None
    open: int
    overdue: int
    change: float | None
    rank: int | None
    trend: tuple[float | None, ...]
    why: Why | None
    solved_hours: tuple[tuple[int, int], ...] = field(default=(), repr=False)


def of_level(
    session: Session,
    actor: Actor,
    unit_id: int,
    level: str,
    period: Period,
    *,
    now: datetime,
    sort: Sort = Sort.SETTLEMENT,
) -> list[RankRow]:
    """The units of a level under a unit, best first, those without data last. Ties by code.

    A fixed number of statements. Raises NotFound outside the actor's scope.
    """
    scope = counting.of_level(session, actor, unit_id, level, since=period.from_day)
    lying = counting.stock(session, scope, period.zone, now=now)
    counts = counting.tally(session, scope, period, now=now, lying=lying)
    earlier = _rates(session, scope, period.previous(now.astimezone(period.zone).date()))
    hours = _hours(session, scope, period)
    trends = _trends(session, scope, period, lying, now)
    whys = _whys(session, scope, period, now)
    rows = [
        _row(
            place, counts.get(place.id, Counts()), hours.get(place.id, ()), earlier.get(place.id),
            trends.get(place.id, (None,) * TREND_WEEKS), whys.get(place.id),
        )
        for place in scope.places
    ]  # fmt: skip
    return ranked(rows, sort)


def ranked(rows: Iterable[RankRow], sort: Sort) -> list[RankRow]:
    """The rows in order with their ranks: competition ranking, those without a value last and unranked. Pure."""
    ordered = sorted(rows, key=lambda row: (*_order(row, sort), row.code))
    first: dict[tuple[bool, float], int] = {}
    for place, row in enumerate(ordered, start=1):
        first.setdefault(_order(row, sort), place)
    return [_with_rank(row, None if _order(row, sort)[0] else first[_order(row, sort)]) for row in ordered]


def pooled(rows: Sequence[RankRow]) -> RankRow:
    """The total of several rows: counts added up and rates taken of the sums; never the mean of the rates. Pure."""
    hours: dict[int, int] = defaultdict(int)
    for row in rows:
        for value, number in row.solved_hours:
            hours[value] += number
    received, settled = sum(row.received for row in rows), sum(row.settled for row in rows)
    due, on_time = sum(row.due for row in rows), sum(row.on_time for row in rows)
    people = [row.population for row in rows if row.population is not None]
    return RankRow(
        unit_id=None, code="", name="", name_en="", population=sum(people) if people else None, received=received,
        settled=settled, settlement_rate=share(settled, received), self_settled=sum(row.self_settled for row in rows),
        due=due, on_time=on_time, on_time_rate=share(on_time, due), median_hours=median(hours.items()),
        open=sum(row.open for row in rows), overdue=sum(row.overdue for row in rows), change=None, rank=None, trend=(),
        why=None, solved_hours=tuple(sorted(hours.items())),
    )  # fmt: skip


def _order(row: RankRow, sort: Sort) -> tuple[bool, float]:
    """Without a value last; then the best first: high rates, short times."""
    value = {
        Sort.SETTLEMENT: row.settlement_rate, Sort.ON_TIME: row.on_time_rate,
        Sort.SPEED: None if row.median_hours is None else -row.median_hours,
    }[sort]  # fmt: skip
    return (True, 0.0) if value is None else (False, -value)


def _with_rank(row: RankRow, rank: int | None) -> RankRow:
    return replace(row, rank=rank)


def _row(
    place: Place,
    counts: Counts,
    hours: tuple[tuple[int, int], ...],
    rate_before: float | None,
    trend: tuple[float | None, ...],
    why: Why | None,
) -> RankRow:
    rate = share(counts.settled, counts.received)
    return RankRow(
        unit_id=place.id, code=place.code, name=place.name, name_en=place.name_en, population=place.population,
        received=counts.received, settled=counts.settled, settlement_rate=rate, self_settled=counts.self_settled,
        due=counts.due, on_time=counts.on_time, on_time_rate=share(counts.on_time, counts.due),
        median_hours=median(hours), open=counts.open, overdue=counts.overdue,
        change=None if rate is None or rate_before is None else rate - rate_before, rank=None, trend=trend, why=why,
        solved_hours=hours,
    )  # fmt: skip


def _rates(session: Session, scope: Scope, period: Period) -> dict[int, float | None]:
    """The settlement rates of a period that is over."""
    over = span(*numbers(period))
    settled = {row[0]: row[1] for row in reading.cohort(session, scope, over)}
    received = reading.counts(session, scope, ("received",), over)
    return {unit: share(settled.get(unit, 0), number) for unit, number in received}


def _hours(session: Session, scope: Scope, period: Period) -> dict[int, tuple[tuple[int, int], ...]]:
    """How many of the cohort's settled by others than the grid itself took how many whole hours, for each unit."""
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    over = span(*numbers(period))
    for unit, hours, number in reading.cells(session, scope, (Kind.HOURS_RECEIVED,), over, ("sub",)):
        if number:
            found[unit].append((hours, number))
    return {unit: tuple(sorted(rows)) for unit, rows in found.items()}


def _trends(
    session: Session, scope: Scope, period: Period, lying: dict[int, Stock], now: datetime
) -> dict[int, tuple[float | None, ...]]:
    """The on-time rate of each of the last twelve weeks of the period, by the day of the limit."""
    day, last = today(period, now), min(numbers(period)[1], today(period, now))
    start = last + 1 - TREND_WEEKS * WEEK
    found: dict[int, list[float | None]] = {}
    rows = reading.counts(session, scope, ("due", "kept"), days(start, last), "week", start=start)
    for unit, week, due, kept in rows:
        later = lying[unit].later_today if unit in lying and last == day and week == TREND_WEEKS - 1 else 0
        found.setdefault(unit, [None] * TREND_WEEKS)[week] = share(kept, due - later)
    return {unit: tuple(rates) for unit, rates in found.items()}


def _whys(session: Session, scope: Scope, period: Period, now: datetime) -> dict[int, Why]:
    """Of those whose limit passed in the period unkept: how many by category, and by the level that held them."""
    late = (IS_OPEN, C.due_at >= period.start, C.due_at < min(period.end, now))
    over = span(numbers(period)[0], min(numbers(period)[1], today(period, now)))
    rows = list(reading.cells(session, scope, (Kind.LATE,), over, ("sub", "tag")))
    rows += scope.live(session, (func.count(),), late, (C.category_id, C.level))
    categories: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    levels: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for unit, category, level, number in rows:
        if number:
            categories[unit][category] += number
            levels[unit][level] += number
    names = _names(session)
    return {
        unit: _why(by_category, levels[unit], names)
        for unit, by_category in categories.items()
    }  # fmt: skip


def _why(categories: dict[int, int], levels: dict[str, int], names: dict[int, tuple[str, str]]) -> Why:
    category, most = min(categories.items(), key=lambda item: (-item[1], item[0]))
    level, held = min(levels.items(), key=lambda item: (-item[1], item[0]))
    zh, en = names[category]
    return Why(sum(categories.values()), zh, en, most, level, held)


def _names(session: Session) -> dict[int, tuple[str, str]]:
    rows = session.connection().execute(select(Category.id, Category.name, Category.name_en).order_by(col(Category.id)))  # type: ignore[call-overload]
    return {key: (zh, en) for key, zh, en in rows}
