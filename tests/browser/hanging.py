"""Hanging walls in the database of a running server, and taking them down."""

from models.walls import View
from services import database, units, walls
from services.access import SYSTEM
from services.clock import utc_now
from services.database import transaction

TOWN = "411622204"
EVERY = tuple(View)


def hang(url: str, code: str = TOWN, views: tuple[View, ...] = EVERY, language: str = "zh", name: str = "大厅") -> str:
    """The address of a new wall."""
    engine = database.engine_for(url)
    with transaction(engine) as session:
        unit = units.by_code(session, SYSTEM, code)
        token = walls.hang(session, SYSTEM, unit.id, name, views, language, now=utc_now())
    engine.dispose()
    return f"/wall/{token}"


def take_down(url: str, name: str) -> None:
    engine = database.engine_for(url)
    with transaction(engine) as session:
        top = units.by_code(session, SYSTEM, TOWN)
        found = next(row for row in walls.listed(session, SYSTEM, top.id) if row.name == name and not row.revoked_at)
        walls.take_down(session, SYSTEM, found.id, now=utc_now())
    engine.dispose()
