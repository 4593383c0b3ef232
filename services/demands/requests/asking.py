"""Asking: more time, a suspension, an exclusion, an appeal. Each is one request and one event in the history."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.accounts import Permission
from models.demands import Category, Demand, DemandEvent, Request, RequestKind, Verb
from services import sites
from services.access import Actor, require, require_demand
from services.demands import filing, history
from services.demands.moves import move
from services.demands.requests import rules
from services.demands.requests.extending import Longer
from services.demands.requests.rules import Wanted
from services.errors import BadInput, NotAllowed, Refused


def ask_extension(
    session: Session, actor: Actor, demand_id: int, amount: int, *, now: datetime, reason: str, **options: Any
) -> int:
    """Ask for `amount` more units of the demand's own limit; gives the request's id.

    By the side that handles it, in handling, before the limit has passed. Raises Refused("limit_passed",
    "extended_often", "request_waiting"), BadInput("extension_wrong") for more than the caps leave,
    NotAllowed("not_your_side").
    """
    wanted = Wanted(RequestKind.EXTENSION, amount=amount)
    return _ask(session, actor, demand_id, wanted, now=now, reason=reason, **options)


def ask_suspension(
    session: Session, actor: Actor, demand_id: int, until: datetime, *, now: datetime, reason: str, **options: Any
) -> int:
    """Ask to put a demand in handling on hold until a moment; gives the request's id.

    Raises BadInput("hold_wrong"), Refused("suspended_before", "request_waiting"), NotAllowed("not_your_side").
    """
    wanted = Wanted(RequestKind.SUSPENSION, until=until)
    return _ask(session, actor, demand_id, wanted, now=now, reason=reason, **options)


def ask_exclusion(
    session: Session, actor: Actor, demand_id: int, code: str, *, evidence: str, now: datetime, **options: Any
) -> int:
    """Ask to take a received demand out of the assessment, for a reason of the profile; gives the request's id.

    Raises BadInput("exclusion_wrong") for another code, BadInput("evidence_missing"), Refused("excluded_already",
    "request_waiting").
    """
    if code not in sites.profile(session).exclusions:
        raise BadInput("exclusion_wrong", given=code)
    said = filing.said(evidence)
    if said is None:
        raise BadInput("evidence_missing")
    wanted = Wanted(RequestKind.EXCLUSION, code=code, evidence=said)
    return _ask(session, actor, demand_id, wanted, now=now, reason=said, **options)


def ask_appeal(
    session: Session, actor: Actor, demand_id: int, *, now: datetime, reason: str, evidence: str = "", **options: Any
) -> int:
    """Ask that a demand's being late count in no assessment; gives the request's id.

    Once ever, after closing, within the profile's window, by the side that handled it. Raises
    Refused("appeal_not_late", "appeal_late", "appealed_before"), NotAllowed("not_your_side").
    """
    wanted = Wanted(RequestKind.APPEAL, evidence=filing.said(evidence))
    return _ask(session, actor, demand_id, wanted, now=now, reason=reason, **options)


def extension_for(session: Session, actor: Actor, demand_id: int, amount: int, *, now: datetime) -> Longer:
    """What `amount` units more would change, and its sums. Raises as `ask_extension` does."""
    require(actor, Permission.SEE_DEMANDS)
    found = possible(session, actor, demand_id, Wanted(RequestKind.EXTENSION, amount=amount), now=now)
    if found is None:
        raise Refused("limit_none")
    return found


def possible(
    session: Session, actor: Actor, demand_id: int, asked: Wanted | Request, *, now: datetime
) -> Longer | None:
    """Raise where what is asked cannot be granted now; gives what an extension changes. NotFound outside the scope."""
    demand = require_demand(session, actor, demand_id)
    events = [history.row_of(event) for event in history.of_demand(session, demand_id)]
    category = session.get_one(Category, demand.category_id).code
    return rules.require_possible(sites.profile(session), demand, category, events, asked, now=now)


def _ask(
    session: Session, actor: Actor, demand_id: int, wanted: Wanted, *, now: datetime, reason: str, **options: Any
) -> int:
    require(actor, Permission.HANDLE)
    demand = require_demand(session, actor, demand_id)
    earlier = _of_kind(session, demand_id, wanted.kind)
    if earlier is not None and _sent(session, demand_id, options.get("key")):
        return earlier.id or 0
    _require_may_ask(session, actor, demand, wanted, earlier, now=now)
    move(session, actor, demand_id, Verb.ASK, now=now, reason=reason, notes=_notes(wanted), **options)
    row = Request(
        demand_id=demand_id, kind=wanted.kind, asked_at=now, asked_by_id=actor.account_id, asker=actor.name,
        reason=filing.said(reason) or "", evidence=wanted.evidence, code=wanted.code, amount=wanted.amount,
        until=wanted.until,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id or 0


def _require_may_ask(
    session: Session, actor: Actor, demand: Demand, wanted: Wanted, earlier: Request | None, *, now: datetime
) -> None:
    possible(session, actor, demand.id or 0, wanted, now=now)
    if wanted.kind in rules.BY_HANDLERS and not rules.on_its_side(actor, demand):
        raise NotAllowed("not_your_side")
    if earlier is not None and earlier.granted is None:
        raise Refused("request_waiting", reference=demand.reference)
    if wanted.kind is RequestKind.APPEAL:
        if earlier is not None:
            raise Refused("appealed_before", reference=demand.reference)
        rules.require_appeal_window(sites.profile(session), demand, now=now)


def _of_kind(session: Session, demand_id: int, kind: RequestKind) -> Request | None:
    """The newest request of a kind about a demand."""
    wanted = select(Request).where(Request.demand_id == demand_id, Request.kind == kind)
    return session.exec(wanted.order_by(col(Request.id).desc()).limit(1)).first()


def _sent(session: Session, demand_id: int, key: str | None) -> bool:
    """Whether this very form has been sent before."""
    if key is None:
        return False
    same = (col(DemandEvent.idempotency_key) == key, DemandEvent.demand_id == demand_id)
    return session.exec(select(DemandEvent.id).where(*same)).first() is not None


def _notes(wanted: Wanted) -> dict[str, Any]:
    given = {"amount": wanted.amount, "until": wanted.until, "code": wanted.code}
    return {"request": wanted.kind.value, **{name: value for name, value in given.items() if value is not None}}
