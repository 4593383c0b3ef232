"""Entering a unit, accepting what was done, letting it go."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.accounts import Permission
from models.profiles import Profile
from models.watch import LISTED, Watch, WatchEntry, WatchState, WatchVerb
from services import sites
from services.access import Actor, require, require_unit
from services.errors import BadInput, NotAllowed, Refused
from services.typed import line
from services.watch import history
from services.watch.measuring import entering, leaving
from services.watch.reads import WORK, events_of
from services.watch.recording import TEXT, add, event_before, needed, opened_for, record, rules
from services.watch.scope import require_above, require_entry


def enter(
    session: Session, actor: Actor, unit_id: int, *, now: datetime, note: str = "", key: str | None = None
) -> int:
    """Put a unit on the list, because a published rule says so today; returns the entry's id.

    The figures are the engine's and are kept with the words of the rules as they stand. The same `key` again changes
    nothing. Raises Refused("watch_no_rule_met") where no rule holds, ("watch_listed") where it is on the list, and
    NotAllowed where the actor does not stand above the unit.
    """
    before = event_before(session, actor, key)
    if before is not None:
        return before.entry_id
    require_above(session, actor, unit_id)
    profile = sites.profile(session)
    unit = require_unit(session, actor, unit_id)
    if unit.level != profile.ranking_level:
        raise BadInput("watch_level", unit=unit.short_name)
    if session.scalars(_of_unit(unit_id).where(col(WatchEntry.state).in_(LISTED))).first() is not None:
        raise Refused("watch_listed", unit=unit.short_name)
    met = [each for each in entering(session, actor, unit_id, rules(profile), now=now) if each.holds]
    if not met:
        raise Refused("watch_no_rule_met", unit=unit.short_name)
    earlier = relapse_of(session, actor, unit_id, rules(profile), now=now)
    entry = WatchEntry(
        reference=_reference(session, profile, now), unit_id=unit_id, state=WatchState.ON_LIST, entered_at=now,
        relapse_of_id=earlier.id if earlier else None,
    )  # fmt: skip
    session.add(entry)
    session.flush()
    facts: dict[str, Any] = {"rules": [history.told(each) for each in met]}
    if earlier is not None:
        facts["relapse_of"] = earlier.reference
    record(session, actor, entry, WatchVerb.ENTER, now=now, text=line(note, TEXT), facts=facts, key=key)
    return entry.id or 0


def relapse_of(session: Session, actor: Actor, unit_id: int, watch: Watch, *, now: datetime) -> WatchEntry | None:
    """The last entry of the unit, where it left the list less than the profile's years before `now`."""
    require(actor, Permission.TRIAGE)
    left = _of_unit(unit_id).where(col(WatchEntry.state) == WatchState.LEFT).order_by(col(WatchEntry.ended_at).desc())
    entry: WatchEntry | None = session.scalars(left.limit(1)).first()
    if entry is None or entry.ended_at is None:
        return None
    return entry if watch.is_relapse(entry.ended_at, now) else None


def accept(
    session: Session, actor: Actor, entry_id: int, text: str, *, now: datetime, seen_version: int | None = None
) -> None:
    """The town accepts what was done, by someone above the unit who did not write its evidence or tick its measures.

    Raises NotAllowed("watch_own_work").
    """
    entry = require_entry(session, actor, entry_id)
    if actor.account_id in _workers(session, actor, entry):
        raise NotAllowed("watch_own_work", reference=entry.reference)
    add(session, actor, entry_id, WatchVerb.ACCEPT, now=now, text=needed(text), seen=seen_version)


def send_back(
    session: Session, actor: Actor, entry_id: int, text: str, *, now: datetime, seen_version: int | None = None
) -> None:
    """Take an acceptance back, with the reason."""
    add(session, actor, entry_id, WatchVerb.SEND_BACK, now=now, text=needed(text), seen=seen_version)


def withdraw(
    session: Session, actor: Actor, entry_id: int, text: str, *, now: datetime, seen_version: int | None = None
) -> None:
    """Take an entry back that was wrong, with the reason. It stays in the ledger and counts for no relapse."""
    add(session, actor, entry_id, WatchVerb.WITHDRAW, now=now, text=needed(text), seen=seen_version)


def leave(
    session: Session, actor: Actor, entry_id: int, *, now: datetime, text: str = "", seen_version: int | None = None
) -> None:
    """Let a unit leave the list: the town accepted it, and every rule to leave holds today. The figures are kept.

    Raises Refused("watch_rules_open") naming how many rules do not hold.
    """
    entry = opened_for(session, actor, entry_id, WatchVerb.LEAVE, seen_version)
    profile = sites.profile(session)
    plan = history.plan_of(
        events_of(session, actor, [entry_id])[entry_id], entry.entered_at.astimezone(profile.zone).date(),
        now.astimezone(profile.zone).date(),
    )  # fmt: skip
    found = leaving(session, actor, entry, plan, rules(profile), now=now)
    waiting = [each for each in found if not each.holds]
    if waiting:
        raise Refused("watch_rules_open", reference=entry.reference, count=len(waiting))
    facts = {"rules": [history.told(each) for each in found]}
    record(session, actor, entry, WatchVerb.LEAVE, now=now, text=line(text, TEXT), facts=facts)


def _of_unit(unit_id: int) -> Any:
    return select(WatchEntry).where(col(WatchEntry.unit_id) == unit_id)


def _workers(session: Session, actor: Actor, entry: WatchEntry) -> set[int | None]:
    """The accounts that wrote evidence or ticked measures since the unit was last entered or sent back."""
    rows = events_of(session, actor, [entry.id or 0])[entry.id or 0]
    return {row.account_id for row in rows if row.verb in WORK and row.account_id is not None}


def _reference(session: Session, profile: Profile, now: datetime) -> str:
    year = now.astimezone(profile.zone).year
    return f"W{sites.site(session).code}-{year}-{sites.next_numbers(session, f'watch-{year}'):04d}"
