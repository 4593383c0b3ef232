"""The units of a level side by side over a period."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from services import rates, sites
from services.access import Actor
from services.fairness import FEWEST
from services.figures import counting, scopes
from services.figures.counting import Counts, Place
from services.figures.ranges import numbers, span, today
from services.periods import Period
from services.rankings import series, waiting
from services.rankings.causes import causes
from services.rankings.measures import Sort, rate
from services.rankings.rows import RankRow, pooled, ranked
from services.rates import Counted, Scope


def of_level(
    session: Session,
    actor: Actor,
    unit_id: int,
    level: str,
    period: Period,
    *,
    now: datetime,
    sort: Sort = Sort.ON_TIME,
    scope: Scope = Scope.FULL,
    fewest: int = FEWEST,
) -> list[RankRow]:
    """The units of a level under a unit in order: by estimate; with fewer than `fewest` cases, without data last.

    A fixed number of statements. Raises NotFound outside the actor's scope.
    """
    units = scopes.of_level(session, actor, unit_id, level, since=period.from_day)
    stock = counting.tally(session, units, period, now=now)
    counted = _counted(session, actor, units, stock, period, now, sort, scope)
    rows = [_row(place, stock.get(place.id, Counts()), counted[place.id]) for place in units.places]
    basis = None
    if sort is Sort.ON_TIME:
        known = waiting.known(session, actor, units, period, counted, now=now, scope=scope)
        basis = {place.code: known[place.id] for place in units.places}
    return ranked(rows, sort, weights=sites.profile(session).rates.weights, fewest=fewest, basis=basis)


def told(
    session: Session,
    actor: Actor,
    rows: Sequence[RankRow],
    period: Period,
    *,
    now: datetime,
    sort: Sort = Sort.ON_TIME,
    scope: Scope = Scope.FULL,
) -> list[RankRow]:
    """Rows of `of_level` with what takes no part in their order: the change, twelve months, and what is late.

    A fixed number of statements; a screen asks for the rows it shows. Raises NotFound outside the actor's scope.
    """
    units = scopes.of_units(session, actor, [row.unit_id for row in rows if row.unit_id is not None])
    if units is None:
        return list(rows)
    outside = scopes.left_out(session, actor, units) if scope is Scope.ASSESSED else None
    weights, before = sites.profile(session).rates.weights, period.previous(now.astimezone(period.zone).date())
    earlier = series.over(session, units, outside, sort, span(*numbers(before)))
    last = series.day_before(min(numbers(period)[1] + 1, today(period, now)))
    trends = series.months(session, units, outside, sort, last)
    whys = causes(session, units, period, now)

    def with_all(row: RankRow, unit_id: int) -> RankRow:
        then, trend = earlier.get(unit_id), trends.get(unit_id, NOTHING)
        return replace(
            row, change=_change(row.rate, None if then is None else rate(sort, then, weights)), why=whys.get(unit_id),
            trend=tuple(rate(sort, month, weights) for month in trend),
        )  # fmt: skip

    return [with_all(row, row.unit_id) if row.unit_id is not None else row for row in rows]


NOTHING = (Counted(),) * series.MONTHS


def _change(now: float | None, then: float | None) -> float | None:
    return None if now is None or then is None else now - then


def furthest_behind(
    session: Session, actor: Actor, unit_id: int, level: str, period: Period, *, now: datetime
) -> tuple[RankRow, RankRow] | None:
    """The last of the ranked units by what was in time, with what is late there, beside all units together.

    None where nobody can be last: with fewer than two ranked, or where the last one missed nothing. A fixed number of
    statements. Raises NotFound outside the actor's scope.
    """
    rows = of_level(session, actor, unit_id, level, period, now=now)
    placed = [row for row in rows if row.rank is not None]
    if len(placed) < 2 or placed[-1].on_time == placed[-1].due:
        return None
    (last,) = told(session, actor, placed[-1:], period, now=now)
    return last, pooled(rows)


def _row(place: Place, told: Counts, counted: Counted) -> RankRow:
    return RankRow(
        unit_id=place.id, code=place.code, name=place.name, name_en=place.name_en, population=place.population,
        counted=counted, open=told.open, overdue=told.overdue,
    )  # fmt: skip


def _counted(
    session: Session, actor: Actor, units: scopes.Scope, stock: dict[int, Counts], period: Period, now: datetime,
    sort: Sort, scope: Scope,
) -> dict[int, Counted]:  # fmt: skip
    """What the measure and the row need: of all demands the tally says it, but for what people said."""
    if scope is Scope.FULL and sort in (Sort.ON_TIME, Sort.SETTLEMENT):
        return {place.id: _of_tally(stock.get(place.id, Counts())) for place in units.places}
    return rates.counted(session, actor, [place.id for place in units.places], period, scope, now=now)


def _of_tally(told: Counts) -> Counted:
    return Counted(
        received=told.received, settled=told.settled, self_settled=told.self_settled, due=told.due, on_time=told.on_time
    )
