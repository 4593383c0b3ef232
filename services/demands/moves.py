"""The moves of a demand, each through the one table in models/demands.py: a check, a change, an event."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.accounts import Permission
from models.demands import MOVES, SETTLED, Demand, DemandEvent, State, Verb, Whistle
from models.departments import Department
from models.people import Person
from models.units import Unit, UnitAncestor
from services import deadlines, sites
from services.access import Actor, require, require_demand, require_unit
from services.demands import history
from services.errors import BadInput, ChangedMeanwhile, NotAllowed, NotFound, Refused


def move(
    session: Session,
    actor: Actor,
    demand_id: int,
    verb: Verb,
    *,
    now: datetime,
    reason: str | None = None,
    changes: dict[str, Any] | None = None,
    notes: dict[str, Any] | None = None,
    seen_version: int | None = None,
    key: str | None = None,
) -> Demand:
    """Make one move of the table. The same `key` again changes nothing.

    `seen_version` is the version the person was looking at. Raises ChangedMeanwhile (with who did what) when it is
    not the present one, Refused when the state does not allow the move, the mover handled or returned it, or a
    reason is missing; NotAllowed for the role; NotFound outside the scope.
    """
    rule = MOVES[verb]
    require(actor, rule.permission)
    demand = require_demand(session, actor, demand_id)
    if key is not None and _done_before(session, demand_id, key):
        return demand
    _require_unchanged(session, demand, seen_version)
    if demand.state not in rule.sources:
        raise Refused("move_impossible", verb=verb.value, state=demand.state.value, reference=demand.reference)
    if rule.needs_reason and not (reason or "").strip():
        raise BadInput("reason_missing", verb=verb.value)
    if rule.by_other and demand.handled_by_id is not None and demand.handled_by_id == actor.account_id:
        raise NotAllowed("own_handling", verb=verb.value)
    _require_not_returned_by(actor, demand, verb)
    history.append(
        session, actor, demand, verb, now=now, target=rule.target, reason=reason, notes=notes, key=key,
        changes={**_settlement(demand, rule.target, now), **(changes or {})},
    )  # fmt: skip
    session.flush()
    return demand


def accept(session: Session, actor: Actor, demand_id: int, *, now: datetime, **options: Any) -> Demand:
    """Accept a demand from triage: it is registered and held by the actor's own unit."""
    changes = _held_by_own_unit(session, actor, now)
    return move(session, actor, demand_id, Verb.ACCEPT, now=now, changes=changes, **options)


def ask_facts(session: Session, actor: Actor, demand_id: int, *, now: datetime, reason: str, **options: Any) -> Demand:
    """Send a demand back to who reported it, asking for more facts."""
    return move(session, actor, demand_id, Verb.ASK_FACTS, now=now, reason=reason, **options)


def assign(
    session: Session,
    actor: Actor,
    demand_id: int,
    *,
    now: datetime,
    unit_id: int | None = None,
    department_id: int | None = None,
    person_id: int | None = None,
    **options: Any,
) -> Demand:
    """Dispatch a demand to a unit or a department, and to a named person there where given."""
    if (unit_id is None) == (department_id is None):
        raise BadInput("assign_to_one")
    if person_id is not None and session.get(Person, person_id) is None:
        raise NotFound("person_not_found", person=person_id)
    changes: dict[str, Any] = {"holder_id": person_id, "level_since": now}
    if unit_id is not None:
        unit = require_unit(session, actor, unit_id)
        changes |= {"holder_unit_id": unit_id, "department_id": None, "level": unit.level}
    else:
        department = _department(session, department_id)
        changes |= {"holder_unit_id": None, "department_id": department.id, "level": department.level}
    return move(session, actor, demand_id, Verb.ASSIGN, now=now, changes=changes, **options)


def sign(session: Session, actor: Actor, demand_id: int, *, now: datetime, **options: Any) -> Demand:
    """Sign for a dispatched demand: from now on the actor handles it."""
    changes = {"handled_by_id": actor.account_id, "returned_by_id": None}
    return move(session, actor, demand_id, Verb.SIGN, now=now, changes=changes, **options)


def return_(session: Session, actor: Actor, demand_id: int, *, now: datetime, reason: str, **options: Any) -> Demand:
    """Return a dispatched demand with a reason. Who returned it may not push it forward."""
    changes = {"returned_by_id": actor.account_id, "holder_id": None}
    return move(session, actor, demand_id, Verb.RETURN, now=now, reason=reason, changes=changes, **options)


def settle(session: Session, actor: Actor, demand_id: int, *, now: datetime, reason: str, **options: Any) -> Demand:
    """Settle a demand in handling, saying what was done; it then waits for someone else's check."""
    if not reason.strip():
        raise BadInput("result_missing")
    changes = {"handled_by_id": actor.account_id}
    return move(session, actor, demand_id, Verb.SETTLE, now=now, reason=reason, changes=changes, **options)


def pass_check(session: Session, actor: Actor, demand_id: int, *, now: datetime, **options: Any) -> Demand:
    """Say that the result was looked at and stands. Never by who handled it."""
    return move(session, actor, demand_id, Verb.PASS_CHECK, now=now, **options)


def close(session: Session, actor: Actor, demand_id: int, *, now: datetime, **options: Any) -> Demand:
    """Close a demand after the call-back. Never by who handled it."""
    return move(session, actor, demand_id, Verb.CLOSE, now=now, changes={"closed_at": now}, **options)


def escalate(session: Session, actor: Actor, demand_id: int, *, now: datetime, reason: str, **options: Any) -> Demand:
    """Move a demand one level up the profile's chain, with a clock of its own from now.

    Raises Refused("at_top") where there is no unit above.
    """
    demand = require_demand(session, actor, demand_id)
    above = _next_level(session, demand)
    if above is None:
        raise Refused("at_top", reference=demand.reference)
    profile = sites.profile(session)
    changes = {
        "holder_unit_id": above.id, "department_id": None, "holder_id": None, "level": above.level,
        "level_since": now, "level_due_at": deadlines.solve_due_at(profile, now, demand.urgency),
    }  # fmt: skip
    return move(session, actor, demand_id, Verb.ESCALATE, now=now, reason=reason, changes=changes, **options)


def whistle(
    session: Session, actor: Actor, demand_id: int, lead_id: int, assist_ids: Sequence[int] = (), *, now: datetime,
    **options: Any,
) -> Demand:  # fmt: skip
    """Whistle for departments: one leads, the others assist; each has the answer limit of the demand's urgency.

    A department already called is not called twice. Raises NotFound for an unknown department.
    """
    demand = move(
        session, actor, demand_id, Verb.WHISTLE, now=now, notes={"lead": lead_id, "assist": list(assist_ids)}, **options
    )
    due = deadlines.answer_due_at(sites.profile(session), now, demand.urgency)
    called = set(session.exec(select(Whistle.department_id).where(Whistle.demand_id == demand_id)))
    for department_id in dict.fromkeys((lead_id, *assist_ids)):
        _department(session, department_id)
        if department_id not in called:
            session.add(
                Whistle(
                    demand_id=demand_id, department_id=department_id, lead=department_id == lead_id, asked_at=now,
                    answer_due_at=due,
                )
            )  # fmt: skip
    session.flush()
    return demand


def answer(session: Session, actor: Actor, demand_id: int, *, now: datetime, reason: str, **options: Any) -> Demand:
    """A department answers its whistle, saying what it will do."""
    if not reason.strip():
        raise BadInput("answer_missing")
    row = _own_whistle(session, actor, demand_id)
    if row.answered_at is None:
        row.answered_at, row.answer = now, reason.strip()
    return move(
        session, actor, demand_id, Verb.ANSWER, now=now, reason=reason, notes={"department": row.department_id}, **options
    )


def arrive(session: Session, actor: Actor, demand_id: int, *, now: datetime, **options: Any) -> Demand:
    """A department is on the scene. Arriving answers the whistle too."""
    row = _own_whistle(session, actor, demand_id)
    row.answered_at = row.answered_at or now
    row.arrived_at = row.arrived_at or now
    return move(session, actor, demand_id, Verb.ARRIVE, now=now, notes={"department": row.department_id}, **options)


def rebuild(session: Session, actor: Actor, demand_id: int) -> dict[str, tuple[Any, Any]]:
    """Compare a demand with what its events say: {column: (stored, from events)} for each that differs."""
    demand = require_demand(session, actor, demand_id)
    told = history.projection(history.of_demand(session, demand_id))
    return {
        column: (getattr(demand, column), value) for column, value in told.items() if getattr(demand, column) != value
    }


def _settlement(demand: Demand, target: State | None, now: datetime) -> dict[str, Any]:
    """What a move does to the settlement columns: set once when first settled, emptied when it is open again."""
    if target is None or (target in SETTLED) == (demand.settled_at is not None):
        return {}
    return history.settling(target, now, demand.level, by_grid=target is State.SELF_HANDLED)


def _require_unchanged(session: Session, demand: Demand, seen_version: int | None) -> None:
    if seen_version is None or seen_version == demand.version:
        return
    last = session.exec(
        select(DemandEvent)
        .where(DemandEvent.demand_id == demand.id)
        .order_by(col(DemandEvent.seq).desc())
        .limit(1)
    ).one()
    raise ChangedMeanwhile(
        "changed_by", reference=demand.reference, who=last.actor_name, verb=last.verb.value, at=last.at
    )


def _require_not_returned_by(actor: Actor, demand: Demand, verb: Verb) -> None:
    forward = {Verb.ASSIGN, Verb.SIGN, Verb.SETTLE, Verb.ESCALATE}
    if verb in forward and demand.returned_by_id is not None and demand.returned_by_id == actor.account_id:
        raise NotAllowed("own_return", verb=verb.value)


def _done_before(session: Session, demand_id: int, key: str) -> bool:
    found = session.exec(select(DemandEvent.demand_id).where(DemandEvent.idempotency_key == key)).first()
    if found is not None and found != demand_id:
        raise BadInput("key_used", key=key)
    return found is not None


def _held_by_own_unit(session: Session, actor: Actor, now: datetime) -> dict[str, Any]:
    if actor.unit_id is None:
        return {}
    unit = session.get_one(Unit, actor.unit_id)
    return {"holder_unit_id": unit.id, "holder_id": actor.person_id, "level": unit.level, "level_since": now}


def _next_level(session: Session, demand: Demand) -> Unit | None:
    """The ancestor of the demand's unit at the next level of the chain that has one."""
    chain = sites.profile(session).chain
    above = chain[chain.index(demand.level) + 1 :] if demand.level in chain else chain
    found = {
        unit.level: unit
        for unit in session.exec(
            select(Unit)
            .join(UnitAncestor, col(UnitAncestor.ancestor_id) == Unit.id)
            .where(UnitAncestor.unit_id == demand.unit_id)
        )
    }
    return next((found[level] for level in above if level in found and found[level].id != demand.holder_unit_id), None)


def _department(session: Session, department_id: int | None) -> Department:
    department = session.get(Department, department_id)
    if department is None:
        raise NotFound("department_not_found", department=department_id)
    return department


def _own_whistle(session: Session, actor: Actor, demand_id: int) -> Whistle:
    require(actor, Permission.HANDLE)
    row = session.exec(
        select(Whistle).where(Whistle.demand_id == demand_id, Whistle.department_id == actor.department_id)
    ).first()
    if row is None:
        raise NotFound("whistle_not_found", demand=demand_id)
    return row
