"""Judging a whistle from both sides: who called rates the department, the department says whether it was justified."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.accounts import Permission
from models.demands import Demand, Satisfaction, Verb
from services.access import Actor, require
from services.demands.whistles import call_of, last_call
from services.errors import BadInput, Refused

REASONLESS = frozenset({Satisfaction.SATISFIED, Satisfaction.NO_OPINION})
"""Ratings that need no reason."""


def rate(
    session: Session, actor: Actor, demand_id: int, *, now: datetime, department_id: int, rating: Satisfaction,
    reason: str = "", **options: Any,
) -> Demand:  # fmt: skip
    """The caller's side rates what a department did on its last call; once, with a reason where it was not enough.

    A department that did not answer in time may be rated too. Raises NotFound where it was not called, Refused
    ("rating_early") before it answered while its limit runs, Refused("judged_before"), BadInput without a reason.
    """
    require(actor, Permission.WHISTLE)
    call = call_of(session, actor, demand_id, department_id)
    row, before = call.row, call.row.rated_at
    if row.answered_at is None and row.answer_due_at >= now:
        raise Refused("rating_early", reference=call.demand.reference)
    if rating not in REASONLESS and not reason.strip():
        raise BadInput("reason_missing", verb=Verb.RATE.value)
    if call.tell(session, actor, Verb.RATE, now=now, reason=reason, notes={"rating": rating}, **options):
        if before is not None:
            raise Refused("judged_before", reference=call.demand.reference)
        row.rating, row.rated_at, row.rating_reason = rating, now, reason.strip() or None
        session.flush()
    return call.demand


def justify(
    session: Session, actor: Actor, demand_id: int, *, now: datetime, justified: bool, reason: str = "",
    department_id: int | None = None, **options: Any,
) -> Demand:  # fmt: skip
    """A department says whether its last whistle was justified; once, a no with its reason.

    `department_id` names an outside body. Raises NotFound where it was not called, Refused("answer_first") before it
    answered, Refused("judged_before"), BadInput without a reason.
    """
    call = last_call(session, actor, demand_id, department_id)
    row, before = call.row, call.row.justified
    if row.answered_at is None:
        raise Refused("answer_first", reference=call.demand.reference)
    if not justified and not reason.strip():
        raise BadInput("reason_missing", verb=Verb.JUSTIFY.value)
    notes = {"justified": justified}
    if call.tell(session, actor, Verb.JUSTIFY, now=now, reason=reason, notes=notes, **options):
        if before is not None:
            raise Refused("judged_before", reference=call.demand.reference)
        row.justified, row.justified_reason = justified, reason.strip() or None
        session.flush()
    return call.demand
