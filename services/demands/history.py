"""Events: writing one with its demand, and rebuilding a demand's present from all of them."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, select

from models.accounts import Permission
from models.demands import OPEN, SETTLED, CallBack, Demand, DemandEvent, Reached, State, Verb
from services import counters
from services.access import Actor, require
from services.demands.rows import EventRow, HeldRow

PROJECTED = (
    "state", "level", "holder_unit_id", "holder_id", "department_id", "handled_by_id", "returned_by_id",
    "merged_into_id", "due_at", "answer_due_at", "answered_at", "suspended_until", "level_since", "level_due_at",
    "escalated_to", "warned_at", "on_scene_at", "settled_at", "settled_level", "self_settled", "closed_at",
    "called_at", "reached", "excluded_code", "waived_at",
)  # fmt: skip
"""The columns of a demand that only events may change. `is_open` and `received` follow from the state."""

WORD = ("solved", "satisfied", "contacted")
"""What the villager said when last reached."""

DERIVED = ("first_answered_at", "reworked_at", "heard_at", *WORD)
"""The columns that follow from all events together and outlast a demand's being opened again."""

BACK = frozenset({Verb.REWORK, Verb.REOPEN})
"""What puts a demand back to work."""

MOMENTS = frozenset(name for name in PROJECTED if name.endswith(("_at", "_since", "_until")))


def of_state(state: State) -> dict[str, Any]:
    """The columns that follow from a state alone."""
    return {"state": state, "is_open": state in OPEN, "received": state not in {State.DRAFT, State.VOID}}


def settling(state: State, at: datetime, level: str, *, by_grid: bool) -> dict[str, Any]:
    """The columns of settlement for a demand that comes into `state`: filled when settled, empty when not."""
    if state in SETTLED:
        return {"settled_at": at, "settled_level": level, "self_settled": by_grid}
    return {"settled_at": None, "settled_level": None, "self_settled": False}


def encode(changes: Mapping[str, Any]) -> str:
    """The facts of an event as JSON: every projected column that changed."""
    values = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in changes.items()}
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


def decode(facts: str) -> dict[str, Any]:
    """The facts of an event, moments as aware datetimes."""
    values: dict[str, Any] = json.loads(facts)
    return {key: datetime.fromisoformat(value) if key in MOMENTS and value else value for key, value in values.items()}


def append(
    session: Session,
    actor: Actor,
    demand: Demand,
    verb: Verb,
    *,
    now: datetime,
    target: State | None = None,
    reason: str | None = None,
    changes: Mapping[str, Any] | None = None,
    notes: Mapping[str, Any] | None = None,
    key: str | None = None,
) -> DemandEvent:
    """Change the demand and append the event that says so. `notes` are kept in the facts but change no column."""
    before, counted = demand.state if demand.event_count else None, counters.counted_before(demand)
    state = target or demand.state
    changed = {**(changes or {}), "state": state}
    columns = {key: value for key, value in changed.items() if key not in WORD}
    for column, value in {**columns, **of_state(state), **_derived(demand, verb, changed, now)}.items():
        setattr(demand, column, value)
    demand.event_count += 1
    counters.keep(session, demand, counted)
    event = DemandEvent(
        demand_id=demand.id or 0, seq=demand.event_count, at=now, verb=verb, from_state=before, to_state=state,
        account_id=actor.account_id, actor_name=actor.name, reason=reason or None,
        facts=encode({**changed, **(notes or {})}), idempotency_key=key,
    )  # fmt: skip
    session.add(event)
    return event


def _derived(demand: Demand, verb: Verb, changed: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What a move does to the derived columns: a first time is filled once, the villager's word by who is reached."""
    found = _word(changed, now)
    if changed.get("answered_at") and demand.first_answered_at is None:
        found["first_answered_at"] = now
    if verb in BACK and demand.reworked_at is None:
        found["reworked_at"] = now
    return found


def _word(facts: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """The villager's word as an event brings it; nothing where nobody was reached."""
    if facts.get("reached") != Reached.YES:
        return {}
    return {"heard_at": at, **{name: facts.get(name) for name in WORD}}


def projection(events: Sequence[DemandEvent]) -> dict[str, Any]:
    """The projected and derived columns after all events, in the order of `seq`."""
    columns: dict[str, Any] = dict.fromkeys((*PROJECTED, *DERIVED))
    columns["self_settled"] = False
    for event in events:
        facts = decode(event.facts)
        columns.update({key: value for key, value in facts.items() if key in PROJECTED})
        columns.update(_word(facts, event.at))
        columns["state"] = event.to_state
        if facts.get("answered_at") and columns["first_answered_at"] is None:
            columns["first_answered_at"] = event.at
        if event.verb in BACK and columns["reworked_at"] is None:
            columns["reworked_at"] = event.at
    return columns


def derive(session: Session, actor: Actor) -> None:
    """Fill the derived columns of every demand from its events: for what writes many demands past the moves.

    Raises NotAllowed unless the actor may manage.
    """
    require(actor, Permission.MANAGE)
    demands, events = Demand.__table__.c, DemandEvent.__table__.c  # type: ignore[attr-defined]
    for column, those in (
        ("first_answered_at", events.facts.contains('"answered_at": "')),
        ("reworked_at", events.verb.in_(sorted(BACK))),
    ):
        first = select(events.at).where(events.demand_id == demands.id, those).order_by(events.seq).limit(1)
        told = demands.id.in_(select(events.demand_id).where(those))
        session.connection().execute(update(Demand).where(told).values({column: first.scalar_subquery()}))
    calls = CallBack.__table__.c  # type: ignore[attr-defined]
    reached = calls.reached == Reached.YES
    for column, said in (("heard_at", calls.at), *((name, calls[name]) for name in WORD)):
        last = select(said).where(calls.demand_id == demands.id, reached).order_by(calls.number.desc()).limit(1)
        told = demands.id.in_(select(calls.demand_id).where(reached))
        session.connection().execute(update(Demand).where(told).values({column: last.scalar_subquery()}))


def of_demand(session: Session, demand_id: int) -> Sequence[DemandEvent]:
    """All events of one demand, oldest first."""
    return session.exec(
        select(DemandEvent).where(DemandEvent.demand_id == demand_id).order_by(DemandEvent.seq)  # type: ignore[arg-type]
    ).all()


def of_several(session: Session, actor: Actor, demand_ids: Sequence[int]) -> dict[int, list[EventRow]]:
    """The events of several demands the actor was shown, oldest first, in one statement; by demand."""
    require(actor, Permission.SEE_DEMANDS)
    events = DemandEvent.__table__  # type: ignore[attr-defined]
    rows = session.connection().execute(
        select(events).where(events.c.demand_id.in_(demand_ids)).order_by(events.c.demand_id, events.c.seq)
    )
    found: dict[int, list[EventRow]] = {}
    for row in rows:
        found.setdefault(row.demand_id, []).append(row_of(row))
    return found


def row_of(event: Any) -> EventRow:
    """An event as shown."""
    return EventRow(
        at=event.at, verb=event.verb, from_state=event.from_state, to_state=event.to_state, actor=event.actor_name,
        reason=event.reason, facts=decode(event.facts),
    )  # fmt: skip


def held(events: Sequence[EventRow], *, now: datetime) -> list[HeldRow]:
    """How long each level, or each department, held a demand: from its first event until it was settled, or `now`.

    The time between two events belongs to who held it after the first of them. A settled demand's clock stands still
    until it is reopened or goes back to work. In the order in which each first held it.
    """
    spans: dict[tuple[str, int | None], timedelta] = {}
    level, department = "", None
    for event, following in zip(events, [*events[1:], None], strict=True):
        level = event.facts.get("level") or level
        department = event.facts.get("department_id", department)
        if event.to_state not in OPEN:
            continue
        until = following.at if following is not None else max(now, event.at)
        key = (level, department)
        spans[key] = spans.get(key, timedelta()) + (until - event.at)
    return [HeldRow(level, department, span) for (level, department), span in spans.items()]
