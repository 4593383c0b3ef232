"""The lists of a wall: whistles nobody answered, the longest open, what happened last. Categories and places only.

Nothing anybody wrote is read here, and nobody's name: a wall hangs where everybody passes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models.demands import SETTLED, CallBack, Category, Clock, Demand, Satisfaction, Whistle, clock_of
from models.departments import Department
from models.units import Unit
from services.access import IS_OPEN, lies_in, path_column
from services.counters.facts import C
from services.figures.scopes import Scope

MOST = 10
"""How many lines of a list a wall has room for."""
CALLED = 4
"""Departments that are called to one demand, as far as the list looks."""
LAST_CALLS = 1000
"""Calls of the whole site among which those of a unit are looked for."""
BACK = timedelta(days=30)
"""Settled matters are looked for among those that came in this long before."""

Told = tuple[str, str, str | None, str | None]
"""The class of a matter and its place, each in both languages."""

_Place, _Holder, _Top = aliased(Unit), aliased(Unit), aliased(Category)


class Happened(StrEnum):
    """What the feed tells of."""

    REPORTED = "reported"
    SELF_HANDLED = "self_handled"
    SETTLED = "settled"
    ESCALATED = "escalated"
    SATISFIED = "satisfied"
    CALLED_BACK = "called_back"


@dataclass(frozen=True, slots=True)
class WhistleRow:
    """A demand with whistles unanswered past their limit: its class, its place, since when, and who was called."""

    category: str
    category_en: str
    place: str | None
    place_en: str | None
    asked_at: datetime
    departments: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AnswersRow:
    """A department: how many of its whistles came to their limit, how many it answered by then, and what waits now."""

    department: str
    department_en: str
    due: int
    in_time: int
    unanswered: int


@dataclass(frozen=True, slots=True)
class OpenRow:
    """One of the longest open: the class of the matter, its place, its clock, and which office must act."""

    category: str
    category_en: str
    place: str | None
    place_en: str | None
    reported_at: datetime
    clock: Clock
    level: str
    holder: str | None
    holder_en: str | None


@dataclass(frozen=True, slots=True)
class FeedRow:
    """Something that happened: when, where, to what class of matter; `level` settled it or has it now."""

    at: datetime
    what: Happened
    category: str
    category_en: str
    place: str | None
    place_en: str | None
    level: str | None


def whistles(session: Session, scope: Scope, depth: int, *, now: datetime) -> tuple[WhistleRow, ...]:
    """The demands of a scope's unit with whistles nobody answered within the limit, the longest waiting first."""
    unanswered = (IS_OPEN, col(Whistle.answered_at).is_(None), col(Whistle.answer_due_at) < now)
    statement = (
        _told(scope, depth, C.id, Whistle.asked_at, Department.name, Department.name_en)
        .join(Whistle, col(Whistle.demand_id) == C.id)
        .join(Department, col(Department.id) == col(Whistle.department_id))
        .where(*unanswered)
        .order_by(col(Whistle.asked_at), C.reference, col(Whistle.lead).desc(), Department.code)
        .limit(MOST * CALLED)
    )
    found: dict[int, list[tuple[Any, ...]]] = {}
    for *told, demand, asked_at, zh, en in session.connection().execute(statement):
        found.setdefault(demand, []).append((*told, asked_at, (zh, en)))
    rows = [(*each[0][:-1], tuple(dict.fromkeys(one[-1] for one in each))) for each in found.values()]
    return tuple(WhistleRow(*row) for row in rows[:MOST])


def answers(session: Session, scope: Scope, since: datetime, *, now: datetime) -> tuple[AnswersRow, ...]:
    """The departments whistled for, by the limits between `since` and now: those that leave most unanswered first.

    What is unanswered still counts, however old it is; a whistle whose demand was done with before the limit does not.
    From the whistles to their demands.
    """
    unanswered = and_(col(Whistle.answered_at).is_(None), IS_OPEN)
    owed = or_(col(Whistle.answered_at).is_not(None), IS_OPEN, C.settled_at >= col(Whistle.answer_due_at))
    asked = and_(col(Whistle.answer_due_at) >= since, owed)
    sums = [
        func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
        for condition in (asked, and_(asked, col(Whistle.answered_at) <= col(Whistle.answer_due_at)), unanswered)
    ]
    rows = session.connection().execute(
        select(Department.name, Department.name_en, *sums)  # type: ignore[call-overload]
        .select_from(Whistle)
        .join(Demand, C.id == col(Whistle.demand_id))
        .join(Department, col(Department.id) == col(Whistle.department_id))
        .where(
            *_checked(scope), col(Whistle.answer_due_at) < now, or_(asked, unanswered),
        )
        .group_by(Department.code, Department.name, Department.name_en)
        .order_by(Department.code)
    )  # fmt: skip
    found = [AnswersRow(*row) for row in rows]
    return tuple(sorted(found, key=lambda row: (-row.unanswered, row.in_time - row.due, -row.due)))


def waiting(session: Session, scope: Scope, ends: Sequence[datetime]) -> tuple[int, ...]:
    """How many demands had a whistle unanswered past its limit at each of these moments, in order. One statement."""
    late = or_(col(Whistle.answered_at).is_(None), col(Whistle.answered_at) > col(Whistle.answer_due_at))
    then = or_(col(Whistle.answered_at) >= ends[0], and_(col(Whistle.answered_at).is_(None), IS_OPEN))
    rows = session.connection().execute(
        select(C.id, col(Whistle.answer_due_at), col(Whistle.answered_at))
        .join(Demand, C.id == col(Whistle.demand_id))
        .where(*scope.parts[0].conditions, late, then)
    )
    spans = rows.all()
    return tuple(
        len({demand for demand, due, answered in spans if due < end and (answered is None or answered > end)})
        for end in ends
    )


def longest(
    session: Session, scope: Scope, depth: int, *, near: timedelta, lowest: int, now: datetime
) -> tuple[OpenRow, ...]:
    """The demands open longest; a holder is a department or a unit down to the depth `lowest`, for grids are too near.

    The order is by an expression: by the column the databases would walk through everything that ever came in.
    """
    columns = (
        C.state, C.due_at, C.reported_at, C.level, func.coalesce(Department.name, _Holder.short_name),
        func.coalesce(Department.name_en, _Holder.name_en),
    )  # fmt: skip
    statement = (
        _told(scope, depth, *columns)
        .outerjoin(_Holder, (col(_Holder.id) == C.holder_unit_id) & (col(_Holder.depth) <= lowest))
        .outerjoin(Department, col(Department.id) == C.department_id)
        .where(IS_OPEN)
        .order_by(func.coalesce(C.reported_at, C.due_at), C.reference)
        .limit(MOST)
    )
    rows = session.connection().execute(statement)
    return tuple(
        OpenRow(zh, en, place, place_en, came, clock_of(state, due, now, near), level, holder, holder_en)
        for zh, en, place, place_en, state, due, came, level, holder, holder_en in rows
    )


def feed(session: Session, scope: Scope, depth: int, *, now: datetime) -> tuple[FeedRow, ...]:
    """What happened last, the latest first: four short lists by their own indexes, put together."""
    rows = [
        *_newest(session, scope, depth), *_settled(session, scope, depth, now), *_climbed(session, scope, depth),
        *_called(session, scope, depth),
    ]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: row.at, reverse=True)[:MOST])


def _newest(session: Session, scope: Scope, depth: int) -> list[FeedRow]:
    statement = _told(scope, depth, C.reported_at).where(C.received).order_by(C.reported_at.desc(), C.reference)
    return [FeedRow(at, Happened.REPORTED, *told, None) for told, (at,) in _first(session, statement)]


def _settled(session: Session, scope: Scope, depth: int, now: datetime) -> list[FeedRow]:
    statement = (
        _told(scope, depth, C.settled_at, C.self_settled, C.settled_level)
        .where(C.reported_at >= now - BACK, C.settled_at.is_not(None), C.state.in_(SETTLED))
        .order_by(C.settled_at.desc(), C.reference)
    )
    return [
        FeedRow(at, Happened.SELF_HANDLED if own else Happened.SETTLED, *told, level)
        for told, (at, own, level) in _first(session, statement)
    ]


def _climbed(session: Session, scope: Scope, depth: int) -> list[FeedRow]:
    """Open ones that are at the level they were escalated to."""
    statement = (
        _told(scope, depth, C.level_since, C.level)
        .where(IS_OPEN, C.escalated_to == C.level)
        .order_by(C.level_since.desc(), C.reference)
    )
    return [FeedRow(at, Happened.ESCALATED, *told, level) for told, (at, level) in _first(session, statement)]


def _checked(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    """The scope of one unit where other rows lead to its demands: they are only checked."""
    return lies_in(scope.unit.depth, scope.unit.id, leading=False), *scope.parts[0].conditions[1:]


def _called(session: Session, scope: Scope, depth: int) -> list[FeedRow]:
    """The last calls in which somebody was reached, as far as they are among the last thousand of the site.

    From the calls to their demands.
    """
    last = (
        select(col(CallBack.demand_id), col(CallBack.at), col(CallBack.satisfied))
        .where(col(CallBack.solved).is_not(None))
        .order_by(col(CallBack.at).desc())
        .limit(LAST_CALLS)
        .subquery()
    )
    statement = (
        _about(depth, last.c.at, last.c.satisfied)
        .join(last, last.c.demand_id == C.id)
        .where(*_checked(scope))
        .order_by(last.c.at.desc(), C.reference)
    )
    good = {Satisfaction.SATISFIED, Satisfaction.BASICALLY}
    return [
        FeedRow(at, Happened.SATISFIED if said in good else Happened.CALLED_BACK, *told, None)
        for told, (at, said) in _first(session, statement)
    ]


def _first(session: Session, statement: Select[Any]) -> list[tuple[Told, Any]]:
    """The first rows: class and place, and the rest."""
    rows = session.connection().execute(statement.limit(MOST))
    return [((zh, en, place, place_en), rest) for zh, en, place, place_en, *rest in rows]


def _told(scope: Scope, depth: int, *columns: Any) -> Select[Any]:
    """The same of the demands of a scope's unit."""
    return _about(depth, *columns).where(*scope.parts[0].conditions)


def _about(depth: int, *columns: Any) -> Select[Any]:
    """Class of the matter and place (the unit of that depth) of demands, and more columns."""
    about: tuple[Any, ...] = (
        func.coalesce(_Top.name, Category.name), func.coalesce(_Top.name_en, Category.name_en), _Place.short_name,
        _Place.name_en,
    )  # fmt: skip
    return (
        select(*about, *columns)
        .select_from(Demand)
        .join(Category, col(Category.id) == C.category_id)
        .outerjoin(_Top, col(_Top.id) == col(Category.parent_id))
        .outerjoin(_Place, col(_Place.id) == path_column(max(depth, 1)))
    )
