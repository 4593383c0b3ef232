"""One move of a demand beside the bare statements: read it, change it, append the event, one durable transaction."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Any

from bench import bare
from bench.reads import LEADER, Bench
from bench.timing import Figure
from services import demands
from services.database import transaction
from services.demands import history

CHANGE = """
    UPDATE demands SET state = ?, holder_unit_id = ?, holder_id = ?, level = ?, level_since = ?, event_count = ?,
      version = version + 1 WHERE id = ? AND version = ?
"""
EVENT = """
    INSERT INTO demand_events (demand_id, seq, at, verb, from_state, to_state, account_id, actor_name, facts)
    VALUES (?, ?, ?, ?, ?, ?, 1, '第1人', ?)
"""


def moves(bench: Bench) -> Iterator[Figure]:
    """Accepting and assigning one demand. What is moved is put back afterwards."""
    for name, state, target, service in (
        ("accept", "pending_triage", "registered", demands.accept),
        ("assign", "registered", "dispatched", demands.assign),
    ):
        options = {"unit_id": TO_VILLAGE} if name == "assign" else {}
        with put_back(bench.connection, state, bench.times + 1) as taken:
            few = replace(bench, times=len(taken) // 2 - 1)
            ours, floor = _moving(bench, taken[::2], service, options), _bare(bench, taken[1::2], name, target)
            yield few.figure(
                f"one move ({name})", ours, floor, "bare SELECT, UPDATE, INSERT, COMMIT", most=3,
            )  # fmt: skip


TO_VILLAGE = 30


def _moving(
    bench: Bench, ids: list[int], service: Callable[..., object], options: dict[str, int]
) -> Callable[[], object]:
    turn = count()

    def move() -> None:
        with transaction(bench.engine) as session:
            service(session, LEADER, ids[next(turn)], now=bench.ledger.now, **options)

    return move


def _bare(bench: Bench, ids: list[int], verb: str, target: str) -> Callable[[], object]:
    turn, at = count(), bare.written(bench.ledger.now)
    connection = bench.connection
    facts = {"holder_id": 1, "holder_unit_id": 1, "level": "county", "level_since": at, "state": target}

    def move() -> None:
        one = ids[next(turn)]
        connection.execute("BEGIN IMMEDIATE")
        cursor = connection.execute("SELECT * FROM demands WHERE id = ? AND a1_id = 1", (one,))
        told = dict(zip((column[0] for column in cursor.description), cursor.fetchone(), strict=True))
        number = told["event_count"] + 1
        connection.execute(CHANGE, (target, 1, 1, "county", at, number, one, told["version"]))
        connection.execute(EVENT, (one, number, at, verb, told["state"], target, json.dumps(facts)))
        connection.execute("COMMIT")

    return move


MOVED = (*history.PROJECTED, "is_open", "received", "event_count", "version")


@contextmanager
def put_back(connection: Any, state: str, times: int) -> Iterator[list[int]]:
    """Demands in a state, for ours and for the floor in turns; afterwards they and their events are as before."""
    columns = ", ".join(MOVED)
    asked = f"SELECT {columns}, id FROM demands WHERE is_open AND state = ? ORDER BY id LIMIT ?"
    rows = connection.execute(asked, (state, 2 * times)).fetchall()
    last = connection.execute("SELECT max(id) FROM demand_events").fetchone()[0]
    try:
        yield [row[-1] for row in rows]
    finally:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DELETE FROM demand_events WHERE id > ?", (last,))
        for row in rows:
            connection.execute(f"UPDATE demands SET {', '.join(f'{name} = ?' for name in MOVED)} WHERE id = ?", row)
        connection.execute("COMMIT")
