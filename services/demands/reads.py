"""Reading demands: the queue by page, its exact count, and one demand with its whole history."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, case, func, null, select, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models.accounts import Permission
from models.demands import Category, Demand, DemandEvent, Source, Urgency, Whistle
from models.departments import Department
from models.people import Person
from models.units import Unit
from services import sites, units
from services.access import Actor, demands_seen, mask_name, mask_phone, path_column, require, scope_of, sees_unit
from services.demands import history
from services.demands.conditions import COLUMNS, Shape, conditions, late, shape_of, values_of
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
_Parent, _Into = aliased(Category), aliased(Demand)

_EVENTS = (
    select(
        DemandEvent.at, DemandEvent.verb, DemandEvent.from_state, DemandEvent.to_state, DemandEvent.actor_name,
        DemandEvent.reason, DemandEvent.facts,
    )  # type: ignore[call-overload]
    .where(col(DemandEvent.demand_id) == bindparam("demand"))
    .order_by(DemandEvent.seq)
)  # fmt: skip
_WHISTLES = (
    select(
        Whistle.demand_id, Whistle.department_id, Department.name, Department.name_en, Whistle.lead, Whistle.asked_at,
        Whistle.answer_due_at, Whistle.answered_at, Whistle.arrived_at, Whistle.answer, Whistle.number,
        Department.level, Whistle.arrival, Whistle.did, Whistle.rating, Whistle.rating_reason, Whistle.justified,
        Whistle.justified_reason,
    )  # type: ignore[call-overload, misc]
    .join(Department, col(Department.id) == Whistle.department_id)
    .where(col(Whistle.demand_id).in_(bindparam("demands", expanding=True)))
    .order_by(col(Whistle.number).desc(), col(Whistle.lead).desc(), Department.code)
)  # fmt: skip
"""In the order of WhistleRow."""
_UNIT_NAMES = select(Unit.id, Unit.short_name, Unit.name_en).where(  # type: ignore[call-overload]
    col(Unit.id).in_(bindparam("units", expanding=True))
)
_DEPARTMENT_NAMES = select(Department.id, Department.name, Department.name_en)  # type: ignore[call-overload]
_WIDTH = len(fields(DemandRow))
_REPORTER = [field.name for field in fields(DemandRow)].index("reporter")


@dataclass(frozen=True, slots=True)
class _Own:
    """What a demand's own page reads of it beside its line in the queue."""

    text: str
    place: str | None
    longitude: float | None
    latitude: float | None
    reporter_phone: str | None
    source: Source
    village_id: int | None
    category_code: str
    category_parent: str | None
    category_parent_en: str | None
    holder_unit_id: int | None
    department_id: int | None
    returned_by_id: int | None
    handled_by_id: int | None
    merged_into: str | None
    answered_at: datetime | None
    on_scene_at: datetime | None


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
    session.flush()  # what a move of this transaction has not written yet: statements past the ORM would miss it
    depth = units.depth_of_ranking(session)
    found = session.connection().execute(_detail_statement(scope_of(actor), depth), {"demand": demand_id}).first()
    if found is None:
        raise NotFound("demand_not_found", demand=demand_id)
    values = tuple(found)
    own = _Own(*values[_WIDTH:])
    row, reporter = _row(values[:_WIDTH]), values[_REPORTER]
    personal = actor.may(Permission.SEE_PERSONAL) and sees_unit(session, actor, row.unit_id)
    events = _events(session, demand_id)
    return DetailRow(
        row=row, text=own.text, place=own.place, longitude=own.longitude, latitude=own.latitude,
        reporter=reporter if personal else mask_name(reporter),
        reporter_phone=own.reporter_phone if personal else mask_phone(own.reporter_phone),
        source=own.source, village_id=own.village_id, category_code=own.category_code,
        category_parent=own.category_parent, category_parent_en=own.category_parent_en,
        holder_unit_id=own.holder_unit_id, department_id=own.department_id,
        returned_by_me=_is_me(actor, own.returned_by_id), handled_by_me=_is_me(actor, own.handled_by_id),
        merged_into=own.merged_into, events=events, whistles=whistles_of(session, [demand_id]),
        answered_at=own.answered_at, on_scene_at=own.on_scene_at, outside=row.level in sites.profile(session).outside,
        unit_names=_unit_names(session, events), department_names=_department_names(session),
    )  # fmt: skip


def similar(session: Session, actor: Actor, demand_id: int, *, most: int = 3) -> list[SimilarRow]:
    """Demands of the same category in the same village (the profile's ranking level) within 90 days, newest first."""
    depth, scope = units.depth_of_ranking(session), scope_of(actor)
    about = session.connection().execute(_about_statement(scope, depth), {"demand": demand_id}).first()
    if about is None:
        raise NotFound("demand_not_found", demand=demand_id)
    village, category, reported_at = about
    if village is None:
        return []
    rows = session.connection().execute(
        _similar_statement(scope, depth),
        {
            "village": village, "category": category, "demand": demand_id, "most": most,
            "since": reported_at - LOOK_BACK, "until": reported_at + LOOK_BACK,
        },
    )  # fmt: skip
    return [SimilarRow(*found) for found in rows]


def whistles_of(session: Session, demand_ids: Sequence[int]) -> list[WhistleRow]:
    """The whistles of several demands in one statement, the last call first, in each the lead first."""
    return [WhistleRow(*row) for row in session.connection().execute(_WHISTLES, {"demands": list(demand_ids)})]


def find(session: Session, actor: Actor, reference: str) -> int:
    """The id of a demand by its reference. Raises NotFound outside the actor's scope."""
    found = session.connection().execute(_find_statement(scope_of(actor)), {"reference": reference.strip()}).scalar()
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
def _find_statement(scope: Actor) -> Select[Any]:
    return select(COLUMNS.id).where(COLUMNS.reference == bindparam("reference"), demands_seen(scope))


@lru_cache(maxsize=256)
def _about_statement(scope: Actor, village_depth: int) -> Select[Any]:
    village = path_column(village_depth) if village_depth else null()
    return select(village, COLUMNS.category_id, COLUMNS.reported_at).where(
        COLUMNS.id == bindparam("demand"), demands_seen(scope)
    )


@lru_cache(maxsize=256)
def _detail_statement(scope: Actor, village_depth: int) -> Select[Any]:
    """The columns of DemandRow, then those of _Own."""
    own: tuple[Any, ...] = (
        Demand.text, Demand.place, Demand.longitude, Demand.latitude, Demand.reporter_phone, Demand.source,
        path_column(village_depth) if village_depth else null(), Category.code, _Parent.name, _Parent.name_en,
        Demand.holder_unit_id, Demand.department_id, Demand.returned_by_id, Demand.handled_by_id, _Into.reference,
        Demand.answered_at, Demand.on_scene_at,
    )  # fmt: skip
    found: Select[Any] = (
        _columns(village_depth)
        .add_columns(*own)
        .join(_Parent, col(_Parent.id) == Category.parent_id, isouter=True)
        .join(_Into, col(_Into.id) == Demand.merged_into_id, isouter=True)
        .where(col(Demand.id) == bindparam("demand"), demands_seen(scope))
    )
    return found


@lru_cache(maxsize=256)
def _similar_statement(scope: Actor, village_depth: int) -> Select[Any]:
    found: Select[Any] = (
        select(
            Demand.reference, Demand.title, Demand.state, Demand.due_at, Demand.reported_at, Demand.settled_at,
            _Unit.short_name, _Unit.name_en, Demand.suspended_until,
        )  # type: ignore[call-overload]
        .join(_Unit, col(_Unit.id) == Demand.unit_id)
        .where(
            path_column(village_depth) == bindparam("village"), col(Demand.category_id) == bindparam("category"),
            col(Demand.id) != bindparam("demand"), demands_seen(scope, leading=False),
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
    values[_REPORTER] = mask_name(values[_REPORTER])
    return DemandRow(*values)


def _events(session: Session, demand_id: int) -> list[EventRow]:
    rows = session.connection().execute(_EVENTS, {"demand": demand_id})
    return [
        EventRow(at, verb, before, after, who, reason, history.decode(facts))
        for at, verb, before, after, who, reason, facts in rows
    ]


def _unit_names(session: Session, events: Sequence[EventRow]) -> dict[int, tuple[str, str]]:
    ids = {event.facts.get("holder_unit_id") for event in events} - {None}
    rows = session.connection().execute(_UNIT_NAMES, {"units": list(ids)}) if ids else ()
    return {unit_id: (name, name_en) for unit_id, name, name_en in rows}


def _department_names(session: Session) -> dict[int, tuple[str, str]]:
    rows = session.connection().execute(_DEPARTMENT_NAMES)
    return {department_id: (name, name_en) for department_id, name, name_en in rows}


def _is_me(actor: Actor, account_id: int | None) -> bool:
    return account_id is not None and account_id == actor.account_id


_URGENCY_RANK = case({urgency.value: rank for rank, urgency in enumerate(Urgency)}, value=col(Demand.urgency))
_ORDERS: dict[Order, tuple[Any, ...]] = {
    Order.DEADLINE: (col(Demand.due_at), col(Demand.reference)),
    Order.URGENCY: (_URGENCY_RANK, col(Demand.due_at), col(Demand.reference)),
    Order.NEWEST: (col(Demand.reported_at).desc(), col(Demand.reference)),
}
