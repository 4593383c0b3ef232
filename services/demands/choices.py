"""What a person may do with a demand now, and what is usually done next: from the one table of moves."""

from datetime import datetime

from models.demands import MOVES, Arrival, State, Verb
from services.access import Actor
from services.demands.moves import FORWARD
from services.demands.rows import DetailRow, WhistleRow

USUAL = {
    State.DRAFT: Verb.SUBMIT,
    State.REPORTED: Verb.SUBMIT,
    State.SELF_HANDLED: Verb.HAND_IN,
    State.PENDING_TRIAGE: Verb.ACCEPT,
    State.REGISTERED: Verb.ASSIGN,
    State.DISPATCHED: Verb.SIGN,
    State.HANDLING: Verb.SETTLE,
    State.SUSPENDED: Verb.RESUME,
    State.ESCALATED: Verb.ASSIGN,
    State.PENDING_VERIFY: Verb.PASS_CHECK,
    State.PENDING_CALLBACK: Verb.CALL_BACK,
    State.CLOSED: Verb.ARCHIVE,
}
"""The next step of the chain for each state."""

OWN_PLACE = frozenset({Verb.RATE, Verb.JUSTIFY})
"""Moves with a place of their own on the screen: beside the whistle they speak of."""

REQUESTED = frozenset({Verb.ASK, Verb.AGREE, Verb.REFUSE, Verb.EXCLUDE, Verb.WAIVE})
"""Moves of requests: services.demands.requests says who may ask, agree and refuse."""

_WITH_OTHERS = frozenset({State.DISPATCHED, State.HANDLING})


def choices(actor: Actor, demand: DetailRow) -> list[Verb]:
    """The moves the demand's state and the actor's role allow, in the order of the table."""
    return [verb for verb in MOVES if verb not in OWN_PLACE and _allowed(actor, demand, verb)]


def possible(actor: Actor, states: frozenset[State]) -> list[Verb]:
    """The moves the role allows for at least one of several demands, by their states alone."""
    return [
        verb
        for verb, rule in MOVES.items()
        if verb not in REQUESTED and actor.may(rule.permission) and rule.sources & states
    ]


def usual(actor: Actor, demand: DetailRow, *, now: datetime) -> Verb | None:
    """The move usually made next, or None where this actor has none to make.

    A department called by a whistle answers and comes first. Who waits for others' late work whistles, unless a
    whistle already sounds.
    """
    open_to = choices(actor, demand)
    own = own_whistle(actor, demand)
    if own is not None and demand.department_id != actor.department_id:
        return Verb.ANSWER if own.answered_at is None else Verb.ARRIVE if own.arrived_at is None else None
    late = demand.row.due_at is not None and demand.row.due_at < now
    elsewhere = demand.row.state in _WITH_OTHERS and not holds(actor, demand)
    if elsewhere and late and Verb.WHISTLE in open_to and all(row.answered_at for row in demand.whistles):
        return Verb.WHISTLE
    verb = USUAL.get(demand.row.state)
    with_department = elsewhere and demand.department_id is not None and not demand.outside
    return verb if verb in open_to and not with_department else None


def holds(actor: Actor, demand: DetailRow) -> bool:
    """Whether the demand lies with the actor's own unit or department."""
    if actor.department_id is not None:
        return demand.department_id == actor.department_id
    return demand.holder_unit_id is not None and demand.holder_unit_id == actor.unit_id


def own_whistle(actor: Actor, demand: DetailRow) -> WhistleRow | None:
    """The last whistle that called the actor's department, if any."""
    if actor.department_id is None:
        return None
    return next((row for row in demand.whistles if row.department_id == actor.department_id), None)


def _allowed(actor: Actor, demand: DetailRow, verb: Verb) -> bool:
    rule = MOVES[verb]
    if verb in REQUESTED or demand.row.state not in rule.sources or not actor.may(rule.permission):
        return False
    if verb is Verb.INCLUDE and demand.row.excluded_code is None:
        return False
    if rule.by_other and demand.handled_by_me:
        return False
    if verb in FORWARD and demand.returned_by_me:
        return False
    return verb not in {Verb.ANSWER, Verb.ARRIVE} or _has_to(actor, demand, verb)


def _has_to(actor: Actor, demand: DetailRow, verb: Verb) -> bool:
    own = own_whistle(actor, demand)
    if verb is Verb.ANSWER:
        return own is not None and own.answered_at is None
    if own is not None:
        return own.arrival is not Arrival.ON_SITE
    mine = actor.department_id is None or actor.department_id == demand.department_id
    return mine and demand.on_scene_at is None
