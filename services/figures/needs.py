"""What needs someone now: a short list, each item with its facts and the filter that opens exactly its cases."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models.counters import Kind
from models.demands import State, Urgency, Whistle
from models.profiles import Profile
from models.units import Unit, UnitAncestor
from services import deadlines, people
from services.access import IS_OPEN
from services.counters.days import day_of, local
from services.counters.facts import LEDGER, C
from services.demands import Filters
from services.figures import reading
from services.figures.counting import Place, Scope
from services.figures.ranges import days
from services.figures.spans import WEEK, median

FEWEST = 5
"""A median of fewer cases than this in either week is not compared."""
SLOWER, AT_LEAST_HOURS = 1.5, 12

_Called = aliased(Whistle)


@dataclass(frozen=True, slots=True)
class NeedRow:
    """One thing that needs someone. `code` names the sentence, `facts` fill it in, `filters` open the cases.

    late                 overdue, `levels` counts them by the level that holds them
    whistles_unanswered  `asked_at` is the oldest
    slowed_down          `village`, `village_en`, medians `hours` and `hours_before`, `settled`, `settled_before`
    posts_vacant         units of the lowest level nobody answers for; `levels` are their level keys, no filter
    triage_waiting       not accepted within the answer limit, one item an `urgency`
    """

    code: str
    count: int
    facts: Mapping[str, Any] = field(default_factory=dict)
    filters: Filters | None = None


def late(session: Session, scope: Scope, *, now: datetime) -> list[NeedRow]:
    """Overdue demands, by the level that holds them."""
    rows = scope.live(session, (func.count(),), (IS_OPEN, C.due_at < now), (C.level,))
    levels = {level: number for _, level, number in sorted(rows, key=lambda row: -row[2])}
    if not levels:
        return []
    return [NeedRow("late", sum(levels.values()), {"levels": levels}, Filters(unit_id=scope.unit.id, overdue=True))]


def whistles(session: Session, scope: Scope, *, now: datetime) -> list[NeedRow]:
    """Open demands with a whistle unanswered past its limit."""
    source = LEDGER.join(_Called, col(_Called.demand_id) == C.id)
    waiting = (IS_OPEN, col(_Called.answered_at).is_(None), col(_Called.answer_due_at) < now)
    columns = (func.count(C.id.distinct()), func.min(_Called.asked_at))
    rows = scope.live(session, columns, waiting, source=source)
    if not rows:
        return []
    _, number, asked_at = rows[0]
    filters = Filters(unit_id=scope.unit.id, unanswered=True)
    return [NeedRow("whistles_unanswered", number, {"asked_at": asked_at}, filters)]


def slowed_down(session: Session, profile: Profile, villages: Scope | None, *, now: datetime) -> list[NeedRow]:
    """The village whose median time to settle grew most from the seven days before the last seven to those.

    By half at least and by half a day, with at least five settled in each week, those settled on the spot left out;
    medians in whole hours. The last seven days are whole ones and end with today.
    """
    if villages is None:
        return []
    today = local(now, profile.days)
    start, since = today + 1 - 2 * WEEK, datetime.combine(day_of(today + 1 - WEEK), time(), profile.days)
    counted: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    kinds, by = (Kind.HOURS_SETTLED,), ("week", "sub")
    for unit, week, hours, number in reading.cells(session, villages, kinds, days(start, today), by, start=start):
        counted[unit, week].append((hours, number))
    slower = [
        row
        for place in villages.places
        if (row := _slower(place, counted.get((place.id, 0), []), counted.get((place.id, 1), []), since, now))
    ]
    return [max(slower, key=lambda row: row.facts["hours"] / max(row.facts["hours_before"], 1))] if slower else []


def _slower(
    place: Place, before: list[tuple[int, int]], after: list[tuple[int, int]], since: datetime, now: datetime
) -> NeedRow | None:
    sizes = sum(number for _, number in before), sum(number for _, number in after)
    was, has_become = median(before), median(after)
    if was is None or has_become is None or min(sizes) < FEWEST:
        return None
    if has_become < was * SLOWER or has_become - was < AT_LEAST_HOURS:
        return None
    facts = {
        "village_id": place.id, "village": place.name, "village_en": place.name_en, "hours": has_become,
        "hours_before": was, "settled": sizes[1], "settled_before": sizes[0],
    }  # fmt: skip
    filters = Filters(unit_id=place.id, open_only=False, settled_from=since, settled_to=now, on_the_spot=False)
    return NeedRow("slowed_down", sizes[1], facts, filters)


def vacant(session: Session, profile: Profile, scope: Scope, *, on: date) -> list[NeedRow]:
    """Units of the lowest level nobody answers for on that day, as the page of posts counts them."""
    lowest = [level.key for level in profile.levels if level.lowest] or profile.level_keys[-1:]
    number = session.connection().execute(
        select(func.count())
        .select_from(Unit)
        .join(UnitAncestor, col(UnitAncestor.unit_id) == Unit.id)
        .where(
            col(UnitAncestor.ancestor_id) == scope.unit.id, col(Unit.level).in_(lowest), col(Unit.valid_to).is_(None),
            ~people.is_answered(on),
        )
    ).scalar_one()  # fmt: skip
    return [NeedRow("posts_vacant", number, {"levels": lowest})] if number else []


def triage(session: Session, profile: Profile, scope: Scope, *, now: datetime) -> list[NeedRow]:
    """Demands that wait to be accepted longer than their answer limit, by urgency."""
    before = {urgency: latest_late(profile, urgency, now) for urgency in Urgency}
    waited = or_(*((C.urgency == urgency) & (C.reported_at < before[urgency]) for urgency in Urgency))
    inside = (IS_OPEN, C.state == State.PENDING_TRIAGE, waited)
    return [
        NeedRow(
            "triage_waiting", number, {"urgency": urgency, "reported_at": oldest},
            Filters(
                unit_id=scope.unit.id, state=State.PENDING_TRIAGE, urgency=urgency, reported_to=before[urgency]
            ),
        )
        for _, urgency, number, oldest in scope.live(
            session, (func.count(), func.min(C.reported_at)), inside, (C.urgency,)
        )
    ]  # fmt: skip


def latest_late(profile: Profile, urgency: Urgency, now: datetime) -> datetime:
    """The moment before which whatever came in has passed its answer limit by `now`, to the minute.

    The limit grows with its start, so halving finds the turning point.
    """
    early, late_start = now - timedelta(days=60), now
    while late_start - early > timedelta(minutes=1):
        middle = early + (late_start - early) / 2
        if deadlines.answer_due_at(profile, middle, urgency) < now:
            early = middle
        else:
            late_start = middle
    return early
