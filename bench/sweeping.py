"""The sweep beside the set-based statements somebody would write by hand: all that is open is late, then taken back."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from bench import bare
from bench.reads import Bench
from bench.timing import Figure
from services import sweeps
from services.access import SYSTEM
from services.database import transaction

HOPS = (("township", "county", 1), ("village", "township", 2), ("grid", "village", 3))
"""From which level to which, and the depth of the unit there."""

HOLDER = """(SELECT person_id FROM posts WHERE unit_id = a{depth}_id AND role IN ('leader', 'chief', 'supervisor',
        'grid_member') AND starts_on <= :day AND (ends_on IS NULL OR ends_on > :day) ORDER BY starts_on DESC LIMIT 1)"""
LATE = "is_open AND level_due_at < :at AND state <> 'suspended' AND level = :level AND escalated_to IS NULL"
TELL = f"""
    INSERT INTO demand_events (demand_id, seq, at, verb, from_state, to_state, account_id, actor_name, reason, facts)
    SELECT id, event_count + 1, :at, 'escalate', state, 'escalated', NULL, 'system', '超过本级期限',
      '{{{{"by": "sweep", "state": "escalated", "level": ":above", "escalated_to": ":above", "department_id": null,'
        || ' "level_since": "' || :at || '+00:00", "warned_at": null, "holder_unit_id": ' || a{{depth}}_id
        || ', "holder_id": ' || coalesce({HOLDER}, 'null') || ', "level_due_at": "' || :due || '+00:00"'
        || ', "level_limit": "7 work days"}}}}'
    FROM demands WHERE {LATE}
"""
MOVE = f"""
    UPDATE demands SET state = 'escalated', level = :above, escalated_to = :above, holder_unit_id = a{{depth}}_id,
      holder_id = {HOLDER}, department_id = NULL, level_since = :at, level_due_at = :due, warned_at = NULL,
      event_count = event_count + 1, version = version + 1
    WHERE {LATE}
"""
"""The same effect: an event that rebuilds the demand, with the state it comes from, and the demand moved."""


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
            values = {"at": at, "due": due, "day": day, "level": level, "above": above}
            connection.execute(TELL.format(depth=depth), values)
            connection.execute(MOVE.format(depth=depth), values)
        connection.execute("ROLLBACK")

    return sweep
