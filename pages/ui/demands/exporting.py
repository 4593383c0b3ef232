"""The queue as a workbook: typed cells, the deadline with its sum, nobody's text ever a formula."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from pages.i18n import Words
from pages.i18n import deadlines as words
from pages.ui import frame, layout, status
from pages.ui.demands import telling
from pages.ui.demands.address import Asked
from services import demands, workbooks
from services.database import transaction
from services.demands import ExportRow

WIDTHS = (22, 30, 26, 18, 10, 14, 24, 17, 17, 22, 80, 17)


def offer(user: frame.User, asked: Asked) -> None:
    """The button that opens the export of what the queue shows."""
    t = user.t
    help_ = t("Take the list along as a spreadsheet")
    if st.button("", icon=":material/download:", help=help_, type="tertiary", key="demands-export"):
        _dialog(t)(asked)


def _dialog(t: Words) -> Any:
    return st.dialog(t("Export"), icon=":material/download:")(_prepare)


def _prepare(asked: Asked) -> None:
    user = frame.signed_in()
    if user is None:
        return
    t = user.t
    with layout.telling(t):
        with st.spinner(t("Writing the list …")), transaction() as session:
            rows, total = demands.exported(session, user.actor, asked.filters, now=user.now, order=asked.order)
        st.markdown(t.n("**{n} demand**, each with the sum behind its deadline.",
                        "**{n} demands**, each with the sum behind its deadline.", len(rows)))  # fmt: skip
        if total > len(rows):
            st.caption(t("The list has {total}: narrow it to take the rest along.", total=t.number(total)))
        name = f"{t('demands')}-{user.now.astimezone(t.zone):%Y%m%d-%H%M}.xlsx"
        st.download_button(
            t("Save the spreadsheet"), workbook(user, rows), name, type="primary", on_click="ignore",
            icon=":material/download:", key="demands-export-save",
        )  # fmt: skip


def workbook(user: frame.User, rows: Sequence[ExportRow]) -> bytes:
    """The workbook: one line a demand, moments as moments, in the reader's language."""
    t, out = user.t, io.BytesIO()
    heads = (
        t("Number"), t("What"), t("Where"), t("Category"), t("Urgency"), t("State"), t("Held by"), t("Reported"),
        t("Due"), t("Clock"), t("How the deadline comes about"), t("Settled"),
    )  # fmt: skip
    with workbooks.opened(out) as book:
        sheet = book.add_worksheet(t("Demands"))
        bold = workbooks.heading(book)
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"})
        sheet.write_row(0, 0, heads, bold)
        for number, each in enumerate(rows, start=1):
            for column, value in enumerate(_cells(user, each)):
                _write(sheet, (number, column), _plain(t, value), moment)
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, len(rows), len(heads) - 1)
    return out.getvalue()


def _cells(user: frame.User, each: ExportRow) -> tuple[str | datetime | None, ...]:
    t, row = user.t, each.row
    return (
        row.reference, row.title, telling.place(t, row), t.name(row.category, row.category_en), t.term(row.urgency),
        t.term(row.state), telling.holder(t, row), row.reported_at, row.due_at, status.marked(t, row, user.now),
        words.line(t, each.deadline) if each.deadline else "", row.settled_at,
    )  # fmt: skip


def _plain(t: Words, value: str | datetime | None) -> str | datetime | None:
    """A cell's value: a moment as the local one, which is all a spreadsheet knows."""
    return value.astimezone(t.zone).replace(tzinfo=None) if isinstance(value, datetime) else value


def _write(sheet: Any, place: tuple[int, int], value: str | datetime | None, moment: Any) -> None:
    if isinstance(value, datetime):
        sheet.write_datetime(*place, value, moment)
    elif value:
        sheet.write_string(*place, value)
