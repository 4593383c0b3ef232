"""How far a deadline may be moved, and what an extension changes. Pure: the clocks come from the events."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.demands import Verb
from models.limits import Limit, LimitUnit
from models.profiles import Profile
from services import deadlines
from services.deadlines import Sum
from services.demands import clocks
from services.demands.clocks import Clocks, Running, Told
from services.demands.side import since_opened
from services.errors import BadInput, Refused

FURTHEST = 9999
"""The largest amount a limit may have."""


@dataclass(frozen=True, slots=True)
class Room:
    """How much more time a demand may get: `left` units of its own limit, `times` more extensions."""

    unit: LimitUnit
    left: int
    times: int


@dataclass(frozen=True, slots=True)
class Longer:
    """An extension: the demand's `columns` it changes, what its event notes, the deadline's sums before and after."""

    columns: dict[str, Any]
    notes: dict[str, Any]
    before: Sum
    after: Sum


def room(profile: Profile, found: Clocks, events: Sequence[Told], usual: Limit) -> Room:
    """What the profile's caps leave: at most one original limit more in all (domain.md section 3).

    `usual` is the limit the profile has for such a demand: it counts where the deadline was given by an import.
    """
    limit = found.solve.limit
    original = Limit(limit.amount - found.solve.extended_by, limit.unit) if limit is not None else usual
    granted = [int(event.facts.get("amount") or 0) for event in since_opened(events) if event.verb is Verb.EXTEND]
    times = max(0, profile.caps.extensions - len(granted))
    return Room(original.unit, max(0, original.amount - sum(granted)) if times else 0, times)


def longer(
    profile: Profile, events: Sequence[Told], reported_at: datetime, usual: Limit, amount: int, *, now: datetime
) -> Longer:
    """What `amount` units more would change at `now`.

    Raises Refused where the limit has passed, where there is none, or where the caps leave nothing; BadInput where
    they leave less.
    """
    found = clocks.of_events(events, reported_at)
    before = found.solve.sum(profile) if found is not None else None
    if found is None or before is None:
        raise Refused("limit_none")
    if before.due_at < now:
        raise Refused("limit_passed", at=before.due_at)
    left = room(profile, found, events, usual)
    if not left.left:
        raise Refused("extended_often", times=profile.caps.extensions)
    if not 1 <= amount <= left.left:
        raise BadInput("extension_wrong", most=left.left)
    facts = _facts(profile, found, before, Limit(amount, left.unit))
    changed = clocks.of_events([*events, clocks.Next(now, Verb.EXTEND, facts)], reported_at) or found
    due = changed.due(profile)
    columns = {"due_at": due["due_at"], "level_due_at": due["level_due_at"], "warned_at": None}
    notes = {name: value for name, value in facts.items() if name in {"limit", "level_limit"}}
    return Longer(columns, {**notes, "amount": amount}, before, changed.solve.sum(profile) or before)


def _facts(profile: Profile, found: Clocks, before: Sum, more: Limit) -> dict[str, Any]:
    """What the event tells the clocks: their new limits, or deadlines given anew where there is no limit."""
    facts: dict[str, Any] = {}
    if found.solve.limit is not None:
        facts["limit"] = str(Limit(found.solve.limit.amount + more.amount, more.unit))
        after = Running(found.solve.start, Limit.parse(facts["limit"]), pauses=found.solve.pauses).due_at(profile)
    else:
        facts["due_at"] = after = deadlines.due_at(profile, before.due_at, more)
    level = found.level.due_at(profile)
    if level is None or after is None:
        return facts
    if found.level.limit is None:
        return {**facts, "level_due_at": deadlines.due_at(profile, level, more)}
    return {**facts, "level_limit": str(_level(profile, found.level, more, level + (after - before.due_at)))}


def _level(profile: Profile, clock: Running, more: Limit, wanted: datetime) -> Limit:
    """The level's own limit, longer by as much; one that runs in another unit until it moved at least as far."""
    limit = clock.limit or more
    if limit.unit is more.unit:
        return Limit(limit.amount + more.amount, limit.unit)

    def due(amount: int) -> datetime:
        return deadlines.due_at(profile, clock.start, Limit(amount, limit.unit), clock.pauses)

    amounts = range(limit.amount, FURTHEST)
    return Limit(amounts[min(bisect_left(amounts, wanted, key=due), len(amounts) - 1)], limit.unit)
