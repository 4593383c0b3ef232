"""What every importer is given, and what it counts."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from sqlmodel import Session

from models.profiles import Profile
from services.access import Actor
from services.imports.columns import ColumnMap
from services.imports.fields import Kind
from services.imports.places import Place
from services.imports.report import ImportReport, PreviewRow, Rejected
from services.imports.tables import NUMBER, Table

SHOWN = 80
"""How much of a bad value is listed."""


@dataclass(frozen=True, slots=True)
class Context:
    """One run: who imports what, when, and where rows land whose place is not known (None on an empty site)."""

    session: Session
    actor: Actor
    mapping: ColumnMap
    now: datetime
    profile: Profile
    fallback: Place | None

    @property
    def zone(self) -> str:
        """The zone of times that name none."""
        return self.mapping.timezone or self.profile.timezone

    @property
    def today(self) -> str:
        """The day of the run at the site, as ISO."""
        return self.now.astimezone(ZoneInfo(self.zone)).date().isoformat()


@dataclass(slots=True)
class Tally:
    """Counts of one run as they grow."""

    read: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    repeated: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    placeholders: int = 0
    unplaced: int = 0
    same_text: int = 0
    kept_states: int = 0
    converted: int = 0

    def reject(self, number: int, column: str, reason: str, value: object = "") -> None:
        """Count one bad row."""
        self.rejected.append(Rejected(number, column, reason, "" if value is None else str(value)[:SHOWN]))

    def report(self, kind: Kind, *, stored: bool, dry_run: bool) -> ImportReport:
        """The counts as they are now; where bad rows stopped everything, nothing was inserted or updated."""
        if not stored and not dry_run:
            self.inserted = self.updated = self.kept_states = 0
        return ImportReport(
            kind=kind, stored=stored, dry_run=dry_run, read=self.read, inserted=self.inserted, updated=self.updated,
            unchanged=self.unchanged, repeated=self.repeated,
            rejected=tuple(sorted(self.rejected, key=lambda row: (row.number, row.column))),
            placeholders=self.placeholders, unplaced=self.unplaced, same_text=self.same_text,
            kept_states=self.kept_states, converted=self.converted,
        )  # fmt: skip


class Importer(Protocol):
    """What each kind does with its rows. `take` gets canonical text columns (absent ones null) and NUMBER."""

    tally: Tally

    def survey(self, table: Table) -> None:
        """Look through the whole file for what no single row tells."""

    def take(self, frame: pl.DataFrame, *, writing: bool) -> None:
        """Check a chunk, count it, and store its good rows where `writing`."""

    def finish(self, *, writing: bool) -> None:
        """Store what could not be stored before the last row was seen."""

    def shown(self, frame: pl.DataFrame) -> list[PreviewRow]:
        """A few rows as they would be stored."""


def canonical(frame: pl.DataFrame, mapping: ColumnMap, names: Iterable[str]) -> pl.DataFrame:
    """The frame with canonical columns instead of the file's; a column the file lacks is null."""
    empty = pl.lit(None, dtype=pl.String)
    return frame.select(
        pl.col(NUMBER),
        *((pl.col(mapping.columns[name]) if name in mapping.columns else empty).alias(name) for name in names),
    )


class Seen:
    """Which keys a file had before: 8 bytes a key, so that a million rows cost 8 MB."""

    def __init__(self) -> None:
        self._keys = np.empty(0, dtype=np.uint64)

    def repeated(self, hashes: pl.Series) -> pl.Series:
        """Which of the hashes were seen before, in this series or an earlier one; null never was."""
        known = hashes.is_not_null()
        keys = hashes.fill_null(0).to_numpy()
        at = np.searchsorted(self._keys, keys)
        before = np.zeros(len(keys), dtype=bool)
        inside = at < len(self._keys)
        before[inside] = self._keys[at[inside]] == keys[inside]
        found = (pl.Series(before) | ~hashes.is_first_distinct()) & known
        self._keys = np.sort(np.concatenate([self._keys, keys[(~found & known).to_numpy()]]), kind="stable")
        return found
