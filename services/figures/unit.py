"""The figures of one unit in one period, and those of its parts for the map."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from models.households import Household
from models.units import Unit, UnitAncestor
from services.access import Actor
from services.figures import counting
from services.figures.counting import Counts, Stock
from services.periods import Period
from services.shares import share

LEVELS_ALWAYS = ("township", "village", "natural_village", "grid", "unit")


@dataclass(frozen=True, slots=True)
class FiguresRow:
    """The figures of a unit's subtree in a period.

    A cohort month: `settled` and `self_settled` are of those `received` in the period, `settlement_rate` is settled /
    received and None when nothing was received. `due` are those whose limit passed in the period and `on_time` of
    those, kept; `on_time_rate` is their share. `open` and `overdue` are the stock at the end of the period, or now
    while it runs; `oldest_due_at` is of now, None for a past end. `due_today` are open ones whose limit lies between
    now and midnight. `units` counts units by level, 0 where there are none; `population`
    in people, `area_km2` in square kilometres, both None where not known.
    """

    unit_id: int
    code: str
    name: str
    name_en: str
    level: str
    units: Mapping[str, int]
    population: int | None
    households: int
    area_km2: float | None
    received: int
    settled: int
    settlement_rate: float | None
    self_settled: int
    due: int
    on_time: int
    on_time_rate: float | None
    open: int
    overdue: int
    oldest_due_at: datetime | None
    due_today: int


@dataclass(frozen=True, slots=True)
class MapRow:
    """The figures of one unit on the map; rates None where there is no data."""

    unit_id: int
    code: str
    name: str
    name_en: str
    population: int | None
    received: int
    settled: int
    settlement_rate: float | None
    due: int
    on_time: int
    on_time_rate: float | None
    open: int
    overdue: int
    oldest_due_at: datetime | None


def of_unit(session: Session, actor: Actor, unit_id: int, period: Period, *, now: datetime) -> FiguresRow:
    """The figures of a unit in a period, as FiguresRow tells. A fixed number of statements; NotFound outside scope."""
    scope = counting.of_unit(session, actor, unit_id)
    lying = counting.stock(session, scope, period.zone, now=now)
    counts = counting.tally(session, scope, period, now=now, lying=lying).get(unit_id, Counts())
    area, whole = scope.unit.area_m2, _is_whole(session, scope.unit)
    return FiguresRow(
        unit_id=unit_id, code=scope.unit.code, name=scope.unit.name, name_en=scope.unit.name_en,
        level=scope.unit.level, units=_units(session, unit_id, min(period.to_day, _day(now, period)), whole=whole),
        population=scope.unit.population, households=_households(session, unit_id, whole=whole),
        area_km2=None if area is None else area / 1e6,
        received=counts.received, settled=counts.settled, settlement_rate=share(counts.settled, counts.received),
        self_settled=counts.self_settled, due=counts.due, on_time=counts.on_time,
        on_time_rate=share(counts.on_time, counts.due), open=counts.open, overdue=counts.overdue,
        oldest_due_at=counts.oldest_due_at, due_today=lying.get(unit_id, Stock()).later_today,
    )  # fmt: skip


def by_unit(session: Session, actor: Actor, unit_id: int, level: str, period: Period, *, now: datetime) -> list[MapRow]:
    """The figures of each unit of a level under a unit, by code. Fixed in statements; NotFound outside the scope."""
    scope = counting.of_level(session, actor, unit_id, level, since=period.from_day)
    found = counting.tally(session, scope, period, now=now)
    return [_map_row(place, found.get(place.id, Counts())) for place in scope.places]


def _map_row(place: counting.Place, counts: Counts) -> MapRow:
    return MapRow(
        unit_id=place.id, code=place.code, name=place.name, name_en=place.name_en, population=place.population,
        received=counts.received, settled=counts.settled, settlement_rate=share(counts.settled, counts.received),
        due=counts.due, on_time=counts.on_time, on_time_rate=share(counts.on_time, counts.due), open=counts.open,
        overdue=counts.overdue, oldest_due_at=counts.oldest_due_at,
    )  # fmt: skip


def _day(now: datetime, period: Period) -> date:
    return now.astimezone(period.zone).date()


def _is_whole(session: Session, place: counting.Place) -> bool:
    """Whether the unit is the whole site: the only one with none above it. Then no join says what lies in it."""
    roots = select(func.count()).select_from(Unit).where(col(Unit.parent_id).is_(None))
    return place.depth == 1 and session.connection().execute(roots).scalar_one() == 1


def _inside(unit_id: int) -> Any:
    return select(UnitAncestor.unit_id).where(col(UnitAncestor.ancestor_id) == unit_id)  # type: ignore[call-overload]


def _households(session: Session, unit_id: int, *, whole: bool) -> int:
    statement = select(func.count()).select_from(Household)
    if not whole:
        statement = statement.where(col(Household.unit_id).in_(_inside(unit_id)))
    return session.connection().execute(statement).scalar_one()


def _units(session: Session, unit_id: int, on: date, *, whole: bool) -> dict[str, int]:
    """Units of the subtree by level, itself included, less those that had ended by the day."""
    inside = () if whole else (col(Unit.id).in_(_inside(unit_id)),)
    every = select(Unit.level, func.count()).where(*inside).group_by(Unit.level)  # type: ignore[call-overload]
    ended = select(Unit.level).where(col(Unit.valid_to) <= on, *inside)  # type: ignore[call-overload]
    found = dict.fromkeys(LEVELS_ALWAYS, 0) | dict(session.connection().execute(every).all())
    for level in session.connection().execute(ended).scalars():
        found[level] -= 1
    return found
