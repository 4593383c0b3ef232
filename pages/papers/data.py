"""A paper as data, for programs: its words, and in tables the numbers as numbers, shares as fractions of 1. Pure."""

from datetime import date
from typing import Any

from pages.papers.paper import Block, Cell, Note, Paper, Points, Table


def of(paper: Paper) -> dict[str, Any]:
    """The paper; moments and days are written as ISO."""
    sections = [
        {"title": section.title, "blocks": [_block(block) for block in section.blocks]} for section in paper.sections
    ]
    return {
        "title": paper.title, "subtitle": paper.subtitle, "as_of": paper.made_at.isoformat(), "sections": sections,
        "foot": paper.foot,
    }  # fmt: skip


def _block(block: Block) -> dict[str, Any]:
    match block:
        case str():
            return {"text": block}
        case Note():
            return {"note": block.text}
        case Points():
            return {"points": [{"text": said, "note": small} for said, small in block.rows]}
        case Table():
            rows = [[_value(cell) for cell in row] for row in block.rows]
            return {"table": block.name, "columns": [column.head for column in block.columns], "rows": rows}


def _value(cell: Cell) -> str | float | None:
    if isinstance(cell.value, date):
        return cell.value.isoformat()
    if cell.value is not None:
        return cell.value
    return cell.bar if cell.bar is not None else cell.text
