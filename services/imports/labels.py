"""Categories and departments as a file names them: matched by code or name, else made, keeping the file's own label."""

import hashlib
import re
from collections.abc import Iterable

import polars as pl
from sqlmodel import Session, col, select

from models.demands import Category
from models.departments import Department
from services.access import Actor
from services.categories import CategoryRow, best, tree
from services.errors import BadInput
from services.imports.context import Context

OTHER = "other"
"""The class under which unknown categories are made; the last class where a site has none of this code."""


def own_code(prefix: str, label: str) -> str:
    """A code for a label that has none: the same label always gets the same one, at most 40 characters."""
    slug = re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")[:20]
    digest = hashlib.sha256(label.encode()).hexdigest()[:8]
    return f"{prefix}{slug}-{digest}" if slug else f"{prefix}{digest}"


class Categories:
    """The category tree of one run: label to id, or words to id."""

    def __init__(self, session: Session, actor: Actor) -> None:
        self._session = session
        self._rows = tree(session, actor)
        if not self._rows:
            raise BadInput("no_categories")
        self._ids: dict[str, int] = {}
        for row in reversed(self._rows):
            self._ids |= {row.name_en.casefold(): row.id, row.name.casefold(): row.id, row.code.casefold(): row.id}
        tops = [row for row in self._rows if row.depth == 1]
        self._other: CategoryRow = next((row for row in tops if row.code == OTHER), tops[-1])
        self._patterns = sorted({word for row in self._rows for word in row.words})

    def of_labels(self, labels: Iterable[str]) -> dict[str, int]:
        """Each label's category. A path such as 一级->二级->三级 is matched from its narrowest part up."""
        return {label: self._of(label) for label in labels}

    def _of(self, label: str) -> int:
        steps = [step.strip() for step in re.split(r"->|→|>|＞|/|\\|\|", label) if step.strip()]
        for name in (label, *reversed(steps)):
            if name.casefold() in self._ids:
                return self._ids[name.casefold()]
        made = Category(
            code=own_code(f"{OTHER}.", label), name=label, name_en=label, parent_id=self._other.id, sort=1000
        )
        self._session.add(made)
        self._session.flush()
        self._ids[label.casefold()] = made.id or 0
        return made.id or 0

    def suggested(self, texts: pl.Series) -> pl.Series:
        """The category that the words of each text suggest (services.categories.suggest), else the class of others."""
        if not self._patterns:
            return pl.Series([self._other.id] * len(texts), dtype=pl.Int64)
        found = texts.fill_null("").str.to_lowercase().str.extract_many(self._patterns, overlapping=True)
        rows, memory = self._rows, dict[frozenset[str], int]()
        chosen = []
        for words in found.to_list():
            key = frozenset(words)
            if key not in memory:
                row = best(rows, set(key))
                memory[key] = row.id if row else self._other.id
            chosen.append(memory[key])
        return pl.Series(chosen, dtype=pl.Int64)


class Departments:
    """The departments of one run: label to id and level."""

    def __init__(self, context: Context) -> None:
        self._session = context.session
        outer = context.profile.outer_levels
        self._level = outer[0].key if outer else context.profile.level_keys[0]
        self._known: dict[str, tuple[int, str]] = {}
        for row in context.session.exec(select(Department).order_by(col(Department.code).desc())):
            for name in (row.name_en, row.name, row.code):
                self._known[name.casefold()] = (row.id or 0, row.level)

    def of_labels(self, labels: Iterable[str]) -> dict[str, tuple[int, str]]:
        """Each label's department, by code or name in either language; made where there is none."""
        return {label: self._of(label) for label in labels}

    def _of(self, label: str) -> tuple[int, str]:
        key = label.casefold()
        if key not in self._known:
            made = Department(code=own_code("x-", label), name=label, name_en=label, level=self._level)
            self._session.add(made)
            self._session.flush()
            self._known[key] = (made.id or 0, made.level)
        return self._known[key]
