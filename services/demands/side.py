"""Side moves that need more than the table: self-handling, merging, holding, reopening."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from sqlalchemy import update
from sqlmodel import Session, col, select

from models.demands import Category, Demand, DemandEvent, Request, RequestKind, State, Verb
from models.profiles import Caps
from services import sites
from services.access import Actor, require_demand
from services.demands import clocks, history
from services.demands.moves import answering, move
from services.errors import BadInput, Refused

EMPTIED = ("closed_at", "handled_by_id", "answered_at", "warned_at", "waived_at", "escalated_to")
"""What a demand that is opened again no longer is. What the villager answered stays: it counts until they are asked
again, but it closes nothing any more."""
ENDED = frozenset({State.MERGED, State.REJECTED, State.VOID})


class Done(Protocol):
    """An event, as far as caps ask: what was done."""

    @property
    def verb(self) -> Verb:
        """What was done."""


Event = TypeVar("Event", bound=Done)


def self_handle(
    session: Session, actor: Actor, demand_id: int, *, now: datetime, reason: str, **options: Any
) -> Demand:
    """Settle a reported demand on the spot, saying what was done. Who settles it is there by then."""
    if not reason.strip():
        raise BadInput("result_missing")
    demand = require_demand(session, actor, demand_id)
    there = {"on_scene_at": now} if demand.on_scene_at is None else {}
    changes = {"handled_by_id": actor.account_id, **answering(demand, now), **there}
    return move(session, actor, demand_id, Verb.SELF_HANDLE, now=now, reason=reason, changes=changes, **options)


def merge(
    session: Session, actor: Actor, demand_id: int, into_id: int, *, now: datetime, reason: str, **options: Any
) -> Demand:
    """Merge a demand waiting for triage into another one in the actor's scope, which stays.

    Raises Refused where the other one is itself merged, rejected or void, or is the same one.
    """
    both = select(Demand.id).where(col(Demand.id).in_((demand_id, into_id))).order_by(col(Demand.id))
    session.exec(both.with_for_update()).all()  # of two that are merged into each other at once the second is refused
    other = require_demand(session, actor, into_id)
    session.refresh(other)
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
    demand = require_demand(session, actor, demand_id)
    events = history.of_demand(session, demand_id)
    require_hold(sites.profile(session).caps, events, demand.reference, until, now=now)
    paused = _due(session, demand, events, Verb.SUSPEND, now, {"suspended_until": until.isoformat()})
    options |= {"changes": {"suspended_until": until, **paused}}
    return move(session, actor, demand_id, Verb.SUSPEND, now=now, reason=reason, **options)


def require_hold(caps: Caps, events: Sequence[Done], reference: str, until: datetime, *, now: datetime) -> None:
    """Raise as `suspend` says unless a demand with these events may be suspended until then."""
    if not now < until <= now + timedelta(days=caps.suspension_days):
        raise BadInput("hold_wrong", days=caps.suspension_days)
    if sum(event.verb is Verb.SUSPEND for event in since_opened(events)) >= caps.suspensions:
        raise Refused("suspended_before", reference=reference, times=caps.suspensions)


def resume(session: Session, actor: Actor, demand_id: int, *, now: datetime, **options: Any) -> Demand:
    """Take a demand off hold: its clocks run again, from now or from the end of the suspension if that is past."""
    demand = require_demand(session, actor, demand_id)
    due = _due(session, demand, history.of_demand(session, demand_id), Verb.RESUME, now, {})
    options |= {"changes": {"suspended_until": None, **due}}
    return move(session, actor, demand_id, Verb.RESUME, now=now, **options)


def reopen(session: Session, actor: Actor, demand_id: int, *, now: datetime, reason: str, **options: Any) -> Demand:
    """Open a closed demand again, with fresh clocks from now; the villager is asked anew when it is settled.

    What an appeal had waived was the old clock; requests about the old clocks end undecided. Raises
    Refused("reopen_late") after the profile's window.
    """
    demand = require_demand(session, actor, demand_id)
    profile = sites.profile(session)
    if is_past_reopening(profile.caps, demand, now=now):
        raise Refused("reopen_late", reference=demand.reference, days=profile.caps.reopen_days)
    category = session.get_one(Category, demand.category_id).code
    due, limits = clocks.starting(profile, now, demand.urgency, category, demand.level)
    empty = dict.fromkeys(EMPTIED)
    changes = {**empty, **due, "level_since": now}
    options = {"changes": changes, "notes": limits, **options}
    moved = move(session, actor, demand_id, Verb.REOPEN, now=now, reason=reason, **options)
    _end_requests(session, demand_id, now)
    return moved


def is_past_reopening(caps: Caps, demand: Demand, *, now: datetime) -> bool:
    """Whether a demand was closed longer ago than the profile's window for opening it again."""
    return demand.closed_at is not None and now > demand.closed_at + timedelta(days=caps.reopen_days)


def since_opened(events: Sequence[Event]) -> Sequence[Event]:
    """The events since the demand was last opened: what caps count."""
    last = max((place for place, event in enumerate(events) if event.verb is Verb.REOPEN), default=0)
    return events[last:]


def _end_requests(session: Session, demand_id: int, now: datetime) -> None:
    """Nobody needs to decide any more what was asked of the old clocks."""
    columns = Request.__table__.c  # type: ignore[attr-defined]
    of_clocks = columns.kind.in_([RequestKind.EXTENSION, RequestKind.SUSPENSION, RequestKind.APPEAL])
    waiting = (columns.demand_id == demand_id) & columns.granted.is_(None) & of_clocks
    session.connection().execute(update(Request.__table__).where(waiting).values(granted=False, decided_at=now))  # type: ignore[attr-defined]


def _due(
    session: Session, demand: Demand, events: Sequence[DemandEvent], verb: Verb, now: datetime, facts: dict[str, Any]
) -> clocks.Columns:
    """The deadlines as one more event would leave them."""
    told = list(map(history.row_of, events))
    return clocks.due_after(sites.profile(session), told, clocks.Next(now, verb, facts), demand.reported_at)
