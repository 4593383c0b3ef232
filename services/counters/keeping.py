"""Keeping the counters with each move: what a demand counted for before is taken away, what it counts for now is added.

A move only notes its changes; they are written once, sorted, right before the commit. So of two transactions nobody
waits for the other in a circle, however many demands each moves, and the rows of a large unit are locked only for the
length of a commit.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from sqlmodel import Session

from models.counters import Grain
from models.demands import PATH, Demand
from services import sites
from services.counters.days import month
from services.counters.facts import COUNTED, Facts, facts, left_out
from services.counters.measures import CELLS, COLUMNS, COUNTS, Cell

NOTED = "counters"
"""Under what name a session keeps the changes that are not written yet."""

CountKey = tuple[int, int]
CellKey = tuple[int, int, int, int, str]


@dataclass(slots=True)
class Changes:
    """Changes of one unit's rows: {(grain, day): a number for each count}, {(kind, grain, day, sub, tag): number}."""

    counts: dict[CountKey, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * len(COUNTS)))
    cells: dict[CellKey, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, told: Facts | None, sign: int) -> None:
        """Add what one demand counts for, or take it away."""
        if told is None:
            return
        for place, count in enumerate(COUNTS):
            day = told[count.day]
            if day is not None and told[count.when]:
                self.counts[Grain.DAY, day][place] += sign
                self.counts[Grain.MONTH, month(day)][place] += sign
        for cell in CELLS:
            if told[cell.day] is not None and told[cell.when]:
                for key in _keys(cell, told):
                    self.cells[key] += sign


def _keys(cell: Cell, told: Facts) -> Iterable[CellKey]:
    day, sub, tag = told[cell.day], told[cell.sub], told[cell.tag]
    yield cell.kind, Grain.DAY, day, sub, tag
    if cell.monthly:
        yield cell.kind, Grain.MONTH, month(day), month(sub) if cell.sub_is_day else sub, tag


@dataclass(slots=True)
class Noted:
    """All changes of a transaction, by unit."""

    counts: dict[tuple[int, int, int], list[int]] = field(default_factory=dict)
    cells: dict[tuple[int, int, int, int, int, str], int] = field(default_factory=dict)

    def take(self, units: Iterable[int], changes: Changes) -> None:
        """Note the same changes for each of the units."""
        for unit in units:
            for (grain, day), numbers in changes.counts.items():
                if any(numbers):
                    before = self.counts.get((unit, grain, day), [0] * len(COUNTS))
                    self.counts[unit, grain, day] = [one + other for one, other in zip(before, numbers, strict=True)]
            for key, number in changes.cells.items():
                if number:
                    self.cells[unit, *key] = self.cells.get((unit, *key), 0) + number


def counted_before(demand: Demand) -> tuple[Any, ...] | None:
    """What a demand is counted by, before a move changes it; None for one that has not been filed yet."""
    return _columns(demand) if demand.event_count else None


def keep(session: Session, demand: Demand, before: tuple[Any, ...] | None) -> None:
    """Note what a change of a demand means for the counters; most moves mean nothing.

    `before` is what `counted_before` gave. The units it was filed under do not change.
    """
    after = _columns(demand)
    if before == after:
        return
    days = sites.profile(session).days
    was, now = _facts(before, days) if before is not None else (None, None), _facts(after, days)
    if was == now:
        return
    noted: tuple[Noted, Noted] = session.info.setdefault(NOTED, (Noted(), Noted()))
    units = [unit for name in PATH if (unit := getattr(demand, name)) is not None]
    for told, once, then in zip(noted, was, now, strict=True):
        changes = Changes()
        changes.add(once, -1)
        changes.add(then, 1)
        told.take(units, changes)


def _columns(demand: Demand) -> tuple[Any, ...]:
    return tuple(getattr(demand, name) for name in COUNTED)


def _facts(columns: tuple[Any, ...], days: tzinfo) -> tuple[Facts | None, Facts | None]:
    """What a demand counts for, and what of that the assessed scope leaves out."""
    row = dict(zip(COUNTED, columns, strict=True))
    told = facts(row, days)
    return told, left_out(row, told)


def write(session: Session) -> None:
    """Write what was noted: two statements a scope, each row in the order of its key. Called before the commit."""
    noted: tuple[Noted, Noted] | None = session.info.pop(NOTED, None)
    if noted is None:
        return
    session.flush()
    for told, (counts_table, cells_table) in zip(noted, TABLES, strict=True):
        counts = [(*key, *numbers) for key, numbers in sorted(told.counts.items()) if any(numbers)]
        cells = [(*key, number) for key, number in sorted(told.cells.items()) if number]
        _upsert(session, counts_table, COUNT_KEY, COLUMNS, counts)
        _upsert(session, cells_table, CELL_KEY, ["n"], cells)


TABLES = (("unit_counts", "unit_cells"), ("left_out_counts", "left_out_cells"))
"""Counts and cells of all demands, and of what the assessed scope leaves out."""

COUNT_KEY = ("unit_id", "grain", "day")
CELL_KEY = ("unit_id", "kind", "grain", "day", "sub", "tag")


def adding(table: str, key: Sequence[str], columns: Sequence[str]) -> str:
    """The end of an upsert that adds to what is there."""
    sums = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in columns)
    return f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {sums}"


def _upsert(
    session: Session, table: str, key: Sequence[str], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    if not rows:
        return
    mark = "?" if session.get_bind().dialect.name == "sqlite" else "%s"
    names, marks = ", ".join((*key, *columns)), ", ".join([mark] * len(rows[0]))
    statement = f"INSERT INTO {table} ({names}) VALUES ({marks}) {adding(table, key, columns)}"  # noqa: S608
    session.connection().exec_driver_sql(statement, list(rows))
