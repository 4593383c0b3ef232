"""Entries of the watch-list against their own events, for `smallgrid verify`."""

from collections.abc import Iterator
from typing import Any

from sqlmodel import Session, select

from models.watch import WatchEntry
from services import sites
from services.access import Actor
from services.watch.history import projection
from services.watch.reads import events_of


def differences(session: Session, actor: Actor) -> Iterator[tuple[str, str, Any, Any]]:
    """Each column of an entry that its events do not give: (reference, column, stored, expected).

    Raises NotAllowed unless the actor manages the whole site.
    """
    sites.require_whole_site(session, actor)
    rows = session.scalars(select(WatchEntry)).all()
    references = {row.id: row.reference for row in rows}
    events = events_of(session, actor, [row.id or 0 for row in rows])
    for row in rows:
        told = events.get(row.id or 0, [])
        stored = row.model_dump() | {"relapse_of": references.get(row.relapse_of_id)}
        for column, value in projection(told).items():
            if stored[column] != value:
                yield row.reference, column, stored[column], value
        if [event.seq for event in told] != list(range(1, len(told) + 1)):
            yield row.reference, "events", [event.seq for event in told], f"1..{len(told)}"
