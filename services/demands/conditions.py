"""What a queue may be narrowed to, as SQL: one condition a filter, every value bound, statements built once a shape."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, bindparam, exists, func, literal_column, or_, select
from sqlmodel import Session, col

from models.demands import Category, Demand, DemandEvent, State, Verb, Whistle
from models.departments import Department
from services import units
from services.access import IS_OPEN, Actor, demands_seen, lies_in, scope_of
from services.counters.facts import flags, rung
from services.demands.rows import ANY_DEPARTMENT, Fact, Filters

COLUMNS = Demand.__table__.c  # type: ignore[attr-defined]
MOMENT = COLUMNS.due_at.type
ESCAPE = "!"
NAMED = {
    ("excluded", False): "assessed", ("on_the_spot", False): "by_others",
    ("department", ANY_DEPARTMENT): "any_department",
}  # fmt: skip
"""Values of a field that have a condition of their own."""
_NAMES, _EMPTY = tuple(field.name for field in fields(Filters)), Filters(open_only=False)


@dataclass(frozen=True, slots=True)
class Shape:
    """Which conditions a queue has. Statements are built once for each shape; the values are bound.

    Of the actor only the scope is kept (see `scope_of`): all who have the same one share the statements.
    """

    actor: Actor
    unit_depth: int
    present: frozenset[str]


def shape_of(session: Session, actor: Actor, filters: Filters) -> Shape:
    """The shape of a filter. Raises NotFound for a unit outside the actor's scope."""
    depth = units.depth_of(session, actor, filters.unit_id) if filters.unit_id is not None else 0
    present = {name for name in _NAMES if getattr(filters, name) != getattr(_EMPTY, name)}
    if filters.settled is False:
        present = present - {"settled", "settled_to"} | {"unsettled_to" if filters.settled_to else "unsettled"}
    if filters.kept is not None:
        present = present - {"kept"} | {"kept" if filters.kept else "missed"}
    if filters.fact is not None:
        present = present - {"fact"} | {f"fact_{filters.fact}"}
    if filters.assessed and present & OF_LIMIT:
        present = present | {"unwaived"}
    for (name, value), condition in NAMED.items():
        if getattr(filters, name) == value:
            present = present - {name} | {condition}
    if not filters.text.strip():
        present.discard("text")
    return Shape(actor=scope_of(actor), unit_depth=depth, present=frozenset(present))


def values_of(actor: Actor, filters: Filters, now: datetime) -> dict[str, Any]:
    """The values a shape's statements ask for."""
    values = {name: getattr(filters, name) for name in _NAMES}
    return values | {
        "now": now, "hour_ago": now - HOUR, "person_id": actor.person_id, "actor_unit_id": actor.unit_id,
        "actor_department_id": actor.department_id, "like": f"%{_escaped(filters.text.strip().lower())}%",
    }  # fmt: skip


def _escaped(text: str) -> str:
    """The text with the signs that LIKE reads as "anything" taken literally."""
    for sign in (ESCAPE, "%", "_"):
        text = text.replace(sign, ESCAPE + sign)
    return text


def late() -> ColumnElement[bool]:
    """Open and past its deadline at the bound moment `now`: models.demands.is_overdue, as SQL."""
    found: ColumnElement[bool] = IS_OPEN & (COLUMNS.due_at < moment("now"))
    return found


def moment(name: str) -> Any:
    """A bound moment."""
    return bindparam(name, type_=MOMENT)


def conditions(shape: Shape) -> list[ColumnElement[bool]]:
    """The WHERE clause of a shape."""
    wanted = [_CONDITIONS[name] for name in sorted(shape.present) if name in _CONDITIONS]
    leading = not shape.present & FEW
    if not shape.unit_depth:
        return [demands_seen(shape.actor, leading=leading), *wanted]
    narrower = shape.unit_depth >= shape.actor.depth
    inside = lies_in(shape.unit_depth, bindparam("unit_id"), leading=leading and narrower)
    return [inside, demands_seen(shape.actor, leading=leading and not narrower), *wanted]


def _found(column: Any) -> ColumnElement[bool]:
    lowered: ColumnElement[str] = func.lower(column)
    found: ColumnElement[bool] = lowered.like(bindparam("like", type_=String), escape=ESCAPE)
    return found


def _unanswered() -> ColumnElement[bool]:
    return IS_OPEN & exists().where(
        col(Whistle.demand_id) == COLUMNS.id,
        col(Whistle.answered_at).is_(None),
        col(Whistle.answer_due_at) < moment("now"),
    )


def _urged() -> ColumnElement[bool]:
    """Whether it was urged since its level has it: one of the few that ever were, which lead to it."""
    urged = col(DemandEvent.verb) == literal_column(f"'{Verb.URGE}'")  # as the partial index writes it
    few = COLUMNS.id.in_(select(DemandEvent.demand_id).where(urged))  # type: ignore[call-overload]
    since = exists().where(
        col(DemandEvent.demand_id) == COLUMNS.id, urged, col(DemandEvent.at) >= COLUMNS.level_since
    )  # fmt: skip
    found: ColumnElement[bool] = IS_OPEN & few & since
    return found


FEW = frozenset({"urged"})
"""Filters that fewer demands meet than lie in any large unit: the database finds the rows by them."""


def assessed() -> ColumnElement[bool]:
    """What the assessed scope of a statistic counts: everything but what was taken out of the assessment."""
    found: ColumnElement[bool] = COLUMNS.excluded_code.is_(None)
    return found


OF_LIMIT = frozenset({"limit_from", "limit_to", "kept", "missed", "fact_judged"})
"""Filters about the limit: what was waived on appeal is not assessed by it."""
HOUR = timedelta(hours=1)


def _facts() -> dict[str, ColumnElement[bool]]:
    """What rates count, by its own definition; while the first hour runs nobody is waited for too long."""
    found = {f"fact_{name}": condition for name, condition in flags().items() if name in set(Fact)}
    over = or_(COLUMNS.first_answered_at.is_not(None), COLUMNS.reported_at < moment("hour_ago"))
    return {name: COLUMNS.received & condition for name, condition in found.items()} | {
        "fact_awaited": COLUMNS.received & found["fact_awaited"] & over
    }


_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "state": COLUMNS.state == bindparam("state", type_=COLUMNS.state.type),
    "category_id": or_(
        COLUMNS.category_id == bindparam("category_id"),
        COLUMNS.category_id.in_(select(Category.id).where(col(Category.parent_id) == bindparam("category_id"))),  # type: ignore[call-overload]
    ),
    "urgency": COLUMNS.urgency == bindparam("urgency", type_=COLUMNS.urgency.type),
    "level": COLUMNS.level == bindparam("level"),
    "text": or_(*(_found(COLUMNS[name]) for name in ("reference", "title", "text", "place"))),
    "open_only": IS_OPEN,
    "overdue": late(),
    "near_until": IS_OPEN
    & (COLUMNS.due_at >= moment("now"))
    & (COLUMNS.due_at <= moment("near_until"))
    & (COLUMNS.state != State.SUSPENDED),
    "due_from": IS_OPEN & (COLUMNS.due_at >= moment("due_from")),
    "due_to": IS_OPEN & (COLUMNS.due_at <= moment("due_to")),
    "mine": or_(
        COLUMNS.holder_id == bindparam("person_id"),
        COLUMNS.holder_unit_id == bindparam("actor_unit_id"),
        COLUMNS.department_id == bindparam("actor_department_id"),
    ),
    "new": COLUMNS.state.in_([State.REPORTED, State.PENDING_TRIAGE]),
    "unanswered": _unanswered(),
    "whistled": exists().where(col(Whistle.demand_id) == COLUMNS.id),
    "unplaced": ~col(Demand.placed),
    "reported_from": COLUMNS.received & (COLUMNS.reported_at >= moment("reported_from")),
    "reported_to": COLUMNS.received & (COLUMNS.reported_at < moment("reported_to")),
    "settled": COLUMNS.settled_at.is_not(None),
    "unsettled": COLUMNS.settled_at.is_(None),
    "unsettled_to": or_(COLUMNS.settled_at.is_(None), COLUMNS.settled_at >= moment("settled_to")),
    "settled_from": COLUMNS.settled_at >= moment("settled_from"),
    "settled_to": COLUMNS.settled_at < moment("settled_to"),
    "limit_from": or_(IS_OPEN, COLUMNS.settled_at.is_not(None)) & (COLUMNS.due_at > moment("limit_from")),
    "limit_to": or_(late(), COLUMNS.settled_at.is_not(None)) & (COLUMNS.due_at <= moment("limit_to")),
    "on_the_spot": COLUMNS.self_settled.is_(True),
    "by_others": COLUMNS.self_settled.is_(False),
    "kept": COLUMNS.settled_at <= COLUMNS.due_at,
    "missed": or_(IS_OPEN, COLUMNS.settled_at > COLUMNS.due_at),
    "unwaived": COLUMNS.waived_at.is_(None),
    "excluded": COLUMNS.excluded_code.is_not(None),
    "assessed": assessed(),
    "urged": _urged(),
    "reworked_to": COLUMNS.reworked_at < moment("reworked_to"),
    "closed_from": COLUMNS.closed_at >= moment("closed_from"),
    "closed_to": COLUMNS.closed_at < moment("closed_to"),
    "called_from": rung() >= moment("called_from"),
    "called_to": rung() < moment("called_to"),
    "department": COLUMNS.department_id.in_(
        select(Department.id).where(col(Department.code) == bindparam("department", type_=String))  # type: ignore[call-overload]
    ),
    "any_department": COLUMNS.department_id.is_not(None),
    **_facts(),
}
"""The condition of each field of Filters; `unit_id` is the subtree, above."""
