"""What an import did, row by row where it could not; and the bad rows as a file to download."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field

from services.imports.fields import Kind

FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Also in full width: East Asian spreadsheets take those for the same signs."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """One bad row: its number as in a spreadsheet (the header is row 1), the canonical column, why, and the value."""

    number: int
    column: str
    reason: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Counts of rows. read = inserted + updated + unchanged + repeated + rejected_rows, where anything was stored.

    `stored` is False for a dry run, whose counts say what would be, and where bad rows stopped everything: then
    inserted and updated are 0, and read - unchanged - repeated - rejected_rows is how many rows were good and new.
    `placeholders` rows lost a meaningless coordinate; `unplaced` rows landed at the fallback unit; `same_text` rows
    hold a text that another row of the file has under another number (both are kept); `kept_states` rows were moved
    here since the last import, so the file's state was not taken; `converted` outlines came in GCJ-02.
    """

    kind: Kind
    stored: bool
    dry_run: bool
    read: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    repeated: int = 0
    rejected: tuple[Rejected, ...] = ()
    placeholders: int = 0
    unplaced: int = 0
    same_text: int = 0
    kept_states: int = 0
    converted: int = 0
    notes: Mapping[str, int] = field(default_factory=dict)

    @property
    def rejected_rows(self) -> int:
        """How many rows were rejected; one row may have several reasons."""
        return len({row.number for row in self.rejected})


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One row as it would be stored: canonical column to what is shown, and its problems."""

    number: int
    values: Mapping[str, str]
    problems: tuple[Rejected, ...] = ()


def rejected_csv(report: ImportReport, reasons: Mapping[str, str] | None = None) -> bytes:
    """The bad rows as CSV (UTF-8 with BOM, as spreadsheets expect): row, column, reason, value.

    `reasons` gives the words of each reason's code. A value that a spreadsheet would take for a formula is disarmed.
    """
    words = reasons or {}
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("row", "column", "reason", "value"))
    for row in report.rejected:
        writer.writerow((row.number, row.column, words.get(row.reason, row.reason), _disarmed(row.value)))
    return out.getvalue().encode("utf-8-sig")


def _disarmed(value: str) -> str:
    return f"'{value}" if value.lstrip().startswith(FORMULA_STARTS) or value[:1] in {"\t", "\r"} else value
