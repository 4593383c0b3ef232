"""The published rules held against the same figures that every other screen shows; nothing else decides.

All units of the level are compared, whoever asks: a place among all is no secret, but only findings about units of the
actor's own scope are given out.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from models.people import Post
from models.profiles import Profile, Weights
from models.units import Unit
from models.watch import Watch, WatchEntry, WatchMeasure, WatchRule
from services import rates, sites, terms
from services.access import SYSTEM, Actor, require_unit
from services.figures import counting, scopes
from services.people import ANSWERING, held_on
from services.periods import Period
from services.rates import Counted
from services.watch.rows import Figure, Finding, Plan

WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class Measured:
    """What all units of the level were measured at: counts by period (the newest first), open ones, vacant posts."""

    today: date
    periods: tuple[Period, ...]
    counts: tuple[dict[int, Counted], ...]
    stock: dict[int, counting.Stock]
    vacant: dict[int, date | None]
    weights: Weights = WEIGHTS


def entering(session: Session, actor: Actor, unit_id: int, watch: Watch, *, now: datetime) -> list[Finding]:
    """Each rule to enter, held against one unit's figures of today. Raises NotFound outside the actor's scope."""
    require_unit(session, actor, unit_id)
    found = measured(session, actor, watch.entry, watch, now=now)
    return [judged(rule, unit_id, found) for rule in watch.entry]


def leaving(
    session: Session, actor: Actor, entry: WatchEntry, plan: Plan, watch: Watch, *, now: datetime
) -> list[Finding]:
    """Each rule to leave, held against the unit's figures since it was entered."""
    require_unit(session, actor, entry.unit_id)
    found = measured(session, actor, watch.exit, watch, now=now)
    entered = entry.entered_at.astimezone(sites.profile(session).zone).date()
    return [let_go(rule, entry.unit_id, found, plan, entered) for rule in watch.exit]


def level_ids(session: Session, actor: Actor, on: date) -> dict[int, tuple[str, str, str]]:  # noqa: ARG001  of all
    """Every unit of the level the rules compare, with code and names; units that ended by the day are left out."""
    level = sites.profile(session).ranking_level
    rows = session.connection().execute(
        select(Unit.id, Unit.code, Unit.short_name, Unit.name_en)  # type: ignore[call-overload]
        .where(col(Unit.level) == level, (col(Unit.valid_to).is_(None)) | (col(Unit.valid_to) > on))
        .order_by(Unit.code)
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def measured(session: Session, actor: Actor, rules: Sequence[WatchRule], watch: Watch, *, now: datetime) -> Measured:
    """The figures the rules speak of, of every unit of the level; what none of them asks for is not counted."""
    profile = sites.profile(session)
    today = now.astimezone(profile.days).date()
    asked = {rule.measure for rule in rules}
    ids = list(level_ids(session, actor, today))
    counting_rules = [rule for rule in rules if rule.measure in {WatchMeasure.LAST, WatchMeasure.SATISFACTION}]
    most = max((rule.periods for rule in counting_rules), default=0)
    periods = terms.before(watch.period, today, profile.days, most)
    # SYSTEM: a chief's own place is among all, of whom the chief sees no more than that place
    counts = [rates.counted(session, SYSTEM, ids, each, rates.Scope.ASSESSED, now=now) for each in periods]
    return Measured(
        today, tuple(periods), tuple(counts), _stock(session, ids, profile, asked, now),
        _vacant(session, ids, today) if WatchMeasure.VACANT in asked else {}, profile.rates.weights,
    )  # fmt: skip


def _stock(
    session: Session, ids: list[int], profile: Profile, asked: set[WatchMeasure], now: datetime
) -> dict[int, counting.Stock]:
    scope = scopes.of_units(session, SYSTEM, ids) if WatchMeasure.OVERDUE in asked else None
    return {} if scope is None else counting.stock(session, scope, profile.days, now=now)


def _vacant(session: Session, ids: list[int], today: date) -> dict[int, date | None]:
    """Since when nobody answers for a unit. Units that somebody answers for are not in it.

    None: nobody was ever entered, so nobody knows since when.
    """
    answering = (col(Post.unit_id).in_(ids), col(Post.role).in_(ANSWERING))
    held = set(session.scalars(select(col(Post.unit_id)).where(*answering, held_on(today))))
    ended = select(col(Post.unit_id), func.max(col(Post.ends_on))).where(*answering, col(Post.ends_on) <= today)
    rows: Any = session.connection().execute(ended.group_by(col(Post.unit_id))).all()
    last = dict(rows)
    return {unit: last.get(unit) for unit in ids if unit not in held}


def judged(rule: WatchRule, unit_id: int, found: Measured) -> Finding:
    """A rule to enter held against one unit. Pure."""
    match rule.measure:
        case WatchMeasure.LAST:
            figures = _places(rule, unit_id, found)
            if any(each.place is None for each in figures):
                return Finding(rule, None, figures)
            return Finding(rule, all(_is_last(each) for each in figures), figures)
        case WatchMeasure.SATISFACTION:
            figure = _satisfaction(rule, unit_id, found)
            return Finding(rule, None if figure.value is None else figure.value < rule.limit, (figure,))
        case WatchMeasure.OVERDUE:
            figure = _overdue(rule, unit_id, found)
            return Finding(rule, None if figure.value is None else figure.value > rule.limit, (figure,))
        case WatchMeasure.VACANT:
            return _vacancy(rule, unit_id, found)
        case _:
            raise ValueError(f"{rule.measure} is no measure to enter by")


def let_go(rule: WatchRule, unit_id: int, found: Measured, plan: Plan, entered: date) -> Finding:
    """A rule to leave held against one unit: the opposite of entering, by periods that ended after the entry. Pure."""
    match rule.measure:
        case WatchMeasure.MEASURES:
            done = sum(row.done_on is not None for row in plan.measures)
            figure = Figure(entered, found.today, part=done, whole=len(plan.measures))
            return Finding(rule, done == len(plan.measures) > 0, (figure,))
        case WatchMeasure.EVIDENCE:
            figure = Figure(entered, found.today, part=len(plan.missing))
            return Finding(rule, len(plan.missing) <= rule.limit, (figure,))
        case WatchMeasure.LAST:
            figures = _places(rule, unit_id, found)
            known = all(each.place is not None and each.to_day >= entered for each in figures)
            return Finding(rule, not any(_is_last(each) for each in figures) if known else None, figures)
        case WatchMeasure.SATISFACTION:
            figure = _satisfaction(rule, unit_id, found, since=entered)
            return Finding(rule, None if figure.value is None else figure.value >= rule.limit, (figure,))
        case WatchMeasure.OVERDUE:
            figure = _overdue(rule, unit_id, found)
            return Finding(rule, figure.value is None or figure.value <= rule.limit, (figure,))
        case WatchMeasure.VACANT:
            held = _vacancy(rule, unit_id, found)
            return replace(held, holds=False if held.holds is None else not held.holds)


def _is_last(figure: Figure) -> bool:
    return figure.place is not None and figure.place == figure.of


def _places(rule: WatchRule, unit_id: int, found: Measured) -> tuple[Figure, ...]:
    """The unit's place by settlement rate in each period among those with enough demands; None with fewer, or alone.

    The last place is that of all who share the lowest rate, where somebody has a higher one.
    """
    return tuple(
        _place(rule, unit_id, period, counts)
        for period, counts in zip(found.periods[: rule.periods], found.counts, strict=False)
    )


def _place(rule: WatchRule, unit_id: int, period: Period, counts: dict[int, Counted]) -> Figure:
    own = counts.get(unit_id, Counted())
    values = {
        unit: value
        for unit, each in counts.items()
        if each.received >= max(rule.least, 1) and (value := rates.settlement(each)) is not None
    }
    figure = Figure(period.from_day, period.to_day, own.settled, own.received, rates.settlement(own), of=len(values))
    if unit_id not in values or len(values) == 1:
        return figure
    worse = sum(value < values[unit_id] for value in values.values())
    better = sum(value > values[unit_id] for value in values.values())
    return replace(figure, place=len(values) if not worse and better else better + 1)


def _satisfaction(rule: WatchRule, unit_id: int, found: Measured, since: date | None = None) -> Figure:
    """Satisfaction over the rule's periods, pooled; no value below its number of call-backs."""
    pooled, taken = Counted(), list(zip(found.periods[: rule.periods], found.counts, strict=False))
    for period, counts in taken:
        if since is None or period.to_day >= since:
            pooled = pooled.plus(counts.get(unit_id, Counted()))
    rate = rates.satisfaction(pooled, found.weights)
    value = rate if pooled.valid >= max(rule.least, 1) else None
    part = None if rate is None else round(rate * pooled.valid, 1)
    return Figure(taken[-1][0].from_day, taken[0][0].to_day, part, pooled.valid, value)


def _overdue(rule: WatchRule, unit_id: int, found: Measured) -> Figure:
    lying = found.stock.get(unit_id, counting.Stock())
    value = lying.overdue / lying.open if lying.open >= max(rule.least, 1) else None
    return Figure(found.today, found.today, lying.overdue, lying.open, value)


def _vacancy(rule: WatchRule, unit_id: int, found: Measured) -> Finding:
    """Whether the post is vacant for longer than the rule's months; None where nobody knows since when."""
    figure = Figure(found.today, found.today)
    if unit_id not in found.vacant:
        return Finding(rule, False, (replace(figure, value=0.0),))
    since = found.vacant[unit_id]
    if since is None:
        return Finding(rule, None, (figure,))
    months = _months(since, found.today)
    return Finding(rule, months > rule.limit, (replace(figure, since=since, value=round(months, 2)),))


def _months(since: date, today: date) -> float:
    """Months of the calendar: from the 15th to the 15th is a whole one, whatever its days."""
    whole = (today.year - since.year) * 12 + today.month - since.month
    whole -= _later(since, whole) > today
    start, end = _later(since, whole), _later(since, whole + 1)
    return whole + (today - start).days / (end - start).days


def _later(day: date, months: int) -> date:
    """The same day of the month so many months later, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
