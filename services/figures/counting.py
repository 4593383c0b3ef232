"""What figures count: the demands of a unit's subtree that the actor may count, and the few sums all figures share.

The indexes ix_demands_all_a<depth>_id hold every column these sums read (models/demands.py), so that a year of a
county is read from one index and never from the table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Integer, Table, and_, case, func, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ColumnElement, FromClause, FunctionElement, Label
from sqlmodel import Session, col

from models.demands import Demand
from models.units import Unit, UnitAncestor
from services import sites
from services.access import IS_OPEN, Actor, demands_counted, path_column, require_unit
from services.errors import NotFound
from services.periods import Period

LEDGER: Table = Demand.__table__  # type: ignore[attr-defined]
C = LEDGER.c


class Epoch(FunctionElement[int]):
    """The whole seconds since 1970 of a moment."""

    type = Integer()
    inherit_cache = True


@compiles(Epoch, "sqlite")
def _epoch_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"unixepoch({compiler.process(element.clauses, **options)})"


@compiles(Epoch, "postgresql")
def _epoch_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST(floor(extract(epoch from {compiler.process(element.clauses, **options)})) AS BIGINT)"


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts of one unit in one period.

    `received` came in during the period; `settled` of those, settled before its end; `self_settled` of those, by the
    grid itself. `due` are those whose limit passed in the period (up to now), whenever they came in, without those
    rejected or merged; `on_time` of those, settled not later than the limit. `open` and `overdue` are the stock at the
    end of the period, or now while it runs; `oldest_due_at` the earliest limit in that stock.
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
class Place:
    """A unit that figures are about."""

    id: int
    code: str
    name: str
    name_en: str
    level: str
    depth: int
    population: int | None


@dataclass(frozen=True, slots=True)
class Part:
    """Demands to count: the conditions, and the column whose value says which unit each belongs to."""

    key: ColumnElement[Any]
    conditions: tuple[ColumnElement[bool], ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """A unit's demands, or those of each unit of a level below it, as far as one actor may count them.

    Made by `of_unit` and `of_level` only, which check the actor; whoever holds one may count.
    """

    unit: Place
    places: tuple[Place, ...]
    parts: tuple[Part, ...]

    def rows(
        self,
        session: Session,
        columns: Sequence[ColumnElement[Any]],
        conditions: Sequence[ColumnElement[bool]],
        by: Sequence[ColumnElement[Any]] = (),
        source: FromClause = LEDGER,
    ) -> list[tuple[Any, ...]]:
        """The sums `columns` of the demands that meet `conditions`: (unit id, *by, *columns) for each group.

        `source` is the ledger, or the ledger joined with what the conditions also speak of.
        One statement for each depth the level stands at, which is one for nearly every site.
        """
        found: list[tuple[Any, ...]] = []
        names = [column.name if isinstance(column, Label) else column for column in by]
        for part in self.parts:
            statement = select(part.key.label("unit"), *by, *columns).where(*part.conditions, *conditions)
            statement = statement.group_by(part.key, *names).select_from(source)
            found += [tuple(row) for row in session.connection().execute(statement)]
        return found

    def tally(self, session: Session, period: Period, *, now: datetime) -> dict[int, Counts]:
        """The counts of each unit that has any demand to count. Three statements."""
        came = {row[0]: (row[1], row[2], row[3]) for row in self.rows(session, *cohort(period))}
        due = {row[0]: (row[1], row[2]) for row in self.rows(session, *_due(period, now))}
        stock = self.stock(session, min(period.end, now), now=now)
        found = {}
        for key in {*came, *due, *stock}:
            number, overdue, oldest = stock.get(key, (0, 0, None))
            found[key] = Counts(*came.get(key, (0, 0, 0)), *due.get(key, (0, 0)), number, overdue, oldest)
        return found

    def stock(self, session: Session, at: datetime, *, now: datetime) -> dict[int, tuple[int, int, datetime | None]]:
        """Open, overdue and the earliest limit of each unit at a moment. One statement.

        For now it reads the index of open demands alone. For the past it goes by when a demand came in and was settled;
        one rejected or merged since does not count, and one reopened since counts as open all along.
        """
        late = func.count(case((C.due_at < at, 1)))
        columns = (func.count(), late, func.min(C.due_at))
        if at >= now:
            found = self.rows(session, columns, (IS_OPEN,))
        else:
            lay_open = or_(C.settled_at >= at, IS_OPEN)
            found = self.rows(session, columns, (C.reported_at < at, C.received, lay_open))
        return {row[0]: (row[1], row[2], row[3]) for row in found}


def cohort(period: Period) -> tuple[Sequence[ColumnElement[Any]], Sequence[ColumnElement[bool]]]:
    """The columns received, settled, self-settled and the conditions of those that came in during the period."""
    settled = C.settled_at < period.end
    columns = (func.count(), func.count(case((settled, 1))), func.count(case((and_(settled, C.self_settled), 1))))
    return columns, (C.reported_at >= period.start, C.reported_at < period.end, C.received)


def _due(period: Period, now: datetime) -> tuple[Sequence[ColumnElement[Any]], Sequence[ColumnElement[bool]]]:
    return DUE_COLUMNS, due_between(period.start, min(period.end, now))


def due_between(start: datetime, end: datetime) -> tuple[ColumnElement[bool], ...]:
    """The condition for demands whose limit lies in [start, end) and that were to be settled."""
    to_settle = or_(C.settled_at.is_not(None), IS_OPEN)
    return (C.reported_at < end, C.due_at >= start, C.due_at < end, C.received, to_settle)


DUE_COLUMNS = (func.count(), func.count(case((C.settled_at <= C.due_at, 1))))
"""How many fell due, and how many of them were settled in time."""


def of_unit(session: Session, actor: Actor, unit_id: int) -> Scope:
    """The demands of one unit's subtree that the actor's figures count. Raises NotFound outside the actor's scope.

    A department's figures cover the demands put to it, so it may ask about any unit.
    """
    place = _place(session, actor, unit_id)
    inside = path_column(place.depth) == place.id
    part = Part(path_column(place.depth), (inside, *_limits(session, actor, place)))
    return Scope(place, (place,), (part,))


def of_level(session: Session, actor: Actor, unit_id: int, level: str, *, since: date) -> Scope:
    """The demands of each unit of a level under (or at) a unit; units that ended before `since` are left out.

    Each is counted by its own ancestor column alone, as `of_unit` counts it and as its cases open: what was filed there
    before a unit moved under another stays with it, and one covering index holds all that is read.

    Raises NotFound outside the actor's scope.
    """
    place = _place(session, actor, unit_id)
    places = tuple(_below(session, place.id, level, since))
    limits = _limits(session, actor, place)
    parts = tuple(_part(place.id, level, depth, limits) for depth in sorted({found.depth for found in places}))
    return Scope(place, places, parts)


def _part(unit_id: int, level: str, depth: int, limits: tuple[ColumnElement[bool], ...]) -> Part:
    below = (
        select(UnitAncestor.unit_id)  # type: ignore[call-overload]
        .join(Unit, col(Unit.id) == UnitAncestor.unit_id)
        .where(col(UnitAncestor.ancestor_id) == unit_id, col(Unit.level) == level, col(Unit.depth) == depth)
    )
    key = path_column(depth)
    return Part(key, (key.in_(below), *limits))


def _place(session: Session, actor: Actor, unit_id: int) -> Place:
    if actor.department_id is None:
        unit = require_unit(session, actor, unit_id)
    else:
        found = session.get(Unit, unit_id)
        if found is None:
            raise NotFound("unit_not_found", unit=unit_id)
        unit = found
    return Place(unit_id, unit.code, unit.short_name, unit.name_en, unit.level, unit.depth, unit.population)


def _below(session: Session, unit_id: int, level: str, since: date) -> list[Place]:
    rows = session.connection().execute(
        select(Unit.id, Unit.code, Unit.short_name, Unit.name_en, Unit.level, Unit.depth, Unit.population)  # type: ignore[call-overload]
        .join(UnitAncestor, col(UnitAncestor.unit_id) == Unit.id)
        .where(
            col(UnitAncestor.ancestor_id) == unit_id, col(Unit.level) == level,
            or_(col(Unit.valid_to).is_(None), col(Unit.valid_to) > since),
        )
        .order_by(Unit.code)
    )  # fmt: skip
    return [Place(*row) for row in rows]


def _limits(session: Session, actor: Actor, place: Place) -> tuple[ColumnElement[bool], ...]:
    """The actor's own condition, left out where the place surely lies in it: then one index does all."""
    if actor.is_system or actor.unit_id == place.id:
        return ()
    if actor.unit_id is not None and _holds_site(session, actor.unit_id):
        return ()
    return (demands_counted(actor),)


def _holds_site(session: Session, unit_id: int) -> bool:
    unit = session.get(Unit, unit_id)
    return unit is not None and unit.code == sites.profile(session).top
