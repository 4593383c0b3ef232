"""Ledgers built to counts: demands stored as they would stand, so that published figures can be counted again."""

from datetime import datetime, timedelta

from sqlalchemy import insert

from models.base import Base
from models.demands import Reached, Source, State, Urgency
from services import counters
from services.database import transaction
from services.demands import filing
from tests.factories import Town

DAY = timedelta(days=1)
GRID = "411622204202001"


def store(site: Town, rows: list[dict[str, object]]) -> None:
    """Store demands and count them. Each row says how it differs from one that came in, is open and due in nine days.

    `grid` is the code of where it was filed; `settled_at`, `closed_at` and the answers of a call-back say how it ended.
    """
    with transaction(site.engine) as session:
        paths = {
            code: filing.path_of(session, site.units[code]) for code in {str(row.get("grid", GRID)) for row in rows}
        }
        first = session.connection().exec_driver_sql("SELECT count(*) FROM demands").scalar_one()
        stored = [_row(first + number, site, paths, dict(row)) for number, row in enumerate(rows)]
        session.connection().execute(insert(Base.metadata.tables["demands"]), stored)
        counters.recount(session)


EMPTY = dict.fromkeys((
    "settled_at", "settled_level", "closed_at", "first_answered_at", "reworked_at", "called_at", "reached", "solved",
    "satisfied", "contacted", "excluded_code", "waived_at",
))  # fmt: skip


def _row(
    number: int, site: Town, paths: dict[str, dict[str, int | None]], given: dict[str, object]
) -> dict[str, object]:
    grid, at = str(given.pop("grid", GRID)), given["reported_at"]
    assert isinstance(at, datetime)
    settled = given.get("settled_at") is not None
    state = State.CLOSED if given.get("closed_at") else State.PENDING_VERIFY if settled else State.REGISTERED
    return {
        **EMPTY, "reference": f"T-{number:06d}", "title": "路灯", "text": "路灯不亮",
        "category_id": site.categories["utilities.lamps"], "urgency": Urgency.GENERAL, "source": Source.REPORT,
        "unit_id": site.units[grid], **paths[grid], "placed": True, "state": state, "is_open": not settled,
        "received": True, "level": "village", "level_since": at, "due_at": at + 9 * DAY,
        "heard_at": given.get("called_at") if given.get("reached") is Reached.YES else None,
        "settled_level": "village" if settled else None, "self_settled": False, "event_count": 0, "version": 1, **given,
    }  # fmt: skip
