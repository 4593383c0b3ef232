"""Finding a unit by what a file calls it: its code, or its name in any of the ways a name is written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, or_
from sqlmodel import Session, col, select

from models.units import MAX_DEPTH, Unit, UnitAncestor
from services.access import Actor
from services.imports.bulk import parts

COMMITTEES = (
    "社区居民委员会", "社区居委会", "居民委员会", "居委会", "村民委员会", "村委会",
)  # fmt: skip
"""What a committee's name ends with, the longest first."""
_COLUMNS: list[Any] = [
    getattr(Unit, name) for name in ("id", "code", "level", "name", "short_name", "name_en", "valid_to")
]
ENDINGS = ("行政村", "自然村", "社区", "村", "街道办事处", "街道", "镇", "乡", "")


@dataclass(frozen=True, slots=True)
class Place:
    """A unit as far as an import needs it; `path` are its ancestors' ids by depth, itself among them."""

    id: int
    code: str
    level: str
    seen: bool
    path: tuple[int | None, ...]


def short_name(name: str, above: Sequence[str] = ()) -> str:
    """The name as said on site: 霍坡村民委员会 is 霍坡村, 雁山社区居民委员会 is 雁山社区.

    `above` are the names of the units above it, the top first; each is taken off the front where it stands there:
    济源市承留镇 below 济源市 is 承留镇.
    """
    rest = name.strip()
    for prefix in above:
        if len(prefix) > 1 and rest.startswith(prefix) and len(rest) - len(prefix) >= 2:
            rest = rest[len(prefix) :]
    for ending in COMMITTEES:
        base = rest.removesuffix(ending)
        if base != rest and base:
            kind = "村" if ending.startswith("村") else "社区"
            return base if base.endswith(kind) else base + kind
    return rest


def spellings(written: str) -> list[str]:
    """The names under which a unit may be stored that a file calls `written`, the nearest first."""
    short = short_name(written)
    base = next((short.removesuffix(ending) for ending in ENDINGS if short.endswith(ending) and short != ending), short)
    return list(dict.fromkeys((written, short, *(base + ending for ending in ("村", "社区", "")))))


class Places:
    """The units a file names, looked up once for each distinct word. A name that two units bear is nobody's."""

    def __init__(self, session: Session, actor: Actor) -> None:
        self._session = session
        self._actor = actor
        self._found: dict[str, Place | None] = {}

    def of(self, words: Iterable[str]) -> dict[str, Place | None]:
        """Each word with its unit, or None. A few queries, however many words."""
        new = sorted({word for word in words if word} - set(self._found))
        for some in parts(new, 1500):
            self._look_up(some)
        return self._found

    def _look_up(self, words: list[str]) -> None:
        tries = {word: spellings(word) for word in words}
        names = sorted({name for each in tries.values() for name in each})
        named = or_(
            col(Unit.code).in_(words), col(Unit.name).in_(names), col(Unit.short_name).in_(names),
            col(Unit.name_en).in_(words),
        )  # fmt: skip
        rows = self._session.execute(select(*_COLUMNS).where(named)).all()
        by_code = {row.code: row for row in rows}
        by_name: dict[str, dict[int, Row[Any]]] = {}
        for row in rows:
            if row.valid_to is None:
                for name in {row.name, row.short_name, row.name_en}:
                    by_name.setdefault(name, {})[row.id] = row
        chosen: dict[str, Row[Any] | None] = {word: by_code.get(word) or _only(tries[word], by_name) for word in words}
        paths = paths_of(self._session, [row.id for row in chosen.values() if row is not None])
        for word, found in chosen.items():
            self._found[word] = None if found is None else self._place(found, paths[found.id])

    def _place(self, row: Row[Any], path: tuple[int | None, ...]) -> Place:
        seen = self._actor.is_system or self._actor.unit_id in path
        return Place(id=row.id, code=row.code, level=row.level, seen=seen, path=path)

    def by_id(self, unit_id: int) -> Place:
        """The place of a unit that is known to exist."""
        row = self._session.execute(select(*_COLUMNS).where(col(Unit.id) == unit_id)).one()
        return self._place(row, paths_of(self._session, [unit_id])[unit_id])


def _only(names: Sequence[str], by_name: dict[str, dict[int, Row[Any]]]) -> Row[Any] | None:
    for name in names:
        found = by_name.get(name, {})
        if found:
            return next(iter(found.values())) if len(found) == 1 else None
    return None


def paths_of(session: Session, unit_ids: Iterable[int]) -> dict[int, tuple[int | None, ...]]:
    """The ancestors' ids of each unit, by depth: what stands in a1_id..a8_id of a demand filed there."""
    paths: dict[int, list[int | None]] = {unit_id: [None] * MAX_DEPTH for unit_id in unit_ids}
    for some in parts(paths):
        rows = session.execute(
            select(UnitAncestor.unit_id, Unit.depth, Unit.id)
            .join(Unit, col(Unit.id) == UnitAncestor.ancestor_id)
            .where(col(UnitAncestor.unit_id).in_(some))
        )
        for unit_id, depth, ancestor_id in rows:
            paths[unit_id][depth - 1] = ancestor_id
    return {unit_id: tuple(path) for unit_id, path in paths.items()}
