"""What the frame keeps of units between runs is kept by database, version and scope: nobody gets another's."""

import pytest
from sqlalchemy import update

from models.units import Unit
from pages.ui import frame
from services.access import scope_of
from services.database import transaction
from services.errors import NotFound
from services.settings import settings
from tests.factories import town


@pytest.fixture
def site(sqlite_engine, monkeypatch):
    monkeypatch.setenv("SMALLGRID_DATABASE_URL", str(sqlite_engine.url))
    for kept in (settings, frame._place):  # every test has its own database under the same address
        kept.cache_clear()
    yield town(sqlite_engine)
    settings.cache_clear()


def place(site, who, code, version=1):
    """The place as kept for this person, found under the database of the test."""
    return frame._place((settings().database_url, "", version), scope_of(site.actors[who]), code)


def codes(rows):
    """The codes of units, in order."""
    return [row.code for row in rows]


def test_a_way_up_that_was_kept_for_a_leader_does_not_show_a_chief_what_lies_above(site):
    village = "411622204202"
    assert codes(place(site, "leader", village).above) == ["411622204", village]
    assert codes(place(site, "chief", village).above) == [village]


def test_a_place_that_was_kept_for_a_leader_is_refused_to_a_member_of_another_unit(site):
    other = "411622204201001"
    assert place(site, "leader", other).here.code == other
    with pytest.raises(NotFound):
        place(site, "member", other)


def test_a_renamed_unit_is_read_anew_with_the_next_version(site):
    village = "411622204202"
    before = place(site, "leader", village).here.name
    with transaction(site.engine) as session:
        session.execute(update(Unit).where(Unit.code == village).values(short_name="新名村"))
    assert (place(site, "leader", village).here.name, place(site, "leader", village, 2).here.name) == (before, "新名村")
