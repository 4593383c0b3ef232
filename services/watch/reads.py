"""Reading the watch-list: who is proposed and why, who is on it, one unit's sheet."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models.accounts import Permission
from models.departments import Department
from models.people import Person
from models.units import Unit
from models.watch import LISTED, WATCH_MOVES, Watch, WatchEntry, WatchEvent, WatchState, WatchVerb
from services import sites
from services.access import Actor, mask_name, require, stands_above, units_seen
from services.errors import NotFound
from services.watch import history
from services.watch.measuring import judged, leaving, level_ids, measured
from services.watch.rows import EntryRow, EventRow, Mark, Proposal, Sheet
from services.watch.scope import entries_seen, may_write, require_entry

WORK = frozenset({WatchVerb.EVIDENCE, WatchVerb.DONE})
"""Who does these does not accept the work."""

_Earlier = aliased(WatchEntry)


def published(session: Session, actor: Actor) -> Watch | None:
    """The site's rules as its profile publishes them, None where there are none: for everybody who sees figures."""
    if not actor.may(Permission.SEE_DEMANDS):
        require(actor, Permission.SEE_FIGURES)
    return sites.profile(session).watch


def proposals(session: Session, actor: Actor, *, now: datetime) -> list[Proposal]:
    """The units of the actor's scope, not on the list, that at least one published rule speaks of today, by code.

    Each with every rule that holds and its exact figures; nothing is entered by this. A fixed number of statements.
    Raises NotAllowed.
    """
    require(actor, Permission.TRIAGE)
    profile = sites.profile(session)
    if profile.watch is None:
        return []
    today = now.astimezone(profile.zone).date()
    found, named = (
        measured(session, actor, profile.watch.entry, profile.watch, now=now),
        level_ids(session, actor, today),
    )
    seen = set(session.scalars(select(col(Unit.id)).where(units_seen(actor), col(Unit.level) == profile.ranking_level)))
    marks, relapsed = listed(session, actor), _relapsed(session, profile.watch, now)
    rows = []
    for unit_id, names in named.items():
        if unit_id in seen and unit_id not in marks and unit_id != actor.unit_id:
            met = tuple(each for rule in profile.watch.entry if (each := judged(rule, unit_id, found)).holds)
            if met:
                rows.append(Proposal(unit_id, *names, met, unit_id in relapsed))
    return rows


def _relapsed(session: Session, watch: Watch, now: datetime) -> set[int]:
    """The units that left the list within the profile's years."""
    left = select(col(WatchEntry.unit_id), col(WatchEntry.ended_at)).where(col(WatchEntry.state) == WatchState.LEFT)
    return {unit for unit, at in session.connection().execute(left) if at and watch.is_relapse(at, now)}


def listed(session: Session, actor: Actor) -> dict[int, Mark]:
    """The units of the actor's scope that are on the list now, by unit id: for marks on other screens. One statement.

    For whoever sees figures, a viewer too: that a unit is on the list is published.
    """
    if not actor.may(Permission.SEE_DEMANDS):
        require(actor, Permission.SEE_FIGURES)
    inside = select(col(Unit.id)).where(units_seen(actor))
    rows = session.connection().execute(
        select(WatchEntry.unit_id, WatchEntry.reference, WatchEntry.state, WatchEntry.relapse_of_id)  # type: ignore[call-overload]
        .where(col(WatchEntry.state).in_(LISTED), col(WatchEntry.unit_id).in_(inside))
    )  # fmt: skip
    return {unit: Mark(reference, state, earlier is not None) for unit, reference, state, earlier in rows}


def ledger(session: Session, actor: Actor, *, now: datetime, ended: bool = False) -> list[EntryRow]:
    """The entries the actor may read: those on the list, the longest first; `ended`: those over, the newest first.

    Three statements, however many there are. Raises NotAllowed.
    """
    require(actor, Permission.SEE_DEMANDS)
    state = col(WatchEntry.state)
    rows = _rows(session, actor, state.not_in(LISTED) if ended else state.in_(LISTED), now=now)
    return sorted(rows, key=lambda row: row.entered_at, reverse=ended)


def find(session: Session, actor: Actor, reference: str) -> int:
    """The id of an entry by its reference. Raises NotFound outside the actor's scope."""
    require(actor, Permission.SEE_DEMANDS)
    wanted = select(col(WatchEntry.id)).where(col(WatchEntry.reference) == reference.strip(), entries_seen(actor))
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound("watch_not_found", entry=reference)
    return found


def sheet(session: Session, actor: Actor, entry_id: int, *, now: datetime) -> Sheet:
    """One entry with everything about it. Raises NotFound outside the actor's scope.

    The rules to leave are held against today's figures while the unit is on the list; once it left, they stand in the
    last event. A department that only helps sees no figures to leave by.
    """
    entry, profile = require_entry(session, actor, entry_id), sites.profile(session)
    rows = {row.id: row for row in _rows(session, actor, col(WatchEntry.unit_id) == entry.unit_id, now=now)}
    events = events_of(session, actor, [entry_id])[entry_id]
    entered, until = _days(entry.entered_at, entry.ended_at or now, profile.zone)
    plan = history.plan_of(events, entered, until)
    above = stands_above(session, actor, entry.unit_id) and actor.may(Permission.TRIAGE)
    judging = profile.watch is not None and entry.state in LISTED and actor.department_id is None
    worked = {event.account_id for event in events if event.verb in WORK and event.account_id is not None}
    return Sheet(
        row=rows.pop(entry_id), note=events[0].text, plan=plan,
        leaving=tuple(leaving(session, actor, entry, plan, profile.watch, now=now))
        if judging and profile.watch else (),
        events=tuple(events), earlier=tuple(sorted(rows.values(), key=lambda row: row.entered_at, reverse=True)),
        writable=may_write(session, actor, entry.unit_id), from_above=above,
        may_accept=above and actor.account_id not in worked,
    )  # fmt: skip


def choices(actor: Actor, found: Sheet) -> list[WatchVerb]:
    """The verbs this actor may do with the entry as it stands, in the table's order."""
    if not (found.writable and actor.may(Permission.TRIAGE)):
        return []
    return [
        verb
        for verb, rule in WATCH_MOVES.items()
        if found.row.state in rule.sources
        and (found.from_above or not rule.from_above)
        and (found.may_accept or verb is not WatchVerb.ACCEPT)
        and (verb is not WatchVerb.LEAVE or all(each.holds for each in found.leaving))
    ]


def events_of(session: Session, actor: Actor, entry_ids: Sequence[int]) -> dict[int, list[EventRow]]:
    """The events of entries the caller has checked, in their order; people's names masked without permission."""
    personal = actor.may(Permission.SEE_PERSONAL)
    columns: tuple[Any, ...] = (
        WatchEvent.entry_id, WatchEvent.seq, WatchEvent.at, WatchEvent.verb, WatchEvent.to_state, WatchEvent.account_id,
        WatchEvent.actor_name, WatchEvent.text, WatchEvent.about, WatchEvent.day, WatchEvent.kind, Person.name,
        Department.name.label("office"), Department.name_en, WatchEvent.facts,  # type: ignore[attr-defined]
    )  # fmt: skip
    rows = session.connection().execute(
        select(*columns)
        .join(Person, col(Person.id) == WatchEvent.person_id, isouter=True)
        .join(Department, col(Department.id) == WatchEvent.department_id, isouter=True)
        .where(col(WatchEvent.entry_id).in_(entry_ids), col(WatchEvent.entry_id).in_(_readable(actor)))
        .order_by(*columns[:2])
    )
    found: dict[int, list[EventRow]] = defaultdict(list)
    for row in rows:
        entry_id, (*plain, person, office, office_en, facts) = row[0], tuple(row[1:])
        values: list[Any] = [*plain, person if personal else mask_name(person), office, office_en, json.loads(facts)]
        found[entry_id].append(EventRow(*values))
    return found


def _readable(actor: Actor) -> Any:
    return select(col(WatchEntry.id)).where(entries_seen(actor))


def _rows(session: Session, actor: Actor, condition: ColumnElement[bool], *, now: datetime) -> list[EntryRow]:
    columns: tuple[Any, ...] = (
        WatchEntry.id, WatchEntry.reference, WatchEntry.unit_id, Unit.code, Unit.short_name, Unit.name_en,
        WatchEntry.state, WatchEntry.entered_at, WatchEntry.accepted_at, WatchEntry.ended_at, _Earlier.reference,
        WatchEntry.version,
    )  # fmt: skip
    rows = (
        session.connection()
        .execute(
            select(*columns)
            .join(Unit, col(Unit.id) == WatchEntry.unit_id)
            .join(_Earlier, col(_Earlier.id) == WatchEntry.relapse_of_id, isouter=True)
            .where(condition, entries_seen(actor))
            .order_by(WatchEntry.reference)
        )
        .all()
    )
    events = events_of(session, actor, [row[0] for row in rows])
    zone = sites.profile(session).zone
    return [_row(tuple(row), events[row[0]], *_days(row[7], row[9] or now, zone)) for row in rows]


def _row(values: tuple[Any, ...], events: Iterable[EventRow], entered: date, until: date) -> EntryRow:
    events = list(events)
    plan = history.plan_of(events, entered, until)
    done = sum(row.done_on is not None for row in plan.measures)
    late = sum(row.late_days > 0 for row in plan.measures)
    reasons, helps = history.read(events[0].facts.get("rules", ())), len({row.kind for row in plan.helps})
    counts: tuple[Any, ...] = (reasons, len(plan.measures), done, late, len(plan.missing), helps)
    return EntryRow(*values, *counts)


def _days(start: datetime, end: datetime, zone: Any) -> tuple[date, date]:
    return start.astimezone(zone).date(), end.astimezone(zone).date()
