"""Workbooks we write: nobody's text ever becomes a formula, a link or a number."""

import re
from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import Any

import xlsxwriter

OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}

_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")

Say = Callable[[str], str]
"""Gives the word for a column's key, a sheet or a state in the reader's language; "language" gives which one it is."""


class Yuan(int):
    """Fen that a cell shows in yuan."""


def opened(out: Any) -> Any:
    """A new workbook that is written to `out` (a binary file) when its block ends."""
    return xlsxwriter.Workbook(out, OPTIONS)


def heading(book: Any) -> Any:
    """The format of a sheet's first line."""
    return book.add_format({"bold": True, "bg_color": "#E8EEF4", "bottom": 1})


def sheet(book: Any, wanted: str) -> Any:
    """A new sheet, named as `wanted` as far as may be: 31 signs, none forbidden, none twice (in capitals or not)."""
    base = _FORBIDDEN.sub(" ", wanted).strip()[:28] or "1"
    taken = {each.lower() for each in book.sheetnames}
    names = (base, *(f"{base} {number}" for number in range(2, 2 + len(taken))))
    return book.add_worksheet(next(name for name in names if name.lower() not in taken))


def table(book: Any, name: str, headings: Sequence[str], rows: Sequence[Sequence[Any]], widths: Sequence[int]) -> None:
    """A sheet of typed cells under a head that stays: text as text, days as days, numbers as numbers, None empty.

    `Yuan` stands in yuan with two decimals.
    """
    formats = {
        Yuan: book.add_format({"num_format": "#,##0.00"}),
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
        str: book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
    }
    made, bold = sheet(book, name), heading(book)
    made.freeze_panes(1, 0)
    for number, (word, width) in enumerate(zip(headings, widths, strict=True)):
        made.set_column(number, number, width)
        made.write_string(0, number, word, bold)
    for line, row in enumerate(rows, start=1):
        for number, value in enumerate(row):
            _write(made, line, number, value, formats)


def said(
    book: Any, say: Say, name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], wide: Collection[str] = ()
) -> None:
    """The same in the words of `say`, asked for "sheet.NAME" and each "column.KEY"; those in `wide` hold texts."""
    words = [say(f"column.{column}") for column in columns]
    table(book, say(f"sheet.{name}"), words, rows, [40 if column in wide else 16 for column in columns])


def _write(sheet: Any, line: int, number: int, value: Any, formats: dict[type, Any]) -> None:
    if isinstance(value, str):
        sheet.write_string(line, number, value[:32_000], formats[str])
    elif isinstance(value, Yuan):
        sheet.write_number(line, number, int(value) / 100, formats[Yuan])
    elif isinstance(value, (int, float)):
        sheet.write_number(line, number, value)
    elif isinstance(value, date):
        sheet.write_datetime(line, number, value, formats[date])
