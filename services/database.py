"""Engines, and transaction(): the only commit in the project.

SQLite: WAL, foreign keys, BEGIN IMMEDIATE for writes, synchronous FULL. PostgreSQL: the site's schema is chosen in
every transaction by SET LOCAL search_path; without a site there is no transaction.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.schema import CreateSchema
from sqlmodel import Session

from services import counters
from services.errors import ChangedMeanwhile, Refused
from services.settings import ROOT, settings

_PRAGMAS = ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=10000", "synchronous=FULL", "cache_size=-65536")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    site = connection.get_execution_options().get("site")
    if not site:
        raise RuntimeError("no site chosen: on PostgreSQL every transaction belongs to one site")
    connection.exec_driver_sql(f'SET LOCAL search_path TO "{site}"')


@lru_cache(maxsize=16)
def engine_for(url: str, site: str = "") -> Engine:
    """The engine for a database URL (and on PostgreSQL the site's schema), one a process.

    Its errors tell no values: they end in the server's log, and the values are people's names and phones.
    """
    if make_url(url).get_backend_name() == "sqlite":
        path = make_url(url).database
        if path:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, pool_size=10, max_overflow=20)
    event.listen(engine, "begin", _begin_postgresql)
    return engine.execution_options(site=site)


def engine() -> Engine:
    """The engine of the settings."""
    return engine_for(settings().database_url, settings().site)


@contextmanager
def transaction(on: Engine | None = None) -> Iterator[Session]:
    """One write transaction: committed when the block ends, rolled back when it raises.

    Raises ChangedMeanwhile where another transaction changed a row first; Refused("database_busy") where another one,
    such as a large import, has been writing to SQLite for longer than this one could wait.
    """
    with Session((on or engine()).execution_options(write=True), expire_on_commit=False) as session:
        try:
            yield session
            counters.write(session)
            session.commit()
        except StaleDataError as error:
            raise ChangedMeanwhile("changed_meanwhile") from error
        except OperationalError as error:
            if not isinstance(error.orig, sqlite3.OperationalError) or "locked" not in str(error.orig):
                raise
            raise Refused("database_busy") from error


@contextmanager
def reading(on: Engine | None = None) -> Iterator[Session]:
    """One read transaction: a single consistent picture, never written."""
    with Session(on or engine(), expire_on_commit=False) as session:
        yield session


def migrate(on: Engine | None = None) -> None:
    """Bring the database to the newest revision; on PostgreSQL create the site's schema first."""
    target = on or engine()
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.set_main_option("script_location", str(ROOT / "models" / "migrations"))
    with target.execution_options(write=True).begin() as connection:
        site = connection.get_execution_options().get("site")
        if site:
            connection.execute(CreateSchema(site, if_not_exists=True))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        with Session(connection) as session:
            counters.fill(session)


def is_ready(on: Engine | None = None) -> bool:
    """Whether the database has the tables of the newest revision's kind (a site can be looked up)."""
    with reading(on) as session:
        if session.get_bind().dialect.name == "sqlite":
            found = session.connection().execute(text("SELECT 1 FROM sqlite_master WHERE name = 'sites'")).first()
        else:
            found = session.connection().execute(text("SELECT 1 WHERE to_regclass('sites') IS NOT NULL")).first()
        return found is not None
