"""A queue to take along: its demands, each with the sum behind its deadline."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from models.demands import DemandEvent, Verb
from services import audit, sites
from services.access import Actor
from services.deadlines import Sum
from services.demands import clocks, history
from services.demands.reads import queue
from services.demands.rows import DemandRow, Filters, Order

MOST = 5_000
"""How many demands one export has at most."""

TELLING = (*clocks.FRESH, Verb.SUSPEND, Verb.RESUME, Verb.EXTEND, Verb.ESCALATE)
"""The events that say something of a clock."""

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One demand with the sum behind its deadline; None where it has none."""

    row: DemandRow
    deadline: Sum | None


def exported(
    session: Session, actor: Actor, filters: Filters, *, now: datetime, order: Order = Order.DEADLINE
) -> tuple[list[ExportRow], int]:
    """The first 5,000 demands of a queue in its order, and how many there are in all; kept in the audit log.

    The number of statements grows by one for every 500 demands. Raises what demands.queue raises.
    """
    page = queue(session, actor, filters, now=now, order=order, size=MOST)
    audit.record(session, actor, "demands.export", now=now, demands=len(page.rows))
    return [ExportRow(row, total) for row, total in _with_sums(session, page.rows)], page.total


def _with_sums(session: Session, rows: Sequence[DemandRow]) -> Iterator[tuple[DemandRow, Sum | None]]:
    profile = sites.profile(session)
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        told = _told(session, [row.id for row in some])
        for row in some:
            running = clocks.of_events(told.get(row.id, ()), row.reported_at)
            yield row, running.solve.sum(profile) if running is not None else None


def _told(session: Session, ids: Sequence[int]) -> dict[int, list[clocks.Told]]:
    statement = (
        select(col(DemandEvent.demand_id), col(DemandEvent.at), col(DemandEvent.verb), col(DemandEvent.facts))
        .where(col(DemandEvent.demand_id).in_(ids), col(DemandEvent.verb).in_(TELLING))
        .order_by(col(DemandEvent.demand_id), col(DemandEvent.seq))
    )
    found: dict[int, list[clocks.Told]] = {}
    for demand, at, verb, facts in session.connection().execute(statement):
        found.setdefault(demand, []).append(clocks.Next(at, verb, history.decode(facts)))
    return found
