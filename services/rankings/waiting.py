"""The cases behind settling in time: settled in which tenth of their limit, waiting in which, missed."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, func
from sqlmodel import Session

from models.counters import Kind
from services.access import IS_OPEN
from services.counters.facts import C, tenth_of
from services.fairness import TENTHS, Curve, basis
from services.figures import reading
from services.figures.ranges import numbers, span
from services.figures.scopes import Scope
from services.periods import Period
from services.rates import Counted

Tenths = dict[int, list[int]]

NOW = tenth_of(bindparam("at", type_=C.due_at.type)).label("tenth")


def known(
    session: Session,
    units: Scope,
    outside: Scope | None,
    period: Period,
    counted: Mapping[int, Counted],
    *,
    now: datetime,
) -> dict[int, tuple[float, float]]:
    """For each unit what its estimate rests on: the cases whose outcome is known, and how many of those are in time.

    The cases are those whose limit lies in the period. Those that wait and are not due yet are censored: their share
    is told by Kaplan and Meier, and weighs as many cases as have an outcome (they themselves add no weight: cautious).
    Where nothing waits this is on time of due. Two statements a scope while the period runs, else none.
    """
    if period.end <= now:
        return {unit: (float(each.on_time), float(each.due)) for unit, each in counted.items()}
    settled = _settled(session, (units, outside), period)
    waiting = _waiting(session, units, period, now, assessed=outside is not None)
    curves = [
        Curve(tuple(settled[unit]), tuple(waiting[unit]), each.due - each.on_time) for unit, each in counted.items()
    ]
    return dict(zip(counted, basis(curves), strict=True))


def _settled(session: Session, scopes: tuple[Scope, Scope | None], period: Period) -> Tenths:
    """Settled within a limit of the period, also one still to come, by tenth."""
    found = _tenths()
    for scope, sign in zip(scopes, (1, -1), strict=True):
        if scope is not None:
            for unit, tenth, count in reading.cells(session, scope, (Kind.IN_TIME,), span(*numbers(period)), ("sub",)):
                found[unit][tenth] += sign * count
    return found


def _waiting(session: Session, units: Scope, period: Period, now: datetime, *, assessed: bool) -> Tenths:
    """Open and not due yet, with a limit of the period, by the tenth they have reached."""
    found = _tenths()
    wanted = [IS_OPEN, C.due_at >= max(now, period.start), C.due_at < period.end]
    if assessed:
        wanted += [C.excluded_code.is_(None), C.waived_at.is_(None)]
    for unit, tenth, count in units.live(session, (func.count(),), wanted, (NOW,), bound={"at": now}):
        found[unit][tenth] += count
    return found


def _tenths() -> Tenths:
    return defaultdict(lambda: [0] * TENTHS)
