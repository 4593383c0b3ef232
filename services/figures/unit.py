"""The figures of one unit in one period, and those of its parts for the map."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from models.households import Household
from models.units import Unit, UnitAncestor
from services.access import IS_OPEN, Actor
from services.counters.facts import C
from services.figures import counting
from services.figures.counting import Counts
from services.periods import Period

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


def share(part: int, whole: int) -> float | None:
    """A rate as a fraction of 1, or None when there is nothing to take a share of (domain.md section 4)."""
    return part / whole if whole else None


def of_unit(session: Session, actor: Actor, unit_id: int, period: Period, *, now: datetime) -> FiguresRow:
    """The figures of a unit in a period, as FiguresRow tells. A fixed number of statements; NotFound outside scope."""
    scope = counting.of_unit(session, actor, unit_id)
    counts = counting.tally(session, scope, period, now=now).get(unit_id, Counts())
    households = (
        session.connection()
        .execute(
            select(func.count())
            .select_from(Household)
            .join(UnitAncestor, col(UnitAncestor.unit_id) == Household.unit_id)
            .where(col(UnitAncestor.ancestor_id) == unit_id)
        )
        .scalar_one()
    )
    area = session.get_one(Unit, unit_id).area_m2
    return FiguresRow(
        unit_id=unit_id, code=scope.unit.code, name=scope.unit.name, name_en=scope.unit.name_en,
        level=scope.unit.level, units=_units(session, unit_id, min(period.to_day, _day(now, period))),
        population=scope.unit.population, households=households, area_km2=None if area is None else area / 1e6,
        received=counts.received, settled=counts.settled, settlement_rate=share(counts.settled, counts.received),
        self_settled=counts.self_settled, due=counts.due, on_time=counts.on_time,
        on_time_rate=share(counts.on_time, counts.due), open=counts.open, overdue=counts.overdue,
        oldest_due_at=counts.oldest_due_at, due_today=_due_today(session, scope, period, now),
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


def _units(session: Session, unit_id: int, on: date) -> dict[str, int]:
    """Units of the subtree by level, itself included, that had not ended by the day."""
    rows = session.connection().execute(
        select(Unit.level, func.count())  # type: ignore[call-overload]
        .join(UnitAncestor, col(UnitAncestor.unit_id) == Unit.id)
        .where(
            col(UnitAncestor.ancestor_id) == unit_id,
            col(Unit.valid_to).is_(None) | (col(Unit.valid_to) > on),
        )
        .group_by(Unit.level)
    )
    return dict.fromkeys(LEVELS_ALWAYS, 0) | dict(rows.all())


def _due_today(session: Session, scope: counting.Scope, period: Period, now: datetime) -> int:
    midnight = datetime.combine(_day(now, period) + timedelta(days=1), time(), period.zone)
    found = scope.live(session, (func.count(),), (IS_OPEN, C.due_at >= now, C.due_at < midnight))
    return int(found[0][1]) if found else 0
