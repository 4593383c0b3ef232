"""The problem list: what is open and late, by category, village and who has it, with the person who answers for it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select
from sqlmodel import Session, col

from models.accounts import Permission
from models.departments import Department
from models.people import Person, Post, PostRole
from models.units import Unit, UnitAncestor
from services import units
from services.access import IS_OPEN, Actor, mask_name, require
from services.analyses.rows import ProblemRow, Problems
from services.analyses.subjects import Names
from services.counters.facts import C
from services.figures.counting import Scope
from services.people import ANSWERING, held_on
from services.periods import Period

SHOWN = 20

Named = tuple[str, str, str]
"""Code, name and English name."""


Late = tuple[ColumnElement[bool], ...]


@dataclass(frozen=True, slots=True)
class _Group:
    """Late demands that are one problem: how many, the earliest limit among them."""

    category: int
    village: int | None
    holder: int | None
    department: int | None
    level: str
    count: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class _Answers:
    """Who answers for a unit: the person and the post; or, where that is vacant, the one above with its unit."""

    person: str | None = None
    role: PostRole | None = None
    above: Named | None = None


def problems(session: Session, actor: Actor, scope: Scope, period: Period, names: Names, *, now: datetime) -> Problems:
    """What is open now and was late by the end of the period (or by now), the largest groups first, at most twenty.

    A fixed number of statements. Raises NotAllowed without sight of demands.
    """
    require(actor, Permission.SEE_DEMANDS)
    late = (IS_OPEN, C.due_at < now, C.due_at <= period.end)
    depth = units.depth_of_ranking(session)
    groups = _groups(session, scope, depth, late)
    shown = groups[:SHOWN]
    places = _units(session, {key for group in shown for key in (group.village, group.holder) if key})
    offices = _departments(session, {group.department for group in shown if group.department})
    day = now.astimezone(period.zone).date()
    holders = _of_units(session, actor, {group.holder for group in shown if group.holder}, day)
    officers = _of_departments(session, actor, set(offices), day)
    oldest = _oldest(session, scope, depth, late, shown)
    alike = Counter(_place(group) for group in groups)
    rows = []
    for group in shown:
        named = offices[group.department] if group.department else places.get(group.holder or 0, ("", "", ""))
        answers = officers.get(group.department) if group.department else holders.get(group.holder or 0)
        village = places.get(group.village or 0, (None, None, None))
        answers = answers or _Answers()
        code, zh, en = names[group.category]
        rows.append(
            ProblemRow(
                category=zh, category_en=en, category_code=code, village=village[1], village_en=village[2],
                village_code=village[0], level=group.level, holder=named[1], holder_en=named[2], count=group.count,
                oldest_due_at=group.oldest, reference=oldest[group], person=answers.person, role=answers.role,
                above=answers.above, alone=alike[_place(group)] == 1,
            )
        )  # fmt: skip
    return Problems(
        tuple(rows), len(groups), sum(group.count for group in groups),
        min((group.oldest for group in groups), default=None),
    )  # fmt: skip


def _keys(depth: int) -> tuple[ColumnElement[Any], ...]:
    """What tells two problems apart, in the order of _Group."""
    village = C[f"a{depth}_id"] if depth else literal(None)
    return C.category_id, village.label("village"), C.holder_unit_id, C.department_id, C.level


def _groups(session: Session, scope: Scope, depth: int, late: Late) -> list[_Group]:
    """The largest first, then the one late longest."""
    rows = scope.live(session, (func.count(), func.min(C.due_at)), late, _keys(depth))
    return sorted((_Group(*row[1:]) for row in rows), key=_order)


def _place(group: _Group) -> tuple[Any, ...]:
    """What a queue can be narrowed to."""
    return (group.category, group.village, group.level)


def _order(group: _Group) -> tuple[Any, ...]:
    return (-group.count, group.oldest, group.category, group.village or 0, group.department or 0, group.holder or 0)


def _oldest(session: Session, scope: Scope, depth: int, late: Late, groups: Sequence[_Group]) -> dict[_Group, str]:
    """The reference of each group's demand that is late longest: found by its limit."""
    theirs = (*late, C.due_at.in_({group.oldest for group in groups}))
    rows = scope.live(session, (func.min(C.reference),), theirs, (*_keys(depth), C.due_at))
    found = {tuple(row[1:-1]): row[-1] for row in rows}
    return {
        group: found[group.category, group.village, group.holder, group.department, group.level, group.oldest]
        for group in groups
    }  # fmt: skip


def _units(session: Session, ids: Iterable[int]) -> dict[int, Named]:
    statement = select(Unit.id, Unit.code, Unit.short_name, Unit.name_en).where(col(Unit.id).in_(list(ids)))  # type: ignore[call-overload]
    return {key: (code, zh, en) for key, code, zh, en in session.connection().execute(statement)}


def _departments(session: Session, ids: Iterable[int]) -> dict[int, Named]:
    statement = select(Department.id, Department.code, Department.name, Department.name_en).where(  # type: ignore[call-overload]
        col(Department.id).in_(list(ids))
    )
    return {key: (code, zh, en) for key, code, zh, en in session.connection().execute(statement)}


def _of_departments(session: Session, actor: Actor, ids: set[int], on: date) -> dict[int, _Answers]:
    """Whoever holds the department's post longest."""
    rows = session.connection().execute(
        select(Post.department_id, Person.name, Post.role)  # type: ignore[call-overload]
        .join(Person, col(Person.id) == Post.person_id)
        .where(col(Post.department_id).in_(list(ids)), held_on(on))
        .order_by(col(Post.starts_on).desc(), col(Person.id).desc())
    )
    return {key: _Answers(_shown(actor, name), role) for key, name, role in rows}


def _of_units(session: Session, actor: Actor, ids: set[int], on: date) -> dict[int, _Answers]:
    """Who answers for each unit, the highest post first; where all are vacant, who answers for the nearest above."""
    rows = (
        session.connection()
        .execute(
            select(  # type: ignore[call-overload]
                UnitAncestor.unit_id, UnitAncestor.distance, Person.name, Post.role, Unit.short_name, Unit.name_en
            )
            .join(Post, col(Post.unit_id) == UnitAncestor.ancestor_id)
            .join(Person, col(Person.id) == Post.person_id)
            .join(Unit, col(Unit.id) == UnitAncestor.ancestor_id)
            .where(col(UnitAncestor.unit_id).in_(list(ids)), col(Post.role).in_(ANSWERING), held_on(on))
            .order_by(UnitAncestor.distance, col(Post.starts_on).desc(), Person.id)
        )
        .all()
    )
    found: dict[int, _Answers] = {}
    for unit, distance, name, role, zh, en in sorted(rows, key=lambda row: (row[1], ANSWERING.index(row[3]))):
        if unit in found:
            continue
        shown = _shown(actor, name)
        found[unit] = _Answers(shown, role) if not distance else _Answers(above=(shown, zh, en))
    return found


def _shown(actor: Actor, name: str) -> str:
    """A name as the actor may see it."""
    return name if actor.may(Permission.SEE_PERSONAL) else mask_name(name) or ""
