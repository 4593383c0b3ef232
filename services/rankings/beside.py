"""Learning from the best: a unit beside the best of its kind, point by point, and where its time goes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import and_, case, func, or_, select
from sqlmodel import Session

from models.accounts import Permission
from models.demands import Category
from models.profiles import Weights
from services import rates, sites, units
from services.access import IS_OPEN, Actor, path_column
from services.counters.facts import C, limit_in
from services.demands import history
from services.figures import scopes
from services.figures.scopes import Scope as Units
from services.periods import Period
from services.rankings.level import of_level
from services.rankings.measures import Sort
from services.rankings.rows import RankRow
from services.rates import Counted, Scope

FEWEST_ALIKE = 3
"""With fewer others of its size a unit is compared with all of its level."""
NEWEST = 500
"""Of each unit at most so many settled demands, the newest, tell how long each step took."""


class Kind(StrEnum):
    """What makes two units of a level alike: half to twice the people, or as many cases, or the level alone."""

    PEOPLE = "people"
    CASES = "cases"
    LEVEL = "level"


@dataclass(frozen=True, slots=True)
class PointRow:
    """One rate of both; `better` says whether high or low is good: 1 or -1. Fractions of 1, None without data."""

    name: str
    own: float | None
    best: float | None
    better: int = 1

    @property
    def gap(self) -> float | None:
        """How far the unit lies behind the best, in its unit; below 0 where it is ahead."""
        if self.own is None or self.best is None:
            return None
        return (self.best - self.own) * self.better


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """One category in both: how many came in, fell due and missed their limit in the period.

    `lost` is how many more the unit missed than it had at the best's rate; where the best had none due, at the best's
    rate of all categories.
    """

    code: str
    name: str
    name_en: str
    received: int
    due: int
    missed: int
    best_received: int
    best_due: int
    best_missed: int
    lost: float


@dataclass(frozen=True, slots=True)
class StepRow:
    """How long one level of the chain held a case in both: the mean over all settled cases, also those it never had."""

    level: str
    own: timedelta
    best: timedelta

    @property
    def lost(self) -> timedelta:
        """How much longer it took here than with the best."""
        return self.own - self.best


@dataclass(frozen=True, slots=True)
class Beside:
    """A unit beside the best of its kind over a period.

    `best` is None where nobody of its kind is ranked; `alike` is how many others it was chosen from, and `kind` how.
    `first` says that the unit itself has the better estimate: then `best` is the next. `steps` rest on `cases` of both
    and are empty for those who may see figures only.
    """

    own: RankRow
    best: RankRow | None
    first: bool
    kind: Kind
    alike: int
    points: tuple[PointRow, ...] = ()
    categories: tuple[CategoryRow, ...] = ()
    steps: tuple[StepRow, ...] = ()
    cases: tuple[int, int] = (0, 0)


def beside(
    session: Session,
    actor: Actor,
    unit_id: int,
    period: Period,
    *,
    now: datetime,
    sort: Sort = Sort.ON_TIME,
    scope: Scope = Scope.FULL,
) -> Beside:
    """A unit beside the best of its kind: of its level, of its size, in what the actor may see.

    Rates of the engine in `scope`; categories and steps are of all cases. A fixed number of statements. Raises
    NotFound outside the actor's scope.
    """
    here, top = units.one(session, actor, unit_id), units.top(session, actor)
    rows = of_level(session, actor, top.id, here.level, period, now=now, sort=sort, scope=scope)
    own = next(row for row in rows if row.unit_id == unit_id)
    alike, kind = of_kind(own, rows)
    best = next((row for row in alike if row.rank is not None), None)
    if best is None or best.unit_id is None:
        return Beside(own, None, False, kind, len(alike))
    pair = (unit_id, best.unit_id)
    counted = rates.counted(session, actor, pair, period, scope, now=now)
    both = scopes.of_units(session, actor, pair)
    categories = _categories(session, both, pair, period, now) if both else ()
    steps, cases = _steps(session, actor, both, pair, period, now) if both else ((), (0, 0))
    weights = sites.profile(session).rates.weights
    return Beside(
        own, best, (own.standing.estimate or 0.0) > (best.standing.estimate or 0.0), kind, len(alike),
        points(counted[pair[0]], counted[pair[1]], weights), categories, steps, cases,
    )  # fmt: skip


def of_kind(own: RankRow, rows: Sequence[RankRow]) -> tuple[list[RankRow], Kind]:
    """The other units like this one, in their order: by people, else by cases, else all of the level. Pure.

    A profile says nothing of what kind a village is, so size stands for it: half to twice as many.
    """
    others = [row for row in rows if row.unit_id != own.unit_id]
    for kind in (Kind.PEOPLE, Kind.CASES):
        size = _size(own, kind)
        near = [row for row in others if size and (other := _size(row, kind)) and size / 2 <= other <= size * 2]
        if sum(row.rank is not None for row in near) >= FEWEST_ALIKE:
            return near, kind
    return others, Kind.LEVEL


def _size(row: RankRow, kind: Kind) -> int | None:
    return row.population if kind is Kind.PEOPLE else row.received


def points(own: Counted, best: Counted, weights: Weights) -> tuple[PointRow, ...]:
    """Every rate of the engine for both. Pure."""
    measures = (
        ("on_time", rates.on_time, 1), ("settlement", rates.settlement, 1), ("first_hour", rates.first_hour, 1),
        ("closing", rates.closing, 1), ("rework", rates.rework, -1), ("response", rates.response, 1),
        ("resolution", rates.resolution, 1),
    )  # fmt: skip
    rows = [PointRow(name, rate(own), rate(best), better) for name, rate, better in measures]
    pleased = rates.satisfaction(own, weights), rates.satisfaction(best, weights)
    return (*rows, PointRow("satisfaction", *pleased))


def _categories(
    session: Session, both: Units, pair: tuple[int, int], period: Period, now: datetime
) -> tuple[CategoryRow, ...]:
    """The categories of both, those first in which the unit loses most."""
    came = and_(C.received, C.reported_at >= period.start, C.reported_at < period.end)
    passed = or_(C.settled_at.is_not(None), and_(IS_OPEN, C.due_at < now))
    due = and_(C.received, limit_in(period.start, period.so_far(now)), passed)
    missed = due & or_(IS_OPEN, C.settled_at > C.due_at)
    sums = [func.count(case((when, 1))) for when in (came, due, missed)]
    found: dict[int, dict[int, list[int]]] = defaultdict(dict)
    for unit, category, *numbers in both.live(session, sums, (or_(came, due),), (C.category_id,)):
        found[category][unit] = numbers
    names = session.connection().execute(select(Category.id, Category.code, Category.name, Category.name_en))  # type: ignore[call-overload]
    nothing = [0, 0, 0]
    best_due, best_missed = (sum(each.get(pair[1], nothing)[place] for each in found.values()) for place in (1, 2))
    usual = best_missed / best_due if best_due else 0.0
    rows = []
    for key, code, zh, en in names:
        if key in found:
            own, best = found[key].get(pair[0], nothing), found[key].get(pair[1], nothing)
            lost = own[2] - own[1] * (best[2] / best[1] if best[1] else usual)
            rows.append(
                CategoryRow(
                    code, zh, en, received=own[0], due=own[1], missed=own[2], best_received=best[0], best_due=best[1],
                    best_missed=best[2], lost=lost,
                )
            )  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (-row.lost, -row.received, row.code)))


def _steps(
    session: Session, actor: Actor, both: Units, pair: tuple[int, int], period: Period, now: datetime
) -> tuple[tuple[StepRow, ...], tuple[int, int]]:
    """How long each level held the cases that came in during the period and are settled, on average; those lost first.

    The time between two events belongs to who held it after the first (services.demands.history.held).
    """
    if not actor.may(Permission.SEE_DEMANDS):
        return (), (0, 0)
    spans: list[dict[str, timedelta]] = []
    cases = []
    for unit_id in pair:
        ids = _settled(session, both, unit_id, period)
        told: dict[str, timedelta] = defaultdict(timedelta)
        for events in history.of_several(session, actor, ids).values():
            for each in history.held(events, now=now):
                told[each.level] += each.span
        spans.append({level: span / len(ids) for level, span in told.items()})
        cases.append(len(ids))
    own, best = spans
    rows = [StepRow(level, own.get(level, timedelta()), best.get(level, timedelta())) for level in {*own, *best}]
    return tuple(sorted(rows, key=lambda row: (-row.lost, row.level))), (cases[0], cases[1])


def _settled(session: Session, both: Units, unit_id: int, period: Period) -> list[int]:
    """The newest settled demands of one of the two that came in during the period."""
    place = next(place for place in both.places if place.id == unit_id)
    came = (C.received, C.reported_at >= period.start, C.reported_at < period.end, C.settled_at.is_not(None))
    # of one level, so of one part: its first condition names both units, the others are the actor's own
    statement = select(C.id).where(path_column(place.depth) == unit_id, *both.parts[0].conditions[1:], *came)
    found = session.connection().execute(statement.order_by(C.reported_at.desc(), C.id.desc()).limit(NEWEST))
    return [row.id for row in found]
