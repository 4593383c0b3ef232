"""Typical cases: a few demands that show what a period was like, told by dates and steps, never by anybody's text."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models.accounts import Permission
from models.demands import Category, Demand, Whistle
from models.departments import Department
from models.sunshine import Notice
from models.units import Unit
from services import units
from services.access import Actor, demands_seen, path_column, require
from services.analyses.rows import CaseKind, CaseRow, Subjects
from services.counters.days import Epoch
from services.counters.facts import C, limit_in
from services.demands import history
from services.demands.rows import EventRow
from services.errors import BadInput
from services.figures.scopes import Place
from services.periods import Period
from services.sunshine import wording

_Village = aliased(Unit)


def cases(
    session: Session, actor: Actor, place: Place, period: Period, subjects: Subjects, *, now: datetime
) -> tuple[CaseRow, ...]:
    """At most one case of each kind, no case twice. A fixed number of statements.

    common    of the commonest subject, settled: the one in the middle by the time it took
    latest    what missed its limit in the period by most
    whistled  settled after a department came, the last of them
    reworked  sent back to work, the last of them
    Raises NotAllowed without sight of demands.
    """
    require(actor, Permission.SEE_DEMANDS)
    inside = (path_column(place.depth) == place.id, demands_seen(actor, leading=False), C.received)
    came = (*inside, C.reported_at >= period.start, C.reported_at < min(period.end, now))
    found: dict[int, CaseKind] = {}
    for kind, key in (
        (CaseKind.COMMON, _common(session, came, subjects)),
        (CaseKind.LATEST, _latest(session, inside, period, now)),
        (CaseKind.WHISTLED, _last(session, (*came, C.settled_at.is_not(None), _somebody_came()))),
        (CaseKind.REWORKED, _last(session, (*came, C.reworked_at.is_not(None)))),
    ):
        if key is not None:
            found.setdefault(key, kind)
    return _rows(session, actor, found, now)


def _common(session: Session, came: Sequence[Any], subjects: Subjects) -> int | None:
    if not subjects.rows:
        return None
    of_it = select(Category.id).where(col(Category.code) == subjects.rows[0].code).scalar_subquery()  # type: ignore[call-overload]
    wanted = (*came, C.category_id == of_it, C.settled_at.is_not(None))
    number = session.connection().execute(select(func.count()).select_from(C.id.table).where(*wanted)).scalar_one()
    took = Epoch(C.settled_at) - Epoch(C.reported_at)
    return _first(session, wanted, (took, C.reference), skip=number // 2)


def _latest(session: Session, inside: Sequence[Any], period: Period, now: datetime) -> int | None:
    """By most: settled that long after its limit, or open that long after it."""
    missed = (
        *inside, limit_in(period.start, period.end),
        (C.settled_at > C.due_at) | (C.is_open & (C.due_at < now)),
    )  # fmt: skip
    ended = func.coalesce(Epoch(C.settled_at), int(now.timestamp()))
    return _first(session, missed, ((ended - Epoch(C.due_at)).desc(), C.reference))


def _last(session: Session, wanted: Sequence[Any]) -> int | None:
    return _first(session, wanted, (C.reported_at.desc(), C.reference))


def _first(session: Session, wanted: Sequence[Any], order: Sequence[Any], skip: int = 0) -> int | None:
    found: int | None = (
        session.connection().execute(select(C.id).where(*wanted).order_by(*order).offset(skip).limit(1)).scalar()
    )
    return found


def _somebody_came() -> ColumnElement[bool]:
    return exists().where(col(Whistle.demand_id) == C.id, col(Whistle.arrived_at).is_not(None))


def _rows(session: Session, actor: Actor, found: dict[int, CaseKind], now: datetime) -> tuple[CaseRow, ...]:
    if not found:
        return ()
    rows = {row.id: row for row in session.connection().execute(_statement(units.depth_of_ranking(session), found))}
    events = history.of_several(session, actor, list(found))
    offices = {
        key: (zh, en)
        for key, zh, en in session.connection().execute(select(Department.id, Department.name, Department.name_en))  # type: ignore[call-overload]
    }
    notices = _notices(session, list(found))
    return tuple(
        _row(rows[key], kind, _held(events.get(key, []), offices, now), notices.get(key), now)
        for key, kind in found.items()
    )


def _statement(depth: int, found: dict[int, CaseKind]) -> Any:
    village = path_column(depth) if depth else col(Demand.unit_id)
    return (
        select(  # type: ignore[call-overload]
            C.id, C.reference, Category.name, Category.name_en, _Village.short_name, _Village.name_en.label("place_en"),  # type: ignore[attr-defined]
            C.state, C.reported_at, C.settled_at, C.settled_level, C.due_at, C.solved, C.satisfied,
        )
        .join(Category, col(Category.id) == C.category_id)
        .outerjoin(_Village, col(_Village.id) == village)
        .where(C.id.in_(list(found)))
    )  # fmt: skip


def _row(
    row: Any,
    kind: CaseKind,
    held: tuple[tuple[str, str | None, str | None, timedelta], ...],
    notice: tuple[str, str | None, str, str | None] | None,
    now: datetime,
) -> CaseRow:
    late = None if row.due_at is None else (row.settled_at or now) - row.due_at
    return CaseRow(
        kind=kind, reference=row.reference, category=row.name, category_en=row.name_en, village=row.short_name,
        village_en=row.place_en, state=row.state, reported_at=row.reported_at, settled_at=row.settled_at,
        settled_level=row.settled_level, late=late if late is not None and late > timedelta() else None, held=held,
        solved=row.solved, satisfied=row.satisfied, notice=notice,
    )  # fmt: skip


def _held(
    events: Sequence[EventRow], offices: dict[int, tuple[str, str]], now: datetime
) -> tuple[tuple[str, str | None, str | None, timedelta], ...]:
    """How long each level or department held it."""
    nobody: tuple[str | None, str | None] = (None, None)
    return tuple(
        (each.level, *(offices.get(each.department_id, nobody) if each.department_id else nobody), each.span)
        for each in history.held(events, now=now)
    )


def _notices(session: Session, ids: list[int]) -> dict[int, tuple[str, str | None, str, str | None]]:
    """The public wording of each that is published, where it still passes the check of public wording."""
    rows = session.connection().execute(
        select(Notice.demand_id, Notice.title, Notice.title_en, Notice.result, Notice.result_en)  # type: ignore[call-overload]
        .where(col(Notice.demand_id).in_(ids), col(Notice.withdrawn_at).is_(None))
    )  # fmt: skip
    return {key: words for key, *rest in rows if _passes(session, key, words := tuple(rest))}


def _passes(session: Session, demand_id: int, words: tuple[str | None, ...]) -> bool:
    demand = session.get(Demand, demand_id)
    try:
        if demand is not None:
            wording.check(session, demand, [text for text in words if text])
    except BadInput:
        return False
    return demand is not None
