"""Reading demands: the queue by page, its exact count, and one demand with its whole history."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, case, func, select, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models.accounts import Permission
from models.demands import Category, Demand, Urgency, Whistle
from models.departments import Department
from models.people import Person
from models.units import Unit
from services import sites, units
from services.access import Actor, demands_seen, mask_name, mask_phone, path_column, require, require_demand, sees_unit
from services.demands import history
from services.demands.conditions import Shape, conditions, late, shape_of, values_of
from services.demands.rows import (
    PAGE_SIZE,
    DemandRow,
    DetailRow,
    EventRow,
    Filters,
    Order,
    Page,
    SimilarRow,
    WhistleRow,
)
from services.errors import NotFound

LOOK_BACK = timedelta(days=90)
"""Similar demands are looked for this long before and after one came in."""

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
    """One page of the demands the actor may see, with the exact total. Pages count from 1.

    Two statements, whatever the size, beside those that name the scope. Raises NotFound for a unit outside the scope.
    """
    require(actor, Permission.SEE_DEMANDS)
    values = values_of(actor, filters, now)
    shape = shape_of(session, actor, filters)
    rows = session.connection().execute(
        _page_statement(shape, order, units.depth_of_ranking(session)),
        {**values, "size": size, "skip": (max(page, 1) - 1) * size},
    )
    total, overdue = session.connection().execute(_count_statement(shape), values).one()
    return Page(rows=[_row(found) for found in rows.all()], total=total, overdue=overdue)


def count(session: Session, actor: Actor, filters: Filters, *, now: datetime) -> int:
    """How many demands the filter holds for this actor: the number that opens exactly these cases."""
    require(actor, Permission.SEE_DEMANDS)
    statement = _count_statement(shape_of(session, actor, filters))
    found = session.connection().execute(statement, values_of(actor, filters, now))
    total: int = found.one()[0]
    return total


def detail(session: Session, actor: Actor, demand_id: int) -> DetailRow:
    """One demand with its whole history and its whistles. Raises NotFound outside the actor's scope."""
    require(actor, Permission.SEE_DEMANDS)
    demand = require_demand(session, actor, demand_id)
    depth = units.depth_of_ranking(session)
    row = _row(session.connection().execute(_columns(depth).where(col(Demand.id) == demand_id)).one())
    category = session.get_one(Category, demand.category_id)
    parent = session.get(Category, category.parent_id) if category.parent_id else None
    merged = session.get(Demand, demand.merged_into_id) if demand.merged_into_id else None
    personal = actor.may(Permission.SEE_PERSONAL) and sees_unit(session, actor, demand.unit_id)
    events = [history.row_of(event) for event in history.of_demand(session, demand_id)]
    return DetailRow(
        row=row, text=demand.text, place=demand.place, longitude=demand.longitude, latitude=demand.latitude,
        reporter=demand.reporter if personal else mask_name(demand.reporter),
        reporter_phone=demand.reporter_phone if personal else mask_phone(demand.reporter_phone),
        source=demand.source, village_id=getattr(demand, f"a{depth}_id") if depth else None,
        category_code=category.code, category_parent=parent.name if parent else None,
        category_parent_en=parent.name_en if parent else None, holder_unit_id=demand.holder_unit_id,
        department_id=demand.department_id, returned_by_me=_is_me(actor, demand.returned_by_id),
        handled_by_me=_is_me(actor, demand.handled_by_id), merged_into=merged.reference if merged else None,
        events=events, whistles=whistles_of(session, [demand_id]),
        on_scene_at=demand.on_scene_at, outside=demand.level in sites.profile(session).outside,
        unit_names=_unit_names(session, events), department_names=_department_names(session),
    )  # fmt: skip


def similar(session: Session, actor: Actor, demand_id: int, *, most: int = 3) -> list[SimilarRow]:
    """Demands of the same category in the same village (the profile's ranking level) within 90 days, newest first."""
    demand = require_demand(session, actor, demand_id)
    depth = units.depth_of_ranking(session)
    village = getattr(demand, f"a{depth}_id") if depth else None
    if village is None:
        return []
    rows = session.connection().execute(
        _similar_statement(actor, depth),
        {
            "village": village, "category": demand.category_id, "demand": demand_id, "most": most,
            "since": demand.reported_at - LOOK_BACK, "until": demand.reported_at + LOOK_BACK,
        },
    )  # fmt: skip
    return [SimilarRow(*found) for found in rows]


def whistles_of(session: Session, demand_ids: Sequence[int]) -> list[WhistleRow]:
    """The whistles of several demands in one statement, the last call first, in each the lead first."""
    rows = session.connection().execute(
        select(Whistle, Department.name, Department.name_en, Department.level)  # type: ignore[call-overload]
        .join(Department, col(Department.id) == Whistle.department_id)
        .where(col(Whistle.demand_id).in_(demand_ids))
        .order_by(col(Whistle.number).desc(), col(Whistle.lead).desc(), Department.code)
    )
    return [
        WhistleRow(
            demand_id=row.demand_id, department_id=row.department_id, department=row.name, department_en=row.name_en,
            lead=row.lead, asked_at=row.asked_at, answer_due_at=row.answer_due_at, answered_at=row.answered_at,
            arrived_at=row.arrived_at, answer=row.answer, number=row.number, level=row.level, arrival=row.arrival,
            did=row.did, rating=row.rating, rating_reason=row.rating_reason, justified=row.justified,
            justified_reason=row.justified_reason,
        )
        for row in rows
    ]  # fmt: skip


def find(session: Session, actor: Actor, reference: str) -> int:
    """The id of a demand by its reference. Raises NotFound outside the actor's scope."""
    found = (
        session.connection()
        .execute(
            select(Demand.id).where(col(Demand.reference) == reference.strip(), demands_seen(actor))  # type: ignore[call-overload]
        )
        .scalar()
    )
    if found is None:
        raise NotFound("demand_not_found", demand=reference)
    return int(found)


@lru_cache(maxsize=2048)
def _page_statement(shape: Shape, order: Order, village_depth: int) -> Select[Any]:
    found: Select[Any] = (
        _columns(village_depth)
        .where(*conditions(shape))
        .order_by(*_ORDERS[order])
        .limit(bindparam("size"))
        .offset(bindparam("skip"))
    )
    return found


@lru_cache(maxsize=2048)
def _count_statement(shape: Shape) -> Select[Any]:
    columns: tuple[Any, ...] = (func.count(), func.count(case((late(), 1))))
    return select(*columns).select_from(Demand.__table__).where(*conditions(shape))  # type: ignore[attr-defined]


@lru_cache(maxsize=256)
def _similar_statement(actor: Actor, village_depth: int) -> Select[Any]:
    found: Select[Any] = (
        select(
            Demand.reference, Demand.title, Demand.state, Demand.due_at, Demand.reported_at, Demand.settled_at,
            _Unit.short_name, _Unit.name_en, Demand.suspended_until,
        )  # type: ignore[call-overload]
        .join(_Unit, col(_Unit.id) == Demand.unit_id)
        .where(
            path_column(village_depth) == bindparam("village"), col(Demand.category_id) == bindparam("category"),
            col(Demand.id) != bindparam("demand"), demands_seen(actor, leading=False),
            col(Demand.reported_at) >= bindparam("since", type_=Demand.__table__.c.due_at.type),  # type: ignore[attr-defined]
            col(Demand.reported_at) < bindparam("until", type_=Demand.__table__.c.due_at.type),  # type: ignore[attr-defined]
        )
        .order_by(col(Demand.reported_at).desc())
        .limit(bindparam("most"))
    )  # fmt: skip
    return found


@lru_cache(maxsize=16)
def _columns(village_depth: int) -> Select[Any]:
    """The columns of DemandRow, in its order."""
    village = path_column(village_depth) if village_depth else None
    found: Select[Any] = (
        select(  # type: ignore[misc]
            Demand.id, Demand.reference, Demand.title, Demand.state, Demand.urgency, Demand.is_open, Demand.due_at,
            Demand.reported_at, Demand.settled_at, Demand.level, Demand.level_since, Demand.version, Demand.reporter,
            Category.name, Category.name_en, Demand.unit_id, _Unit.short_name, _Unit.name_en, _Village.short_name,
            _Village.name_en, _HolderUnit.short_name, _HolderUnit.name_en, Person.name, Department.name,
            Department.name_en, Demand.placed, Demand.excluded_code, Demand.waived_at, Demand.suspended_until,
            Demand.level_due_at,
        )  # type: ignore[call-overload]
        .select_from(Demand)
        .join(Category, col(Category.id) == Demand.category_id)
        .join(_Unit, col(_Unit.id) == Demand.unit_id)
        .join(_Village, col(_Village.id) == village if village is not None else ~true(), isouter=True)
        .join(_HolderUnit, col(_HolderUnit.id) == Demand.holder_unit_id, isouter=True)
        .join(Person, col(Person.id) == Demand.holder_id, isouter=True)
        .join(Department, col(Department.id) == Demand.department_id, isouter=True)
    )  # fmt: skip
    return found


def _row(found: Any) -> DemandRow:
    values = list(found)
    values[12] = mask_name(values[12])
    return DemandRow(*values)


def _unit_names(session: Session, events: Sequence[EventRow]) -> dict[int, tuple[str, str]]:
    ids = {event.facts.get("holder_unit_id") for event in events} - {None}
    rows = session.connection().execute(
        select(Unit.id, Unit.short_name, Unit.name_en).where(col(Unit.id).in_(ids))  # type: ignore[call-overload]
    )
    return {unit_id: (name, name_en) for unit_id, name, name_en in rows}


def _department_names(session: Session) -> dict[int, tuple[str, str]]:
    rows = session.connection().execute(
        select(Department.id, Department.name, Department.name_en)  # type: ignore[call-overload]
    )
    return {department_id: (name, name_en) for department_id, name, name_en in rows}


def _is_me(actor: Actor, account_id: int | None) -> bool:
    return account_id is not None and account_id == actor.account_id


_URGENCY_RANK = case({urgency.value: rank for rank, urgency in enumerate(Urgency)}, value=col(Demand.urgency))
_ORDERS: dict[Order, tuple[Any, ...]] = {
    Order.DEADLINE: (col(Demand.due_at), col(Demand.reference)),
    Order.URGENCY: (_URGENCY_RANK, col(Demand.due_at), col(Demand.reference)),
    Order.NEWEST: (col(Demand.reported_at).desc(), col(Demand.reference)),
}
