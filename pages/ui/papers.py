"""A paper on screen: each section a panel, each number that has cases a link to them; and the files to take along."""

from collections.abc import Sequence
from functools import partial
from html import escape

import streamlit as st

from pages.papers import pdf, sheets, word
from pages.papers.paper import Block, Cases, Cell, Column, Note, Paper, Points, Section, Table
from pages.ui import layout
from pages.ui.cases import anchor
from pages.ui.demands import address
from pages.ui.frame import User
from pages.ui.status import plain

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def take_along(user: User, paper: Paper) -> None:
    """PDF, Word and Excel; a file is written when it is asked for."""
    t = user.t
    files = (
        (t("PDF"), partial(pdf.drawn, paper), "pdf", "application/pdf", "picture_as_pdf"),
        (t("Word"), partial(word.drawn, paper), "docx", WORD, "description"),
        (t("Excel"), partial(sheets.drawn, paper.tables, paper.made_at, user.profile.zone), "xlsx", EXCEL, "table"),
    )  # fmt: skip
    with st.container(horizontal=True, gap="small", width="content"):
        for label, data, ending, mime, icon in files:
            st.download_button(
                label, data, f"{paper.name}.{ending}", mime, key=f"papers-save-{ending}", on_click="ignore",
                icon=f":material/{icon}:",
            )  # fmt: skip


def section(user: User, found: Section, key: str) -> None:
    """One section."""
    with layout.panel(f"section-{key}", found.title):
        for block in found.blocks:
            _block(user, block, found.title)


def _block(user: User, block: Block, title: str) -> None:
    match block:
        case str():
            st.markdown(plain(block))
        case Note():
            st.caption(plain(block.text))
        case Points():
            st.html(_points(block))
        case Table():
            if block.name != title:
                st.caption(plain(block.name))
            st.html(table(block, phone=user.phone))


def _points(block: Points) -> str:
    rows = "".join(f"<li>{escape(said)}<br><small>{escape(small)}</small></li>" for said, small in block.rows)
    return f"<ol class=sg-points>{rows}</ol>"


PAIR = 3
"""The parts of two counts and the mark between them: they stay in one line, where more may take two."""


def table(found: Table, *, phone: bool = False) -> str:
    """A table of real text; on a phone columns stand beneath the one before them, or on a line below the row."""
    groups, below = [[at] for at in range(len(found.columns))], list[int]()
    if phone:
        groups, below = _grouped(found.columns)
    heads = "".join(
        f'<th class="{_look(found.columns[group[0]])}">'
        f"{_stacked([escape(found.columns[at].head) for at in group])}</th>"
        for group in groups
    )
    last = len(found.rows) - found.strong
    lines = "".join(
        f"<tr{' class=total' if at >= last else ''}>{_cells(found, row, groups)}</tr>"
        + _below(found, row, groups, below, total=at >= last)
        for at, row in enumerate(found.rows)
    )
    head = f"<thead><tr>{heads}</tr></thead>"
    return f'<div class=sg-scroll><table class="sg-table sg-rank">{head}<tbody>{lines}</tbody></table></div>'


def _grouped(columns: Sequence[Column]) -> tuple[list[list[int]], list[int]]:
    """Which columns share one on a phone, and which stand below the row."""
    groups, below = list[list[int]](), list[int]()
    for at, column in enumerate(columns):
        if column.narrow == "below":
            below.append(at)
        elif column.narrow == "beneath":
            groups[-1].append(at)
        else:
            groups.append([at])
    return groups, below


def _stacked(parts: Sequence[str]) -> str:
    """The first, and the others in small print beneath it."""
    return "<br>".join([parts[0], *(f"<small>{part}</small>" for part in parts[1:] if part)])


def _look(column: Column) -> str:
    return "n" if column.number else "" if column.head else "drawn"


def _cells(found: Table, row: Sequence[Cell], groups: Sequence[Sequence[int]]) -> str:
    return "".join(
        f'<td class="{_look(found.columns[group[0]])}">{_stacked([_said(row[at]) for at in group])}</td>'
        for group in groups
    )


def _below(
    found: Table, row: Sequence[Cell], groups: Sequence[Sequence[int]], below: Sequence[int], *, total: bool
) -> str:
    """What a phone has no column for, each with its head; a total's words stand for themselves."""
    heads = ["" if total and column.wide else column.head for column in found.columns]
    told = [f"<span>{escape(heads[at])} {_said(row[at])}</span>" for at in below if row[at].text]
    return f"<tr class=more><td colspan={len(groups)}>{' '.join(told)}</td></tr>" if told else ""


def _said(cell: Cell) -> str:
    if cell.bar is not None:
        return f"<div class=bar><i style='width:{cell.bar * 100:.2f}%'></i></div>"
    said = "".join(_part(words, cases) for words, cases in cell.parts) or escape(cell.text)
    if cell.link:
        said = anchor(cell.text, cell.page, cell.link)
    if len(cell.parts) == PAIR:
        said = f"<span class=w>{said}</span>"
    return f"<span class=late>{said}</span>" if cell.loud else said


def _part(words: str, cases: Cases | None) -> str:
    if cases is None:
        return escape(words)
    return anchor(words, "demands", address.link(cases.filters, unit=cases.unit, category=cases.category))
