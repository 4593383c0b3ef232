"""Whistles: departments are called to a demand, answer and arrive (domain.md, report in)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from models.accounts import Permission
from models.demands import Demand, Verb, Whistle
from services import deadlines, sites
from services.access import Actor, require, require_demand
from services.demands.moves import answering, department_of, move
from services.errors import BadInput, NotFound


def whistle(
    session: Session,
    actor: Actor,
    demand_id: int,
    lead_id: int,
    assist_ids: Sequence[int] = (),
    *,
    now: datetime,
    **options: Any,
) -> Demand:
    """Whistle for departments: one leads, the others assist; each has the answer limit of the demand's urgency.

    A department already called is not called twice. Raises NotFound for an unknown department.
    """
    before = session.exec(select(Demand.event_count).where(Demand.id == demand_id)).first()
    demand = move(
        session, actor, demand_id, Verb.WHISTLE, now=now, notes={"lead": lead_id, "assist": list(assist_ids)}, **options
    )
    if demand.event_count == before:
        # the same key again: whom it names now was not called by any event
        return demand
    due = deadlines.answer_due_at(sites.profile(session), now, demand.urgency)
    called = set(session.exec(select(Whistle.department_id).where(Whistle.demand_id == demand_id)))
    for department_id in dict.fromkeys((lead_id, *assist_ids)):
        department_of(session, department_id)
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
    """A department answers its whistle, saying what it will do.

    Raises NotFound where the actor's department was not called.
    """
    if not reason.strip():
        raise BadInput("answer_missing")
    row = _own_whistle(session, actor, demand_id)
    if row.answered_at is None:
        row.answered_at, row.answer = max(now, row.asked_at), reason.strip()
    notes = {"department": row.department_id}
    changes = answering(require_demand(session, actor, demand_id), now)
    return move(session, actor, demand_id, Verb.ANSWER, now=now, reason=reason, changes=changes, notes=notes, **options)


def arrive(session: Session, actor: Actor, demand_id: int, *, now: datetime, **options: Any) -> Demand:
    """A department is on the scene. Arriving answers the whistle too."""
    row = _own_whistle(session, actor, demand_id)
    row.answered_at = row.answered_at or max(now, row.asked_at)
    row.arrived_at = row.arrived_at or max(now, row.asked_at)
    return move(session, actor, demand_id, Verb.ARRIVE, now=now, notes={"department": row.department_id}, **options)


def _own_whistle(session: Session, actor: Actor, demand_id: int) -> Whistle:
    require(actor, Permission.HANDLE)
    row = session.exec(
        select(Whistle).where(Whistle.demand_id == demand_id, Whistle.department_id == actor.department_id)
    ).first()
    if row is None:
        raise NotFound("whistle_not_found", demand=demand_id)
    return row
