"""Any table of the product as a workbook: typed cells, and nobody's text ever a formula."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

import streamlit as st

from pages.i18n import Words
from pages.papers import sheets
from pages.papers.paper import Cell, Column, Table
from pages.ui.frame import User
from pages.ui.papers import EXCEL

Value = str | float | date | datetime | None
"""A cell of a table that is taken along: words, a count, a moment, a day, or nothing."""


class Share(float):
    """A fraction of 1, written as a percentage."""


def offer(user: User, name: str, made: Callable[[], Sequence[Table]], key: str) -> None:
    """The button that takes tables along as one workbook, a sheet each; they are read when they are asked for.

    `name` begins the file's name, `key` is the widget's, one a table: "people-export". Not on a phone.
    """
    if user.phone:
        return
    file = f"{name}-{user.now.astimezone(user.profile.zone):%Y%m%d-%H%M}.xlsx"
    st.download_button(
        "", lambda: sheets.drawn(made(), user.now, user.profile.zone), file, EXCEL, key=key, on_click="ignore",
        icon=":material/download:", type="tertiary", help=user.t("Take this table along as a spreadsheet"),
    )  # fmt: skip


def table(t: Words, name: str, heads: Sequence[str], rows: Iterable[Sequence[Value]]) -> Table:
    """A table of such cells."""
    lines = tuple(tuple(_cell(t, value) for value in row) for row in rows)
    return Table(name, tuple(Column(head) for head in heads), lines)


def _cell(t: Words, value: Value) -> Cell:
    match value:
        case None:
            return Cell("")
        case str():
            return Cell(value)
        case Share():
            return Cell(t.percent(value), float(value), share=True)
        case datetime():
            return Cell(t.moment(value), value)
        case date():
            return Cell(t.long_day(value), value)
        case _:
            return Cell(t.number(value), value)
