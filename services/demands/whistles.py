"""Whistles: departments are called to a demand, answer, come and say what they did (domain.md, report in).

Every event names in its facts the department and the number of the call, and what the whistle's row keeps of it: the
rows can be told again from the events. An outside body has no account here: the site's people record its steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.accounts import Permission
from models.demands import Arrival, Category, Demand, Verb, Whistle
from services import deadlines, sites
from services.access import Actor, require, require_demand
from services.demands.moves import answering, department_of, move
from services.errors import BadInput, NotFound, Refused


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
    """Whistle for departments: one leads, the others assist; each has the answer limit of the demand.

    A demand may be whistled for again: every call has its number. A department whose last call is unanswered is not
    called twice; Refused("whistled_before") where nobody else is left. Raises NotFound for an unknown department.
    """
    demand = require_demand(session, actor, demand_id)
    before = demand.event_count
    waiting, number = _calls(session, demand_id)
    called = [other for other in dict.fromkeys((lead_id, *assist_ids)) if other not in waiting]
    names = [department_of(session, department_id).name for department_id in (lead_id, *assist_ids)]
    category = session.get_one(Category, demand.category_id).code
    due = deadlines.answer_due_at(sites.profile(session), now, demand.urgency, category)
    notes = {
        "number": number + 1, "lead": lead_id if lead_id in called else None,
        "assist": [other for other in called if other != lead_id], "whistle_due_at": due,
    }  # fmt: skip
    move(session, actor, demand_id, Verb.WHISTLE, now=now, notes=notes, **options)
    if demand.event_count == before:
        # the same key again: whom it names now was not called by any event
        return demand
    if not called:
        raise Refused("whistled_before", reference=demand.reference, departments=", ".join(names))
    for department_id in called:
        session.add(
            Whistle(
                demand_id=demand_id, department_id=department_id, number=number + 1, lead=department_id == lead_id,
                asked_at=now, answer_due_at=due,
            )
        )  # fmt: skip
    session.flush()
    return demand


def answer(
    session: Session, actor: Actor, demand_id: int, *, now: datetime, reason: str, department_id: int | None = None,
    **options: Any,
) -> Demand:  # fmt: skip
    """A department answers its last whistle, saying what it will do; `department_id` names an outside body.

    Raises NotFound where the department was not called, BadInput without words.
    """
    if not reason.strip():
        raise BadInput("answer_missing")
    call = last_call(session, actor, demand_id, department_id)
    changes = answering(require_demand(session, actor, demand_id), now)
    if call.tell(session, actor, Verb.ANSWER, now=now, reason=reason, changes=changes, **options):
        row = call.row
        if row.answered_at is None:
            row.answered_at, row.answer = max(now, row.asked_at), reason.strip()
        session.flush()
    return call.demand


def arrive(
    session: Session, actor: Actor, demand_id: int, *, now: datetime, arrival: Arrival = Arrival.ON_SITE,
    at: datetime | None = None, department_id: int | None = None, reason: str = "", **options: Any,
) -> Demand:  # fmt: skip
    """Somebody came: a department that was called, from afar or on site, or one of the unit's own people on site.

    `at` is when, if it is noted later; `reason` is what was done there so far. Arriving answers the whistle too; who
    helped from afar first may still come. The first on site ends the time from report to scene. Raises NotFound where
    the department was neither called nor has the demand, BadInput for a moment that cannot be.
    """
    came, verb = at or now, Verb.ARRIVE
    if actor.department_id is None and department_id is None:
        demand = require_demand(session, actor, demand_id)
        changes = _on_scene(demand, came, Arrival.ON_SITE, demand.reported_at, now)
        return move(session, actor, demand_id, verb, now=now, changes=changes, reason=reason, **options)
    call = last_call(session, actor, demand_id, department_id, holding=True)
    since = call.found.asked_at if call.found is not None else call.demand.reported_at
    changes = _on_scene(call.demand, came, arrival, since, now)
    notes = {"arrival": arrival, "arrived_at": came}
    told = call.tell(session, actor, verb, now=now, reason=reason, changes=changes, notes=notes, **options)
    if told and call.found is not None:
        _come(call.found, came, arrival, reason.strip())
        session.flush()
    return call.demand


def report_done(
    session: Session, actor: Actor, demand_id: int, *, now: datetime, reason: str, department_id: int | None = None,
    **options: Any,
) -> Demand:  # fmt: skip
    """A department that came says what it did. Raises Refused("not_come") before it came, BadInput without words."""
    if not reason.strip():
        raise BadInput("result_missing")
    call = last_call(session, actor, demand_id, department_id)
    if call.row.arrived_at is None:
        raise Refused("not_come", reference=call.demand.reference)
    if call.tell(session, actor, Verb.NOTE, now=now, reason=reason, notes={"did": True}, **options):
        call.row.did = reason.strip()
        session.flush()
    return call.demand


@dataclass(frozen=True, slots=True)
class Call:
    """A demand with the last whistle for one department; none where it has the demand without having been called."""

    demand: Demand
    department_id: int
    found: Whistle | None

    @property
    def row(self) -> Whistle:
        """The whistle. Raises NotFound where there is none."""
        if self.found is None:
            raise NotFound("whistle_not_found", demand=self.demand.id)
        return self.found

    def tell(
        self, session: Session, actor: Actor, verb: Verb, *, now: datetime, notes: dict[str, Any] | None = None,
        **options: Any,
    ) -> bool:  # fmt: skip
        """Make the move, its facts naming the department and the call; False where its key was used before."""
        before = self.demand.event_count
        said = {"department": self.department_id, **(notes or {})}
        if self.found is not None:
            said["number"] = self.found.number
        if actor.department_id is None and self.department_id is not None and verb is not Verb.RATE:
            said["on_behalf"] = True
        move(session, actor, self.demand.id or 0, verb, now=now, notes=said, **options)
        return self.demand.event_count != before


def last_call(
    session: Session, actor: Actor, demand_id: int, department_id: int | None, *, holding: bool = False
) -> Call:
    """The last whistle for the actor's own department, or for the outside body they record for.

    With `holding` a department that has the demand need not have been called. Raises NotFound otherwise.
    """
    require(actor, Permission.HANDLE)
    call = call_of(session, actor, demand_id, _acting(session, actor, demand_id, department_id))
    if call.found is None and not (holding and call.demand.department_id == call.department_id):
        raise NotFound("whistle_not_found", demand=demand_id)
    return call


def call_of(session: Session, actor: Actor, demand_id: int, department_id: int) -> Call:
    """A demand the actor sees with its last whistle for one department."""
    demand = require_demand(session, actor, demand_id)
    found = session.exec(
        select(Whistle)
        .where(Whistle.demand_id == demand_id, Whistle.department_id == department_id)
        .order_by(col(Whistle.number).desc())
        .limit(1)
    ).first()
    return Call(demand, department_id, found)


def _acting(session: Session, actor: Actor, demand_id: int, department_id: int | None) -> int:
    """In whose name the actor speaks."""
    if actor.department_id is not None and department_id in (None, actor.department_id):
        return actor.department_id
    if actor.department_id is None and department_id is not None:
        level = department_of(session, department_id).level
        if level in sites.profile(session).outside:
            return department_id
    raise NotFound("whistle_not_found", demand=demand_id)


def _calls(session: Session, demand_id: int) -> tuple[set[int], int]:
    """The departments whose last call is unanswered, and the number of the last call (0 before the first)."""
    rows = session.exec(
        select(Whistle.department_id, Whistle.number, Whistle.answered_at).where(Whistle.demand_id == demand_id)
    ).all()
    return {row[0] for row in rows if row[2] is None}, max((row[1] for row in rows), default=0)


def _on_scene(demand: Demand, came: datetime, arrival: Arrival, since: datetime, now: datetime) -> dict[str, Any]:
    if not since <= came <= now:
        raise BadInput("arrival_wrong", since=since)
    if arrival is Arrival.REMOTE or (demand.on_scene_at is not None and demand.on_scene_at <= came):
        return {}
    return {"on_scene_at": came}


def _come(row: Whistle, came: datetime, arrival: Arrival, did: str) -> None:
    row.answered_at = row.answered_at or came
    if row.arrived_at is None or (row.arrival is Arrival.REMOTE and arrival is Arrival.ON_SITE):
        row.arrived_at, row.arrival = came, arrival
    row.did = did or row.did
