"""Who may ask and decide what, and when. The caps are the profile's (domain.md sections 2 and 3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from models.demands import MOVES, Demand, Request, RequestKind, Verb
from models.limits import Limit
from models.profiles import Profile
from services.access import Actor
from services.demands import side
from services.demands.clocks import Told
from services.demands.requests.extending import Longer, longer
from services.errors import NotAllowed, Refused

GRANTS = {
    RequestKind.EXTENSION: Verb.EXTEND,
    RequestKind.SUSPENSION: Verb.SUSPEND,
    RequestKind.EXCLUSION: Verb.EXCLUDE,
    RequestKind.APPEAL: Verb.WAIVE,
}
"""The move that does what was asked for."""

BY_HANDLERS = frozenset({RequestKind.EXTENSION, RequestKind.SUSPENSION, RequestKind.APPEAL})
"""What only the side that handles a demand, or handled it, asks for."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: units of the limit, the end of a suspension, the code of an exclusion and its evidence."""

    kind: RequestKind
    amount: int | None = None
    until: datetime | None = None
    code: str | None = None
    evidence: str | None = None


def require_possible(
    profile: Profile, demand: Demand, category: str, events: Sequence[Told], asked: Wanted | Request, *, now: datetime
) -> Longer | None:
    """Raise Refused or BadInput where what is asked cannot be granted at `now`; gives what an extension changes.

    `category` is the demand's code, `events` its history (extensions and suspensions only).
    """
    verb = GRANTS[asked.kind]
    if demand.state not in MOVES[verb].sources:
        raise Refused("move_impossible", verb=verb.value, state=demand.state.value, reference=demand.reference)
    match asked.kind:
        case RequestKind.EXTENSION:
            usual = usual_limit(profile, demand, category)
            return longer(profile, events, demand.reported_at, usual, asked.amount or 0, now=now)
        case RequestKind.SUSPENSION:
            side.require_hold(profile.caps, events, demand.reference, asked.until or now, now=now)
        case RequestKind.EXCLUSION:
            if demand.excluded_code is not None:
                raise Refused("excluded_already", reference=demand.reference)
        case RequestKind.APPEAL:
            _require_late(demand)
    return None


def usual_limit(profile: Profile, demand: Demand, category: str) -> Limit:
    """The limit the profile has for such a demand."""
    return profile.clock(demand.urgency, category).solve


def is_late(demand: Demand) -> bool:
    """Whether it was settled after its limit: the fact that no appeal changes."""
    return demand.settled_at is not None and demand.due_at is not None and demand.settled_at > demand.due_at


def _require_late(demand: Demand) -> None:
    if not is_late(demand):
        raise Refused("appeal_not_late", reference=demand.reference)
    if demand.waived_at is not None:
        raise Refused("appealed_before", reference=demand.reference)


def require_appeal_window(profile: Profile, demand: Demand, *, now: datetime) -> None:
    """Raise Refused after the profile's window. Reviewers may decide later than that."""
    days = profile.caps.appeal_days
    if demand.closed_at is None or now > demand.closed_at + timedelta(days=days):
        raise Refused("appeal_late", reference=demand.reference, days=days)


def on_its_side(actor: Actor, demand: Demand) -> bool:
    """Whether the actor handled the demand, or it lies with the actor's own unit or department."""
    if actor.account_id is not None and demand.handled_by_id == actor.account_id:
        return True
    if actor.department_id is not None:
        return demand.department_id == actor.department_id
    return actor.unit_id is not None and demand.holder_unit_id == actor.unit_id


def require_reviewer(actor: Actor, demand: Demand, asked_by_id: int | None, reviewers: Sequence[Any]) -> None:
    """Raise NotAllowed for the one who asks, the one who handled it, and one who has decided already (account ids)."""
    if actor.account_id == asked_by_id:
        raise NotAllowed("own_request")
    if demand.handled_by_id is not None and demand.handled_by_id == actor.account_id:
        raise NotAllowed("own_handling_request")
    if actor.account_id in reviewers:
        raise NotAllowed("reviewed_before")
