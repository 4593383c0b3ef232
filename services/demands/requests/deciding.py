"""Deciding: someone else than who asks and who handled agrees or refuses; what was asked for then happens at once."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.accounts import Permission
from models.demands import REVIEWERS, Demand, Request, RequestKind, Review, Verb
from services.access import Actor, require, require_demand
from services.demands import filing, side
from services.demands.moves import move
from services.demands.requests import rules
from services.demands.requests.asking import possible
from services.demands.requests.rules import Wanted
from services.errors import BadInput, ChangedMeanwhile, NotAllowed, NotFound, Refused


def agree(
    session: Session, actor: Actor, request_id: int, *, now: datetime, reason: str | None = None, **options: Any
) -> bool:
    """Agree to a request; True when that grants it, False when another reviewer is still needed.

    What was asked for happens in the same transaction, checked anew. Raises ChangedMeanwhile("request_decided") where
    someone decided first, NotAllowed for the one who asks, who handled it or has reviewed it, and for the role; Refused
    where it can no longer be granted (a limit passed meanwhile).
    """
    require(actor, Permission.TRIAGE)
    request, demand = _waiting(session, actor, request_id)
    reviews = _reviews(session, request_id)
    rules.require_reviewer(actor, demand, request.asked_by_id, [review.account_id for review in reviews])
    possible(session, actor, request.demand_id, request, now=now)
    _review(session, actor, request, now, granted=True, reason=reason)
    agreed = sum(review.granted for review in reviews) + 1
    if agreed < REVIEWERS[request.kind]:
        notes = {"request": request.kind.value}
        move(session, actor, request.demand_id, Verb.AGREE, now=now, reason=reason, notes=notes, **options)
        return False
    request.granted, request.decided_at = True, now
    _grant(session, actor, request, now=now, **options)
    session.flush()
    return True


def refuse(session: Session, actor: Actor, request_id: int, *, now: datetime, reason: str, **options: Any) -> None:
    """Refuse a request: that ends it, and of extensions it is not counted. Raises as `agree` does."""
    require(actor, Permission.TRIAGE)
    request, demand = _waiting(session, actor, request_id)
    reviewers = [review.account_id for review in _reviews(session, request_id)]
    rules.require_reviewer(actor, demand, request.asked_by_id, reviewers)
    _review(session, actor, request, now, granted=False, reason=reason)
    _end(session, actor, request, now=now, reason=reason, withdrawn=False, **options)


def withdraw(session: Session, actor: Actor, request_id: int, *, now: datetime, reason: str, **options: Any) -> None:
    """Take one's own waiting request back. Raises NotAllowed("not_your_request") for anyone else."""
    require(actor, Permission.HANDLE)
    request, _ = _waiting(session, actor, request_id)
    if request.asked_by_id != actor.account_id:
        raise NotAllowed("not_your_request")
    _end(session, actor, request, now=now, reason=reason, withdrawn=True, **options)


def extend(
    session: Session, actor: Actor, demand_id: int, amount: int, *, now: datetime, reason: str, **options: Any
) -> Demand:
    """Give a demand in handling `amount` more units of its own limit, as an approver who does not handle it.

    The same caps as for what is asked for. Raises Refused("limit_passed", "extended_often"),
    BadInput("extension_wrong").
    """
    require(actor, Permission.TRIAGE)
    return _extend(session, actor, demand_id, amount, now=now, reason=reason, **options)


def include(session: Session, actor: Actor, demand_id: int, *, now: datetime, reason: str, **options: Any) -> Demand:
    """Take a demand back into the assessment, with the reason. Raises Refused("not_excluded")."""
    require(actor, Permission.TRIAGE)
    demand = require_demand(session, actor, demand_id)
    if demand.excluded_code is None:
        raise Refused("not_excluded", reference=demand.reference)
    options = {"changes": {"excluded_code": None}, **options}
    return move(session, actor, demand_id, Verb.INCLUDE, now=now, reason=reason, **options)


def _waiting(session: Session, actor: Actor, request_id: int) -> tuple[Request, Demand]:
    """A request nobody has decided, with its demand. Raises NotFound outside the scope, ChangedMeanwhile otherwise."""
    request = session.get(Request, request_id)
    if request is None:
        raise NotFound("request_not_found")
    demand = require_demand(session, actor, request.demand_id)
    session.refresh(request)  # after the demand: whoever decided first has given it a version that is not seen here
    if request.granted is None:
        return request, demand
    reviews = _reviews(session, request_id)
    who, at = (reviews[-1].reviewer, reviews[-1].at) if reviews else (request.asker, request.decided_at)
    raise ChangedMeanwhile("request_decided", reference=demand.reference, who=who, at=at)


def _reviews(session: Session, request_id: int) -> list[Review]:
    wanted = select(Review).where(Review.request_id == request_id).order_by(col(Review.at), col(Review.id))
    return list(session.exec(wanted))


def _review(
    session: Session, actor: Actor, request: Request, now: datetime, *, granted: bool, reason: str | None
) -> None:
    session.add(Review(
        request_id=request.id or 0, at=now, account_id=actor.account_id, reviewer=actor.name, granted=granted,
        reason=filing.said(reason),
    ))  # fmt: skip


def _end(
    session: Session, actor: Actor, request: Request, *, now: datetime, reason: str, withdrawn: bool, **options: Any
) -> None:
    request.granted, request.decided_at = False, now
    notes = {"request": request.kind.value, "withdrawn": withdrawn}
    move(session, actor, request.demand_id, Verb.REFUSE, now=now, reason=reason, notes=notes, **options)
    session.flush()


def _grant(session: Session, actor: Actor, request: Request, *, now: datetime, **options: Any) -> None:
    """Do what was asked for. The event gives the reason that was asked with, and who asked."""
    options |= {"reason": request.reason, "now": now}
    notes = {"request": request.kind.value, "asker": request.asker}
    match request.kind:
        case RequestKind.EXTENSION:
            _extend(session, actor, request.demand_id, request.amount or 0, extra=notes, **options)
        case RequestKind.SUSPENSION:
            side.suspend(session, actor, request.demand_id, request.until or now, notes=notes, **options)
        case RequestKind.EXCLUSION:
            changes = {"excluded_code": request.code}
            move(session, actor, request.demand_id, Verb.EXCLUDE, changes=changes, notes=notes, **options)
        case RequestKind.APPEAL:
            move(session, actor, request.demand_id, Verb.WAIVE, changes={"waived_at": now}, notes=notes, **options)


def _extend(
    session: Session,
    actor: Actor,
    demand_id: int,
    amount: int,
    *,
    now: datetime,
    reason: str,
    extra: dict[str, Any] | None = None,
    **options: Any,
) -> Demand:
    found = possible(session, actor, demand_id, Wanted(RequestKind.EXTENSION, amount=amount), now=now)
    if found is None:
        raise BadInput("extension_wrong", most=0)
    options |= {"changes": found.columns, "notes": {**found.notes, **(extra or {})}}
    return move(session, actor, demand_id, Verb.EXTEND, now=now, reason=reason, **options)
