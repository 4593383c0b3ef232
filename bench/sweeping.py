"""The sweep beside the set-based statements somebody would write by hand: all that is open is late, then taken back."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from bench import bare
from bench.reads import Bench
from bench.timing import Figure
from services import sweeps
from services.access import SYSTEM
from services.database import transaction

HOPS = (("grid", "village", 3), ("village", "township", 2), ("township", "county", 1))
"""From which level to which, and the depth of the unit there."""

MOVE = """
    UPDATE demands SET state = 'escalated', level = ?, escalated_to = ?, holder_unit_id = a{depth}_id,
      holder_id = (SELECT person_id FROM posts WHERE unit_id = a{depth}_id AND starts_on <= ?
        AND (ends_on IS NULL OR ends_on > ?) ORDER BY starts_on DESC LIMIT 1),
      department_id = NULL, level_since = ?, level_due_at = ?, warned_at = NULL, event_count = event_count + 1,
      version = version + 1
    WHERE is_open AND level_due_at < ? AND state <> 'suspended' AND level = ? AND escalated_to IS NULL
"""
TELL = """
    INSERT INTO demand_events (demand_id, seq, at, verb, from_state, to_state, account_id, actor_name, facts)
    SELECT id, event_count, ?, 'escalate', 'handling', 'escalated', NULL, 'system',
      '{"by": "sweep", "level": "' || level || '", "holder_unit_id": ' || coalesce(holder_unit_id, 'null')
        || ', "holder_id": ' || coalesce(holder_id, 'null') || ', "state": "escalated", "department_id": null}'
    FROM demands WHERE is_open AND level_since = ? AND level = ? AND state = 'escalated'
"""


class TakenBackError(Exception):
    """Ends a measured sweep: nothing of it is kept."""


def sweeping(bench: Bench) -> Iterator[Figure]:
    """One sweep two months on, when nothing that was open is in time any more."""
    swept: list[int] = []
    ours, floor = _ours(bench, swept), _floor(bench)
    figure = bench.figure("sweep", ours, floor, "bare UPDATE and INSERT … SELECT for each level", most=1.15)
    yield Figure(
        f"sweep of {swept[0]:,} overdue", figure.size, figure.ours, figure.floor, figure.floor_is, most=figure.most
    )


def _ours(bench: Bench, swept: list[int]) -> Callable[[], object]:
    later = bench.ledger.now + timedelta(days=60)

    def sweep() -> None:
        try:
            with transaction(bench.engine) as session:
                swept.append(sweeps.sweep(session, SYSTEM, now=later).escalated)
                raise TakenBackError
        except TakenBackError:
            return

    return sweep


def _floor(bench: Bench) -> Callable[[], object]:
    later = bench.ledger.now + timedelta(days=60)
    at, due, day = bare.written(later), bare.written(later + timedelta(days=9)), later.date().isoformat()
    connection = bench.connection

    def sweep() -> None:
        connection.execute("BEGIN IMMEDIATE")
        for level, above, depth in HOPS:
            values = (above, above, day, day, at, due, at, level)
            connection.execute(MOVE.format(depth=depth), values)
            connection.execute(TELL, (at, at, above))
        connection.execute("ROLLBACK")

    return sweep
