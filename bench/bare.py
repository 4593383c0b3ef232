"""The floors: the statements somebody would write by hand for the same answer, run by the bare sqlite3 driver."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROW = """
    SELECT d.id, d.reference, d.title, d.state, d.urgency, d.is_open, d.due_at, d.reported_at, d.settled_at, d.level,
      d.level_since, d.version, d.reporter, c.name, c.name_en, d.unit_id, u.short_name, u.name_en, v.short_name,
      v.name_en, h.short_name, h.name_en, p.name, g.name, g.name_en, d.placed
    FROM demands d JOIN categories c ON c.id = d.category_id JOIN units u ON u.id = d.unit_id
      LEFT JOIN units v ON v.id = d.a3_id LEFT JOIN units h ON h.id = d.holder_unit_id
      LEFT JOIN people p ON p.id = d.holder_id LEFT JOIN departments g ON g.id = d.department_id
"""
COUNT = "SELECT count(*), count(CASE WHEN d.is_open AND d.due_at < ? THEN 1 END) FROM demands d"
BY_LEVEL = "SELECT d.level, count(*), count(CASE WHEN d.due_at < ? THEN 1 END) FROM demands d"
WHOLE = " WHERE d.a1_id = ? AND d.is_open AND d.is_open = TRUE"
NARROW = (
    " WHERE d.a2_id = ? AND d.is_open AND d.is_open = TRUE AND d.due_at < ?"
    " AND (d.category_id = ? OR d.category_id IN (SELECT id FROM categories WHERE parent_id = ?))"
)
BY_DEADLINE = " ORDER BY d.due_at, d.reference LIMIT 50"

YEAR = """
    SELECT {key} count(*), count(CASE WHEN settled_at < :end THEN 1 END),
      count(CASE WHEN settled_at < :end AND self_settled THEN 1 END)
    FROM demands {index} WHERE {inside} AND reported_at >= :start AND reported_at < :end AND received {group}
"""
DUE = """
    SELECT {key} count(*), count(CASE WHEN settled_at <= due_at THEN 1 END) FROM demands {index}
    WHERE {inside} AND reported_at < :end AND due_at > :start AND due_at <= :end AND received
      AND (settled_at IS NOT NULL OR is_open) {group}
"""
STOCK = """
    SELECT {key} count(*), count(CASE WHEN due_at < :now THEN 1 END), min(due_at) FROM demands {index}
    WHERE {inside} AND is_open AND is_open = TRUE {group}
"""
SERIES = """
    SELECT date({moment}, '+8 hours'), count(*), count(CASE WHEN settled_at <= due_at THEN 1 END)
    FROM demands NOT INDEXED WHERE a1_id = :unit AND {moment} >= :start AND {moment} < :end AND received GROUP BY 1
"""
ALL_VILLAGES = "a3_id IS NOT NULL"
GRIDS_OF_TOWNSHIP = """a4_id IN (SELECT a.unit_id FROM unit_ancestors a JOIN units u ON u.id = a.unit_id
    WHERE a.ancestor_id = :unit AND u.level = 'grid')"""


def connect(path: Path) -> sqlite3.Connection:
    """A connection set up like the project's own: WAL, synchronous FULL, the same cache."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        "busy_timeout=10000",
        "synchronous=FULL",
        "cache_size=-65536",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def written(moment: datetime) -> str:
    """A moment as the database keeps it."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def read(connection: Any, *statements: tuple[str, Sequence[Any] | dict[str, Any]]) -> list[list[Any]]:
    """All rows of several statements in one read transaction."""
    connection.execute("BEGIN")
    found = [connection.execute(statement, values).fetchall() for statement, values in statements]
    connection.execute("ROLLBACK")
    return found


def sums(inside: str = "a1_id = :unit", key: str = "", *, raw: bool = False) -> list[str]:
    """The statements behind figures: one unit's, or those of each value of `key`; `raw` counts without an index."""
    group = f"GROUP BY {key}" if key else ""
    index = "NOT INDEXED" if raw else ""
    parts = {"key": f"{key}," if key else "", "group": group, "index": index, "inside": inside}
    return [statement.format(**parts) for statement in (YEAR, DUE, STOCK)]
