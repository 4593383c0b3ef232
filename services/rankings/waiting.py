"""The cases behind settling in time: settled in which tenth of their limit, waiting in which, missed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, func
from sqlmodel import Session

from models.counters import Kind
from services import rates
from services.access import IS_OPEN, Actor
from services.counters.facts import C, limit_in, tenth_of
from services.fairness import TENTHS, Curve, basis
from services.figures import reading, scopes
from services.figures.ranges import NONE, numbers, span, today
from services.figures.scopes import Scope
from services.periods import Period
from services.rates import Counted

Tenths = dict[int, list[int]]

NOW = tenth_of(bindparam("at", type_=C.due_at.type)).label("tenth")


def known(
    session: Session,
    actor: Actor,
    units: Scope,
    period: Period,
    counted: Mapping[int, Counted],
    *,
    now: datetime,
    scope: rates.Scope,
) -> dict[int, tuple[float, float]]:
    """For each unit what its estimate rests on: the cases whose outcome is known, and how many of those are in time.

    The cases are those whose limit lies in the period. Those that wait and are not due yet are censored: their share
    is told by Kaplan and Meier, and weighs as many cases as have an outcome (they themselves add no weight: cautious).
    Where nothing waits this is in time of those with an outcome. At most three statements a scope, the large one for
    the units that wait alone.
    """
    if period.end <= now:
        return {unit: (float(each.on_time), float(each.due)) for unit, each in counted.items()}
    read = _Read(session, actor, period, scope is rates.Scope.ASSESSED)
    early, waiting = read.early(units, now), read.waiting(units, now)
    found = {unit: (float(each.on_time + early[unit]), float(each.due + early[unit])) for unit, each in counted.items()}
    waits = replace(units, places=tuple(place for place in units.places if place.id in waiting))
    if not waits.places:
        return found
    settled, missed = read.settled(waits), {unit: each.due - each.on_time for unit, each in counted.items()}
    above = read.settled(scopes.of_unit(session, actor, units.unit.id))[units.unit.id]
    together = Curve(tuple(above), tuple(map(sum, zip(*waiting.values(), strict=True))), sum(missed.values()))
    curves = [Curve(tuple(settled[place.id]), tuple(waiting[place.id]), missed[place.id]) for place in waits.places]
    return found | dict(zip((place.id for place in waits.places), basis(curves, together), strict=True))


@dataclass(frozen=True, slots=True)
class _Read:
    """Reads what the counters and the open demands say of limits of the period, in the full or the assessed scope."""

    session: Session
    actor: Actor
    period: Period
    assessed: bool

    def early(self, units: Scope, now: datetime) -> dict[int, int]:
        """Settled although the limit lies on a later day of the period: no day has counted them yet."""
        found: dict[int, int] = defaultdict(int)
        first, last = numbers(self.period)
        rest = span(max(first, today(self.period, now) + 1), last)
        for scope, sign in self._signed(units) if rest.head != NONE else ():
            for unit, count in reading.counts(self.session, scope, ("kept",), rest):
                found[unit] += sign * count
        return found

    def settled(self, units: Scope) -> Tenths:
        """Settled within a limit of the period, also one still to come, by tenth."""
        found = _tenths()
        for scope, sign in self._signed(units):
            over = span(*numbers(self.period))
            for unit, tenth, count in reading.cells(self.session, scope, (Kind.IN_TIME,), over, ("sub",)):
                found[unit][tenth] += sign * count
        return found

    def waiting(self, units: Scope, now: datetime) -> Tenths:
        """Open and not due yet, with a limit of the period, by the tenth they have reached."""
        found = _tenths()
        wanted = [IS_OPEN, C.due_at >= now, limit_in(self.period.start, self.period.end)]
        if self.assessed:
            wanted += [C.excluded_code.is_(None), C.waived_at.is_(None)]
        for unit, tenth, count in units.live(self.session, (func.count(),), wanted, (NOW,), bound={"at": now}):
            found[unit][tenth] += count
        return found

    def _signed(self, units: Scope) -> Iterator[tuple[Scope, int]]:
        """The units, and what the assessed scope leaves out of them."""
        yield units, 1
        if self.assessed:
            yield scopes.left_out(self.session, self.actor, units), -1


def _tenths() -> Tenths:
    return defaultdict(lambda: [0] * TENTHS)
