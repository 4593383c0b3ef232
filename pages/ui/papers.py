"""A paper on screen: each section a panel, each number that has cases a link to them; and the files to take along."""

from functools import partial
from html import escape

import streamlit as st

from pages.papers import pdf, sheets, word
from pages.papers.paper import Block, Cell, Note, Paper, Points, Section, Table
from pages.ui import layout
from pages.ui.cases import anchor
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


def section(found: Section, key: str) -> None:
    """One section."""
    with layout.panel(f"section-{key}", found.title):
        for block in found.blocks:
            _block(block, found.title)


def _block(block: Block, title: str) -> None:
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
            st.html(table(block))


def _points(block: Points) -> str:
    rows = "".join(f"<li>{escape(said)}<br><small>{escape(small)}</small></li>" for said, small in block.rows)
    return f"<ol class=sg-points>{rows}</ol>"


def table(found: Table) -> str:
    """A table of real text; it scrolls sideways by itself where the screen is narrow."""
    heads = "".join(f'<th class="{"n" if each.number else ""}">{escape(each.head)}</th>' for each in found.columns)
    last = len(found.rows) - found.strong
    lines = "".join(
        f"<tr{' class=total' if at >= last else ''}>"
        + "".join(_cell(cell, number=each.number) for each, cell in zip(found.columns, row, strict=True))
        + "</tr>"
        for at, row in enumerate(found.rows)
    )
    head = f"<thead><tr>{heads}</tr></thead>"
    return f'<div class=sg-scroll><table class="sg-table sg-rank">{head}<tbody>{lines}</tbody></table></div>'


def _cell(cell: Cell, *, number: bool) -> str:
    if cell.bar is not None:
        return f"<td><div class=bar><i style='width:{cell.bar * 100:.2f}%'></i></div></td>"
    text = anchor(cell.text, cell.page, cell.link) if cell.link else escape(cell.text)
    look = " ".join(filter(None, ("n" if number else "", "late" if cell.loud else "")))
    return f'<td class="{look}">{text}</td>'
