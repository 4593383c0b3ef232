"""Workbooks we write: nobody's text ever becomes a formula, a link or a number."""

from typing import Any

import xlsxwriter

OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def opened(out: Any) -> Any:
    """A new workbook that is written to `out` (a binary file) when its block ends."""
    return xlsxwriter.Workbook(out, OPTIONS)


def heading(book: Any) -> Any:
    """The format of a sheet's first line."""
    return book.add_format({"bold": True, "bg_color": "#E8EEF4", "bottom": 1})
