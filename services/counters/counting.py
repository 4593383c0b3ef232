"""Counting the counters from the ledger, set-based: all of them, those of some demands, or those of an actor's own."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Table, case, func, insert, literal, literal_column, select, text, union_all
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.expression import ColumnElement, FromClause, Select
from sqlmodel import Session

from models.counters import Grain, LeftOutCell, LeftOutCount, UnitCell, UnitCount
from models.units import MAX_DEPTH
from services import sites
from services.counters.days import Month
from services.counters.facts import C, facts_of
from services.counters.keeping import CELL_KEY, COUNT_KEY
from services.counters.measures import CELLS, COLUMNS, COUNTS, DAYS, Cell

COUNT_TABLE: Table = UnitCount.__table__  # type: ignore[attr-defined]
CELL_TABLE: Table = UnitCell.__table__  # type: ignore[attr-defined]
LEFT_OUT_COUNT_TABLE: Table = LeftOutCount.__table__  # type: ignore[attr-defined]
LEFT_OUT_CELL_TABLE: Table = LeftOutCell.__table__  # type: ignore[attr-defined]
DEPTHS = range(1, MAX_DEPTH + 1)
AT_ONCE = 5_000
NOTHING: ColumnElement[int] = literal_column("0", Integer)


@dataclass(frozen=True, slots=True)
class Tables:
    """Where counts and cells are read: the tables that are kept, or the same counted from some demands."""

    counts: FromClause
    cells: FromClause


def tables() -> Tables:
    """The kept counters, of all demands."""
    return Tables(COUNT_TABLE, CELL_TABLE)


def left_out() -> Tables:
    """The kept counters of what the assessed scope leaves out."""
    return Tables(LEFT_OUT_COUNT_TABLE, LEFT_OUT_CELL_TABLE)


def counted(
    session: Session,
    conditions: Sequence[ColumnElement[bool]],
    depths: Iterable[int] = DEPTHS,
    *,
    outside: bool = False,
) -> Tables:
    """The same tables counted now from the demands that meet the conditions, for their units of these depths.

    For an actor who may count only some of a unit's demands, such as a department. `outside`: what the assessed scope
    leaves out of them.
    """
    told = facts_of(sites.profile(session).days, *conditions, outside=outside).cte("facts")
    counts = [daily_counts(told, depth) for depth in depths]
    cells = [daily_cells(told, depth, cell) for depth in depths for cell in CELLS]
    return Tables(_both(counts, _months_of_counts).cte(), _both(cells, _months_of_cells).cte())


def _both(parts: Sequence[Select[Any]], months: Any) -> Any:
    """The days of all parts, and the months of these days."""
    days = union_all(*parts).cte()
    return union_all(select(days), months(days))


def daily_counts(told: FromClause, depth: int) -> Select[Any]:
    """The counts by day of all units of a depth, from facts."""
    unit = told.c[f"a{depth}_id"]
    parts = [
        select(
            unit.label("unit_id"), told.c[day].label("day"),
            *((told.c[count.when] if count.day == day else NOTHING).label(count.column) for count in COUNTS),
        ).where(unit.is_not(None), told.c[day].is_not(None))
        for day in DAYS
    ]  # fmt: skip
    found = union_all(*parts).subquery()
    return select(
        found.c.unit_id, _grain(Grain.DAY), found.c.day,
        *(func.sum(found.c[count.column]).label(count.column) for count in COUNTS),
    ).group_by(found.c.unit_id, found.c.day)  # fmt: skip


def _months_of_counts(days: FromClause) -> Select[Any]:
    month = Month(days.c.day)
    return select(
        days.c.unit_id, _grain(Grain.MONTH), month.label("day"),
        *(func.sum(days.c[count.column]).label(count.column) for count in COUNTS),
    ).where(days.c.grain == Grain.DAY).group_by(days.c.unit_id, month)  # fmt: skip


def daily_cells(told: FromClause, depth: int, cell: Cell) -> Select[Any]:
    """The cells of one kind by day of all units of a depth, from facts."""
    unit, day, sub, tag = told.c[f"a{depth}_id"], told.c[cell.day], told.c[cell.sub], told.c[cell.tag]
    return (
        select(
            unit.label("unit_id"), literal_column(str(cell.kind.value), Integer).label("kind"), _grain(Grain.DAY),
            day.label("day"), sub.label("sub"), tag.label("tag"), func.count().label("n"),
        )
        .where(unit.is_not(None), told.c[cell.when] == 1, day.is_not(None))
        .group_by(unit, day, sub, tag)
    )  # fmt: skip


def _months_of_cells(days: FromClause) -> Select[Any]:
    monthly = [cell.kind.value for cell in CELLS if cell.monthly]
    of_days = [cell.kind.value for cell in CELLS if cell.sub_is_day]
    month, sub = Month(days.c.day), case((days.c.kind.in_(_listed(of_days)), Month(days.c.sub)), else_=days.c.sub)
    return (
        select(
            days.c.unit_id, days.c.kind, _grain(Grain.MONTH), month.label("day"), sub.label("sub"), days.c.tag,
            func.sum(days.c.n).label("n"),
        )
        .where(days.c.grain == Grain.DAY, days.c.kind.in_(_listed(monthly)))
        .group_by(days.c.unit_id, days.c.kind, month, sub, days.c.tag)
    )  # fmt: skip


def _listed(numbers: Sequence[int]) -> list[ColumnElement[int]]:
    return [literal_column(str(number), Integer) for number in numbers]


def _grain(grain: Grain) -> ColumnElement[int]:
    return literal_column(str(grain.value), Integer).label("grain")


def apply(session: Session, ids: Iterable[int], sign: int) -> None:
    """Add what these demands count for now, or with sign -1 take it away: around a change that no move makes."""
    known = list(ids)
    for start in range(0, len(known), AT_ONCE):
        some = (C.id.in_(known[start : start + AT_ONCE]),)
        for outside, kept in ((False, tables()), (True, left_out())):
            found = counted(session, some, _depths(session), outside=outside)
            _add(session, kept.counts, COUNT_KEY, found.counts, COLUMNS, sign)
            _add(session, kept.cells, CELL_KEY, found.cells, ["n"], sign)


def _add(
    session: Session, table: Any, key: Sequence[str], found: FromClause, columns: Sequence[str], sign: int
) -> None:
    chosen = select(
        *(found.c[name] for name in key), *((found.c[name] * literal(sign)).label(name) for name in columns)
    ).order_by(*(found.c[name] for name in key))  # fmt: skip
    own = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement: Any = own(table).from_select([*key, *columns], chosen)
    sums = {name: table.c[name] + statement.excluded[name] for name in columns}
    session.connection().execute(statement.on_conflict_do_update(index_elements=list(key), set_=sums))


def recount(session: Session) -> None:
    """Build all counters anew from the ledger: days a depth at a time, then months from the days.

    For what writes many demands past the moves into an empty ledger, and for what verify found to differ.
    """
    for outside, kept in ((False, tables()), (True, left_out())):
        for statement in _recounting(session, kept, outside):
            session.connection().execute(statement)


def fill(session: Session) -> None:
    """Count the ledger where nothing was ever counted: after the migration that brought the counters."""
    empty = session.connection().execute(select(COUNT_TABLE.c.unit_id).limit(1)).first() is None
    if empty and session.connection().execute(select(C.id).limit(1)).first() is not None:
        recount(session)


def _recounting(session: Session, kept: Tables, outside: bool) -> Iterator[Any]:
    counts: Any = kept.counts
    cells: Any = kept.cells
    yield counts.delete()
    yield cells.delete()
    told = facts_of(sites.profile(session).days, outside=outside).cte("facts")
    for depth in _depths(session):
        yield _filled(counts, COUNT_KEY, daily_counts(told, depth))
        for cell in CELLS:
            yield _filled(cells, CELL_KEY, daily_cells(told, depth, cell))
    yield _filled(counts, COUNT_KEY, _months_of_counts(counts))
    yield _filled(cells, CELL_KEY, _months_of_cells(cells))


def _filled(table: Table, key: Sequence[str], chosen: Select[Any]) -> Any:
    order = [column for name, column in chosen.selected_columns.items() if name in key]
    return insert(table).from_select([column.name for column in chosen.selected_columns], chosen.order_by(*order))


def _depths(session: Session) -> range:
    """The depths at which the site has units: what a demand may have been filed under."""
    deepest = session.connection().execute(text("SELECT coalesce(max(depth), 0) FROM units")).scalar_one()
    return range(1, deepest + 1)
