"""Side moves that need more than the table: self-handling, merging, holding, reopening."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from models.demands import Demand, State, Verb
from services import deadlines, sites
from services.access import Actor, require_demand
from services.demands import history
from services.demands.moves import move
from services.errors import BadInput, Refused

LONGEST_HOLD = timedelta(days=366)
ENDED = frozenset({State.MERGED, State.REJECTED, State.VOID})


def self_handle(
    session: Session, actor: Actor, demand_id: int, *, now: datetime, reason: str, **options: Any
) -> Demand:
    """Settle a reported demand on the spot, saying what was done."""
    if not reason.strip():
        raise BadInput("result_missing")
    changes = {"handled_by_id": actor.account_id}
    return move(session, actor, demand_id, Verb.SELF_HANDLE, now=now, reason=reason, changes=changes, **options)


def merge(
    session: Session, actor: Actor, demand_id: int, into_id: int, *, now: datetime, reason: str, **options: Any
) -> Demand:
    """Merge a demand waiting for triage into another one in the actor's scope, which stays.

    Raises Refused where the other one is itself merged, rejected or void, or is the same one.
    """
    other = require_demand(session, actor, into_id)
    if into_id == demand_id or other.state in ENDED:
        raise Refused("merge_impossible", reference=other.reference, state=other.state.value)
    changes = {"merged_into_id": into_id}
    return move(session, actor, demand_id, Verb.MERGE, now=now, reason=reason, changes=changes, **options)


def suspend(
    session: Session, actor: Actor, demand_id: int, until: datetime, *, now: datetime, reason: str, **options: Any
) -> Demand:
    """Put a demand on hold until a moment, at most a year ahead; its deadline waits. Raises BadInput otherwise."""
    if not now < until <= now + LONGEST_HOLD:
        raise BadInput("hold_wrong")
    due = require_demand(session, actor, demand_id).due_at
    options |= {"changes": {"due_at": until}, "notes": {"deadline": due.isoformat() if due else None}}
    return move(session, actor, demand_id, Verb.SUSPEND, now=now, reason=reason, **options)


def resume(session: Session, actor: Actor, demand_id: int, *, now: datetime, **options: Any) -> Demand:
    """Take a demand off hold: its deadline moves on by as long as it was held."""
    require_demand(session, actor, demand_id)
    events = history.of_demand(session, demand_id)
    held = next((event for event in reversed(events) if event.verb is Verb.SUSPEND), None)
    before = history.decode(held.facts).get("deadline") if held is not None else None
    changes = {"due_at": datetime.fromisoformat(before) + (now - held.at)} if held is not None and before else {}
    return move(session, actor, demand_id, Verb.RESUME, now=now, changes=changes, **options)


def reopen(session: Session, actor: Actor, demand_id: int, *, now: datetime, reason: str, **options: Any) -> Demand:
    """Open a closed demand again, with the clock of its urgency from now."""
    urgency = require_demand(session, actor, demand_id).urgency
    due = deadlines.solve_due_at(sites.profile(session), now, urgency)
    changes = {"due_at": due, "level_due_at": due, "level_since": now, "closed_at": None, "handled_by_id": None}
    return move(session, actor, demand_id, Verb.REOPEN, now=now, reason=reason, changes=changes, **options)
