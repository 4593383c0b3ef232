"""The category tree, and which category the words of a text suggest."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlmodel import Session, col, select

from models.accounts import Permission
from models.demands import Category
from services.access import Actor, require


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A node of the tree; `depth` 1 for the top classes."""

    id: int
    code: str
    name: str
    name_en: str
    parent_id: int | None
    depth: int
    words: tuple[str, ...]


def tree(session: Session, actor: Actor) -> list[CategoryRow]:
    """All categories in the order of the tree: a class, then its parts. One query. Raises NotAllowed."""
    require(actor, Permission.SEE_DEMANDS)
    return list(_tree(tuple(session.connection().execute(_ALL).all())))


_ALL = select(
    Category.id, Category.code, Category.name, Category.name_en, Category.parent_id, Category.words,
).order_by(col(Category.sort), col(Category.code))  # type: ignore[call-overload]  # fmt: skip


@lru_cache(maxsize=8)
def _tree(rows: tuple[Any, ...]) -> tuple[CategoryRow, ...]:
    """The rows as a tree; every screen with demands asks for the same."""
    below: dict[int | None, list[Any]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    return tuple(_walk(below, None, 1))


def _walk(below: dict[int | None, list[Any]], parent_id: int | None, depth: int) -> Iterable[CategoryRow]:
    for row in below.get(parent_id, ()):
        words = tuple(word.casefold() for word in row.words.split())
        yield CategoryRow(row.id, row.code, row.name, row.name_en, row.parent_id, depth, words)
        yield from _walk(below, row.id, depth + 1)


def suggest(session: Session, actor: Actor, text: str) -> CategoryRow | None:
    """The category whose words the text holds; None where it holds none. Raises NotAllowed."""
    rows = tree(session, actor)
    folded = text.casefold()
    return best(rows, {word for row in rows for word in row.words if word in folded})


def best(rows: Iterable[CategoryRow], found: set[str]) -> CategoryRow | None:
    """The category with the longest of the words found; then the narrower one; then the one with more of them."""
    if not found:
        return None
    scored = [(score, row) for row in rows if (score := _score(row, found))]
    return max(scored, key=lambda each: each[0])[1] if scored else None


def _score(row: CategoryRow, found: set[str]) -> tuple[int, int, int] | None:
    hits = [len(word) for word in row.words if word in found]
    return (max(hits), row.depth, sum(hits)) if hits else None
