"""Checking a whole database: every demand against its own history, the closure of units, references and sequences."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, func, select
from sqlmodel import Session, col

from models.demands import PATH, Demand, DemandEvent, State
from models.profiles import Profile
from models.sites import Sequence as Counter
from models.units import MAX_DEPTH, Unit, UnitAncestor
from services import counters, sites, watch
from services.access import Actor
from services.demands import clocks, history

BATCH = 1_000
LISTED = 1_000

Progress = Callable[[str, int, int], None]
"""Called with a step's name, how many are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What does not agree: `what` (demand, unit, sequence, counter, watch), which one, and both values in words."""

    what: str
    subject: str
    column: str
    stored: str
    expected: str


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """How many were checked, how many differences there are (`total`), and the first thousand of them."""

    demands: int
    events: int
    units: int
    total: int
    differences: tuple[Difference, ...]


@dataclass(slots=True)
class _Findings:
    total: int = 0
    listed: list[Difference] = field(default_factory=list)

    def add(self, what: str, subject: str, column: str, stored: Any, expected: Any) -> None:
        self.total += 1
        if len(self.listed) < LISTED:
            self.listed.append(Difference(what, subject, column, str(stored), str(expected)))


def verify(session: Session, actor: Actor, *, progress: Progress | None = None) -> VerifyReport:
    """Check everything that can be derived against what is stored; changes nothing.

    Demands are read in batches of a thousand with their events, so that memory does not grow with the ledger; the
    units are held. Raises NotAllowed unless the actor manages the whole site.
    """
    sites.require_whole_site(session, actor)
    found, profile = _Findings(), sites.profile(session)
    parents = _check_units(session, found)
    total = session.connection().execute(select(func.count()).select_from(Demand)).scalar_one()
    highest: dict[str, int] = defaultdict(int)
    demands = events = 0
    for batch in _batches(session):
        histories = _histories(session, [row.id for row in batch])
        for row in batch:
            _check_demand(row, histories.get(row.id, []), parents, profile, found)
            _raise(highest, row.reference)
        demands += len(batch)
        events += sum(len(rows) for rows in histories.values())
        if progress is not None:
            progress("demands", demands, total)
    _check_sequences(session, highest, found)
    for differing in counters.differences(session):
        found.add("counter", differing.unit, differing.measure, differing.kept, differing.counted)
    for reference, column, stored, expected in watch.differences(session, actor):
        found.add("watch", reference, column, stored, expected)
    return VerifyReport(demands, events, len(parents), found.total, tuple(found.listed))


@dataclass(frozen=True, slots=True)
class RecountRow:
    """What counting anew did: of how many demands, and how many counters were not what the ledger says."""

    demands: int
    differences: int


def recount(session: Session, actor: Actor) -> RecountRow:
    """Count all counters anew from the ledger, whatever is kept.

    For what `verify` found to differ, and after a profile's time zone, `month_from` or `day_from` changed. Raises
    NotAllowed unless the actor manages the whole site.
    """
    sites.require_whole_site(session, actor)
    differing = sum(1 for _ in counters.differences(session))
    counters.recount(session)
    total = session.connection().execute(select(func.count()).select_from(Demand)).scalar_one()
    return RecountRow(demands=total, differences=differing)


_READ = (
    "id", "reference", "unit_id", "is_open", "received", "event_count", "reported_at", *PATH, *history.PROJECTED,
    *history.DERIVED,
)  # fmt: skip
_EVENT = (
    col(DemandEvent.demand_id), col(DemandEvent.seq), col(DemandEvent.to_state), col(DemandEvent.facts),
    col(DemandEvent.at), col(DemandEvent.verb),
)  # fmt: skip


def _batches(session: Session) -> Iterator[Sequence[Row[Any]]]:
    last = 0
    columns = [getattr(Demand, name) for name in _READ]
    while True:
        statement = select(*columns).where(col(Demand.id) > last).order_by(col(Demand.id)).limit(BATCH)
        rows = session.connection().execute(statement).all()
        if not rows:
            return
        yield rows
        last = rows[-1].id


def _histories(session: Session, ids: Sequence[int]) -> dict[int, list[Any]]:
    statement = select(*_EVENT).where(col(DemandEvent.demand_id).in_(ids)).order_by(*_EVENT[:2])
    found: dict[int, list[Any]] = defaultdict(list)
    for event in session.connection().execute(statement):
        found[event.demand_id].append(event)
    return found


def _check_demand(
    row: Row[Any], events: list[Any], parents: dict[int, int | None], profile: Profile, found: _Findings
) -> None:
    expected = history.projection(events)
    state = expected["state"]
    if state is not None:
        expected |= history.of_state(State(state))
    expected["event_count"] = len(events)
    for column, value in expected.items():
        if getattr(row, column) != value:
            found.add("demand", row.reference, column, getattr(row, column), value)
    if [event.seq for event in events] != list(range(1, len(events) + 1)):
        found.add("demand", row.reference, "events", [event.seq for event in events], f"1..{len(events)}")
    _check_clocks(row, events, profile, found)
    path = [getattr(row, name) for name in PATH]
    unknown = [unit for unit in path if unit is not None and unit not in parents]
    if unknown:
        found.add("demand", row.reference, "path", unknown, "units")
    if row.unit_id not in path:
        found.add("demand", row.reference, "path", path, row.unit_id)


def _check_clocks(row: Row[Any], events: list[Any], profile: Profile, found: _Findings) -> None:
    """Run the clocks anew from the events: the stored deadlines must come out."""
    told: list[clocks.Told] = [clocks.Next(event.at, event.verb, history.decode(event.facts)) for event in events]
    running = clocks.of_events(told, row.reported_at)
    for column, due in running.due(profile).items() if running is not None else ():
        if getattr(row, column) != due:
            found.add("demand", row.reference, f"{column} (deadline)", getattr(row, column), due)


def _raise(highest: dict[str, int], reference: str) -> None:
    match = re.fullmatch(r"D\d+-(\d{4})-(\d+)", reference)
    if match:
        name = f"demands-{match[1]}"
        highest[name] = max(highest[name], int(match[2]))


def _check_sequences(session: Session, highest: dict[str, int], found: _Findings) -> None:
    rows = session.connection().execute(select(Counter.name, Counter.value))  # type: ignore[call-overload]
    stored: dict[str, int] = dict(rows.all())
    for name, number in sorted(highest.items()):
        if stored.get(name, 0) < number:
            found.add("sequence", name, "value", stored.get(name), f">= {number}")


def _check_units(session: Session, found: _Findings) -> dict[int, int | None]:
    """Compare the closure with the parent links; gives each unit's parent."""
    units = session.connection().execute(select(Unit.id, Unit.code, Unit.parent_id, Unit.depth)).all()  # type: ignore[call-overload]
    parents: dict[int, int | None] = {row.id: row.parent_id for row in units}
    stored: dict[int, dict[int, int]] = defaultdict(dict)
    for unit, ancestor, distance in session.connection().execute(
        select(UnitAncestor.unit_id, UnitAncestor.ancestor_id, UnitAncestor.distance)  # type: ignore[call-overload]
    ):
        stored[unit][ancestor] = distance
    for row in units:
        chain = dict(_chain(row.id, parents))
        if stored[row.id] != chain:
            found.add("unit", row.code, "ancestors", stored[row.id], chain)
        if row.depth != len(chain):
            found.add("unit", row.code, "depth", row.depth, len(chain))
    return parents


def _chain(unit: int, parents: dict[int, int | None]) -> Iterable[tuple[int, int]]:
    """A unit and those above it with their distance; a loop ends at the deepest depth there may be."""
    at: int | None = unit
    for distance in range(MAX_DEPTH + 1):
        if at is None:
            return
        yield at, distance
        at = parents.get(at)
