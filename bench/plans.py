"""Which index each statement of the services uses, without ANALYZE and with it."""

import sqlite3
from collections.abc import Iterator
from typing import Any

from sqlalchemy import event

from bench.reads import TOWNSHIP, Bench
from services import demands, escalations, figures, rankings
from services.demands import Filters

TABLE = "demands"


def plans(bench: Bench) -> Iterator[str]:
    """One line for each way a statement reads the demands; lines that differ after ANALYZE are marked.

    ANALYZE runs inside a transaction that is rolled back, on a connection of its own, so the ledger stays without.
    """
    for name, statements in _statements(bench).items():
        before = [_ways(bench.connection, *one) for one in statements]
        with _analysed(bench) as connection:
            after = [_ways(connection, *one) for one in statements]
        for one, other in zip(before, after, strict=True):
            if one:
                yield f"{name}: {'; '.join(one)}" + ("" if one == other else f"  -> with ANALYZE: {'; '.join(other)}")


class _analysed:  # noqa: N801
    def __init__(self, bench: Bench) -> None:
        self.connection = bench.connection

    def __enter__(self) -> Any:
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.execute("PRAGMA analysis_limit = 1000")
        self.connection.execute("ANALYZE")
        return self.connection

    def __exit__(self, *_: object) -> None:
        self.connection.execute("ROLLBACK")


def _statements(bench: Bench) -> dict[str, list[tuple[str, Any]]]:
    """The statements of each read, as the driver gets them."""
    calls = {
        "queue county": bench.ask(demands.queue, Filters()),
        "queue narrow": bench.ask(demands.queue, Filters(unit_id=TOWNSHIP, category_id=3, overdue=True)),
        "queue all": bench.ask(demands.queue, Filters(unit_id=TOWNSHIP, open_only=False)),
        "figures county": bench.ask(figures.of_unit, 1, bench.year),
        "figures township": bench.ask(figures.of_unit, TOWNSHIP, bench.year),
        "ranking": bench.ask(rankings.of_level, 1, "village", bench.month),
        "map villages": bench.ask(figures.by_unit, 1, "village", bench.month),
        "map grids": bench.ask(figures.by_unit, TOWNSHIP, "grid", bench.month),
        "board": bench.ask(escalations.board),
        "today": bench.ask(figures.today, 1, bench.month),
    }
    return {name: _recorded(bench, call) for name, call in calls.items()}


def _recorded(bench: Bench, call: Any) -> list[tuple[str, Any]]:
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:
        if statement.startswith(("SELECT", "WITH")):
            seen.append((statement, values))

    event.listen(bench.engine, "before_cursor_execute", note)
    try:
        call()
    finally:
        event.remove(bench.engine, "before_cursor_execute", note)
    return seen


def _ways(connection: sqlite3.Connection, statement: str, values: Any) -> list[str]:
    rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
    return [row[3] for row in rows if f" {TABLE}" in row[3] or "TEMP B-TREE FOR ORDER BY" in row[3]]
