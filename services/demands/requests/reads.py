"""Reading requests: what waits for the reader's decision, what the reader asked, what was decided."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models.accounts import Permission
from models.demands import MOVES, REVIEWERS, Category, Demand, DemandEvent, Request, RequestKind, Review, State
from models.limits import Limit
from models.profiles import Profile
from models.units import Unit
from services import sites, units
from services.access import Actor, demands_seen, path_column, require, require_demand
from services.demands import history
from services.demands.requests import rules
from services.demands.requests.extending import Longer
from services.demands.rows import PAGE_SIZE, EventRow
from services.errors import NotAllowed, ServiceError

_Village = aliased(Unit)


class Which(StrEnum):
    """Which requests a list shows."""

    TO_DECIDE = "to_decide"
    OWN = "own"
    DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """What one reviewer said."""

    at: datetime
    reviewer: str
    granted: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request with its demand as it stands, and what granting it would change.

    `village` is the ancestor at the profile's ranking level. `more` is what an extension asks for, `longer`
    are the deadline's sums before and after it; `obstacle` says why it cannot be granted now (None: it can, or it is
    decided). `granted` None: it waits, for `needed` reviewers in all. `may_decide` and `may_withdraw` are the reader's.
    """

    id: int
    kind: RequestKind
    demand_id: int
    version: int
    reference: str
    title: str
    state: State
    due_at: datetime | None
    settled_at: datetime | None
    unit: str
    unit_en: str
    village: str | None
    village_en: str | None
    asked_at: datetime
    asker: str
    reason: str
    evidence: str | None
    code: str | None
    more: Limit | None
    until: datetime | None
    granted: bool | None
    decided_at: datetime | None
    reviews: tuple[ReviewRow, ...]
    needed: int
    longer: Longer | None
    obstacle: ServiceError | None
    may_decide: bool
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class RequestPage:
    """One page of requests with the exact total."""

    rows: list[RequestRow]
    total: int


def listed(
    session: Session, actor: Actor, which: Which, *, now: datetime, page: int = 1, size: int = PAGE_SIZE
) -> RequestPage:
    """One page of the requests about demands the actor may see (seven statements, whatever the size).

    To decide: oldest first; the others: newest first. Pages count from 1.
    """
    require(actor, Permission.SEE_DEMANDS)
    wanted = _conditions(actor, which, now)
    order = col(Request.asked_at) if which is Which.TO_DECIDE else col(Request.asked_at).desc()
    statement = _with_places(session).where(*wanted)
    found = session.exec(statement.order_by(order, col(Request.id)).limit(size).offset((max(page, 1) - 1) * size))
    total: int = session.exec(_joined(func.count()).where(*wanted)).scalar_one()
    return RequestPage(_rows(session, actor, found.all(), now), total)


def waiting(session: Session, actor: Actor, *, now: datetime) -> int:
    """How many requests wait for the actor's decision: what `listed` has to decide."""
    if not (actor.may(Permission.SEE_DEMANDS) and actor.may(Permission.TRIAGE)):
        return 0
    counted: int = session.exec(_joined(func.count()).where(*_conditions(actor, Which.TO_DECIDE, now))).scalar_one()
    return counted


def of_demand(session: Session, actor: Actor, demand_id: int, *, now: datetime) -> list[RequestRow]:
    """Every request about one demand, newest first. Raises NotFound outside the scope."""
    require(actor, Permission.SEE_DEMANDS)
    require_demand(session, actor, demand_id)
    found = session.exec(
        _with_places(session).where(col(Request.demand_id) == demand_id).order_by(col(Request.id).desc())
    )
    return _rows(session, actor, found.all(), now)


def _joined(*columns: Any) -> Any:
    return (
        select(*columns)
        .select_from(Request)
        .join(Demand, col(Demand.id) == col(Request.demand_id))
        .join(Category, col(Category.id) == col(Demand.category_id))
    )


def _with_places(session: Session) -> Any:
    """Requests with their demands, the unit each was filed at and its village (none above the ranking level)."""
    depth = units.depth_of_ranking(session)
    village = col(_Village.id) == path_column(depth) if depth else false()
    names = [column for unit in (Unit, _Village) for column in (col(unit.short_name), col(unit.name_en))]
    return (
        _joined(Request, Demand, col(Category.code), *names)
        .join(Unit, col(Unit.id) == col(Demand.unit_id))
        .join(_Village, village, isouter=True)
    )


def _conditions(actor: Actor, which: Which, now: datetime) -> list[ColumnElement[bool]]:
    seen = demands_seen(actor, leading=False)
    if which is Which.DECIDED:
        return [seen, col(Request.granted).is_not(None)]
    if which is Which.OWN:
        return [seen, col(Request.asked_by_id) == actor.account_id]
    if not actor.may(Permission.TRIAGE):
        return [false()]
    own = or_(col(Request.asked_by_id) == actor.account_id, col(Demand.handled_by_id) == actor.account_id)
    reviewed = exists().where(col(Review.request_id) == col(Request.id), col(Review.account_id) == actor.account_id)
    mine = own.is_not(True) & ~reviewed
    return [seen, col(Request.granted).is_(None), mine, or_(*(_grantable(kind, now) for kind in RequestKind))]


def _grantable(kind: RequestKind, now: datetime) -> ColumnElement[bool]:
    """Whether granting is possible as far as states and moments say: nobody is asked to decide what has lapsed."""
    found = and_(col(Request.kind) == kind, col(Demand.state).in_(MOVES[rules.GRANTS[kind]].sources))
    if kind is RequestKind.EXTENSION:
        return found & (col(Demand.due_at) >= now)
    if kind is RequestKind.SUSPENSION:
        return found & (col(Request.until) > now)
    return found


def _rows(session: Session, actor: Actor, found: Sequence[Any], now: datetime) -> list[RequestRow]:
    reviews = _reviews(session, [request.id for request, *_ in found])
    timed = {RequestKind.EXTENSION, RequestKind.SUSPENSION}
    asked = [row[0].demand_id for row in found if row[0].granted is None and row[0].kind in timed]
    events = _events(session, asked)
    profile = sites.profile(session)
    return [
        _row(profile, actor, row, reviews.get(row[0].id, []), events.get(row[0].demand_id, []), now) for row in found
    ]


def _row(
    profile: Profile, actor: Actor, found: Any, reviews: list[Review], events: list[EventRow], now: datetime
) -> RequestRow:
    request, demand, category, unit, unit_en, village, village_en = found
    waits, longer, obstacle = request.granted is None, None, None
    if waits:
        try:
            longer = rules.require_possible(profile, demand, category, events, request, now=now)
        except ServiceError as error:
            obstacle = error
    return RequestRow(
        id=request.id, kind=request.kind, demand_id=demand.id, version=demand.version, reference=demand.reference,
        title=demand.title, state=demand.state, due_at=demand.due_at, settled_at=demand.settled_at, unit=unit,
        unit_en=unit_en, village=village, village_en=village_en, asked_at=request.asked_at, asker=request.asker,
        reason=request.reason, evidence=request.evidence, code=request.code,
        more=Limit(request.amount, rules.usual_limit(profile, demand, category).unit) if request.amount else None,
        until=request.until, granted=request.granted, decided_at=request.decided_at,
        reviews=tuple(ReviewRow(row.at, row.reviewer, row.granted, row.reason) for row in reviews),
        needed=REVIEWERS[request.kind], longer=longer, obstacle=obstacle,
        may_decide=waits and _may_decide(actor, demand, request, reviews),
        may_withdraw=waits and request.asked_by_id == actor.account_id and actor.may(Permission.HANDLE),
    )  # fmt: skip


def _may_decide(actor: Actor, demand: Demand, request: Request, reviews: list[Review]) -> bool:
    if not actor.may(Permission.TRIAGE):
        return False
    try:
        rules.require_reviewer(actor, demand, request.asked_by_id, [row.account_id for row in reviews])
    except NotAllowed:
        return False
    return True


def _reviews(session: Session, ids: Sequence[int]) -> dict[int, list[Review]]:
    found: dict[int, list[Review]] = defaultdict(list)
    if ids:
        wanted = select(Review).where(col(Review.request_id).in_(ids))
        for row in session.exec(wanted.order_by(col(Review.at), col(Review.id))).scalars():  # type: ignore[call-overload]
            found[row.request_id].append(row)
    return found


def _events(session: Session, ids: Sequence[int]) -> dict[int, list[EventRow]]:
    found: dict[int, list[EventRow]] = defaultdict(list)
    if ids:
        wanted = select(DemandEvent).where(col(DemandEvent.demand_id).in_(ids))
        rows = session.exec(wanted.order_by(col(DemandEvent.demand_id), col(DemandEvent.seq))).scalars()  # type: ignore[call-overload]
        for event in rows:
            found[event.demand_id].append(history.row_of(event))
    return found
