"""What a person may ask for, from one demand as it was read: no further query. Pure."""

from datetime import datetime, timedelta

from models.accounts import Permission
from models.demands import MOVES, RequestKind, State, Verb
from models.profiles import Profile
from services.access import Actor
from services.demands import clocks, side
from services.demands.choices import holds
from services.demands.requests import rules
from services.demands.requests.extending import Room, room
from services.demands.rows import DetailRow

_OF_CLOCKS = frozenset({RequestKind.EXTENSION, RequestKind.SUSPENSION, RequestKind.APPEAL})


def offers(profile: Profile, actor: Actor, demand: DetailRow, *, now: datetime) -> list[RequestKind]:
    """The kinds of request the actor may make about the demand now: what the services would take."""
    if not actor.may(Permission.HANDLE):
        return []
    waits = waiting_kinds(demand)
    return [
        kind
        for kind in RequestKind
        if kind not in waits
        and demand.row.state in MOVES[rules.GRANTS[kind]].sources
        and (kind not in rules.BY_HANDLERS or demand.handled_by_me or holds(actor, demand))
        and _possible(profile, demand, kind, now)
    ]


def waiting_kinds(demand: DetailRow) -> set[RequestKind]:
    """The kinds of request that wait for a decision, as the history tells."""
    found: set[RequestKind] = set()
    for event in demand.events:
        kind = event.facts.get("request")
        if event.verb is Verb.REOPEN:
            found -= _OF_CLOCKS
        elif kind and event.verb is Verb.ASK:
            found.add(RequestKind(kind))
        elif kind and event.verb is not Verb.AGREE:
            found.discard(RequestKind(kind))
    return found


def room_of(profile: Profile, demand: DetailRow) -> Room | None:
    """How much more time the demand may get; None without a clock."""
    found = clocks.of_events(demand.events, demand.row.reported_at)
    if found is None:
        return None
    return room(profile, found, demand.events, profile.clock(demand.row.urgency, demand.category_code).solve)


def _possible(profile: Profile, demand: DetailRow, kind: RequestKind, now: datetime) -> bool:
    row = demand.row
    match kind:
        case RequestKind.EXTENSION:
            left = room_of(profile, demand)
            return row.due_at is not None and row.due_at >= now and left is not None and left.left > 0
        case RequestKind.SUSPENSION:
            done = sum(event.verb is Verb.SUSPEND for event in side.since_opened(demand.events))
            return done < profile.caps.suspensions
        case RequestKind.EXCLUSION:
            return bool(profile.exclusions) and row.excluded_code is None
        case RequestKind.APPEAL:
            return _may_appeal(profile, demand, now)


def _may_appeal(profile: Profile, demand: DetailRow, now: datetime) -> bool:
    row = demand.row
    asked = any(event.facts.get("request") == RequestKind.APPEAL for event in demand.events)
    closed = [event.at for event in demand.events if event.to_state is State.CLOSED and event.verb is Verb.CLOSE]
    late = row.due_at is not None and row.settled_at is not None and row.settled_at > row.due_at
    return late and not asked and bool(closed) and now <= closed[-1] + timedelta(days=profile.caps.appeal_days)
