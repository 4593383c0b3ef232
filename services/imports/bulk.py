"""Many rows at once, past the ORM: ids taken as a block, and one executemany a table."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Table as SqlTable
from sqlalchemy import text
from sqlmodel import Session

Item = TypeVar("Item")
LOOKUP = 10_000
"""Values a lookup asks for at once, below the parameter limits of both databases."""


def is_sqlite(session: Session) -> bool:
    """Whether this is SQLite."""
    return session.get_bind().dialect.name == "sqlite"


def take_ids(session: Session, table: SqlTable, count: int) -> Sequence[int]:
    """New ids of a table, taken inside this transaction. Nothing reads meaning from them."""
    if is_sqlite(session):
        first = session.connection().execute(text(f'SELECT coalesce(max(id), 0) + 1 FROM "{table.name}"')).scalar_one()  # noqa: S608
        return range(first, first + count)
    taken = session.connection().execute(
        text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)"),
        {"name": table.name, "count": count},
    )
    return list(taken.scalars())


def insert(session: Session, table: SqlTable, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows by one executemany. Moments are text as `moment_format` writes it; enums are their values."""
    if not rows:
        return
    marks = ", ".join(["?" if is_sqlite(session) else "%s"] * len(columns))
    names = ", ".join(f'"{column}"' for column in columns)
    session.connection().exec_driver_sql(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', list(rows))  # noqa: S608


def update(session: Session, table: SqlTable, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Update rows by id, the last value of each tuple."""
    if not rows:
        return
    mark = "?" if is_sqlite(session) else "%s"
    pairs = ", ".join(f'"{column}" = {mark}' for column in columns)
    session.connection().exec_driver_sql(f'UPDATE "{table.name}" SET {pairs} WHERE id = {mark}', list(rows))  # noqa: S608


def moment_format(session: Session) -> str:
    """How a UTC moment is written so that the database reads it as models.base.UtcDateTime does."""
    return "%Y-%m-%d %H:%M:%S.%6f" if is_sqlite(session) else "%Y-%m-%d %H:%M:%S.%6f+00"


def parts(values: Iterable[Item], size: int = LOOKUP) -> Iterator[list[Item]]:
    """The values in lists of at most `size`."""
    left = iter(values)
    while part := list(islice(left, size)):
        yield part
