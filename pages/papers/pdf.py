"""A paper as PDF: A4, with the Chinese font embedded and only the signs it needs. The same paper, the same bytes."""

import json
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import Any

import typst
from pylopdf_fonts_zh_cn import sans_path

from pages.papers.paper import Block, Note, Paper, Points, Table

TEMPLATE = Path(__file__).with_name("paper.typ")


def drawn(paper: Paper) -> bytes:
    """The paper as a PDF file."""
    found = _compiler().compile(
        input=TEMPLATE, format="pdf", sys_inputs={"paper": data_of(paper)}, timestamp=int(paper.made_at.timestamp())
    )
    if not isinstance(found, bytes):
        raise TypeError("one file was expected")
    return found


def pictures(paper: Paper, ppi: float = 80) -> list[bytes]:
    """Its pages as PNG pictures, to look at."""
    found = _compiler().compile(input=TEMPLATE, format="png", ppi=ppi, sys_inputs={"paper": data_of(paper)})
    return found if isinstance(found, list) else [found] if found else []


@cache
def _compiler() -> typst.Compiler:
    """Reads the packaged font alone: what a machine has installed changes nothing."""
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[Path(sans_path()).parent]
    )  # fmt: skip
    return typst.Compiler(input=TEMPLATE, root=TEMPLATE.parent, font_paths=fonts, ignore_system_fonts=True)


def data_of(paper: Paper) -> str:
    """The paper as the template reads it."""
    made = paper.made_at.astimezone(UTC)  # a PDF without a zone is read as one of UTC
    day = {name: getattr(made, name) for name in ("year", "month", "day", "hour", "minute", "second")}
    facts = {name: getattr(paper, name) for name in ("title", "subtitle", "language", "foot", "product", "wide")}
    sections = [
        {"title": section.title, "blocks": [_block(block) for block in section.blocks]} for section in paper.sections
    ]
    return json.dumps({**facts, "made": day, "sections": sections}, ensure_ascii=False)


def _block(block: Block) -> dict[str, Any]:
    match block:
        case str():
            return {"kind": "text", "text": block}
        case Note():
            return {"kind": "note", "text": block.text}
        case Points():
            return {"kind": "points", "rows": [list(row) for row in block.rows]}
        case Table():
            return _table(block)


def _table(table: Table) -> dict[str, Any]:
    columns = [{"head": each.head, "number": each.number, "wide": each.wide} for each in table.columns]
    rows = [[{"text": cell.text, "bar": cell.bar, "loud": cell.loud} for cell in row] for row in table.rows]
    return {"kind": "table", "name": table.name, "columns": columns, "rows": rows, "strong": table.strong}
