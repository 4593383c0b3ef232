"""The Today screen's data: the figures of the signed-in person's unit and what to do next."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from models.profiles import Profile
from models.units import Unit, UnitAncestor
from services import sites
from services.access import Actor
from services.counters import days as local_days
from services.figures import counting, needs, subjects
from services.figures.counting import Counts, Place, Scope, Stock
from services.figures.days import DayRow, WeekRow, by_week, days_of
from services.figures.needs import NeedRow
from services.figures.subjects import SubjectRow
from services.periods import DAY, Period
from services.shares import share

TREND_DAYS = 84


@dataclass(frozen=True, slots=True)
class VillageRow:
    """A unit below the one shown, with its open demands now; `oldest_due_at` is the earliest limit among them."""

    unit_id: int
    code: str
    name: str
    name_en: str
    open: int
    overdue: int
    oldest_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class TodayRow:
    """All of the Today screen.

    `open`, `overdue`, `oldest_due_at`, `due_today` (from now to midnight) and `due_soon` (in two hours) are now.
    `now_counts` are the period's counts, `before` those of the period before it, cut after as many days. `days` are
    twelve weeks up to today and `weeks` the same by week, the stock at each week's end among them. `level` is the level
    of `villages`, None at the lowest.
    """

    unit: Place
    period: Period
    previous: Period
    open: int
    overdue: int
    oldest_due_at: datetime | None
    due_today: int
    due_soon: int
    now_counts: Counts
    before: Counts
    settlement_rate: float | None
    settlement_rate_before: float | None
    on_time_rate: float | None
    on_time_rate_before: float | None
    whistles_unanswered: int
    whistle_oldest_asked_at: datetime | None
    days: list[DayRow]
    weeks: list[WeekRow]
    level: str | None
    villages: list[VillageRow]
    needs: list[NeedRow]
    subjects: list[SubjectRow]


def today(session: Session, actor: Actor, unit_id: int, period: Period, *, now: datetime) -> TodayRow:
    """What the Today screen shows of a unit. A fixed number of statements; NotFound outside the actor's scope."""
    profile = sites.profile(session)
    scope = counting.of_unit(session, actor, unit_id)
    day = now.astimezone(profile.days).date()
    level = _level_below(session, profile, scope.unit)
    villages = counting.of_level(session, actor, unit_id, level, since=day) if level else None
    previous = period.previous(day)
    lying = counting.stock(session, scope, profile.days, now=now)
    counts = counting.tally(session, scope, period, now=now, lying=lying).get(unit_id, Counts())
    before = counting.tally(session, scope, previous, now=now, lying=lying).get(unit_id, Counts())
    stock = lying.get(unit_id, Stock())
    days = days_of(session, scope, Period(day - (TREND_DAYS - 1) * DAY, day, profile.days), now=now, lying=lying)
    called = needs.whistles(session, scope, now=now)
    return TodayRow(
        unit=scope.unit, period=period, previous=previous, open=stock.open, overdue=stock.overdue,
        oldest_due_at=stock.oldest_due_at, due_today=stock.later_today, due_soon=stock.soon, now_counts=counts,
        before=before,
        settlement_rate=share(counts.settled, counts.received),
        settlement_rate_before=share(before.settled, before.received),
        on_time_rate=share(counts.on_time, counts.due), on_time_rate_before=share(before.on_time, before.due),
        whistles_unanswered=called[0].count if called else 0,
        whistle_oldest_asked_at=called[0].facts["asked_at"] if called else None,
        days=days, weeks=by_week(days), level=level,
        villages=_villages(session, villages, profile.days, now) if villages else [],
        needs=[
            *called, *needs.late(session, scope, now=now), *needs.slowed_down(session, profile, villages, now=now),
            *needs.triage(session, profile, scope, now=now), *needs.vacant(session, profile, scope, on=day),
        ],
        subjects=subjects.hot(session, scope, villages, local_days.number(day)),
    )  # fmt: skip


def _level_below(session: Session, profile: Profile, unit: Place) -> str | None:
    """The ranking level where it lies below the unit, else the next level below it."""
    rows = session.connection().execute(
        select(Unit.level, func.min(Unit.depth))  # type: ignore[call-overload]
        .join(UnitAncestor, col(UnitAncestor.unit_id) == Unit.id)
        .where(col(UnitAncestor.ancestor_id) == unit.id, col(Unit.depth) > unit.depth, col(Unit.valid_to).is_(None))
        .group_by(Unit.level)
    )
    depths: dict[str, int] = dict(rows.all())
    if profile.ranking_level in depths:
        return profile.ranking_level
    return min(depths, key=lambda level: depths[level]) if depths else None


def _villages(session: Session, villages: Scope, zone: tzinfo, now: datetime) -> list[VillageRow]:
    found = counting.stock(session, villages, zone, now=now)
    rows = [
        VillageRow(place.id, place.code, place.name, place.name_en, lying.open, lying.overdue, lying.oldest_due_at)
        for place in villages.places
        for lying in (found.get(place.id, Stock()),)
    ]
    return sorted(rows, key=lambda row: (-row.overdue, -row.open, row.code))
