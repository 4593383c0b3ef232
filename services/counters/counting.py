"""Counting the counters from the ledger, set-based: all of them, those of some demands, or those of an actor's own."""

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Table, case, func, insert, literal, literal_column, select, text, union_all
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.expression import ColumnElement, FromClause, Select
from sqlmodel import Session

from models.counters import Grain, LeftOutCell, LeftOutCount, UnitCell, UnitCount
from models.demands import PATH
from models.units import MAX_DEPTH
from services import listed, sites
from services.counters.days import Month
from services.counters.facts import C, facts_of
from services.counters.keeping import CELL_KEY, COUNT_KEY
from services.counters.measures import CELLS, COLUMNS, COUNTS, Cell, Count

COUNT_TABLE: Table = UnitCount.__table__  # type: ignore[attr-defined]
CELL_TABLE: Table = UnitCell.__table__  # type: ignore[attr-defined]
LEFT_OUT_COUNT_TABLE: Table = LeftOutCount.__table__  # type: ignore[attr-defined]
LEFT_OUT_CELL_TABLE: Table = LeftOutCell.__table__  # type: ignore[attr-defined]
DEPTHS = range(1, MAX_DEPTH + 1)
AT_ONCE = 20_000
"""Demands counted at once: a chunk of an import. Few parts mean few rows that two of them write."""

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
    told = facts_of(sites.profile(session).days, *conditions, outside=outside)
    return Tables(_counts(told, depths, COUNTS), _cells(told, depths, CELLS))


def _counts(told: Select[Any], depths: Iterable[int], some: Sequence[Count]) -> FromClause:
    """Some columns of the counts of facts, by day and month: none but these are worked out."""
    facts = _only(told, some)
    return _with_months([daily_counts(facts, depth, some) for depth in depths], _months_of_counts)


def _cells(told: Select[Any], depths: Iterable[int], some: Sequence[Cell]) -> FromClause:
    """Some kinds of the cells of facts, by day and month."""
    facts = _only(told, some)
    return _with_months([daily_cells(facts, depth, cell) for depth in depths for cell in some], _months_of_cells)


def _only(told: Select[Any], some: Sequence[Count | Cell]) -> FromClause:
    """The facts that some measures take, and the path: kept while they are read for each depth, so better narrow."""
    return _columns(told, {*PATH, *(name for each in some for name in each.facts)}).cte("facts")


def _columns(told: Select[Any], names: Set[str]) -> Select[Any]:
    return told.with_only_columns(*(column for column in told.selected_columns if column.key in names))


def _with_months(parts: Sequence[Select[Any]], months: Callable[[FromClause], Select[Any]]) -> FromClause:
    """The days of all parts, and the months of these days."""
    days = union_all(*parts).cte()
    return union_all(select(days), months(days)).cte()


def daily_counts(told: FromClause, depth: int, some: Sequence[Count] = COUNTS) -> Select[Any]:
    """The counts by day of all units of a depth, from facts."""
    unit = told.c[f"a{depth}_id"]
    days = dict.fromkeys(count.day for count in some)
    found = union_all(*(_counts_under(told.c[day], unit, told, some) for day in days)).subquery()
    return select(
        found.c.unit_id, _grain(Grain.DAY), found.c.day,
        *(func.sum(found.c[count.column]).label(count.column) for count in some),
    ).group_by(found.c.unit_id, found.c.day)  # fmt: skip


def _counts_under(day: Any, unit: Any, told: FromClause, some: Sequence[Count]) -> Select[Any]:
    """What stands under one kind of day, the other columns 0.

    Summed before the days are put together: their rows are as wide as the table, and there is one for each demand.
    """
    sums = (func.sum(told.c[count.when]) if count.day == day.key else NOTHING for count in some)
    named = (number.label(count.column) for number, count in zip(sums, some, strict=True))
    chosen = select(unit.label("unit_id"), day.label("day"), *named)
    return chosen.where(unit.is_not(None), day.is_not(None)).group_by(unit, day)


def _months_of_counts(days: FromClause) -> Select[Any]:
    month = Month(days.c.day)
    return select(
        days.c.unit_id, _grain(Grain.MONTH), month.label("day"),
        *(func.sum(days.c[name]).label(name) for name in COLUMNS if name in days.c),
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
    known, depths = list(ids), _depths(session)
    for start in range(0, len(known), AT_ONCE):
        some = listed.one_of(session.get_bind().dialect.name, C.id, known[start : start + AT_ONCE])
        for outside, kept in ((False, tables()), (True, left_out())):
            told = facts_of(sites.profile(session).days, some, outside=outside)
            seen = _seen(session, told)
            if counts := [count for count in COUNTS if count.when in seen]:
                _add(session, kept.counts, COUNT_KEY, _counts(told, depths, counts), sign)
            if cells := [cell for cell in CELLS if cell.when in seen]:
                _add(session, kept.cells, CELL_KEY, _cells(told, depths, cells), sign)


def _seen(session: Session, told: Select[Any]) -> set[str]:
    """Which facts are so of any demand: what takes another one needs no counting.

    Of a first import few are, and of what is left out none where nothing is excluded or waived.
    """
    asked = {*(count.when for count in COUNTS), *(cell.when for cell in CELLS)}
    every = _columns(told, asked).subquery()
    found = session.connection().execute(select(*(func.max(column).label(column.key) for column in every.c)))
    return {name for name, so in found.mappings().one().items() if so}


def _add(session: Session, table: Any, key: Sequence[str], found: FromClause, sign: int) -> None:
    """Add what was found, in the order of the key; columns that were not counted stay as they are."""
    columns = [column.name for column in table.c if column.name not in key]
    here = [name for name in columns if name in found.c]
    chosen = select(
        *(found.c[name] for name in key),
        *((found.c[name] * literal(sign) if name in here else NOTHING).label(name) for name in columns),
    ).order_by(*(found.c[name] for name in key))
    own = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement: Any = own(table).from_select([*key, *columns], chosen)
    sums = {name: table.c[name] + statement.excluded[name] for name in here}
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
    told = facts_of(sites.profile(session).days, outside=outside)
    for depth in _depths(session):
        yield _filled(counts, COUNT_KEY, daily_counts(_only(told, COUNTS), depth))
        for cell in CELLS:
            yield _filled(cells, CELL_KEY, daily_cells(_only(told, [cell]), depth, cell))
    yield _filled(counts, COUNT_KEY, _months_of_counts(counts))
    yield _filled(cells, CELL_KEY, _months_of_cells(cells))


def _filled(table: Table, key: Sequence[str], chosen: Select[Any]) -> Any:
    order = [column for name, column in chosen.selected_columns.items() if name in key]
    return insert(table).from_select([column.name for column in chosen.selected_columns], chosen.order_by(*order))


def _depths(session: Session) -> range:
    """The depths at which the site has units: what a demand may have been filed under."""
    deepest = session.connection().execute(text("SELECT coalesce(max(depth), 0) FROM units")).scalar_one()
    return range(1, deepest + 1)
