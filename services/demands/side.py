"""Side moves that need more than the table: self-handling, merging, holding, reopening."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from models.demands import Category, Demand, DemandEvent, State, Verb
from services import sites
from services.access import Actor, require_demand
from services.demands import clocks, history
from services.demands.moves import answering, move
from services.errors import BadInput, Refused

CALLED = ("called_at", "reached", "solved", "satisfied")
ENDED = frozenset({State.MERGED, State.REJECTED, State.VOID})


def self_handle(
    session: Session, actor: Actor, demand_id: int, *, now: datetime, reason: str, **options: Any
) -> Demand:
    """Settle a reported demand on the spot, saying what was done."""
    if not reason.strip():
        raise BadInput("result_missing")
    changes = {"handled_by_id": actor.account_id, **answering(require_demand(session, actor, demand_id), now)}
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
    """Put a demand on hold until a moment; its clocks stand still meanwhile, and run on then at the latest.

    Raises BadInput where `until` is not ahead or further than the profile allows, Refused("suspended_before") where
    it was suspended as often as that allows.
    """
    caps = sites.profile(session).caps
    if not now < until <= now + timedelta(days=caps.suspension_days):
        raise BadInput("hold_wrong", days=caps.suspension_days)
    demand = require_demand(session, actor, demand_id)
    events = history.of_demand(session, demand_id)
    if sum(event.verb is Verb.SUSPEND for event in since_opened(events)) >= caps.suspensions:
        raise Refused("suspended_before", reference=demand.reference, times=caps.suspensions)
    paused = _due(session, demand, events, Verb.SUSPEND, now, {"suspended_until": until.isoformat()})
    options |= {"changes": {"suspended_until": until, **paused}}
    return move(session, actor, demand_id, Verb.SUSPEND, now=now, reason=reason, **options)


def resume(session: Session, actor: Actor, demand_id: int, *, now: datetime, **options: Any) -> Demand:
    """Take a demand off hold: its clocks run again, from now or from the end of the suspension if that is past."""
    demand = require_demand(session, actor, demand_id)
    due = _due(session, demand, history.of_demand(session, demand_id), Verb.RESUME, now, {})
    options |= {"changes": {"suspended_until": None, **due}}
    return move(session, actor, demand_id, Verb.RESUME, now=now, **options)


def reopen(session: Session, actor: Actor, demand_id: int, *, now: datetime, reason: str, **options: Any) -> Demand:
    """Open a closed demand again, with fresh clocks from now; the villager is asked anew when it is settled.

    Raises Refused("reopen_late") after the profile's window.
    """
    demand = require_demand(session, actor, demand_id)
    profile = sites.profile(session)
    if demand.closed_at is not None and now > demand.closed_at + timedelta(days=profile.caps.reopen_days):
        raise Refused("reopen_late", reference=demand.reference, days=profile.caps.reopen_days)
    category = session.get_one(Category, demand.category_id).code
    due, limits = clocks.starting(profile, now, demand.urgency, category, demand.level)
    empty = dict.fromkeys(("closed_at", "handled_by_id", "answered_at", "warned_at", "escalated_to", *CALLED))
    changes = {**empty, **due, "level_since": now}
    options = {"changes": changes, "notes": limits, **options}
    return move(session, actor, demand_id, Verb.REOPEN, now=now, reason=reason, **options)


def since_opened(events: Sequence[DemandEvent]) -> Sequence[DemandEvent]:
    """The events since the demand was last opened: what caps count."""
    last = max((place for place, event in enumerate(events) if event.verb is Verb.REOPEN), default=0)
    return events[last:]


def _due(
    session: Session, demand: Demand, events: Sequence[DemandEvent], verb: Verb, now: datetime, facts: dict[str, Any]
) -> dict[str, datetime | None]:
    """The deadlines as one more event would leave them."""
    told: list[clocks.Told] = [*map(history.row_of, events), clocks.Next(now, verb, facts)]
    found = clocks.of_events(told, demand.reported_at)
    return found.due(sites.profile(session)) if found is not None else {}
