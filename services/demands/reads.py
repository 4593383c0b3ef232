"""Reading demands: the queue by page, its exact count, and one demand with its whole history."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, case, exists, func, or_, select, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models.accounts import Permission
from models.demands import Category, Demand, DemandEvent, Source, State, Urgency, Verb, Whistle
from models.departments import Department
from models.people import Person
from models.units import Unit
from services import units
from services.access import (
    IS_OPEN,
    Actor,
    demands_seen,
    mask_name,
    mask_phone,
    path_column,
    require,
    require_demand,
    sees_unit,
)
from services.demands import history
from services.errors import NotFound

PAGE_SIZE = 50


class Order(StrEnum):
    """How a queue is sorted; ties by reference."""

    DEADLINE = "deadline"
    URGENCY = "urgency"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a queue is narrowed to; None or empty means everything.

    `open_only` keeps what is not settled; `overdue` what is late at `now`; `near` what falls due before `due_before`.
    `unit_id` is a subtree. `reported_from` and `reported_to` (exclusive) bound the day it came in, `settled` whether it
    was settled, before `settled_to` where that is given.
    """

    unit_id: int | None = None
    state: State | None = None
    category_id: int | None = None
    urgency: Urgency | None = None
    level: str | None = None
    text: str = ""
    open_only: bool = True
    overdue: bool = False
    due_before: datetime | None = None
    mine: bool = False
    new: bool = False
    unanswered: bool = False
    whistled: bool = False
    unplaced: bool = False
    reported_from: datetime | None = None
    reported_to: datetime | None = None
    settled: bool | None = None
    settled_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class DemandRow:
    """One line of a queue. `reporter` is masked. `village` is the ancestor at the profile's ranking level."""

    id: int
    reference: str
    title: str
    state: State
    urgency: Urgency
    is_open: bool
    due_at: datetime | None
    reported_at: datetime
    settled_at: datetime | None
    level: str
    level_since: datetime
    version: int
    reporter: str | None
    category: str
    category_en: str
    unit_id: int
    unit: str
    unit_en: str
    village: str | None
    village_en: str | None
    holder_unit: str | None
    holder_unit_en: str | None
    holder: str | None
    department: str | None
    department_en: str | None
    placed: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a queue with the exact total of all pages and how many of them are overdue."""

    rows: list[DemandRow]
    total: int
    overdue: int


@dataclass(frozen=True, slots=True)
class EventRow:
    """One line of a demand's history. `facts` are the columns it changed and its notes."""

    at: datetime
    verb: Verb
    from_state: State | None
    to_state: State
    actor: str
    reason: str | None
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class WhistleRow:
    """One department called to a demand and what it did."""

    demand_id: int
    department_id: int
    department: str
    department_en: str
    lead: bool
    asked_at: datetime
    answer_due_at: datetime
    answered_at: datetime | None
    arrived_at: datetime | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class DetailRow:
    """One demand as one person may see it: names and phones masked unless they are in the person's own scope."""

    row: DemandRow
    text: str
    place: str | None
    longitude: float | None
    latitude: float | None
    reporter: str | None
    reporter_phone: str | None
    source: Source
    department_id: int | None
    returned_by_me: bool
    handled_by_me: bool
    events: list[EventRow]
    whistles: list[WhistleRow]


_Unit, _Village, _HolderUnit = aliased(Unit), aliased(Unit), aliased(Unit)


def queue(
    session: Session,
    actor: Actor,
    filters: Filters,
    *,
    now: datetime,
    order: Order = Order.DEADLINE,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> Page:
    """One page of the demands the actor may see, with the exact total. Pages count from 1. Two statements."""
    require(actor, Permission.SEE_DEMANDS)
    values = _values(actor, filters, now)
    shape = _shape(session, actor, filters)
    rows = session.connection().execute(
        _page_statement(shape, order, units.depth_of_ranking(session)),
        {**values, "size": size, "skip": (page - 1) * size},
    )
    total, overdue = session.connection().execute(_count_statement(shape), values).one()
    return Page(rows=[_row(found) for found in rows], total=total, overdue=overdue)


def count(session: Session, actor: Actor, filters: Filters, *, now: datetime) -> int:
    """How many demands the filter holds for this actor: the number that opens exactly these cases."""
    require(actor, Permission.SEE_DEMANDS)
    found = session.connection().execute(_count_statement(_shape(session, actor, filters)), _values(actor, filters, now))
    total: int = found.one()[0]
    return total


def detail(session: Session, actor: Actor, demand_id: int) -> DetailRow:
    """One demand with its whole history and its whistles. Raises NotFound outside the actor's scope."""
    require(actor, Permission.SEE_DEMANDS)
    demand = require_demand(session, actor, demand_id)
    statement = _columns(units.depth_of_ranking(session)).where(col(Demand.id) == demand_id)
    row = _row(session.connection().execute(statement).one())
    personal = actor.may(Permission.SEE_PERSONAL) and sees_unit(session, actor, demand.unit_id)
    return DetailRow(
        row=row, text=demand.text, place=demand.place, longitude=demand.longitude, latitude=demand.latitude,
        reporter=demand.reporter if personal else mask_name(demand.reporter),
        reporter_phone=demand.reporter_phone if personal else mask_phone(demand.reporter_phone),
        source=demand.source, department_id=demand.department_id,
        returned_by_me=_is_me(actor, demand.returned_by_id), handled_by_me=_is_me(actor, demand.handled_by_id),
        events=[_event_row(event) for event in history.of_demand(session, demand_id)],
        whistles=whistles_of(session, [demand_id]),
    )  # fmt: skip


def whistles_of(session: Session, demand_ids: Sequence[int]) -> list[WhistleRow]:
    """The whistles of several demands in one statement, lead first."""
    rows = session.connection().execute(
        select(Whistle, Department.name, Department.name_en)  # type: ignore[call-overload]
        .join(Department, col(Department.id) == Whistle.department_id)
        .where(col(Whistle.demand_id).in_(demand_ids))
        .order_by(col(Whistle.lead).desc(), Department.code)
    )
    return [
        WhistleRow(
            demand_id=row.demand_id, department_id=row.department_id, department=row.name, department_en=row.name_en,
            lead=row.lead, asked_at=row.asked_at, answer_due_at=row.answer_due_at, answered_at=row.answered_at,
            arrived_at=row.arrived_at, answer=row.answer,
        )
        for row in rows
    ]  # fmt: skip


def find(session: Session, actor: Actor, reference: str) -> int:
    """The id of a demand by its reference. Raises NotFound outside the actor's scope."""
    found = session.connection().execute(
        select(Demand.id).where(col(Demand.reference) == reference.strip(), demands_seen(actor))  # type: ignore[call-overload]
    ).scalar()
    if found is None:
        raise NotFound("demand_not_found", demand=reference)
    return int(found)


@dataclass(frozen=True, slots=True)
class _Shape:
    """Which conditions a queue has. Statements are built once for each shape; the values are bound."""

    actor: Actor
    unit_depth: int
    present: frozenset[str]


def _shape(session: Session, actor: Actor, filters: Filters) -> _Shape:
    depth = units.depth_of(session, actor, filters.unit_id) if filters.unit_id is not None else 0
    empty = Filters(open_only=False)
    present = {field.name for field in fields(Filters) if getattr(filters, field.name) != getattr(empty, field.name)}
    if filters.settled is False:
        present = present - {"settled"} | {"unsettled"}
    return _Shape(actor=actor, unit_depth=depth, present=frozenset(present))


def _values(actor: Actor, filters: Filters, now: datetime) -> dict[str, Any]:
    values = {field.name: getattr(filters, field.name) for field in fields(Filters)}
    return values | {
        "now": now, "person_id": actor.person_id, "actor_unit_id": actor.unit_id, "like": f"%{filters.text.strip()}%",
    }  # fmt: skip


def _conditions(shape: _Shape) -> list[ColumnElement[bool]]:
    """The WHERE clause of a shape, every value a bound parameter."""
    late = col(Demand.due_at) < bindparam("now", type_=_MOMENT)
    waiting = exists().where(
        col(Whistle.demand_id) == col(Demand.id), col(Whistle.answered_at).is_(None),
        col(Whistle.answer_due_at) < bindparam("now", type_=_MOMENT),
    )  # fmt: skip
    like = bindparam("like")
    table: dict[str, ColumnElement[bool]] = {
        "state": col(Demand.state) == bindparam("state", type_=Demand.__table__.c.state.type),  # type: ignore[attr-defined]
        "category_id": or_(
            col(Demand.category_id) == bindparam("category_id"),
            col(Demand.category_id).in_(select(Category.id).where(col(Category.parent_id) == bindparam("category_id"))),  # type: ignore[call-overload]
        ),
        "urgency": col(Demand.urgency) == bindparam("urgency", type_=Demand.__table__.c.urgency.type),  # type: ignore[attr-defined]
        "level": col(Demand.level) == bindparam("level"),
        "text": or_(col(Demand.reference).like(like), col(Demand.title).like(like), col(Demand.text).like(like)),
        "open_only": _IS_OPEN,
        "overdue": _IS_OPEN & late,
        "due_before": _IS_OPEN & (col(Demand.due_at) < bindparam("due_before", type_=_MOMENT)),
        "mine": (col(Demand.holder_id) == bindparam("person_id"))
        | (col(Demand.holder_unit_id) == bindparam("actor_unit_id")),
        "new": col(Demand.state).in_([State.REPORTED, State.PENDING_TRIAGE]),
        "unanswered": waiting,
        "whistled": exists().where(col(Whistle.demand_id) == col(Demand.id)),
        "unplaced": ~col(Demand.placed),
        "reported_from": col(Demand.reported_at) >= bindparam("reported_from", type_=_MOMENT),
        "reported_to": col(Demand.reported_at) < bindparam("reported_to", type_=_MOMENT),
        "settled": col(Demand.settled_at).is_not(None),
        "unsettled": col(Demand.settled_at).is_(None),
        "settled_to": col(Demand.settled_at) < bindparam("settled_to", type_=_MOMENT),
    }
    conditions = [demands_seen(shape.actor), *(table[name] for name in sorted(shape.present) if name in table)]
    if shape.unit_depth:
        conditions.append(path_column(shape.unit_depth) == bindparam("unit_id"))
    return conditions


@lru_cache(maxsize=512)
def _page_statement(shape: _Shape, order: Order, village_depth: int) -> Select[Any]:
    return (
        _columns(village_depth)
        .where(*_conditions(shape))
        .order_by(*_ORDERS[order])
        .limit(bindparam("size"))
        .offset(bindparam("skip"))
    )


@lru_cache(maxsize=512)
def _count_statement(shape: _Shape) -> Select[Any]:
    late = _IS_OPEN & (col(Demand.due_at) < bindparam("now", type_=_MOMENT))
    return (
        select(func.count(), func.count(case((late, 1))))
        .select_from(Demand)  # type: ignore[arg-type]
        .where(*_conditions(shape))
    )


@lru_cache(maxsize=16)
def _columns(village_depth: int) -> Select[Any]:
    """The columns of DemandRow, in its order."""
    village = path_column(village_depth) if village_depth else None
    return (
        select(
            Demand.id, Demand.reference, Demand.title, Demand.state, Demand.urgency, Demand.is_open, Demand.due_at,
            Demand.reported_at, Demand.settled_at, Demand.level, Demand.level_since, Demand.version, Demand.reporter,
            Category.name, Category.name_en, Demand.unit_id, _Unit.short_name, _Unit.name_en, _Village.short_name,
            _Village.name_en, _HolderUnit.short_name, _HolderUnit.name_en, Person.name, Department.name,
            Department.name_en, Demand.placed,
        )  # type: ignore[call-overload]
        .select_from(Demand)
        .join(Category, col(Category.id) == Demand.category_id)
        .join(_Unit, col(_Unit.id) == Demand.unit_id)
        .join(_Village, col(_Village.id) == village if village is not None else ~true(), isouter=True)
        .join(_HolderUnit, col(_HolderUnit.id) == Demand.holder_unit_id, isouter=True)
        .join(Person, col(Person.id) == Demand.holder_id, isouter=True)
        .join(Department, col(Department.id) == Demand.department_id, isouter=True)
    )  # fmt: skip


def _row(found: Any) -> DemandRow:
    values = list(found)
    values[12] = mask_name(values[12])
    return DemandRow(*values)


def _event_row(event: DemandEvent) -> EventRow:
    return EventRow(
        at=event.at, verb=event.verb, from_state=event.from_state, to_state=event.to_state, actor=event.actor_name,
        reason=event.reason, facts=history.decode(event.facts),
    )  # fmt: skip


def _is_me(actor: Actor, account_id: int | None) -> bool:
    return account_id is not None and account_id == actor.account_id


_MOMENT = Demand.__table__.c.due_at.type  # type: ignore[attr-defined]
_IS_OPEN = IS_OPEN
_URGENCY_RANK = case({urgency.value: rank for rank, urgency in enumerate(Urgency)}, value=col(Demand.urgency))
_ORDERS: dict[Order, tuple[Any, ...]] = {
    Order.DEADLINE: (col(Demand.due_at), col(Demand.reference)),
    Order.URGENCY: (_URGENCY_RANK, col(Demand.due_at), col(Demand.reference)),
    Order.NEWEST: (col(Demand.reported_at).desc(), col(Demand.reference)),
}
