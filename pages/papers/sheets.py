"""Tables as a workbook: numbers as numbers, shares as shares, days as days; nobody's text ever a formula. Pure."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from pages.papers.paper import Cell, Table
from services import workbooks

WIDEST, NARROWEST = 48, 8


def drawn(tables: Sequence[Table], made_at: datetime, zone: ZoneInfo) -> bytes:
    """The tables as one workbook, a sheet each; moments in `zone`, all a spreadsheet knows is the local one."""
    out = BytesIO()
    with workbooks.opened(out) as book:
        book.set_properties({"created": made_at.astimezone(UTC).replace(tzinfo=None)})
        formats = {
            "head": workbooks.heading(book), "share": book.add_format({"num_format": "0.00%"}),
            "day": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
            "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"}),
        }  # fmt: skip
        for table in tables:
            _sheet(workbooks.sheet(book, table.name), table, formats, zone)
    return out.getvalue()


def _sheet(sheet: Any, table: Table, formats: dict[str, Any], zone: ZoneInfo) -> None:
    shown = [place for place, column in enumerate(table.columns) if column.head or column.number]
    for at, place in enumerate(shown):
        texts = [table.columns[place].head, *(row[place].text for row in table.rows)]
        sheet.write_string(0, at, table.columns[place].head, formats["head"])
        sheet.set_column(at, at, min(WIDEST, max(NARROWEST, *(_width(text) + 2 for text in texts))))
        for line, row in enumerate(table.rows, start=1):
            _write(sheet, line, at, row[place], formats, zone)
    sheet.freeze_panes(1, 0)
    if table.rows:
        sheet.autofilter(0, 0, len(table.rows) - table.strong, len(shown) - 1)


def _write(sheet: Any, line: int, at: int, cell: Cell, formats: dict[str, Any], zone: ZoneInfo) -> None:
    match cell.value:
        case datetime():
            sheet.write_datetime(line, at, cell.value.astimezone(zone).replace(tzinfo=None), formats["moment"])
        case date():
            sheet.write_datetime(line, at, cell.value, formats["day"])
        case int() | float():
            sheet.write_number(line, at, cell.value, formats["share"] if cell.share else None)
        case _:
            if cell.text:
                sheet.write_string(line, at, cell.text)


def _width(text: str) -> int:
    """How wide a text is in signs: a Chinese one is as wide as two."""
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)
