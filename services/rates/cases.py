"""From a count to exactly its demands: what the queue is narrowed to for each count of a Counted. Pure."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from services.demands.rows import Fact, Filters
from services.periods import Period
from services.rates.counts import Month, Scope
from services.rates.reading import CALLED

EVERY = Filters(open_only=False)
Narrowing = Callable[[Period, datetime], Filters]


def cases(
    name: str, period: Period, scope: Scope = Scope.FULL, *, now: datetime, month: Month = Month.COHORT
) -> Filters:
    """The queue's filter that lists the demands of one count, such as "on_time"; the unit is the caller's to add.

    The queue counts as many as the engine. Raises KeyError for a count that is always 0 in such a month.
    """
    if name in CALLED:
        found = replace(EVERY, called_from=period.start, called_to=period.end, fact=Fact(name))
    else:
        found = NARROWING[month][name](period, now)
    return replace(found, assessed=scope is Scope.ASSESSED)


def _received(period: Period, _now: datetime) -> Filters:
    return replace(EVERY, reported_from=period.start, reported_to=period.end)


def _received_settled(period: Period, now: datetime) -> Filters:
    return replace(_received(period, now), settled=True, settled_to=period.end)


def _due(period: Period, now: datetime) -> Filters:
    return replace(EVERY, limit_from=period.start, limit_to=period.so_far(now))


def _settled(period: Period, _now: datetime) -> Filters:
    return replace(EVERY, settled=True, settled_from=period.start, settled_to=period.end)


NARROWING: dict[Month, dict[str, Narrowing]] = {
    Month.COHORT: {
        "received": _received,
        "settled": _received_settled,
        "self_settled": lambda period, now: replace(_received_settled(period, now), on_the_spot=True),
        "reworked": lambda period, now: replace(_received(period, now), reworked_to=period.end),
        "awaited": lambda period, now: replace(_received(period, now), fact=Fact.AWAITED),
        "first_hour": lambda period, now: replace(_received(period, now), fact=Fact.PROMPT),
        "due": _due,
        "on_time": lambda period, now: replace(_due(period, now), kept=True),
        "closed": lambda period, now: replace(_due(period, now), closed_to=period.end),
    },
    Month.EVENT: {
        "settled": _settled,
        "self_settled": lambda period, now: replace(_settled(period, now), on_the_spot=True),
        "reworked": lambda period, now: replace(_settled(period, now), fact=Fact.REWORKED),
        "due": lambda period, now: replace(_settled(period, now), fact=Fact.JUDGED),
        "on_time": lambda period, now: replace(_settled(period, now), kept=True),
        "closed": lambda period, _: replace(EVERY, closed_from=period.start, closed_to=period.end),
    },
}
"""What each count is narrowed to, by what the month holds."""
