"""The one place that writes the history of the watch-list, and the checks before every writing."""

import json
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.accounts import Permission
from models.profiles import Profile
from models.watch import LISTED, WATCH_MOVES, Watch, WatchEntry, WatchEvent, WatchVerb
from services.access import Actor, require
from services.errors import BadInput, ChangedMeanwhile, NotAllowed, Refused
from services.typed import line
from services.watch.scope import may_write, require_above, require_entry

LINE, TEXT, MOST = 200, 2_000, 500
"""The longest line and text in characters; the most events of one entry."""


def rules(profile: Profile) -> Watch:
    """The site's published rules. Raises Refused("watch_no_rules") where its profile has none."""
    if profile.watch is None:
        raise Refused("watch_no_rules")
    return profile.watch


def record(
    session: Session, actor: Actor, entry: WatchEntry, verb: WatchVerb, *, now: datetime, text: str = "",
    facts: dict[str, Any] | None = None, key: str | None = None, **columns: Any,
) -> int:  # fmt: skip
    """Append one event and move the entry to the state the table says; returns the event's number.

    Not for screens: the caller has checked who may.
    """
    rule = WATCH_MOVES.get(verb)
    entry.state = (rule.target if rule else None) or entry.state
    entry.event_count += 1
    if verb is WatchVerb.ACCEPT:
        entry.accepted_at = now
    elif verb is WatchVerb.SEND_BACK:
        entry.accepted_at = None
    if entry.state not in LISTED:
        entry.ended_at = now
    session.add(
        WatchEvent(
            entry_id=entry.id or 0, seq=entry.event_count, at=now, verb=verb, to_state=entry.state,
            account_id=actor.account_id, actor_name=actor.name, text=text,
            facts=json.dumps(facts or {}, ensure_ascii=False, sort_keys=True), idempotency_key=key, **columns,
        )
    )  # fmt: skip
    session.flush()
    return entry.event_count


def add(
    session: Session, actor: Actor, entry_id: int, verb: WatchVerb, *, now: datetime, key: str | None = None,
    seen: int | None = None, **columns: Any,
) -> int:  # fmt: skip
    """One event about an entry; the same `key` again gives the number it had."""
    before = event_before(session, actor, key)
    if before is not None:
        return before.seq
    entry = opened_for(session, actor, entry_id, verb, seen)
    if entry.event_count >= MOST:
        raise BadInput("project_too_many", most=MOST)
    return record(session, actor, entry, verb, now=now, key=key, **columns)


def opened_for(session: Session, actor: Actor, entry_id: int, verb: WatchVerb, seen: int | None) -> WatchEntry:
    """The entry, if the actor may do this with it as it stands. Raises NotAllowed, Refused, ChangedMeanwhile."""
    require(actor, Permission.TRIAGE)
    entry, rule = require_entry(session, actor, entry_id), WATCH_MOVES[verb]
    if rule.from_above:
        require_above(session, actor, entry.unit_id)
    elif not may_write(session, actor, entry.unit_id):
        raise NotAllowed("watch_elsewhere", reference=entry.reference)
    if seen is not None and seen != entry.version:
        last = session.scalars(_events(entry_id).order_by(col(WatchEvent.seq).desc()).limit(1)).one()
        raise ChangedMeanwhile("watch_changed", who=last.actor_name, at=last.at, reference=entry.reference)
    if entry.state not in rule.sources:
        raise Refused("watch_state", reference=entry.reference)
    return entry


def _events(entry_id: int) -> Any:
    return select(WatchEvent).where(col(WatchEvent.entry_id) == entry_id)


def event_before(session: Session, actor: Actor, key: str | None) -> WatchEvent | None:
    """The event this account wrote under the same key. Raises Refused("key_used") where somebody else used it."""
    if key is None:
        return None
    event: WatchEvent | None = session.scalars(
        select(WatchEvent).where(col(WatchEvent.idempotency_key) == key)
    ).one_or_none()
    if event is not None and event.account_id != actor.account_id:
        raise Refused("key_used")
    return event


def needed(given: str, longest: int = TEXT) -> str:
    """What was typed, trimmed. Raises BadInput("watch_text_missing") where that is nothing, or text_long."""
    return line(given, longest, "watch_text_missing")
