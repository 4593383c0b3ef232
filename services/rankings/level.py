"""The units of a level side by side over a period."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from models.profiles import Weights
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
from services.rankings.rows import RankRow, ranked
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
    asked = _Asked(session, actor, period, now, sort, scope, sites.profile(session).rates.weights)
    counted, rows = _rows(asked, units)
    basis = None
    if sort is Sort.ON_TIME:
        known = waiting.known(session, actor, units, period, counted, now=now, scope=scope)
        basis = {place.code: known[place.id] for place in units.places}
    return ranked(rows, sort, weights=asked.weights, fewest=fewest, basis=basis)


def unranked(
    session: Session, actor: Actor, unit_id: int, level: str, period: Period, *, now: datetime
) -> list[RankRow]:
    """The same units by code with their counts and what is late, and nothing that takes their order: for an overview.

    A fixed number of statements. Raises NotFound outside the actor's scope.
    """
    units = scopes.of_level(session, actor, unit_id, level, since=period.from_day)
    told = counting.tally(session, units, period, now=now)
    whys = causes(session, units, period, now)
    rows = [
        _row(place, told.get(place.id, Counts()), _of_tally(told.get(place.id, Counts()))) for place in units.places
    ]
    return [replace(row, why=whys.get(row.unit_id or 0)) for row in rows]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a ranking was asked for."""

    session: Session
    actor: Actor
    period: Period
    now: datetime
    sort: Sort
    scope: Scope
    weights: Weights

    def outside(self, units: scopes.Scope) -> scopes.Scope | None:
        """The same units with what the assessed scope leaves out, where that is asked for."""
        return scopes.left_out(self.session, self.actor, units) if self.scope is Scope.ASSESSED else None


def _rows(asked: _Asked, units: scopes.Scope) -> tuple[dict[int, Counted], list[RankRow]]:
    """The counts of each unit, and its row before it is ranked."""
    session, period, now, sort = asked.session, asked.period, asked.now, asked.sort
    told = counting.tally(session, units, period, now=now)
    counted = _counted(asked, units, told)
    day = today(period, now)
    before = period.previous(now.astimezone(period.zone).date())
    earlier = series.over(session, units, asked.outside(units), sort, span(*numbers(before)))
    last = series.day_before(min(numbers(period)[1] + 1, day))
    trends = series.months(session, units, asked.outside(units), sort, last)
    whys = causes(session, units, period, now)

    def value(of: Counted | None) -> float | None:
        return None if of is None else rate(sort, of, asked.weights)

    rows = []
    for place in units.places:
        here, then = value(counted[place.id]), value(earlier.get(place.id))
        rows.append(
            replace(
                _row(place, told.get(place.id, Counts()), counted[place.id]),
                change=None if here is None or then is None else here - then, why=whys.get(place.id),
                trend=tuple(value(each) for each in trends.get(place.id, NO_TREND)),
            )
        )  # fmt: skip
    return counted, rows


def _row(place: Place, told: Counts, counted: Counted) -> RankRow:
    return RankRow(
        unit_id=place.id, code=place.code, name=place.name, name_en=place.name_en, population=place.population,
        counted=counted, open=told.open, overdue=told.overdue,
    )  # fmt: skip


NO_TREND = (None,) * series.MONTHS


def _counted(asked: _Asked, units: scopes.Scope, told: dict[int, Counts]) -> dict[int, Counted]:
    """What the measure and the row need: of all demands the tally says it, but for what people said."""
    if asked.scope is Scope.FULL and asked.sort in (Sort.ON_TIME, Sort.SETTLEMENT):
        return {place.id: _of_tally(told.get(place.id, Counts())) for place in units.places}
    ids = [place.id for place in units.places]
    return rates.counted(asked.session, asked.actor, ids, asked.period, asked.scope, now=asked.now)


def _of_tally(told: Counts) -> Counted:
    return Counted(
        received=told.received, settled=told.settled, self_settled=told.self_settled, due=told.due, on_time=told.on_time
    )
