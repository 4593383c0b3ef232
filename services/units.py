"""Units: the tree, one unit with who answers for it, outlines for the map, and adding or changing units."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, case, func, or_
from sqlmodel import Session, col, select

from models.accounts import Permission
from models.people import Person, Post, PostRole
from models.units import Unit, UnitAncestor
from services import sites
from services.access import Actor, mask_name, mask_phone, require
from services.errors import NotFound


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit as listed or picked. `population` in people, `area_m2` in square metres, `colour` an index."""

    id: int
    code: str
    name: str
    name_en: str
    level: str
    depth: int
    parent_id: int | None
    sort: int
    population: int | None
    area_m2: float | None
    colour: int | None
    longitude: float | None
    latitude: float | None


@dataclass(frozen=True, slots=True)
class PostRow:
    """Who holds a post at a unit now. Name and phone are masked without the permission."""

    person_id: int
    name: str
    phone: str | None
    role: PostRole
    party_member: bool
    starts_on: date


@dataclass(frozen=True, slots=True)
class OutlineRow:
    """A unit's outline for drawing: GeoJSON geometry in degrees (WGS 84)."""

    unit: UnitRow
    geometry: dict[str, Any]


_FIELDS: tuple[Any, ...] = (
    Unit.id, Unit.code, Unit.short_name, Unit.name_en, Unit.level, Unit.depth, Unit.parent_id, Unit.sort,
    Unit.population, Unit.area_m2, Unit.colour, Unit.longitude, Unit.latitude,
)  # fmt: skip


_ALL = select(*_FIELDS)
_ABOVE = _ALL.join(UnitAncestor, col(UnitAncestor.ancestor_id) == Unit.id).where(
    col(UnitAncestor.unit_id) == bindparam("unit")
)
_BELOW = _ALL.join(UnitAncestor, col(UnitAncestor.unit_id) == Unit.id).where(
    col(UnitAncestor.ancestor_id) == bindparam("unit"), col(Unit.valid_to).is_(None)
)
_SORTED = (Unit.depth, Unit.sort, Unit.code)
_TOP = _ALL.order_by(case((col(Unit.code) == bindparam("code"), 0), else_=1), Unit.depth, Unit.sort).limit(1)
_ONE = _ALL.where(col(Unit.id) == bindparam("unit"))
_OF_CODE = _ALL.where(col(Unit.code) == bindparam("code"))
_OF_CODE_INSIDE = _OF_CODE.join(UnitAncestor, col(UnitAncestor.unit_id) == Unit.id).where(
    col(UnitAncestor.ancestor_id) == bindparam("scope")
)
_CHILDREN = _ALL.where(col(Unit.parent_id) == bindparam("unit"), col(Unit.valid_to).is_(None)).order_by(
    Unit.sort, Unit.code
)
_ANCESTORS = _ABOVE.order_by(Unit.depth)
_SPOKEN = _ABOVE.where(
    or_(col(Unit.level) == bindparam("level"), col(UnitAncestor.ancestor_id) == bindparam("unit"))
).order_by(Unit.depth)
_OF_LEVEL = _BELOW.where(col(Unit.level) == bindparam("level")).order_by(*_SORTED)
_WHOLE = _BELOW.order_by(*_SORTED)
_OUTLINES = (
    _BELOW.add_columns(col(Unit.outline))
    .where(col(Unit.level) == bindparam("level"), col(Unit.outline).is_not(None))
    .order_by(*_SORTED)
)
_COUNTS = (
    select(Unit.level, func.count())
    .join(UnitAncestor, col(UnitAncestor.unit_id) == Unit.id)
    .where(col(UnitAncestor.ancestor_id) == bindparam("unit"), col(Unit.valid_to).is_(None))
    .group_by(Unit.level)
)
"""Built once and read without the ORM: nearly every screen names its unit and the units round it."""


def _rows(session: Session, statement: Any, **values: Any) -> list[UnitRow]:
    return [UnitRow(*row) for row in session.connection().execute(statement, values)]


def top(session: Session, actor: Actor) -> UnitRow:
    """The unit the actor's scope begins at; for the system the site's top. Raises NotFound where there is none."""
    if actor.unit_id is not None:
        return one(session, actor, actor.unit_id)
    found = _rows(session, _TOP, code=sites.profile(session).top)
    if not found:
        raise NotFound("no_units")
    return found[0]


def one(session: Session, actor: Actor, unit_id: int) -> UnitRow:
    """One unit of the actor's subtree. Raises NotFound."""
    depth_of(session, actor, unit_id)
    return _rows(session, _ONE, unit=unit_id)[0]


def by_code(session: Session, actor: Actor, code: str) -> UnitRow:
    """One unit of the actor's subtree by its official code. Raises NotFound."""
    if actor.is_system:
        found = _rows(session, _OF_CODE, code=code)
    else:
        found = _rows(session, _OF_CODE_INSIDE, code=code, scope=actor.unit_id)
    if not found:
        raise NotFound("unit_not_found", unit=code)
    return found[0]


def children(session: Session, actor: Actor, unit_id: int) -> list[UnitRow]:
    """The units directly below one, in their order."""
    depth_of(session, actor, unit_id)
    return _rows(session, _CHILDREN, unit=unit_id)


def ancestors(session: Session, actor: Actor, unit_id: int) -> list[UnitRow]:
    """From the actor's own top down to the unit itself: the breadcrumb."""
    depth_of(session, actor, unit_id)
    found = _rows(session, _ANCESTORS, unit=unit_id)
    if actor.is_system:
        return found
    return found[[row.id for row in found].index(actor.unit_id or 0) :]


def spoken(session: Session, actor: Actor, unit_id: int) -> list[UnitRow]:
    """How people name a unit: its village (the profile's ranking level) before it, where it lies in one.

    The village of one's own grid may lie above one's scope; its name is no secret, so it is told all the same.
    """
    depth_of(session, actor, unit_id)
    return _rows(session, _SPOKEN, unit=unit_id, level=sites.profile(session).ranking_level)


def below(session: Session, actor: Actor, unit_id: int, level: str | None = None) -> list[UnitRow]:
    """The present units of the subtree under `unit_id` (itself included), of one level where given, in tree order."""
    depth_of(session, actor, unit_id)
    if level is None:
        return _rows(session, _WHOLE, unit=unit_id)
    return _rows(session, _OF_LEVEL, unit=unit_id, level=level)


def outlines(session: Session, actor: Actor, unit_id: int, level: str) -> list[OutlineRow]:
    """The outlines of one level's units in the subtree; units without an outline are left out."""
    depth_of(session, actor, unit_id)
    rows = session.connection().execute(_OUTLINES, {"unit": unit_id, "level": level})
    return [OutlineRow(UnitRow(*row[:-1]), json.loads(row[-1])) for row in rows]


def counts(session: Session, actor: Actor, unit_id: int) -> dict[str, int]:
    """How many present units of each level the subtree has, itself included."""
    depth_of(session, actor, unit_id)
    return dict(session.connection().execute(_COUNTS, {"unit": unit_id}).all())


def posts(session: Session, actor: Actor, unit_id: int, on: date) -> list[PostRow]:
    """Who holds which post at the unit on that day; leaders and chiefs first; masked without permission."""
    depth_of(session, actor, unit_id)
    rows = session.exec(
        select(Person, Post)
        .join(Post, col(Post.person_id) == Person.id)
        .where(
            Post.unit_id == unit_id,
            col(Post.starts_on) <= on,
            or_(col(Post.ends_on).is_(None), col(Post.ends_on) > on),
        )
        .order_by(Post.role, Person.name)
    ).all()
    personal = actor.may(Permission.SEE_PERSONAL)
    order = list(PostRole)
    found = [
        PostRow(
            person_id=person.id or 0, name=person.name if personal else mask_name(person.name) or "",
            phone=person.phone if personal else mask_phone(person.phone),
            role=post.role, party_member=person.party_member, starts_on=post.starts_on,
        )
        for person, post in rows
    ]  # fmt: skip
    return sorted(found, key=lambda row: order.index(row.role))


_DEPTH = (
    select(Unit.depth)
    .join(UnitAncestor, col(UnitAncestor.unit_id) == Unit.id)
    .where(col(Unit.id) == bindparam("unit"), col(UnitAncestor.ancestor_id) == bindparam("scope"))
)
_DEPTH_OF_LEVEL = select(Unit.depth).where(col(Unit.level) == bindparam("level")).limit(1)
"""Built once and read without the ORM: every queue asks these first, and the row holds a whole outline."""


def depth_of(session: Session, actor: Actor, unit_id: int) -> int:
    """The depth of a unit of the actor's subtree: names the ancestor column of demands. Raises NotFound.

    Asked once a transaction: a screen's reads all begin with it, and no unit ever changes its depth.
    """
    scope = unit_id if actor.is_system else actor.unit_id
    known: dict[tuple[int, int | None], int] = session.info.setdefault("depths", {})
    if (unit_id, scope) not in known:
        depth = session.connection().execute(_DEPTH, {"unit": unit_id, "scope": scope}).scalar()
        if depth is None:
            raise NotFound("unit_not_found", unit=unit_id)
        known[unit_id, scope] = depth
    return known[unit_id, scope]


def depth_of_ranking(session: Session) -> int:
    """The depth of the profile's ranking level (villages), 0 while the site has no such unit. Once a transaction."""
    if not session.info.get("ranking_depth"):
        level = sites.profile(session).ranking_level
        session.info["ranking_depth"] = session.connection().execute(_DEPTH_OF_LEVEL, {"level": level}).scalar()
    return session.info["ranking_depth"] or 0


def add_top(session: Session, actor: Actor, *, now: datetime) -> int:
    """Store the profile's top unit in a site without units, so that accounts have a place before the import."""
    require(actor, Permission.MANAGE)
    profile = sites.profile(session)
    unit = Unit(
        code=profile.top, name=profile.name.zh, short_name=profile.name.zh, name_en=profile.name.en,
        level=profile.levels[0].key, depth=1, valid_from=now.astimezone(profile.zone).date(),
    )  # fmt: skip
    add_all(session, [unit], [None])
    return unit.id or 0


def add_all(session: Session, rows: Sequence[Unit], parents: Sequence[str | None]) -> None:
    """Store new units, parents before children; `parents` are the codes of each row's parent. Keeps the closure.

    Not for screens: the caller has checked who may.
    """
    known = dict(session.exec(select(Unit.code, Unit.id)).all())
    above: dict[int, list[tuple[int, int]]] = {}
    for link in session.exec(select(UnitAncestor)):
        above.setdefault(link.unit_id, []).append((link.ancestor_id, link.distance))
    for unit, parent in zip(rows, parents, strict=True):
        unit.parent_id = known[parent] if parent else None
        session.add(unit)
        session.flush()
        if unit.id is None:
            raise ValueError("the unit was not stored")
        known[unit.code] = unit.id
        chain = [(unit.id, 0), *((one_above, far + 1) for one_above, far in above.get(unit.parent_id or 0, []))]
        above[unit.id] = chain
        session.add_all(UnitAncestor(unit_id=unit.id, ancestor_id=up, distance=far) for up, far in chain)
    sites.units_changed(session)
    session.flush()
