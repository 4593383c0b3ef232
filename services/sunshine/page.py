"""The open page's rows: for everybody, so only what its unit opened, and nothing that leads to a person."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models.demands import SETTLED, Category, Clock, Demand, clock_of
from models.departments import Department
from models.profiles import Profile
from models.sunshine import Notice, Opened
from models.units import Unit
from services import figures, sites, units
from services.access import IS_OPEN, SYSTEM, path_column
from services.errors import NotFound
from services.figures import LevelsRow
from services.periods import DAY, Period
from services.sunshine import openness
from services.sunshine.matters import MatterRow, matters
from services.sunshine.openness import PlaceRow

MOST_MATTERS, MOST_EXPOSED, MOST_NEWS = 200, 10, 8


@dataclass(frozen=True, slots=True)
class FiguresRow:
    """What came in during the days shown and how much of it is settled, with the levels that settled it."""

    received: int
    settled: int
    settlement_rate: float | None
    open: int
    overdue: int
    levels: LevelsRow


@dataclass(frozen=True, slots=True)
class ExposedRow:
    """One of the longest open: the class of its category, its village, its clock, and which office must act.

    Never who asked nor what; `holder` is a department, a village or above: which grid it is would be too near.
    """

    reported_at: datetime
    category: str
    category_en: str
    village: str | None
    village_en: str | None
    clock: Clock
    level: str
    holder: str | None
    holder_en: str | None


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A unit's open page; what the unit did not open is None. `places` are the open units around it, with the unit."""

    place: PlaceRow
    places: tuple[PlaceRow, ...]
    from_day: date
    to_day: date
    now: datetime
    figures: FiguresRow | None
    matters: tuple[MatterRow, ...] | None
    matters_total: int
    news: tuple[MatterRow, ...] | None
    exposed: tuple[ExposedRow, ...] | None


def board(session: Session, code: str | None, *, now: datetime) -> BoardRow:
    """The open page of a unit by its code; without one of the site's top, or of the first unit that is open.

    Raises NotFound("page_not_found"), alike for a unit that does not exist, may have no page, or opened nothing.
    """
    found = [place for place in openness.places_of_all(session) if place.open.opened]
    place = next((place for place in found if code in (None, place.code)), None)
    if place is None:
        raise NotFound("page_not_found")
    profile = sites.profile(session)
    today = now.astimezone(profile.days).date()
    period = Period(today - (place.open.days - 1) * DAY, today, profile.days)
    opened = place.open.opened
    shown = opened & {Opened.HANDLED, Opened.FEED}
    told, total = _matters(session, place, period) if shown else ((), 0)
    return BoardRow(
        place=place, places=_around(place, found), from_day=period.from_day, to_day=today, now=now,
        figures=_figures(session, place, period, now) if Opened.FIGURES in opened else None,
        matters=told if Opened.HANDLED in opened else None, matters_total=total,
        news=_news(told) if Opened.FEED in opened else None,
        exposed=_exposed(session, profile, place, now) if Opened.EXPOSURE in opened else None,
    )  # fmt: skip


def _around(place: PlaceRow, found: list[PlaceRow]) -> tuple[PlaceRow, ...]:
    """The open units above and below, and the unit's own neighbours where it has none below."""
    near = {place.id, place.parent_id}
    below = [each for each in found if each.parent_id == place.id]
    beside = [each for each in found if each.parent_id == place.parent_id and each.depth == place.depth]
    return tuple(each for each in found if each.id in near or each in (below or beside))


def _figures(session: Session, place: PlaceRow, period: Period, now: datetime) -> FiguresRow:
    counts = figures.of_unit(session, SYSTEM, place.id, period, now=now)
    levels = figures.by_level(session, SYSTEM, place.id, period)
    return FiguresRow(
        counts.received, counts.settled, counts.settlement_rate, counts.open, counts.overdue, levels
    )  # fmt: skip


def _matters(session: Session, place: PlaceRow, period: Period) -> tuple[tuple[MatterRow, ...], int]:
    """Public matters settled in the days shown, the latest first; what was opened again since is not among them."""
    inside = (
        path_column(place.depth) == place.id, col(Notice.withdrawn_at).is_(None),
        col(Demand.settled_at) >= period.start, col(Demand.state).in_(SETTLED),
    )  # fmt: skip
    counted = select(func.count()).select_from(Notice).join(Demand, col(Demand.id) == col(Notice.demand_id))
    total = session.connection().execute(counted.where(*inside)).scalar_one()
    order: tuple[Any, ...] = (col(Demand.settled_at).desc(), col(Demand.reference))
    return tuple(matters(session, inside, order, limit=MOST_MATTERS)), total


def _news(told: tuple[MatterRow, ...]) -> tuple[MatterRow, ...]:
    """Who helped with what, the latest first; what names nobody is no news."""
    helped = [row for row in told if row.helper.name]
    return tuple(sorted(helped, key=lambda row: row.published_at, reverse=True)[:MOST_NEWS])


def _exposed(session: Session, profile: Profile, place: PlaceRow, now: datetime) -> tuple[ExposedRow, ...]:
    """The demands open longest. By the class of the category only: a part of it might tell who asked."""
    part, top, village, holder = Category, aliased(Category), aliased(Unit), aliased(Unit)
    columns: tuple[Any, ...] = (
        Demand.state, Demand.due_at, Demand.reported_at, func.coalesce(top.name, part.name),
        func.coalesce(top.name_en, part.name_en), village.short_name, village.name_en, Demand.level,
        func.coalesce(Department.name, holder.short_name), func.coalesce(Department.name_en, holder.name_en),
    )  # fmt: skip
    lowest = max(units.depth_of_ranking(session), 1)
    statement = (
        select(*columns)
        .select_from(Demand)
        .join(part, col(part.id) == col(Demand.category_id))
        .outerjoin(top, col(top.id) == part.parent_id)
        .outerjoin(village, col(village.id) == path_column(lowest))
        .outerjoin(holder, (col(holder.id) == col(Demand.holder_unit_id)) & (col(holder.depth) <= lowest))
        .outerjoin(Department, col(Department.id) == col(Demand.department_id))
        .where(path_column(place.depth) == place.id, IS_OPEN)
        .order_by(col(Demand.reported_at), col(Demand.reference))
        .limit(MOST_EXPOSED)
    )
    near = _near(profile)
    return tuple(
        ExposedRow(came, zh, en, where, where_en, clock_of(state, due, now, near), level, who, who_en)
        for state, due, came, zh, en, where, where_en, level, who, who_en in session.connection().execute(statement)
    )


def _near(profile: Profile) -> Any:
    return DAY * profile.near_hours / 24
