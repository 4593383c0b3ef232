"""Workbooks we write: nobody's text ever becomes a formula, a link or a number."""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import Any

import xlsxwriter

OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}

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


def table(book: Any, name: str, headings: Sequence[str], rows: Sequence[Sequence[Any]], widths: Sequence[int]) -> None:
    """A sheet of typed cells under a head that stays: text as text, days as days, numbers as numbers, None empty.

    `Yuan` stands in yuan with two decimals.
    """
    formats = {
        Yuan: book.add_format({"num_format": "#,##0.00"}),
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
        str: book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
    }
    sheet, bold = book.add_worksheet(name), heading(book)
    sheet.freeze_panes(1, 0)
    for number, (word, width) in enumerate(zip(headings, widths, strict=True)):
        sheet.set_column(number, number, width)
        sheet.write_string(0, number, word, bold)
    for line, row in enumerate(rows, start=1):
        for number, value in enumerate(row):
            _write(sheet, line, number, value, formats)


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
