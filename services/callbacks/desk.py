"""The desk's lists: what waits for a check, what waits for a call, whom nobody reached."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlmodel import Session, col

from models.accounts import Permission
from models.demands import CallBack, CallRoundDemand, Category, Demand, Reached, Satisfaction, Solved, State
from models.units import Unit
from services import units
from services.access import Actor, demands_seen, lies_in, mask_name, mask_phone, path_column, require
from services.demands.rows import PAGE_SIZE

D: Any = Demand.__table__.c  # type: ignore[attr-defined]
C: Any = Category.__table__.c  # type: ignore[attr-defined]
U: Any = Unit.__table__.alias("unit")  # type: ignore[attr-defined]
V: Any = Unit.__table__.alias("village")  # type: ignore[attr-defined]


class Waiting(StrEnum):
    """What a list of the desk holds."""

    CHECK = "check"
    CALL = "call"
    UNREACHED = "unreached"
    ROUND = "round"


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One demand on the desk. Name and phone are masked unless the person may see them; `attempts` calls so far."""

    id: int
    reference: str
    title: str
    text: str
    state: State
    version: int
    category: str
    category_en: str
    unit: str
    unit_en: str
    village: str | None
    village_en: str | None
    reported_at: datetime
    due_at: datetime | None
    settled_at: datetime
    settled_level: str | None
    reporter: str | None
    phone: str | None
    attempts: int
    reached: Reached | None
    solved: Solved | None
    satisfied: Satisfaction | None
    called_at: datetime | None
    handled_by_me: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """How many wait on each list of the desk."""

    check: int
    call: int
    unreached: int


def desk(session: Session, actor: Actor, unit_id: int) -> Desk:
    """How many demands of the unit's subtree wait for a check, for a call, and how many nobody reached so far."""
    require(actor, Permission.CLOSE)
    inside = _inside(session, actor, unit_id)
    counts = [func.count(case((_of(which), 1))) for which in (Waiting.CHECK, Waiting.CALL, Waiting.UNREACHED)]
    row = session.connection().execute(select(*counts).select_from(Demand).where(inside, _open_ended())).one()
    return Desk(check=row[0], call=row[1], unreached=row[2])


def waiting(
    session: Session, actor: Actor, unit_id: int, which: Waiting, *, round_id: int | None = None, page: int = 1
) -> list[DeskRow]:
    """One page of a list, longest settled first; those the actor handled are marked, for someone else must do them.

    Raises NotAllowed without the permission to close, NotFound for a unit outside the scope.
    """
    require(actor, Permission.CLOSE)
    depth = units.depth_of_ranking(session)
    statement = (
        _columns(depth).where(_inside(session, actor, unit_id), _on_list(which, round_id))
        .order_by(col(Demand.called_at).is_not(None), col(Demand.settled_at), col(Demand.reference))
        .limit(PAGE_SIZE).offset((max(page, 1) - 1) * PAGE_SIZE)
    )  # fmt: skip
    return [_row(actor, found) for found in session.connection().execute(statement)]


def _inside(session: Session, actor: Actor, unit_id: int) -> ColumnElement[bool]:
    depth = units.one(session, actor, unit_id).depth
    return and_(demands_seen(actor, leading=False), lies_in(depth, unit_id, leading=False))


def _open_ended() -> ColumnElement[bool]:
    """What waits for a check or a call, as the partial index of settled and not closed demands says it."""
    waits = col(Demand.state).in_([State.PENDING_VERIFY, State.PENDING_CALLBACK])
    return and_(waits, col(Demand.settled_at).is_not(None), col(Demand.closed_at).is_(None))


def _of(which: Waiting) -> ColumnElement[bool]:
    match which:
        case Waiting.CHECK:
            return col(Demand.state) == State.PENDING_VERIFY
        case Waiting.UNREACHED:
            missed = and_(col(Demand.reached) != Reached.YES, col(Demand.called_at) >= col(Demand.settled_at))
            return and_(col(Demand.state) == State.PENDING_CALLBACK, missed)
        case _:
            return col(Demand.state) == State.PENDING_CALLBACK


def _on_list(which: Waiting, round_id: int | None) -> ColumnElement[bool]:
    if which is not Waiting.ROUND:
        return and_(_of(which), _open_ended())
    drawn = select(CallRoundDemand.demand_id).where(col(CallRoundDemand.round_id) == round_id)  # type: ignore[call-overload]
    return and_(col(Demand.id).in_(drawn), col(Demand.settled_at).is_not(None))


def _columns(depth: int | None) -> Any:
    """The columns of a row, each named as its field; `handler` besides."""
    village: Any = path_column(depth) if depth else D.unit_id
    attempts = select(func.count()).where(col(CallBack.demand_id) == D.id).scalar_subquery()
    columns = (
        D.id, D.reference, D.title, D.text, D.state, D.version, C.name.label("category"),
        C.name_en.label("category_en"), U.c.short_name.label("unit"), U.c.name_en.label("unit_en"),
        V.c.short_name.label("village"), V.c.name_en.label("village_en"), D.reported_at, D.due_at, D.settled_at,
        D.settled_level, D.reporter, D.reporter_phone.label("phone"), attempts.label("attempts"), D.reached, D.solved,
        D.satisfied, D.called_at, D.handled_by_id.label("handler"),
    )  # fmt: skip
    return (
        select(*columns)
        .join(Category, C.id == D.category_id)
        .join(U, U.c.id == D.unit_id)
        .outerjoin(V, V.c.id == village)
    )


def _row(actor: Actor, found: Any) -> DeskRow:
    values = dict(found._mapping)
    handler = values.pop("handler")
    if not actor.may(Permission.SEE_PERSONAL):
        values |= {"reporter": mask_name(found.reporter), "phone": mask_phone(found.phone)}
    return DeskRow(**values, handled_by_me=actor.account_id is not None and handler == actor.account_id)
