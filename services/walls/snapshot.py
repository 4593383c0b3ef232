"""What all walls of one unit show at one moment: six figures with their trends, map, ranking, lists."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session

from models.accounts import Permission
from models.profiles import Profile
from services import figures, rankings, rates, sites, units
from services.access import IS_OPEN, Actor, require
from services.counters.facts import C
from services.fairness import Tier
from services.figures import LevelsRow, WeekRow, counting, needs, reading
from services.figures.counting import Scope, Stock
from services.figures.days import by_week, days_of
from services.figures.levels import in_order
from services.figures.ranges import days, numbers
from services.periods import DAY, Period, Preset, preset
from services.rankings import RankRow
from services.rates import Counted
from services.units import UnitRow
from services.walls import lists
from services.walls.lists import AnswersRow, FeedRow, OpenRow, WhistleRow

WEEKS = 12
MOST_UNITS = 48
"""More units than these are neither told apart on a map from afar nor ranked on a wall: a level further up is."""


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A unit of the level shown: its open and late demands now, and where it stands in settling in time.

    `on_time` of `due` in the period; `low`, `middle` and `high` are its ranks, `estimate` its rate as far as its cases
    carry it, both None where it is not ranked.
    """

    unit_id: int
    code: str
    name: str
    name_en: str
    open: int
    overdue: int
    oldest_due_at: datetime | None
    due: int
    on_time: int
    tier: Tier
    low: int | None
    middle: int | None
    high: int | None
    estimate: float | None


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """All of a wall. `from_day` to `to_day` are the days of the rates: thirty, up to today.

    `weeks` are the twelve up to today, the stock at each one's end; `satisfied` and `waiting` are the shares satisfied
    and the whistles unanswered of the same weeks. `level` is the level of `places`, None where nothing lies below;
    `places` are ordered by rank, those not ranked last. `held` counts the open by the level that holds them, from
    below. `settled` tells at which level the period's cases were settled, `answers` how its whistles were answered.
    """

    unit: UnitRow
    smallest: int
    smallest_level: str | None
    now: datetime
    from_day: date
    to_day: date
    stock: Stock
    counted: Counted
    weeks: tuple[WeekRow, ...]
    satisfied: tuple[float | None, ...]
    waiting: tuple[int, ...]
    unanswered: int
    unanswered_since: datetime | None
    level: str | None
    places: tuple[PlaceRow, ...]
    held: tuple[tuple[str, int], ...]
    settled: LevelsRow
    whistles: tuple[WhistleRow, ...]
    answers: tuple[AnswersRow, ...]
    longest: tuple[OpenRow, ...]
    feed: tuple[FeedRow, ...]


def snapshot(session: Session, actor: Actor, unit_id: int, *, now: datetime) -> SnapshotRow:
    """What the walls of a unit show. A fixed number of statements; NotAllowed, NotFound outside the actor's scope."""
    require(actor, Permission.SEE_FIGURES)
    profile = sites.profile(session)
    unit, scope = units.one(session, actor, unit_id), counting.of_unit(session, actor, unit_id)
    present = units.counts(session, actor, unit_id)
    level = level_below(profile, unit, present)
    lying = counting.stock(session, scope, profile.days, now=now)
    day = now.astimezone(profile.days).date()
    month = preset(Preset.LAST_30_DAYS, day, profile.days)
    trend = Period(day - (7 * WEEKS - 1) * DAY, day, profile.days)
    weeks = tuple(by_week(days_of(session, scope, trend, now=now, lying=lying)))
    called = needs.whistles(session, scope, now=now)
    smallest = _smallest(profile, unit, present)
    places = _places(session, actor, unit, level, month, now) if level else ()
    depth = _depth(session, actor, places) or unit.depth
    return SnapshotRow(
        unit=unit, smallest=present.get(smallest or "", 0), smallest_level=smallest, now=now, from_day=month.from_day,
        to_day=day, stock=lying.get(unit_id, Stock()),
        counted=rates.counted(session, actor, [unit_id], month, now=now)[unit_id], weeks=weeks,
        satisfied=_satisfied(session, scope, trend, profile),
        waiting=lists.waiting(session, scope, [_ends(week, profile, now) for week in weeks]),
        unanswered=called[0].count if called else 0,
        unanswered_since=called[0].facts["asked_at"] if called else None, level=level, places=places,
        held=_held(session, scope, profile), settled=figures.by_level(session, actor, unit_id, month),
        whistles=lists.whistles(session, scope, depth, now=now),
        answers=lists.answers(session, scope, month.start, now=now),
        longest=lists.longest(
            session, scope, depth, near=timedelta(hours=profile.near_hours), lowest=depth, now=now
        ),
        feed=lists.feed(session, scope, depth, now=now),
    )  # fmt: skip


def level_below(profile: Profile, unit: UnitRow, present: dict[str, int]) -> str | None:
    """The level a wall maps and ranks: the ranking level, or one further up where it has too many units. Pure."""
    keys = profile.level_keys
    below = [key for key in keys[keys.index(unit.level) + 1 :] if present.get(key)] if unit.level in keys else []
    usual = below[: below.index(profile.ranking_level) + 1] if profile.ranking_level in below else below[:1]
    fitting = [key for key in usual if present[key] <= MOST_UNITS]
    found = fitting or usual[:1]
    return found[-1] if found else None


def _smallest(profile: Profile, unit: UnitRow, present: dict[str, int]) -> str | None:
    """The lowest level that has units below this one."""
    return next((key for key in reversed(profile.level_keys) if present.get(key) and key != unit.level), None)


def _places(
    session: Session, actor: Actor, unit: UnitRow, level: str, period: Period, now: datetime
) -> tuple[PlaceRow, ...]:
    """The rows of the ranking of these days, as its own screen has them."""
    scope = counting.of_level(session, actor, unit.id, level, since=period.from_day)
    lying = counting.stock(session, scope, period.zone, now=now)
    rows = rankings.of_level(session, actor, unit.id, level, period, now=now)
    return tuple(sorted((_place(row, lying.get(row.unit_id or 0, Stock())) for row in rows), key=_order))


def _place(row: RankRow, stock: Stock) -> PlaceRow:
    ranks = row.standing.ranks
    return PlaceRow(
        row.unit_id or 0, row.code, row.name, row.name_en, stock.open, stock.overdue, stock.oldest_due_at,
        row.due, row.on_time, row.tier,
        low=ranks.low if ranks else None, middle=ranks.median if ranks else None,
        high=ranks.high if ranks else None, estimate=row.standing.estimate if ranks else None,
    )  # fmt: skip


def _order(row: PlaceRow) -> tuple[int, int, float, str]:
    """By tier, in it by rank, equal ones by estimate; those not ranked last."""
    return list(Tier).index(row.tier), row.middle or 0, -(row.estimate or 0), row.code


def _depth(session: Session, actor: Actor, places: tuple[PlaceRow, ...]) -> int | None:
    return units.depth_of(session, actor, places[0].unit_id) if places else None


def _satisfied(session: Session, scope: Scope, trend: Period, profile: Profile) -> tuple[float | None, ...]:
    """The share satisfied of each week's call-backs, None where nobody was reached. One statement."""
    first, last = numbers(trend)
    columns = ("valid", "satisfied", "basically")
    rows = {row[1]: row[2:] for row in reading.counts(session, scope, columns, days(first, last), "week", start=first)}
    weeks = (rows.get(week, (0, 0, 0)) for week in range(WEEKS))
    return tuple(
        rates.satisfaction(Counted(valid=valid, satisfied=good, basically=fair), profile.rates.weights)
        for valid, good, fair in weeks
    )


def _ends(week: WeekRow, profile: Profile, now: datetime) -> datetime:
    return min(Period(week.first_day, week.last_day, profile.days).end, now)


def _held(session: Session, scope: Scope, profile: Profile) -> tuple[tuple[str, int], ...]:
    found = {level: number for _, level, number in scope.live(session, (func.count(),), (IS_OPEN,), (C.level,))}
    return tuple((level, found[level]) for level in in_order(profile, set(found)) if level in found)
