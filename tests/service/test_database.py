"""The database's own promises: one migration path, one county never sees another, writers never lose each other."""

import threading
import uuid

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pydantic import ValidationError
from sqlalchemy import CheckConstraint, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from models.base import Base
from models.demands import Demand
from models.sites import Site
from services import database, sites
from services.access import SYSTEM
from services.database import reading, transaction
from services.settings import Settings
from tests.conftest import NOW
from tests.factories import town


def test_the_migrations_give_exactly_the_tables_of_the_models(engine):
    with engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_every_constraint_and_index_has_a_name_and_every_table_a_primary_key():
    for table in Base.metadata.tables.values():
        assert table.primary_key.columns
        assert all(constraint.name for constraint in table.constraints if isinstance(constraint, CheckConstraint))
        assert all(index.name for index in table.indexes)


def test_no_schema_stands_in_the_metadata():
    assert {table.schema for table in Base.metadata.tables.values()} == {None}


@pytest.fixture
def counties(postgresql_url):
    """Two counties, each a schema of the same server."""
    made = [database.engine_for(postgresql_url, f"c{uuid.uuid4().hex[:10]}") for _ in range(2)]
    for county in made:
        database.migrate(county)
    yield made
    for county in made:
        county.dispose()


def test_two_counties_on_one_server_never_see_each_other(counties):
    with transaction(counties[0]) as session:
        sites.build(session, SYSTEM, "dawangzhuang", now=NOW)
    with reading(counties[0]) as first, reading(counties[1]) as second:
        assert (len(first.exec(select(Site)).all()), len(second.exec(select(Site)).all())) == (1, 0)


def test_without_a_county_there_is_no_transaction(postgresql_url):
    nowhere = database.engine_for(postgresql_url, "")
    with pytest.raises(RuntimeError, match="no site chosen"), reading(nowhere) as session:
        session.exec(select(Site)).all()
    nowhere.dispose()


def test_the_choice_of_a_county_ends_with_its_transaction(counties):
    county = counties[0]
    with county.connect() as connection:
        connection.execute(text("SELECT 1"))
        connection.rollback()
        raw = connection.connection.cursor()
        raw.execute("SHOW search_path")
        assert county.get_execution_options()["site"] not in raw.fetchone()[0]


def test_eight_writers_at_once_lose_nothing(engine):
    site = town(engine)
    threads = [threading.Thread(target=lambda: [site.report() for _ in range(5)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as session:
        references = session.exec(select(Demand.reference).order_by(Demand.reference)).all()
    assert references == [f"D411622-2026-{number:05d}" for number in range(1, 41)]


def test_a_failed_block_leaves_nothing_behind(engine):
    site = town(engine)

    def fail_half_way():
        with transaction(engine) as session:
            session.add(Site(profile="meizhou", code="350305", created_at=NOW))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    with reading(site.engine) as session:
        assert [row.profile for row in session.exec(select(Site))] == ["dawangzhuang"]


@pytest.mark.parametrize(
    "change",
    ["is_open = NOT is_open", "settled_at = reported_at", "due_at = NULL", "state = 'lost'", "longitude = 200"],
)
def test_the_database_has_the_last_word(engine, change):
    site = town(engine)
    site.report()
    with pytest.raises(IntegrityError), transaction(engine) as session:
        session.connection().execute(text(f"UPDATE demands SET {change}"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"database_url": "mysql://x"},
        {"database_url": "postgresql+psycopg://x"},
        {"database_url": "postgresql+psycopg://x", "site": "A b"},
    ],
)
def test_settings_that_are_wrong_stop_the_start(wrong):
    with pytest.raises(ValidationError, match="SMALLGRID_"):
        Settings(**wrong)
