"""Whose demands a figure is about: a unit, or each unit of a level below it, as far as one actor may count them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, bindparam, column, or_, select, text
from sqlalchemy.sql.expression import ColumnElement, FromClause, Label
from sqlmodel import Session, col

from models.accounts import Permission
from models.units import Unit, UnitAncestor
from services import counters
from services.access import Actor, demands_counted, path_column, require_unit, units_seen
from services.counters.facts import LEDGER
from services.errors import NotFound


@dataclass(frozen=True, slots=True)
class Place:
    """A unit that figures are about; the area is told for the unit that was asked for, not for those below it."""

    id: int
    code: str
    name: str
    name_en: str
    level: str
    depth: int
    population: int | None
    area_m2: float | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Open demands to count: the conditions, and the column whose value says which unit each belongs to."""

    key: ColumnElement[Any]
    conditions: tuple[ColumnElement[bool], ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """A unit's demands, or those of each unit of a level below it, as far as one actor may count them.

    `tables` are the kept counters; for an actor who may count only some demands, the same counted from those alone.
    Made by `of_unit`, `of_level` and `of_units` only, which check the actor; whoever holds one may count.
    """

    unit: Place
    places: tuple[Place, ...]
    parts: tuple[Part, ...]
    tables: counters.Tables

    @property
    def is_kept(self) -> bool:
        """Whether the kept counters say it all."""
        return self.tables == counters.tables()

    def live(
        self,
        session: Session,
        columns: Sequence[ColumnElement[Any]],
        conditions: Sequence[ColumnElement[bool]],
        by: Sequence[ColumnElement[Any]] = (),
        source: FromClause = LEDGER,
        bound: Mapping[str, Any] | None = None,
    ) -> list[Any]:
        """The sums `columns` of the open demands that meet `conditions`: (unit id, *by, *columns) for each group.

        Read from the ledger by the partial index of open demands. `source` is the ledger, or the ledger joined with
        what the conditions also speak of; `bound` are the values they ask for. One statement for each depth the level
        stands at: one for nearly every site.
        """
        found: list[Any] = []
        names = [column.name if isinstance(column, Label) else column for column in by]
        for part in self.parts:
            statement = select(part.key.label("unit"), *by, *columns).where(*part.conditions, *conditions)
            statement = statement.group_by(part.key, *names).select_from(source)
            found += session.connection().execute(statement, bound).all()
        return found


_PLACE: tuple[Any, ...] = (
    Unit.id, Unit.code, Unit.short_name, Unit.name_en, Unit.level, Unit.depth, Unit.population,
)  # fmt: skip


def of_unit(session: Session, actor: Actor, unit_id: int) -> Scope:
    """The demands of one unit's subtree that the actor's figures count. Raises NotFound outside the actor's scope.

    A department's figures cover the demands put to it, so it may ask about any unit.
    """
    place = _place(session, actor, unit_id)
    limits = _limits(actor)
    key = path_column(place.depth)
    return Scope(place, (place,), (Part(key, (key == place.id, *limits)),), _tables(session, limits, [place]))


def of_level(session: Session, actor: Actor, unit_id: int, level: str, *, since: date) -> Scope:
    """The demands of each unit of a level under (or at) a unit; units that ended before `since` are left out.

    Each unit counts what was filed under it, wherever it stood then. Raises NotFound outside the actor's scope.
    """
    place = _place(session, actor, unit_id)
    places = tuple(_below(session, place.id, level, since))
    limits = _limits(actor)
    parts = tuple(_part(session, places, depth, limits) for depth in sorted({found.depth for found in places}))
    return Scope(place, places, parts, _tables(session, limits, places))


def of_units(session: Session, actor: Actor, unit_ids: Iterable[int]) -> Scope | None:
    """The demands of each of some units of any level; None where none is named. Two statements.

    Raises NotFound where one of them is outside the actor's scope.
    """
    wanted = list(dict.fromkeys(unit_ids))
    if not wanted:
        return None
    known = _named(session, actor, wanted)
    missing = [unit_id for unit_id in wanted if unit_id not in known]
    if missing:
        raise NotFound("unit_not_found", unit=missing[0])
    places, limits = tuple(known[unit_id] for unit_id in wanted), _limits(actor)
    parts = tuple(_part(session, places, depth, limits) for depth in sorted({place.depth for place in places}))
    return Scope(places[0], places, parts, _tables(session, limits, places))


def left_out(session: Session, actor: Actor, scope: Scope) -> Scope:
    """The same units with what the assessed scope leaves out of their demands."""
    limits, excluded = _limits(actor), LEDGER.c.excluded_code.is_not(None)
    depths = sorted({place.depth for place in scope.places})
    tables = counters.counted(session, limits, depths, outside=True) if limits else counters.left_out()
    parts = tuple(Part(part.key, (*part.conditions, excluded)) for part in scope.parts)
    return Scope(scope.unit, scope.places, parts, tables)


def _named(session: Session, actor: Actor, unit_ids: Sequence[int]) -> dict[int, Place]:
    """Those of the units the actor may count; a department may ask about any, as in of_unit."""
    statement = select(*_PLACE).where(Unit.id.in_(listed(session.get_bind().dialect.name, json.dumps(unit_ids))))  # type: ignore[union-attr]
    if actor.department_id is None:
        statement = statement.where(units_seen(actor))
    return {row[0]: Place(*row) for row in session.connection().execute(statement)}


def _tables(session: Session, limits: tuple[ColumnElement[bool], ...], places: Sequence[Place]) -> counters.Tables:
    if not limits:
        return counters.tables()
    return counters.counted(session, limits, sorted({place.depth for place in places}) or [1])


def _part(session: Session, places: Sequence[Place], depth: int, limits: tuple[ColumnElement[bool], ...]) -> Part:
    key = path_column(depth)
    mine = [place.id for place in places if place.depth == depth]
    return Part(key, (key.in_(listed(session.get_bind().dialect.name, json.dumps(mine))), *limits))


LISTED = {
    "sqlite": "SELECT value FROM json_each(:units)",
    "postgresql": "SELECT CAST(value AS BIGINT) AS value FROM json_array_elements_text(CAST(:units AS JSON))",
}


def listed(dialect: str, ids: str | None = None) -> Any:
    """The ids in a JSON list as rows: one bound value, however many units there are."""
    written = text(LISTED[dialect]).columns(column("value", BigInteger))
    return written.bindparams(bindparam("units", ids)) if ids is not None else written


def _place(session: Session, actor: Actor, unit_id: int) -> Place:
    if actor.department_id is None:
        unit = require_unit(session, actor, unit_id)
    else:
        found = session.get(Unit, unit_id)
        if found is None:
            raise NotFound("unit_not_found", unit=unit_id)
        unit = found
    return Place(
        unit_id, unit.code, unit.short_name, unit.name_en, unit.level, unit.depth, unit.population, unit.area_m2
    )


def _below(session: Session, unit_id: int, level: str, since: date) -> list[Place]:
    rows = session.connection().execute(
        select(*_PLACE)
        .join(UnitAncestor, col(UnitAncestor.unit_id) == Unit.id)
        .where(
            col(UnitAncestor.ancestor_id) == unit_id, col(Unit.level) == level,
            or_(col(Unit.valid_to).is_(None), col(Unit.valid_to) > since),
        )
        .order_by(Unit.code)
    )  # fmt: skip
    return [Place(*row) for row in rows]


def _limits(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """The actor's own condition on each demand, left out where the unit is all there is to ask: then counters do."""
    by_unit = actor.is_system or (actor.department_id is None and actor.unit_id is not None)
    if by_unit and (actor.is_system or actor.may(Permission.SEE_FIGURES) or actor.may(Permission.SEE_DEMANDS)):
        return ()
    return (demands_counted(actor),)
