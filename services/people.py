"""People who serve: who answers for which unit on a day, where nobody does, and changing posts with their dates.

A post is never overwritten: it ends on a day, and another begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models.accounts import Permission
from models.people import Person, Post, PostRole
from models.units import Unit, UnitAncestor
from services import audit
from services.access import Actor, mask_name, mask_phone, require, require_unit
from services.errors import BadInput, NotFound, Refused

PAGE_SIZE = 50

ANSWERING = (PostRole.LEADER, PostRole.CHIEF, PostRole.SUPERVISOR, PostRole.GRID_MEMBER)
"""Whoever holds one of these at a unit answers for it; cadres and posted party members help."""

ANSWERS_AT = {
    "province": PostRole.LEADER, "city": PostRole.LEADER, "county": PostRole.LEADER, "township": PostRole.LEADER,
    "village": PostRole.CHIEF, "natural_village": PostRole.SUPERVISOR, "grid": PostRole.GRID_MEMBER,
    "unit": PostRole.GRID_MEMBER,
}  # fmt: skip
"""The post that answers for a unit of a level: one holder at a time."""

_Parent = aliased(Unit)
_UNIT: tuple[Any, ...] = (
    Unit.id, Unit.code, Unit.short_name, Unit.name_en, Unit.level, _Parent.short_name, _Parent.name_en,
)  # fmt: skip
_POST: tuple[Any, ...] = (
    Post.unit_id, Post.id, Post.person_id, Person.name, Person.phone, Person.party_member, Post.role, Post.starts_on,
    Post.ends_on,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A person's post; `ends_on` is the first day it no longer holds.

    Name and phone are masked for those who may see no personal data.
    """

    id: int
    person_id: int
    name: str
    phone: str | None
    party_member: bool
    role: PostRole
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class ServingRow:
    """A unit with who answers for it and who helps there on a day. `answering` is empty where the post is vacant."""

    unit_id: int
    code: str
    name: str
    name_en: str
    level: str
    parent: str | None
    parent_en: str | None
    answering: tuple[HeldPost, ...]
    helping: tuple[HeldPost, ...]


@dataclass(frozen=True, slots=True)
class ServingPage:
    """One page of units; `total` and `vacant` count all that the filters keep."""

    rows: tuple[ServingRow, ...]
    total: int
    vacant: int


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Someone who can be given a post, with the posts held now: (role, unit, unit's English name)."""

    id: int
    name: str
    phone: str | None
    posts: tuple[tuple[PostRole, str, str], ...]


def held_on(day: date) -> ColumnElement[bool]:
    """The condition on Post for those held on a day."""
    return and_(col(Post.starts_on) <= day, or_(col(Post.ends_on).is_(None), col(Post.ends_on) > day))


def is_answered(day: date) -> ColumnElement[bool]:
    """The condition on Unit for those somebody answers for on a day; the others' posts are vacant."""
    return exists().where(col(Post.unit_id) == col(Unit.id), col(Post.role).in_(ANSWERING), held_on(day))


def serving(
    session: Session,
    actor: Actor,
    unit_id: int,
    on: date,
    *,
    level: str | None = None,
    text: str = "",
    vacant_only: bool = False,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> ServingPage:
    """Who answers for the units of a subtree on a day: vacant posts first, then by code. Four queries a page.

    `text` is looked for in names of units and of people who serve there. Raises NotFound out of scope.
    """
    require_unit(session, actor, unit_id)
    answered = is_answered(on)
    inside = _inside(unit_id, on, level, text)
    counted = select(func.count(), func.count(case((~answered, 1)))).select_from(Unit).where(*inside)
    total, vacant = session.connection().execute(counted).one()
    statement = (
        select(*_UNIT)
        .join(_Parent, col(_Parent.id) == Unit.parent_id, isouter=True)
        .where(*inside, *([~answered] if vacant_only else []))
        .order_by(case((answered, 1), else_=0), Unit.code)
        .offset((page - 1) * size)
        .limit(size)
    )
    units = session.connection().execute(statement).all()
    posts = _posts(session, actor, [unit[0] for unit in units], held_on(on))
    rows = tuple(_serving(unit, posts.get(unit[0], [])) for unit in units)
    return ServingPage(rows, vacant if vacant_only else total, vacant)


def _inside(unit_id: int, on: date, level: str | None, text: str) -> list[ColumnElement[bool]]:
    below = select(col(UnitAncestor.unit_id)).where(col(UnitAncestor.ancestor_id) == unit_id)
    inside: list[ColumnElement[bool]] = [col(Unit.id).in_(below), col(Unit.valid_to).is_(None)]
    if level:
        inside.append(col(Unit.level) == level)
    if text.strip():
        like = {"autoescape": True}
        served = exists().where(
            col(Post.unit_id) == col(Unit.id), col(Person.id) == col(Post.person_id), held_on(on),
            col(Person.name).contains(text.strip(), **like),
        )  # fmt: skip
        names = (col(Unit.name), col(Unit.name_en))
        inside.append(or_(served, *(func.lower(name).contains(text.strip().lower(), **like) for name in names)))
    return inside


def _serving(unit: Sequence[Any], posts: list[HeldPost]) -> ServingRow:
    answering = tuple(post for post in posts if post.role in ANSWERING)
    helping = tuple(post for post in posts if post.role not in ANSWERING)
    unit_id, code, name, name_en, level, parent, parent_en = unit
    return ServingRow(unit_id, code, name, name_en, level, parent, parent_en, answering, helping)


def _posts(
    session: Session, actor: Actor, unit_ids: Sequence[int], condition: ColumnElement[bool]
) -> dict[int, list[HeldPost]]:
    """Posts of units by unit, in the order of roles, the newest first."""
    personal = actor.may(Permission.SEE_PERSONAL)
    rows = session.connection().execute(
        select(*_POST)
        .join(Person, col(Person.id) == Post.person_id)
        .where(col(Post.unit_id).in_(unit_ids), condition)
        .order_by(col(Post.starts_on).desc(), Person.name)
    )  # fmt: skip
    found: dict[int, list[HeldPost]] = {}
    for unit_id, post_id, person_id, name, phone, *rest in rows:
        shown = (name, phone) if personal else (mask_name(name) or "", mask_phone(phone))
        found.setdefault(unit_id, []).append(HeldPost(post_id, person_id, *shown, *rest))
    order = list(PostRole)
    return {unit_id: sorted(posts, key=lambda post: order.index(post.role)) for unit_id, posts in found.items()}


def history(session: Session, actor: Actor, unit_id: int) -> list[HeldPost]:
    """Every post there was or is at a unit, the newest first. Raises NotFound out of scope."""
    require_unit(session, actor, unit_id)
    posts = _posts(session, actor, [unit_id], col(Post.id).is_not(None)).get(unit_id, [])
    return sorted(posts, key=lambda post: post.starts_on, reverse=True)


def find(session: Session, actor: Actor, text: str, on: date, *, limit: int = 20) -> list[PersonRow]:
    """People who can be given a post: by name, of those who serve or served in the actor's scope or nowhere at all."""
    require(actor, Permission.MANAGE)
    rows = (
        session.connection()
        .execute(
            select(col(Person.id), col(Person.name), col(Person.phone))
            .where(_reachable(actor), col(Person.name).contains(text.strip(), autoescape=True))
            .order_by(col(Person.name), col(Person.id))
            .limit(limit)
        )
        .all()
    )
    held = session.connection().execute(
        select(col(Post.person_id), col(Post.role), col(Unit.short_name), col(Unit.name_en))
        .join(Unit, col(Unit.id) == Post.unit_id)
        .where(col(Post.person_id).in_([row[0] for row in rows]), held_on(on))
        .order_by(Unit.code)
    )
    posts: dict[int, list[tuple[PostRole, str, str]]] = {}
    for person_id, role, name, name_en in held:
        posts.setdefault(person_id, []).append((role, name, name_en))
    return [PersonRow(who or 0, name, phone, tuple(posts.get(who or 0, ()))) for who, name, phone in rows]


def _reachable(actor: Actor) -> ColumnElement[bool]:
    if actor.is_system:
        return col(Person.id).is_not(None)
    below = select(col(UnitAncestor.unit_id)).where(col(UnitAncestor.ancestor_id) == actor.unit_id)
    here = exists().where(col(Post.person_id) == col(Person.id), col(Post.unit_id).in_(below))
    return here | ~exists().where(col(Post.person_id) == col(Person.id))


def require_person(session: Session, actor: Actor, person_id: int, *, department_id: int | None = None) -> None:
    """Raise NotFound unless the person serves or served in the actor's scope, at this department, or nowhere at all."""
    known = _reachable(actor)
    if department_id is not None:
        known |= exists().where(col(Post.person_id) == col(Person.id), col(Post.department_id) == department_id)
    if session.scalar(select(col(Person.id)).where(col(Person.id) == person_id, known)) is None:
        raise NotFound("person_not_found", person=person_id)


def add(
    session: Session, actor: Actor, name: str, *, now: datetime, phone: str | None = None, party_member: bool = False
) -> int:
    """Enter a person who serves, without a post yet; returns the id. Raises BadInput without a name."""
    require(actor, Permission.MANAGE)
    if not name.strip():
        raise BadInput("name_missing")
    person = Person(name=name.strip(), phone=(phone or "").strip() or None, party_member=party_member)
    session.add(person)
    session.flush()
    audit.record(session, actor, "people.add", now=now, person=person.id)
    return person.id or 0


def appoint(
    session: Session, actor: Actor, unit_id: int, role: PostRole, person_id: int, starts_on: date, *, now: datetime
) -> int:
    """Give a person a post at a unit from a day on; returns the post's id.

    Of the post that answers for the unit there is one holder: the one before ends on that day. Raises NotFound out
    of scope, BadInput("post_held") where the person holds it already, BadInput("post_dates") where the one before
    began on that day or later.
    """
    require(actor, Permission.MANAGE)
    unit = require_unit(session, actor, unit_id)
    session.refresh(unit, with_for_update=True)
    require_person(session, actor, person_id)
    going_on = or_(col(Post.ends_on).is_(None), col(Post.ends_on) > starts_on)
    held = session.scalars(select(Post).where(col(Post.unit_id) == unit_id, col(Post.role) == role, going_on)).all()
    if any(post.person_id == person_id for post in held):
        raise BadInput("post_held")
    if role is answering_role(unit.level, unit.depth):
        for post in held:
            _end(session, actor, post, unit.code, starts_on, now)
    post = Post(person_id=person_id, unit_id=unit_id, role=role, starts_on=starts_on)
    session.add(post)
    session.flush()
    facts = {"role": role.value, "person": person_id, "post": post.id, "from": starts_on}
    audit.record(session, actor, "posts.begin", now=now, subject=unit.code, **facts)
    return post.id or 0


def answering_role(level: str, depth: int) -> PostRole:
    """The post that answers for a unit of a level; of the site's root it is the leader's."""
    return PostRole.LEADER if depth == 1 else ANSWERS_AT[level]


def end(session: Session, actor: Actor, post_id: int, ends_on: date, *, now: datetime) -> None:
    """End a post: `ends_on` is the first day it no longer holds. Raises NotFound, Refused("post_ended"), BadInput."""
    require(actor, Permission.MANAGE)
    post = session.get(Post, post_id, with_for_update=True)
    if post is None or post.unit_id is None:
        raise NotFound("post_not_found")
    try:
        unit = require_unit(session, actor, post.unit_id)
    except NotFound as error:
        raise NotFound("post_not_found") from error
    if post.ends_on is not None:
        raise Refused("post_ended")
    _end(session, actor, post, unit.code, ends_on, now)


def _end(session: Session, actor: Actor, post: Post, code: str, ends_on: date, now: datetime) -> None:
    if ends_on <= post.starts_on:
        raise BadInput("post_dates", day=post.starts_on)
    post.ends_on = ends_on
    session.flush()
    facts = {"role": post.role.value, "person": post.person_id, "post": post.id, "to": ends_on}
    audit.record(session, actor, "posts.end", now=now, subject=code, **facts)
