"""Counting for rates: the counters of some units over a period, in a fixed number of statements."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from services.access import Actor
from services.figures import counting, scopes
from services.figures.counting import Counts
from services.periods import Period
from services.rates.counts import Counted, Scope


def counted(
    session: Session,
    actor: Actor,
    unit_ids: Iterable[int],
    period: Period,
    scope: Scope = Scope.FULL,  # noqa: ARG001  the counters of the assessed scope come next
    *,
    now: datetime,
) -> dict[int, Counted]:
    """The counts of each unit's subtree in the period, by unit id; every unit asked for is there.

    While the period runs, what is not due by `now` is not counted as due. A fixed number of statements, however many
    units. Raises NotFound for a unit outside the actor's scope.
    """
    units = scopes.of_units(session, actor, unit_ids)
    if units is None:
        return {}
    found = counting.tally(session, units, period, now=now)
    return {place.id: _counted(found.get(place.id, Counts())) for place in units.places}


def _counted(found: Counts) -> Counted:
    return Counted(
        received=found.received, settled=found.settled, self_settled=found.self_settled, due=found.due,
        on_time=found.on_time,
    )  # fmt: skip
