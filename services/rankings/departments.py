"""Departments side by side: the demands they hold, or held when those were settled, counted from the ledger.

No counter knows departments (docs/decisions/counters.md), so this costs as much as the unit's demands of the period.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, func, or_, select
from sqlalchemy.sql.expression import ColumnElement
from sqlmodel import Session, col

from models.demands import Demand, Satisfaction, Solved
from models.departments import Department
from services import sites
from services.access import IS_OPEN, Actor, demands_counted, path_column, require_unit
from services.counters.facts import C, limit_in, tenth_of
from services.fairness import FEWEST, TENTHS, Curve, basis, pooled
from services.periods import Period
from services.rankings.measures import Sort, rate
from services.rankings.rows import RankRow, ranked
from services.rates import Counted, Scope

AT = bindparam("at", type_=C.due_at.type)


def of_departments(
    session: Session,
    actor: Actor,
    unit_id: int,
    period: Period,
    *,
    now: datetime,
    sort: Sort = Sort.ON_TIME,
    scope: Scope = Scope.FULL,
    fewest: int = FEWEST,
) -> list[RankRow]:
    """The departments that hold, or held at the end, a demand filed under a unit, in order as `of_level` orders units.

    Demands of the unit's subtree that the actor counts. Five statements. Raises NotFound outside the actor's scope.
    """
    unit = require_unit(session, actor, unit_id)
    inside = [path_column(unit.depth) == unit.id, C.received, C.department_id.is_not(None), demands_counted(actor)]
    if scope is Scope.ASSESSED:
        inside += [C.excluded_code.is_(None)]
    weights = sites.profile(session).rates.weights
    counted = _counted(session, inside, period, now, scope)
    earlier = _counted(session, inside, period.previous(now.astimezone(period.zone).date()), now, scope)
    basis = _known(session, inside, period, counted, now, scope) if sort is Sort.ON_TIME else {}
    rows, known = [], {}
    for key, code, name, name_en in _departments(session):
        here, then = rate(sort, counted[key], weights), rate(sort, earlier[key], weights)
        change = None if here is None or then is None else here - then
        rows.append(RankRow(None, code, name, name_en, None, counted[key], change=change))
        known[code] = basis.get(key, (0.0, 0.0))
    return ranked(rows, sort, weights=weights, fewest=fewest, basis=known if sort is Sort.ON_TIME else None)


def _departments(session: Session) -> Sequence[Any]:
    chosen: Any = select(Department.id, Department.code, Department.name, Department.name_en)  # type: ignore[call-overload]
    return session.connection().execute(chosen.order_by(col(Department.code))).all()


def _counted(
    session: Session, inside: list[ColumnElement[bool]], period: Period, now: datetime, scope: Scope
) -> dict[int, Counted]:
    came = and_(C.reported_at >= period.start, C.reported_at < period.end)
    called = and_(C.heard_at >= period.start, C.heard_at < period.end)
    due = _due(period, now, scope)
    sums = {
        "received": came, "settled": came & (C.settled_at < period.end),
        "self_settled": came & (C.settled_at < period.end) & C.self_settled, "due": due,
        "on_time": due & (C.settled_at <= C.due_at), "valid": called, "contacted": called & C.contacted.is_(True),
        "solved": called & (C.solved == Solved.SOLVED), "satisfied": called & (C.satisfied == Satisfaction.SATISFIED),
        "basically": called & (C.satisfied == Satisfaction.BASICALLY),
    }  # fmt: skip
    statement = select(C.department_id, *(func.count(case((when, 1))) for when in sums.values()))
    rows = session.connection().execute(statement.where(*inside, or_(came, due, called)).group_by(C.department_id))
    found: dict[int, Counted] = defaultdict(Counted)
    found.update({key: Counted(**dict(zip(sums, values, strict=True))) for key, *values in rows})
    return found


def _due(period: Period, now: datetime, scope: Scope) -> ColumnElement[bool]:
    """Whose limit passed in the period: settled by now, or open and late."""
    passed = or_(C.settled_at.is_not(None), IS_OPEN & (C.due_at < now))
    found = and_(limit_in(period.start, period.so_far(now)), passed)
    return found & C.waived_at.is_(None) if scope is Scope.ASSESSED else found


def _known(
    session: Session, inside: list[ColumnElement[bool]], period: Period, counted: dict[int, Counted], now: datetime,
    scope: Scope,
) -> dict[int, tuple[float, float]]:  # fmt: skip
    """As waiting.known: the share in time with those not due yet censored, and how many have an outcome."""
    limit = [limit_in(period.start, period.end), *inside]
    if scope is Scope.ASSESSED:
        limit.append(C.waived_at.is_(None))
    kept = _tenths(session, [*limit, C.settled_at <= C.due_at], C.settled_at, now)
    wait = _tenths(session, [*limit, IS_OPEN, C.due_at >= now], AT, now)
    keys = sorted({*kept, *wait, *counted})
    curves = [Curve(tuple(kept[key]), tuple(wait[key]), counted[key].due - counted[key].on_time) for key in keys]
    return dict(zip(keys, basis(curves, pooled(curves)), strict=True))


def _tenths(
    session: Session, conditions: list[ColumnElement[bool]], until: ColumnElement[Any], now: datetime
) -> dict[int, list[int]]:
    tenth = tenth_of(until).label("tenth")
    statement = select(C.department_id, tenth, func.count()).where(*conditions).group_by(C.department_id, "tenth")
    found: dict[int, list[int]] = defaultdict(lambda: [0] * TENTHS)
    for key, number, count in session.connection().execute(statement.select_from(Demand), {"at": now}):
        found[key][number] = count
    return found
