"""The escalation board: a lane for each level that may hold a demand, the open ones by their clock, their whistles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, select
from sqlmodel import Session, col

from models.accounts import Permission
from models.demands import State, Whistle
from models.departments import Department
from models.profiles import Profile
from services import demands, sites, units
from services.access import Actor, require
from services.demands.conditions import COLUMNS, Shape, conditions, late, moment, shape_of, values_of
from services.demands.reads import whistles_of
from services.demands.rows import DemandRow, Filters, WhistleRow

CARDS = 8
"""How many cards a lane shows at a time."""


class Only(StrEnum):
    """What a board may be narrowed to."""

    LATE = "late"
    NEAR = "near"
    WHISTLED = "whistled"


@dataclass(frozen=True, slots=True)
class CardRow:
    """One demand on the board with the departments called to it, lead first."""

    row: DemandRow
    whistles: tuple[WhistleRow, ...]


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
    """The lanes from below to above, and over all of them how many are open, late, near and whistled."""

    lanes: tuple[LaneRow, ...]
    open: int
    late: int
    near: int
    whistled: int


def board(
    session: Session,
    actor: Actor,
    *,
    now: datetime,
    unit_id: int | None = None,
    only: Only | None = None,
    pages: Mapping[str, int] | None = None,
    size: int = CARDS,
) -> BoardRow:
    """The open demands of the actor's scope (of one unit's subtree where given) by the level that holds them.

    `only` narrows the lanes, not the board's sums; `pages` says which page of a lane (by level key) is wanted. Lanes
    are the levels of the profile's chain and any other level that holds something; someone below the site's top sees
    no empty ones above their own. The number of statements depends on the lanes alone. Raises NotFound for a unit
    outside the scope.
    """
    require(actor, Permission.SEE_DEMANDS)
    profile = sites.profile(session)
    near_until = now + timedelta(hours=profile.near_hours)
    sums = _sums(session, actor, Filters(unit_id=unit_id), near_until, now)
    wanted = _narrowed(Filters(unit_id=unit_id), only, near_until)
    heads = _heads(session, actor, wanted, now)
    lanes = [
        _lane(session, actor, wanted, level, heads.get(level), (pages or {}).get(level, 1), size, now)
        for level in _levels(session, actor, profile, set(sums))
    ]
    total = [sum(numbers) for numbers in zip(*sums.values(), strict=True)] or [0, 0, 0, 0]
    return BoardRow(_with_whistles(session, lanes), *total)


def filters_of(unit_id: int | None, level: str | None, only: Only | None, near_until: datetime) -> Filters:
    """The queue's filter that holds exactly the cases a lane's number counts."""
    return _narrowed(Filters(unit_id=unit_id, level=level), only, near_until)


@dataclass(frozen=True, slots=True)
class _Head:
    count: int
    late: int
    held: timedelta


def _narrowed(filters: Filters, only: Only | None, near_until: datetime) -> Filters:
    return Filters(
        unit_id=filters.unit_id, level=filters.level, overdue=only is Only.LATE,
        near_until=near_until if only is Only.NEAR else None, whistled=only is Only.WHISTLED,
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
) -> dict[str, tuple[int, int, int, int]]:
    """Open, late, near and whistled by level, in one statement."""
    values = values_of(actor, filters, now) | {"near_until": near_until}
    rows = session.connection().execute(_sums_statement(shape_of(session, actor, filters)), values)
    return {level: (open_, late_, near, whistled) for level, open_, late_, near, whistled in rows}


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
    narrowed = Filters(
        unit_id=filters.unit_id, level=level, overdue=filters.overdue, near_until=filters.near_until,
        whistled=filters.whistled,
    )  # fmt: skip
    rows = demands.queue(session, actor, narrowed, now=now, page=page, size=size).rows
    return LaneRow(level, head.count, head.late, head.held, page, pages, tuple(CardRow(row, ()) for row in rows))


def _with_whistles(session: Session, lanes: Sequence[LaneRow]) -> tuple[LaneRow, ...]:
    """The lanes with every card's whistles, in one statement."""
    called: dict[int, list[WhistleRow]] = {}
    for whistle in whistles_of(session, [card.row.id for lane in lanes for card in lane.cards]):
        called.setdefault(whistle.demand_id, []).append(whistle)
    return tuple(
        LaneRow(
            lane.level, lane.count, lane.late, lane.held, lane.page, lane.pages,
            tuple(CardRow(card.row, tuple(called.get(card.row.id, ()))) for card in lane.cards),
        )
        for lane in lanes
    )  # fmt: skip


@lru_cache(maxsize=512)
def _sums_statement(shape: Shape) -> Select[Any]:
    near = and_(
        COLUMNS.due_at >= moment("now"), COLUMNS.due_at <= moment("near_until"), COLUMNS.state != State.SUSPENDED
    )
    whistled = exists().where(col(Whistle.demand_id) == COLUMNS.id)
    return (
        select(
            COLUMNS.level, func.count(), func.count(case((late(), 1))), func.count(case((near, 1))),
            func.count(case((whistled, 1))),
        )
        .where(*conditions(shape))
        .group_by(COLUMNS.level)
    )  # fmt: skip


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
