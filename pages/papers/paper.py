"""A paper: sections of paragraphs, numbered points and tables, in one language and already in words. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from services.demands import Filters

Link = dict[str, str]
"""The address of what stands behind a cell: the queue with exactly its cases, a unit's own analysis; empty for none."""


@dataclass(frozen=True, slots=True)
class Cases:
    """What the queue is narrowed to for a number: the codes of a unit and of a category, and the rest."""

    unit: str
    filters: Filters
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as read; `value` is what a workbook keeps of it where that is no text.

    `share` marks a value that is a fraction of 1. `bar` is the length of a bar drawn in it, a fraction of 1.
    `page` is the screen its link leads to. `parts` are the text in pieces, where its numbers open cases of their own.
    """

    text: str
    value: float | date | datetime | None = None
    share: bool = False
    link: Link = field(default_factory=dict)
    bar: float | None = None
    loud: bool = False
    page: str = "demands"
    parts: tuple[tuple[str, Cases | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column's head; numbers stand on the right. `wide` columns take the room that is left.

    `narrow` says where it stands on a phone: in a column of its own, beneath the cells of the one before, or with its
    head on a line below the row.
    """

    head: str
    number: bool = False
    wide: bool = False
    narrow: Literal["own", "beneath", "below"] = "own"


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its name; `strong` is how many of its last rows are totals."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    strong: int = 0


@dataclass(frozen=True, slots=True)
class Points:
    """Numbered points: what is said, and the small print beneath it."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Note:
    """Small print."""

    text: str


Block = str | Table | Points | Note


@dataclass(frozen=True, slots=True)
class Section:
    """A section with its heading."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole paper. `made_at` is the moment its figures are of, and the only moment its files carry.

    `name` is the file's name without an ending; `wide` asks for a page on its side.
    """

    title: str
    subtitle: str
    language: str
    made_at: datetime
    name: str
    sections: tuple[Section, ...]
    foot: str
    product: str
    wide: bool = False

    @property
    def tables(self) -> list[Table]:
        """All its tables, in order."""
        return [block for section in self.sections for block in section.blocks if isinstance(block, Table)]


def text_of(paper: Paper) -> str:
    """All of it as plain text, a table's cells parted by tabs: what two papers are compared by."""
    lines = [paper.title, paper.subtitle]
    for section in paper.sections:
        lines += ["", section.title]
        for block in section.blocks:
            lines += _lines(block)
    return "\n".join([*lines, "", paper.foot, ""])


def _lines(block: Block) -> Sequence[str]:
    match block:
        case str():
            return [block]
        case Note():
            return [block.text]
        case Points():
            return [line for said, small in block.rows for line in (said, small)]
        case Table():
            heads = "\t".join(column.head for column in block.columns)
            return [block.name, heads, *("\t".join(cell.text for cell in row) for row in block.rows)]
