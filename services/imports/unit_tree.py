"""The tree of units as it is, and as it would be with a file laid over it; storing it with its closure."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import delete
from sqlmodel import select

from models.accounts import Permission
from models.units import LEVELS, MAX_DEPTH, Unit, UnitAncestor
from services import sites
from services.imports import bulk
from services.imports.context import Context
from services.imports.names import in_latin
from services.imports.places import short_name

STORED = (
    "id", "code", "name", "short_name", "name_en", "level", "depth", "parent_id", "sort", "population", "area_m2",
    "longitude", "latitude",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Node:
    """A unit as it is here, or as the file says it should be. `id` 0 until it is stored; `parent` is a code."""

    id: int
    code: str
    name: str
    short_name: str
    name_en: str
    level: str
    depth: int
    parent: str | None
    sort: int
    population: int | None
    area_m2: float | None
    longitude: float | None
    latitude: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the file, cleaned."""

    number: int
    code: str
    name: str
    level: str
    parent: str | None
    name_en: str | None
    population: int | None
    area_m2: float | None
    longitude: float | None
    latitude: float | None


class Tree:
    """The units as they are, and as they would be with the file laid over them."""

    def __init__(self, nodes: dict[str, Node]) -> None:
        self.before = nodes
        self.after = dict(nodes)
        self.laid: set[str] = set()
        self._chains: dict[str, tuple[str, ...] | None] = {}

    @classmethod
    def of(cls, context: Context) -> "Tree":
        """The present tree, in one query."""
        columns = [getattr(Unit, name) for name in STORED]
        rows = context.session.execute(select(*columns)).all()
        codes = {row.id: row.code for row in rows}
        nodes = {}
        for row in rows:
            told = dict(zip(STORED, row, strict=True))
            told["parent"] = codes.get(told.pop("parent_id"))
            nodes[row.code] = Node(**told)
        return cls(nodes)

    def lay(self, lines: dict[str, Line], context: Context) -> list[tuple[str, str, Line]]:
        """Lay the file's lines over the tree; gives back those that do not fit, with column and reason."""
        for sort, line in enumerate(lines.values()):
            self.after[line.code] = _node(line, self.before.get(line.code), sort)
        bad: list[tuple[str, str, Line]] = []
        self.laid = set(lines)
        while found := self._misfits(lines):
            bad += found
            for _, _, line in found:
                self._take_back(line.code)
        self._name_all(lines)
        out = [lines[code] for code in self.laid if self._outside(code, context)]
        for line in out:
            self._take_back(line.code)
        return bad + [("code", "outside_scope", line) for line in out]

    def _take_back(self, code: str) -> None:
        self.laid.discard(code)
        self._chains.clear()
        if code in self.before:
            self.after[code] = self.before[code]
        else:
            self.after.pop(code, None)

    def chain(self, code: str) -> tuple[str, ...] | None:
        """The codes from the unit up to its root; None where a parent is missing, a circle closes or it is too deep."""
        if code in self._chains:
            return self._chains[code]
        climbed: list[str] = []
        at: str | None = code
        rest: tuple[str, ...] | None = ()
        while at is not None and rest == ():
            if at not in self.after or at in climbed or len(climbed) >= MAX_DEPTH:
                rest = None
            elif at in self._chains:
                rest = self._chains[at]
            else:
                climbed.append(at)
                at = self.after[at].parent
        for number, each in enumerate(climbed):
            whole = None if rest is None else (*climbed[number:], *rest)
            self._chains[each] = whole if whole is None or len(whole) <= MAX_DEPTH else None
        return self._chains.get(code)

    def _misfits(self, lines: dict[str, Line]) -> list[tuple[str, str, Line]]:
        """The lines that do not fit now: first those without a parent, for what hangs below them falls with them."""
        laid = [code for code in lines if code in self.laid]
        orphans = [code for code in laid if (up := self.after[code].parent) is not None and up not in self.after]
        if orphans:
            return [("parent_code", "parent_unknown", lines[code]) for code in orphans]
        wrong = [code for code in laid if self.chain(code) is None]
        if wrong:
            return [("parent_code", "tree_wrong", lines[code]) for code in wrong]
        return [("level", "level_order", lines[code]) for code in laid if self._out_of_order(code)]

    def _out_of_order(self, code: str) -> bool:
        node = self.after[code]
        return node.parent is not None and LEVELS.index(node.level) <= LEVELS.index(self.after[node.parent].level)

    def _name_all(self, lines: dict[str, Line]) -> None:
        """Depths, and short and Latin names, which need the names above."""
        for code in self.after:
            chain = self.chain(code) or (code,)
            node = replace(self.after[code], depth=len(chain))
            if code in self.laid:
                before = self.before.get(code)
                if before is None or before.name != node.name:
                    short = short_name(node.name, [self.after[up].name for up in reversed(chain[1:])])
                    node = replace(node, short_name=short, name_en=lines[code].name_en or in_latin(short))
            self.after[code] = node

    def _outside(self, code: str, context: Context) -> bool:
        """Whether the actor may not lay this one: only what changes counts, and the administrator of a root may all."""
        actor = context.actor
        if actor.is_system or self.after[code] == self.before.get(code):
            return False
        if actor.may(Permission.MANAGE) and actor.depth == 1:
            return False
        own = {node.id for up in self.chain(code) or () if (node := self.before.get(up))}
        before = self.before.get(code)
        return actor.unit_id not in own or (before is not None and before.id == actor.unit_id)

    def difference(self) -> tuple[list[str], set[str]]:
        """The codes of new units, parents first, and of those here that change, be it only in depth."""
        fresh = sorted(
            (code for code in self.after if code not in self.before), key=lambda code: self.after[code].depth
        )
        changed = {code for code, node in self.before.items() if self.after[code] != node}
        return fresh, changed

    def moved_depths(self) -> list[str]:
        """The units here whose depth would change."""
        return [code for code, node in self.before.items() if self.after[code].depth != node.depth]

    def store(self, context: Context, fresh: list[str], changed: set[str]) -> None:
        """Store the new tree and its closure."""
        session = context.session
        table: Any = Unit.__table__  # type: ignore[attr-defined]
        ids = {code: node.id for code, node in self.before.items()}
        ids |= dict(zip(fresh, bulk.take_ids(session, table, len(fresh)), strict=True))
        opened = date.fromisoformat(context.today).isoformat()
        bulk.insert(session, table, (*STORED, "valid_from"), [(*self._row(code, ids), opened) for code in fresh])
        bulk.update(session, table, STORED[1:], [(*self._row(code, ids)[1:], ids[code]) for code in sorted(changed)])
        self._store_closure(context, ids, fresh)
        session.expire_all()
        sites.units_changed(session)
        session.flush()

    def _row(self, code: str, ids: dict[str, int]) -> tuple[Any, ...]:
        node = self.after[code]
        parent = None if node.parent is None else ids[node.parent]
        told = {name: getattr(node, name) for name in STORED if name not in {"id", "parent_id"}}
        return tuple((told | {"id": ids[code], "parent_id": parent})[name] for name in STORED)

    def _store_closure(self, context: Context, ids: dict[str, int], fresh: list[str]) -> None:
        """Write the ancestors of the new units, and anew those of every unit whose chain changed."""
        old = Tree(self.before)
        moved = [code for code in self.before if old.chain(code) != self.chain(code)]
        for some in bulk.parts(ids[code] for code in moved):
            context.session.execute(delete(UnitAncestor).where(UnitAncestor.unit_id.in_(some)))  # type: ignore[attr-defined]
        table: Any = UnitAncestor.__table__  # type: ignore[attr-defined]
        for some_codes in bulk.parts((*moved, *fresh), 50_000):
            rows = [(ids[code], ids[up], far) for code in some_codes for far, up in enumerate(self.chain(code) or ())]
            bulk.insert(context.session, table, ("unit_id", "ancestor_id", "distance"), rows)


def _node(line: Line, before: Node | None, sort: int) -> Node:
    """The unit a line asks for. What the file leaves empty stays as it is here; so does the order among siblings."""
    if before is None:
        return Node(
            id=0, code=line.code, name=line.name, short_name="", name_en="", level=line.level, depth=0,
            parent=line.parent, sort=sort, population=line.population, area_m2=line.area_m2,
            longitude=line.longitude, latitude=line.latitude,
        )  # fmt: skip
    return replace(
        before, name=line.name, level=line.level, parent=line.parent or before.parent,
        name_en=line.name_en or before.name_en,
        population=before.population if line.population is None else line.population,
        area_m2=before.area_m2 if line.area_m2 is None else line.area_m2,
        longitude=before.longitude if line.longitude is None else line.longitude,
        latitude=before.latitude if line.latitude is None else line.latitude,
    )  # fmt: skip
