"""Comparing the kept counters with the ledger counted again: every difference by unit, day and measure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, func, literal_column, or_, select, union_all
from sqlalchemy.sql.expression import ColumnElement, FromClause
from sqlmodel import Session, col

from models.counters import Grain, Kind
from models.units import Unit
from services.counters.counting import counted, left_out, tables
from services.counters.days import day_of
from services.counters.keeping import CELL_KEY, COUNT_KEY
from services.counters.measures import COLUMNS


@dataclass(frozen=True, slots=True)
class Differing:
    """One number that is not what the ledger says: whose (the unit's code), of when and what, and both values."""

    unit: str
    measure: str
    kept: int
    counted: int


def differences(session: Session) -> Iterator[Differing]:
    """Every counter that differs from the ledger, one depth of the hierarchy after the other."""
    codes: dict[int, str] = dict(session.connection().execute(select(Unit.id, Unit.code)).all())  # type: ignore[call-overload]
    deepest = session.connection().execute(select(func.coalesce(func.max(Unit.depth), 0))).scalar_one()
    for kept, outside in ((tables(), False), (left_out(), True)):
        for depth in range(1, deepest + 1):
            again = counted(session, (), [depth], outside=outside)
            at_depth = select(Unit.id).where(col(Unit.depth) == depth)  # type: ignore[call-overload]
            told = _Told(session, codes, LEFT_OUT if outside else "")
            yield from told.counts(kept.counts, again.counts, kept.counts.c.unit_id.in_(at_depth))
            yield from told.cells(kept.cells, again.cells, kept.cells.c.unit_id.in_(at_depth))


LEFT_OUT = " left out"
"""What a difference says where it is of what the assessed scope leaves out."""


@dataclass(frozen=True, slots=True)
class _Told:
    """Tells the differences of two tables with one unit's code each; `which` says of what scope they are."""

    session: Session
    codes: dict[int, str]
    which: str

    def counts(self, kept: FromClause, again: FromClause, here: ColumnElement[bool]) -> Iterator[Differing]:
        for unit, grain, day, *values in _differing(self.session, kept, again, here, COUNT_KEY, COLUMNS):
            for place, column in enumerate(COLUMNS):
                stored, known = values[2 * place], values[2 * place + 1]
                if stored != known:
                    yield self._of(unit, f"{_when(grain, day)} {column}", stored, known)

    def cells(self, kept: FromClause, again: FromClause, here: ColumnElement[bool]) -> Iterator[Differing]:
        for row in _differing(self.session, kept, again, here, CELL_KEY, ["n"]):
            unit, kind, grain, day, sub, tag, stored, known = row
            name = Kind(kind).name.lower() if kind in set(Kind) else str(kind)
            yield self._of(unit, f"{_when(grain, day)} {name} {sub} {tag}".rstrip(), stored, known)

    def _of(self, unit: int, measure: str, stored: int, known: int) -> Differing:
        return Differing(self.codes.get(unit, str(unit)), measure + self.which, stored, known)


def _when(grain: int, day: int) -> str:
    return f"{day_of(day):%Y-%m}" if grain == Grain.MONTH else day_of(day).isoformat()


def _differing(
    session: Session, table: FromClause, again: FromClause, here: ColumnElement[bool], key: tuple[str, ...],
    columns: Sequence[str],
) -> Iterator[Any]:  # fmt: skip
    """The key of each row that differs and, for each column, what is kept and what was counted."""
    nothing = literal_column("0", Integer)
    kept = select(
        *(table.c[name] for name in key),
        *(value for name in columns for value in (table.c[name].label(f"k_{name}"), nothing.label(f"c_{name}"))),
    ).where(here)
    counts = select(
        *(again.c[name] for name in key),
        *(value for name in columns for value in (nothing.label(f"k_{name}"), again.c[name].label(f"c_{name}"))),
    )
    both = union_all(kept, counts).subquery()
    sums = {name: (func.sum(both.c[f"k_{name}"]), func.sum(both.c[f"c_{name}"])) for name in columns}
    keys = [both.c[name] for name in key]
    statement = (
        select(*keys, *(value for pair in sums.values() for value in pair))
        .group_by(*keys)
        .having(or_(*(one != other for one, other in sums.values())))
        .order_by(*keys)
    )
    yield from session.connection().execute(statement)
