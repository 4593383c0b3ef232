"""Restating deadlines: a calendar that has become known since moves them, by an event like every other change.

The calendar of a year is published weeks before it begins, and deadlines run into it before that: then by weekends
only, said aloud. Once the year is known, `restate` runs the clocks anew.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, or_, select
from sqlmodel import Session, col

from models.demands import Demand, Verb
from services import audit, sites
from services.access import Actor
from services.demands import clocks, history
from services.demands.clocks import COLUMNS, Columns

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class RestatedRow:
    """One demand whose deadlines moved: its number, and what it was due at (settling) before and after."""

    reference: str
    before: datetime
    after: datetime


def restate(session: Session, actor: Actor, *, since: date, now: datetime, dry_run: bool = False) -> list[RestatedRow]:
    """Run the clocks of every demand with a deadline on or after `since` (a day of the site) anew by today's calendar.

    Each demand whose deadlines come out otherwise gets one event that says so; run again, nothing more happens.
    Settled demands are restated with the open ones: in time is one thing on all screens. Raises NotAllowed unless the
    actor manages the whole site.
    """
    sites.require_whole_site(session, actor)
    profile, found = sites.profile(session), list[RestatedRow]()
    begin = datetime.combine(since, datetime.min.time(), profile.zone)
    for batch in _batches(session, begin):
        told = history.of_several(session, actor, [row.id for row in batch])
        for row in batch:
            running = clocks.of_events(told.get(row.id, []), row.reported_at)
            due = running.due(profile) if running is not None else {}
            changed = {name: at for name, at in due.items() if getattr(row, name) != at}
            if changed:
                found.append(RestatedRow(row.reference, row.due_at, changed.get("due_at", row.due_at)))
                if not dry_run:
                    _write(session, actor, row.id, changed, now)
    if found and not dry_run:
        audit.record(session, actor, "restate", now=now, since=since, demands=len(found))
    return found


def _write(session: Session, actor: Actor, demand_id: int, changed: Columns, now: datetime) -> None:
    demand = session.get_one(Demand, demand_id)
    history.append(session, actor, demand, Verb.RESTATE, now=now, changes=changed)


def _batches(session: Session, begin: datetime) -> Iterator[Sequence[Row[Any]]]:
    last = 0
    columns = [getattr(Demand, name) for name in ("id", "reference", "reported_at", *COLUMNS)]
    running = or_(*(getattr(Demand, name) >= begin for name in COLUMNS))
    while True:
        statement = select(*columns).where(col(Demand.id) > last, running).order_by(col(Demand.id)).limit(BATCH)
        rows = session.connection().execute(statement).all()
        if not rows:
            return
        yield rows
        last = rows[-1].id
