"""Import: open a file, guess its columns, look at it, then store it in one transaction; see docs/guides/import.md."""

from services.imports.columns import ColumnMap, dump_mapping, guess, load_mapping
from services.imports.fields import FIELDS, Field, Kind, field_names
from services.imports.report import ImportReport, PreviewRow, Rejected, rejected_csv
from services.imports.running import preview, run
from services.imports.tables import Table, open_table
from services.imports.template import template

KINDS = tuple(Kind)

__all__ = [
    "FIELDS", "KINDS", "ColumnMap", "Field", "ImportReport", "Kind", "PreviewRow", "Rejected", "Table", "dump_mapping",
    "field_names", "guess", "load_mapping", "open_table", "preview", "rejected_csv", "run", "template",
]  # fmt: skip
