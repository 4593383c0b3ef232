"""Reading counters: sums over days for each unit of a scope. Statements are built once a shape; the days are bound."""

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Integer, bindparam, case, cast, func, literal_column, select, union_all
from sqlalchemy.sql.expression import ColumnElement, FromClause, Select
from sqlmodel import Session

from models.counters import Grain, Kind
from services import counters
from services.figures.ranges import Span
from services.figures.scopes import Scope, listed

RANGES = ((Grain.DAY, "head"), (Grain.MONTH, "months"), (Grain.DAY, "tail"))
OWN = (Kind.SELF_SETTLED, Kind.SELF_SETTLED_ON)

Rows = Sequence[Any]


def counts(session: Session, scope: Scope, columns: Sequence[str], over: Span, by: str = "", **bound: Any) -> Rows:
    """The sums of columns of unit_counts over some days: (unit id, *columns), or (unit id, by, *columns).

    `by` is "day", or "week" of seven days counted from the day `start`. One statement.
    """
    return _read(session, scope, "counts", (tuple(columns), tuple(filter(None, [by]))), over, bound)


def cells(session: Session, scope: Scope, kinds: Sequence[Kind], over: Span, by: Sequence[str], **bound: Any) -> Rows:
    """How many cells of some kinds there are over some days: (unit id, *by, count).

    `by` names among kind, sub, tag, day and week. One statement.
    """
    return _read(session, scope, "cells", (tuple(kinds), tuple(by)), over, bound)


def cohort(session: Session, scope: Scope, over: Span, by: Sequence[str] = ()) -> Rows:
    """Of those that came in over these days, how many were settled by their end: (unit id, *by, settled, by the grid).

    Three parts: came and settled in the whole months; came in the days before them, whenever settled by the end;
    settled in the days after them, having come since the whole months began. `by` is "tag", the settled level.
    """
    last = max(over.head[1], over.months[1], over.tail[1])
    return _read(session, scope, "cohort", (tuple(by),), over, {"last": last})


def until(session: Session, scope: Scope, over: Span) -> Rows:
    """What had happened by the end of these days: (unit id, closed, put back to work).

    Closed of those whose limit lies on the days, put back to work of those that came in on them. Four parts: of the
    days before the whole months and after them, whatever happened by the end; of the whole months what happened by
    theirs, and what happened on the days after.
    """
    last = max(over.head[1], over.months[1], over.tail[1])
    return _read(session, scope, "until", (), over, {"last": last})


def _read(
    session: Session, scope: Scope, what: str, shape: tuple[tuple[Any, ...], ...], over: Span, bound: dict[str, Any]
) -> Rows:
    if not scope.places:
        return []
    dialect, many = session.get_bind().dialect.name, len(scope.places) > 1
    build = _kept if scope.tables in KEPT else _built
    statement = build(scope.tables, what, shape, dialect, many)
    units = {"units": json.dumps([place.id for place in scope.places])} if many else {"unit": scope.places[0].id}
    with session.connection().execute(statement, units | over.bound() | bound) as result:
        # numbers and words as the driver gives them: a Row for each of many thousand costs more than the query
        found: Rows = [] if result.cursor is None else result.cursor.fetchall()
    return found


KEPT = (counters.tables(), counters.left_out())
"""The tables whose statements are built once."""


@lru_cache(maxsize=256)
def _kept(
    tables: counters.Tables, what: str, shape: tuple[tuple[Any, ...], ...], dialect: str, many: bool
) -> Select[Any]:
    return _built(tables, what, shape, dialect, many)


def _built(
    tables: counters.Tables, what: str, shape: tuple[tuple[Any, ...], ...], dialect: str, many: bool
) -> Select[Any]:
    source = tables.counts if what == "counts" else tables.cells
    inside = source.c.unit_id.in_(listed(dialect)) if many else source.c.unit_id == bindparam("unit", type_=Integer)
    return _BUILDERS[what](source, inside, *shape)


def _counts(source: FromClause, inside: ColumnElement[bool], columns: tuple[str, ...], by: tuple[str, ...]) -> Any:
    chosen = [*(_by(source, name) for name in by), *(source.c[name] for name in columns)]
    return _summed([_part(source, inside, grain, name, chosen) for grain, name in RANGES], by, columns)


def _cells(source: FromClause, inside: ColumnElement[bool], kinds: tuple[Kind, ...], by: tuple[str, ...]) -> Any:
    chosen = [*(_by(source, name) for name in by), source.c.n]
    inside = inside & _of(source, kinds)
    return _summed([_part(source, inside, grain, name, chosen) for grain, name in RANGES], by, ("n",))


def _cohort(source: FromClause, inside: ColumnElement[bool], by: tuple[str, ...]) -> Any:
    own = case((source.c.kind.in_(_numbers(OWN)), source.c.n), else_=0).label("own")
    chosen = [*(_by(source, name) for name in by), source.c.n, own]
    came, went = (Kind.SETTLED, Kind.SELF_SETTLED), (Kind.SETTLED_ON, Kind.SELF_SETTLED_ON)
    rest = (
        source.c.sub <= _bound("last"), source.c.sub.between(_bound("months_from"), _bound("months_to")),
        source.c.sub >= _bound("months_from"),
    )  # fmt: skip
    parts = [
        _part(source, inside & _of(source, kinds), grain, name, chosen).where(also)
        for (grain, name), kinds, also in zip(RANGES, (came, came, went), rest, strict=True)
    ]
    return _summed(parts, by, ("n", "own"))


def _until(source: FromClause, inside: ColumnElement[bool]) -> Any:
    shut, back = (Kind.CLOSED, Kind.CLOSED_ON), (Kind.REWORKED, Kind.REWORKED_ON)
    chosen = [
        case((_of(source, kinds), source.c.n), else_=0).label(name) for name, kinds in (("shut", shut), ("back", back))
    ]
    by_day, by_end = source.c.sub <= _bound("last"), source.c.sub <= _bound("months_to")
    of_months = source.c.sub.between(_bound("months_from"), _bound("months_to"))
    forward, backward = (shut[0], back[0]), (shut[1], back[1])
    parts = [
        _part(source, inside & _of(source, kinds), grain, name, chosen).where(also)
        for grain, name, kinds, also in (
            (Grain.DAY, "head", forward, by_day), (Grain.MONTH, "months", forward, by_end),
            (Grain.DAY, "tail", forward, by_day), (Grain.DAY, "tail", backward, of_months),
        )
    ]  # fmt: skip
    return _summed(parts, (), ("shut", "back"))


_BUILDERS: dict[str, Callable[..., Select[Any]]] = {
    "counts": _counts, "cells": _cells, "cohort": _cohort, "until": _until,
}  # fmt: skip


def _part(
    source: FromClause, inside: ColumnElement[bool], grain: Grain, name: str, chosen: Sequence[ColumnElement[Any]]
) -> Select[Any]:
    days = source.c.day.between(_bound(f"{name}_from"), _bound(f"{name}_to"))
    return select(source.c.unit_id, *chosen).where(inside, source.c.grain == _number(grain), days)


def _summed(parts: Sequence[Select[Any]], by: Sequence[str], columns: Sequence[str]) -> Select[Any]:
    found = union_all(*parts).subquery()
    keys = [found.c.unit_id, *(found.c[name] for name in by)]
    sums = (cast(func.sum(found.c[name]), BigInteger) for name in columns)  # of sums PostgreSQL makes a decimal
    return select(*keys, *sums).group_by(*keys)


def _by(source: FromClause, name: str) -> ColumnElement[Any]:
    if name == "week":
        return ((source.c.day - _bound("start")) // literal_column("7", Integer)).label("week")
    found: ColumnElement[Any] = source.c[name]
    return found


def _of(source: FromClause, kinds: Sequence[Kind]) -> ColumnElement[bool]:
    found: ColumnElement[bool] = source.c.kind.in_(_numbers(kinds))
    return found


def _numbers(kinds: Sequence[Kind]) -> list[ColumnElement[int]]:
    return [_number(kind) for kind in kinds]


def _number(value: int) -> ColumnElement[int]:
    return literal_column(str(int(value)), Integer)


def _bound(name: str) -> ColumnElement[int]:
    return bindparam(name, type_=Integer)
