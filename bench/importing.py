"""The import of a CSV, checked and upserted, beside a bare executemany of the very rows it stored."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl

from bench import bare, county
from bench.county import Shape
from bench.ledger import FOLDER
from bench.timing import Figure, milliseconds
from services import database
from services.access import SYSTEM
from services.imports import Kind, guess, open_table, run

LONGEST = 100_000
TABLES = ("demands", "demand_events", "unit_counts", "unit_cells")


def importing(demands: int, now: datetime, repeats: int) -> Iterator[Figure]:
    """A first import into an empty ledger, and the same file again, which changes nothing."""
    rows, shape = min(demands, LONGEST), Shape.of(min(demands, LONGEST))
    folder = FOLDER / "import"
    folder.mkdir(parents=True, exist_ok=True)
    source, empty = folder / "demands.csv", folder / "empty.db"
    write_csv(source, shape, rows, now)
    make_empty(empty, shape, now)
    taken = [_once(folder, source, empty, now) for _ in range(repeats)]
    first, again, floor = (median(times) for times in zip(*taken, strict=True))
    shutil.rmtree(folder)
    is_floor = "bare executemany of the same rows"
    yield Figure(
        f"import of {rows:,} rows, CSV", demands, first, floor, is_floor, most=1 / 0.6, note=_speed(rows, first)
    )
    yield Figure("the same file again", demands, again, floor, is_floor, note=_speed(rows, again))


def _speed(rows: int, taken: float) -> str:
    return f"{rows / taken * 1000:,.0f} rows a second"


def write_csv(path: Path, shape: Shape, rows: int, now: datetime) -> None:
    """A ledger as another system exports it: nine in ten settled, every row placed in a grid, no two texts alike."""
    number = pl.int_range(rows, eager=True)
    grid = number * 7919 % shape.grids
    codes = [unit["code"] for unit in county.units(shape)][-shape.grids :]
    at = [now - timedelta(days=300 * (1 - one / rows)) - timedelta(days=20) for one in range(rows)]
    settled = [moment + timedelta(hours=30 + one % 200) if one % 10 else None for one, moment in enumerate(at)]
    pl.DataFrame(
        {
            "external_id": [f"E{one:07d}" for one in range(rows)], "title": "村西头的路灯整排不亮",
            "text": [f"村西头第{one}根路灯不亮，夜里看不清路，老人出门不便，请尽快来看看。" for one in range(rows)],
            "category": [("路灯", "垃圾", "矛盾纠纷", "道路设施")[one % 4] for one in range(rows)],
            "unit_code": [codes[one] for one in grid], "reported_at": at,
            "due_at": [moment + timedelta(days=9) for moment in at],
            "state": ["已办结" if moment else "处置中" for moment in settled], "settled_at": settled,
            "reporter": "某某某", "phone": "13800002207",
        }
    ).write_csv(path, datetime_format="%Y-%m-%d %H:%M:%S")  # fmt: skip


def make_empty(path: Path, shape: Shape, now: datetime) -> None:
    """A county without a demand."""
    path.unlink(missing_ok=True)
    engine = database.engine_for(f"sqlite:///{path}")
    database.migrate(engine)
    with database.transaction(engine) as session:
        county.build(session, shape, now)
    _closed(path, engine)


def _closed(path: Path, engine: Any) -> None:
    engine.dispose()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _once(folder: Path, source: Path, empty: Path, now: datetime) -> tuple[float, float, float]:
    """Milliseconds of the first import, of the second, and of the bare insert of what the first stored."""
    filled, floor = folder / "filled.db", folder / "floor.db"
    for path in (filled, floor):
        for old in folder.glob(f"{path.name}*"):
            old.unlink()
        shutil.copy(empty, path)
    engine = database.engine_for(f"sqlite:///{filled}")
    first = milliseconds(lambda: _import(engine, source, now))
    with closing(sqlite3.connect(filled)) as connection:
        stored = [connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES]
    again = milliseconds(lambda: _import(engine, source, now))
    _closed(filled, engine)
    with closing(bare.connect(floor)) as connection:
        return first, again, milliseconds(lambda: _insert(connection, stored))


def _import(engine: Any, source: Path, now: datetime) -> None:
    table = open_table(source, kind=Kind.DEMANDS)
    with database.transaction(engine) as session:
        report = run(session, SYSTEM, Kind.DEMANDS, table, guess(Kind.DEMANDS, table.columns), now=now)
    if not report.stored:
        raise RuntimeError(f"the import refused {report.rejected_rows} rows: {report.rejected[:3]}")


def _insert(connection: sqlite3.Connection, stored: list[list[tuple[Any, ...]]]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for table, rows in zip(TABLES, stored, strict=True):
        connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
    connection.execute("COMMIT")
