"""The escalation board: a lane for each level that may hold a demand, the open ones by their clock, their whistles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models.accounts import Permission
from models.demands import Demand, State, Urgency, Whistle
from models.departments import Department
from models.profiles import Profile
from services import demands, sites, units
from services.access import Actor, require
from services.demands.conditions import COLUMNS, Shape, conditions, late, moment, shape_of, values_of
from services.demands.history import held, of_several
from services.demands.reads import whistles_of
from services.demands.rows import DemandRow, Filters, HeldRow, WhistleRow

CARDS = 9
"""Cards on a page of a lane: they fill a lane of 1080 lines, whatever is written on them."""


class Only(StrEnum):
    """What a board may be narrowed to."""

    UNANSWERED = "unanswered"
    LATE = "late"
    NEAR = "near"
    WHISTLED = "whistled"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the whole board, its numbers too, is narrowed to: a category (id, with its parts), an urgency, a text."""

    category_id: int | None = None
    urgency: Urgency | None = None
    text: str = ""


WHOLE = Narrowing()


@dataclass(frozen=True, slots=True)
class CardRow:
    """One demand on the board: the departments called to it, lead first, and how long each level held it."""

    row: DemandRow
    whistles: tuple[WhistleRow, ...]
    held: tuple[HeldRow, ...]


@dataclass(frozen=True, slots=True)
class LaneRow:
    """One level: how many open demands it holds, how many of them are late, and one page of them, longest late first.

    `held` is the median time since they came to this level, None for an empty lane. Pages count from 1.
    """

    level: str
    count: int
    late: int
    held: timedelta | None
    page: int
    pages: int
    cards: tuple[CardRow, ...]


@dataclass(frozen=True, slots=True)
class BoardRow:
    """The lanes from below to above, and over all of them how many are open, late, near, whistled and suspended.

    `unanswered` have a whistle nobody answered within its limit, the oldest of them asked at `oldest_asked_at`.
    """

    lanes: tuple[LaneRow, ...]
    open: int
    late: int
    near: int
    whistled: int
    unanswered: int
    suspended: int
    oldest_asked_at: datetime | None


def board(
    session: Session,
    actor: Actor,
    *,
    now: datetime,
    unit_id: int | None = None,
    only: Only | None = None,
    narrowing: Narrowing = WHOLE,
    pages: Mapping[str, int] | None = None,
    size: int = CARDS,
) -> BoardRow:
    """The open demands of the actor's scope (of one unit's subtree where given) by the level that holds them.

    `narrowing` narrows everything, `only` the lanes, not the board's sums; `pages` says which page of a lane (by level
    key) is wanted. Lanes are the levels of the profile's chain and any other level that holds something; someone below
    the site's top sees no empty ones above their own. The number of statements depends on the lanes alone. Raises
    NotFound for a unit outside the scope.
    """
    require(actor, Permission.SEE_DEMANDS)
    profile = sites.profile(session)
    near_until = now + timedelta(hours=profile.near_hours)
    within = _within(unit_id, narrowing)
    sums = _sums(session, actor, within, near_until, now)
    wanted = _narrowed(within, only, near_until)
    heads = _heads(session, actor, wanted, now)
    levels = _levels(session, actor, profile, set(sums))
    lanes = [
        _lane(session, actor, wanted, level, heads.get(level), (pages or {}).get(level, 1), size, now)
        for level in levels
    ]
    open_, late_, near, whistled, waiting, asleep = map(sum, zip(*sums.values(), strict=True)) if sums else (0,) * 6
    oldest = _oldest(session, actor, within, now) if waiting else None
    return BoardRow(_filled(session, actor, lanes, now), open_, late_, near, whistled, waiting, asleep, oldest)


def filters_of(
    unit_id: int | None, level: str | None, only: Only | None, near_until: datetime, narrowing: Narrowing = WHOLE
) -> Filters:
    """The queue's filter that holds exactly the cases a lane's number counts."""
    return _narrowed(replace(_within(unit_id, narrowing), level=level), only, near_until)


def _within(unit_id: int | None, narrowing: Narrowing) -> Filters:
    return Filters(
        unit_id=unit_id, category_id=narrowing.category_id, urgency=narrowing.urgency, text=narrowing.text
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Head:
    count: int
    late: int
    held: timedelta


def _narrowed(filters: Filters, only: Only | None, near_until: datetime) -> Filters:
    return replace(
        filters, overdue=only is Only.LATE, near_until=near_until if only is Only.NEAR else None,
        whistled=only is Only.WHISTLED, unanswered=only is Only.UNANSWERED,
        state=State.SUSPENDED if only is Only.SUSPENDED else None,
    )  # fmt: skip


def _levels(session: Session, actor: Actor, profile: Profile, present: set[str]) -> list[str]:
    """The lanes from below to above: the chain and whatever holds something, without empty ones above the actor."""
    order = [*reversed(profile.level_keys), *(level.key for level in profile.outer_levels)]
    shown = [level for level in order if level in profile.chain or level in present]
    own = _own_level(session, actor)
    reach = len(order) if own in (None, profile.level_keys[0]) else order.index(own)
    return [level for level in shown if level in present or order.index(level) <= reach]


def _own_level(session: Session, actor: Actor) -> str | None:
    if actor.department_id is not None:
        return session.get_one(Department, actor.department_id).level
    return units.one(session, actor, actor.unit_id).level if actor.unit_id is not None else None


def _sums(
    session: Session, actor: Actor, filters: Filters, near_until: datetime, now: datetime
) -> dict[str, tuple[int, ...]]:
    """Open, late, near, whistled, unanswered and suspended by level, in one statement."""
    values = values_of(actor, filters, now) | {"near_until": near_until}
    rows = session.connection().execute(_sums_statement(shape_of(session, actor, filters)), values)
    return {row[0]: tuple(row[1:]) for row in rows}


def _heads(session: Session, actor: Actor, filters: Filters, now: datetime) -> dict[str, _Head]:
    """Count, late count and median holding time by level, in one statement."""
    statement = _heads_statement(shape_of(session, actor, filters))
    rows = session.connection().execute(statement, values_of(actor, filters, now))
    return {
        level: _Head(count, late_, now - (lower + (upper - lower) / 2)) for level, count, late_, lower, upper in rows
    }


def _lane(
    session: Session,
    actor: Actor,
    filters: Filters,
    level: str,
    head: _Head | None,
    page: int,
    size: int,
    now: datetime,
) -> LaneRow:
    if head is None:
        return LaneRow(level, 0, 0, None, 1, 1, ())
    pages = -(-head.count // size)
    page = min(max(page, 1), pages)
    narrowed = replace(filters, level=level)
    rows = demands.queue(session, actor, narrowed, now=now, page=page, size=size).rows
    return LaneRow(level, head.count, head.late, head.held, page, pages, tuple(CardRow(row, (), ()) for row in rows))


def _filled(session: Session, actor: Actor, lanes: Sequence[LaneRow], now: datetime) -> tuple[LaneRow, ...]:
    """The lanes with every card's whistles and who held it how long, in two statements."""
    ids = [card.row.id for lane in lanes for card in lane.cards]
    called: dict[int, dict[int, WhistleRow]] = {}
    for whistle in whistles_of(session, ids):  # the last call of each department comes first
        called.setdefault(whistle.demand_id, {}).setdefault(whistle.department_id, whistle)
    told = of_several(session, actor, ids)
    return tuple(
        replace(
            lane,
            cards=tuple(
                CardRow(
                    card.row, tuple(called.get(card.row.id, {}).values()),
                    tuple(held(told.get(card.row.id, []), now=now)),
                )
                for card in lane.cards
            ),
        )
        for lane in lanes
    )  # fmt: skip


@lru_cache(maxsize=512)
def _sums_statement(shape: Shape) -> Select[Any]:
    near = and_(
        COLUMNS.due_at >= moment("now"), COLUMNS.due_at <= moment("near_until"), COLUMNS.state != State.SUSPENDED
    )
    whistled = exists().where(col(Whistle.demand_id) == COLUMNS.id)
    unanswered = COLUMNS.id.in_(_waiting(Whistle, Whistle.demand_id))
    return (
        select(
            COLUMNS.level, func.count(), func.count(case((late(), 1))), func.count(case((near, 1))),
            func.count(case((whistled, 1))), func.count(case((unanswered, 1))),
            func.count(case((COLUMNS.state == State.SUSPENDED, 1))),
        )
        .where(*conditions(shape))
        .group_by(COLUMNS.level)
    )  # fmt: skip


def _waiting(whistle: type[Whistle], column: Any) -> Select[Any]:
    """A column of the whistles nobody answered within their limit: the condition of the filter `unanswered`."""
    return select(column).where(col(whistle.answered_at).is_(None), col(whistle.answer_due_at) < moment("now"))


def _oldest(session: Session, actor: Actor, filters: Filters, now: datetime) -> datetime | None:
    """When the oldest whistle nobody answered was asked."""
    statement = _oldest_statement(shape_of(session, actor, filters))
    found: datetime | None = session.connection().execute(statement, values_of(actor, filters, now)).scalar()
    return found


@lru_cache(maxsize=512)
def _oldest_statement(shape: Shape) -> Select[Any]:
    called = aliased(Whistle)  # a department's scope asks for whistles too, and would correlate with the same name
    waiting = _waiting(called, func.min(called.asked_at))
    return waiting.join(Demand.__table__, COLUMNS.id == called.demand_id).where(*conditions(shape))  # type: ignore[attr-defined]


@lru_cache(maxsize=512)
def _heads_statement(shape: Shape) -> Select[Any]:
    """The middle one or two of each level by the time they came there: a median both databases can tell."""
    placed = (
        select(
            COLUMNS.level.label("level"), COLUMNS.level_since.label("since"),
            func.row_number().over(partition_by=COLUMNS.level, order_by=COLUMNS.level_since).label("place"),
            func.count().over(partition_by=COLUMNS.level).label("number"),
            func.count(case((late(), 1))).over(partition_by=COLUMNS.level).label("late"),
        )
        .where(*conditions(shape))
        .subquery()
    )  # fmt: skip
    found = placed.c
    middle = found.place.in_([(found.number + 1) // 2, (found.number + 2) // 2])
    return (
        select(found.level, func.max(found.number), func.max(found.late), func.min(found.since), func.max(found.since))
        .where(middle)
        .group_by(found.level)
    )
