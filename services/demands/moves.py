"""The moves of a demand, each through the one table in models/demands.py: a check, a change, an event."""

from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from models.accounts import Account
from models.demands import MOVES, SETTLED, CallBack, Category, Demand, DemandEvent, Solved, State, Verb
from models.departments import Department
from models.units import LEVELS, Unit, UnitAncestor
from services import people, sites
from services.access import Actor, require, require_demand, require_unit
from services.demands import clocks, filing, history
from services.errors import BadInput, ChangedMeanwhile, NotAllowed, NotFound, Refused

FORWARD = frozenset({Verb.ASSIGN, Verb.SIGN, Verb.SETTLE, Verb.ESCALATE})
"""What the one who returned a demand may not do with it, until someone else assigned it anew."""


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
    not the present one, Refused when the state does not allow the move, the mover handled or returned it, a reason
    is missing, or `now` lies before the report; NotAllowed for the role; NotFound outside the scope.
    """
    rule = MOVES[verb]
    require(actor, rule.permission)
    demand = require_demand(session, actor, demand_id)
    if key is not None and _done_before(session, demand_id, key):
        return demand
    _require_unchanged(session, demand, seen_version)
    if demand.state not in rule.sources:
        raise Refused("move_impossible", verb=verb.value, state=demand.state.value, reference=demand.reference)
    reason = filing.said(reason)
    if rule.needs_reason and reason is None:
        raise BadInput("reason_missing", verb=verb.value)
    if rule.by_other and demand.handled_by_id is not None and demand.handled_by_id == actor.account_id:
        raise NotAllowed("own_handling", verb=verb.value)
    _require_not_returned_by(session, actor, demand, verb)
    if now < demand.reported_at:
        raise Refused("clock_wrong", reference=demand.reference, at=demand.reported_at)
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
    """Dispatch a demand to a unit or a department, and to a named person there where given.

    Raises BadInput unless exactly one of unit and department is given, NotFound for what is not there, and for a
    person who serves neither in the actor's scope nor at the department.
    """
    if (unit_id is None) == (department_id is None):
        raise BadInput("assign_to_one")
    if person_id is not None:
        people.require_person(session, actor, person_id, department_id=department_id)
    changes: dict[str, Any] = {"holder_id": person_id, "level_since": now, "returned_by_id": None}
    if unit_id is not None:
        unit = require_unit(session, actor, unit_id)
        changes |= {"holder_unit_id": unit_id, "department_id": None, "level": unit.level}
    else:
        department = department_of(session, department_id)
        changes |= {"holder_unit_id": None, "department_id": department.id, "level": department.level}
    return move(session, actor, demand_id, Verb.ASSIGN, now=now, changes=changes, **options)


def sign(session: Session, actor: Actor, demand_id: int, *, now: datetime, **options: Any) -> Demand:
    """Sign for a dispatched demand: from now on the actor handles it, or records what an outside body does."""
    demand = require_demand(session, actor, demand_id)
    changes = {"handled_by_id": actor.account_id, **answering(demand, now)}
    options = {"notes": _on_behalf(session, actor, demand), **options}
    return move(session, actor, demand_id, Verb.SIGN, now=now, changes=changes, **options)


def answering(demand: Demand, now: datetime) -> dict[str, Any]:
    """The first answer stops the answer clock."""
    return {"answered_at": now} if demand.answered_at is None else {}


def return_(session: Session, actor: Actor, demand_id: int, *, now: datetime, reason: str, **options: Any) -> Demand:
    """Return a dispatched demand with a reason, to whoever held it before. Who returned it may not push it forward."""
    demand = require_demand(session, actor, demand_id)
    behalf = _on_behalf(session, actor, demand)
    by = None if behalf else actor.account_id  # who only records it for an outside body may move it on
    changes = {**_held_before(session, demand), "level_since": now, "returned_by_id": by}
    options = {"notes": behalf, **options}
    return move(session, actor, demand_id, Verb.RETURN, now=now, reason=reason, changes=changes, **options)


def settle(session: Session, actor: Actor, demand_id: int, *, now: datetime, reason: str, **options: Any) -> Demand:
    """Settle a demand in handling, saying what was done; it then waits for someone else's check."""
    if not reason.strip():
        raise BadInput("result_missing")
    changes = {"handled_by_id": actor.account_id}
    options = {"notes": _on_behalf(session, actor, require_demand(session, actor, demand_id)), **options}
    return move(session, actor, demand_id, Verb.SETTLE, now=now, reason=reason, changes=changes, **options)


def pass_check(session: Session, actor: Actor, demand_id: int, *, now: datetime, **options: Any) -> Demand:
    """Say that the result was looked at and stands. Never by who handled it."""
    return move(session, actor, demand_id, Verb.PASS_CHECK, now=now, **options)


def close(session: Session, actor: Actor, demand_id: int, *, now: datetime, reason: str = "", **options: Any) -> Demand:
    """Close a demand that waits for its call-back: by the villager's word, or by a second pair of eyes that says why.

    Never by who handled it. Raises BadInput("close_without_word") where nobody said that it is solved and no reason is
    given, Refused("call_more") where nobody was reached but not yet tried as often as the profile asks.
    """
    demand = require_demand(session, actor, demand_id)
    said = demand.solved if _is_heard(demand) else None
    if said is not Solved.SOLVED and demand.state is State.PENDING_CALLBACK:
        if not reason.strip():
            raise BadInput("close_without_word", reference=demand.reference)
        _require_tried(session, demand)
    options = {"changes": {"closed_at": now}, "reason": reason, **options}
    return move(session, actor, demand_id, Verb.CLOSE, now=now, **options)


def _is_heard(demand: Demand) -> bool:
    """Whether the villager spoke since the demand was settled: what was said before is not of this result."""
    return demand.heard_at is not None and _is_since_settled(demand, demand.heard_at)


def _is_since_settled(demand: Demand, at: datetime) -> bool:
    return demand.settled_at is not None and at >= demand.settled_at


def _require_tried(session: Session, demand: Demand) -> None:
    """Whoever tried to call tries as often as the profile says before it is closed without the villager's word."""
    if _is_heard(demand) or demand.called_at is None or not _is_since_settled(demand, demand.called_at):
        return
    tried = session.exec(select(func.count()).where(col(CallBack.demand_id) == demand.id)).one()
    needed = sites.profile(session).caps.call_attempts
    if tried < needed:
        raise Refused("call_more", reference=demand.reference, times=needed, tried=tried)


def escalate(session: Session, actor: Actor, demand_id: int, *, now: datetime, reason: str, **options: Any) -> Demand:
    """Move a demand one level up the profile's chain, with a clock of its own from now.

    Raises Refused("at_top") where there is no unit above.
    """
    demand = require_demand(session, actor, demand_id)
    above = _next_level(session, demand)
    if above is None:
        raise Refused("at_top", reference=demand.reference)
    category = session.get_one(Category, demand.category_id).code
    due, limits = clocks.hopping(sites.profile(session), now, demand.urgency, category, above.level)
    person = filing.responsible(session, above.id or 0, now)
    changes = {
        "holder_unit_id": above.id, "department_id": None, "holder_id": person[0] if person else None,
        "level": above.level, "level_since": now, "escalated_to": above.level, "warned_at": None, **due,
    }  # fmt: skip
    options = {"notes": limits, **options}
    return move(session, actor, demand_id, Verb.ESCALATE, now=now, reason=reason, changes=changes, **options)


def rebuild(session: Session, actor: Actor, demand_id: int) -> dict[str, tuple[Any, Any]]:
    """Compare a demand with what its events say: {column: (stored, from events)} for each that differs."""
    demand = require_demand(session, actor, demand_id)
    told = history.projection(history.of_demand(session, demand_id))
    return {
        column: (getattr(demand, column), value) for column, value in told.items() if getattr(demand, column) != value
    }


def _on_behalf(session: Session, actor: Actor, demand: Demand) -> dict[str, Any]:
    """What an event notes where the site's people record the step of an outside body, which has no account here."""
    if demand.department_id is None or actor.department_id is not None:
        return {}
    outside = demand.level in sites.profile(session).outside
    return {"department": demand.department_id, "on_behalf": True} if outside else {}


def _settlement(demand: Demand, target: State | None, now: datetime) -> dict[str, Any]:
    """What a move does to the settlement columns: set once when first settled, emptied when it is open again."""
    if target is None or (target in SETTLED) == (demand.settled_at is not None):
        return {}
    return history.settling(target, now, demand.level, by_grid=target is State.SELF_HANDLED)


def _require_unchanged(session: Session, demand: Demand, seen_version: int | None) -> None:
    if seen_version is None or seen_version == demand.version:
        return
    newest = select(DemandEvent).where(DemandEvent.demand_id == demand.id).order_by(col(DemandEvent.seq).desc())
    last, *before = session.exec(newest.limit(2)).all()
    if last.verb is Verb.WARN and demand.version == seen_version + 1 and before:
        return  # the sweep only warned of its clock
    raise ChangedMeanwhile(
        "changed_by", reference=demand.reference, who=last.actor_name, verb=last.verb.value, at=last.at
    )


def _require_not_returned_by(session: Session, actor: Actor, demand: Demand, verb: Verb) -> None:
    if verb in FORWARD and demand.returned_by_id is not None and _one_side(session, actor, demand.returned_by_id):
        raise NotAllowed("own_return", verb=verb.value)


def _one_side(session: Session, actor: Actor, account_id: int) -> bool:
    """Whether the account is the actor, of the actor's department, or works at the very unit the actor works at."""
    if account_id == actor.account_id:
        return True
    other = session.get_one(Account, account_id)
    if actor.department_id is not None:
        return other.department_id == actor.department_id
    return actor.unit_id is not None and other.unit_id == actor.unit_id


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


def _held_before(session: Session, demand: Demand) -> dict[str, Any]:
    """Who held a demand before it was last assigned, as its events tell."""
    events = list(history.of_demand(session, demand.id or 0))
    last = max((place for place, event in enumerate(events) if event.verb is Verb.ASSIGN), default=len(events))
    told = history.projection(events[:last])
    return {name: told[name] for name in ("holder_unit_id", "holder_id", "department_id", "level") if told["level"]}


def _next_level(session: Session, demand: Demand) -> Unit | None:
    """The nearest unit above the demand's own, at a level of the chain above the one that holds it and all it reached.

    A demand that had climbed and was dispatched downwards climbs on from where it had been. A chain may skip levels
    the site has (natural villages), and a holder may stand at one of those: what counts is the order of all levels, so
    that no escalation ever goes down.
    """
    reached = [level for level in (demand.level, demand.escalated_to) if level is not None]
    holds = min(LEVELS.index(level) if level in LEVELS else 0 for level in reached)  # outside bodies are above all
    above = [level for level in sites.profile(session).chain if level in LEVELS and LEVELS.index(level) < holds]
    found = {
        unit.level: unit
        for unit in session.exec(
            select(Unit)
            .join(UnitAncestor, col(UnitAncestor.ancestor_id) == Unit.id)
            .where(UnitAncestor.unit_id == demand.unit_id, col(Unit.level).in_(above))
        )
    }
    return next((found[level] for level in sorted(above, key=LEVELS.index, reverse=True) if level in found), None)


def department_of(session: Session, department_id: int | None) -> Department:
    """A department by its id. Raises NotFound."""
    department = session.get(Department, department_id)
    if department is None:
        raise NotFound("department_not_found", department=department_id)
    return department
