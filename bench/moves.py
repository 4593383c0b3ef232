"""One move of a demand beside the bare statements: read it, change it, append the event, one durable transaction."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Any

from bench import bare
from bench.reads import LEADER, Bench
from bench.timing import Figure
from models.accounts import Role
from models.demands import PATH, Demand
from services import counters, demands
from services.access import Actor
from services.counters import facts, keeping
from services.counters.measures import COUNTS
from services.database import reading, transaction
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
        with put_back(bench, state, bench.times + 1) as taken:
            few = replace(bench, times=len(taken) // 2 - 1)
            ours, floor = _moving(bench, taken[::2], service, options), _bare(bench, taken[1::2], name, target)
            yield few.figure(
                f"one move ({name})", ours, floor, "bare SELECT, UPDATE, INSERT, COMMIT", most=3,
            )  # fmt: skip
    yield from _settling(bench)


def _settling(bench: Bench) -> Iterator[Figure]:
    """Settling one demand, which changes counters of every unit above it; the floor writes the very same counters."""
    with put_back(bench, "handling", bench.times + 1) as taken:
        few = replace(bench, times=len(taken) // 2 - 1)
        ours = _moving(bench, taken[::2], demands.settle, {"reason": "修好了"}, HANDLER)
        floor = _bare_settling(bench, taken[1::2])
        bare_too = "bare SELECT, UPDATE, INSERT, two executemany, COMMIT"
        yield few.figure("one move (settle, with counters)", ours, floor, bare_too, most=3)


TO_VILLAGE = 30
HANDLER = replace(LEADER, role=Role.CHIEF)


def _moving(
    bench: Bench, ids: list[int], service: Callable[..., object], options: dict[str, Any], actor: Actor = LEADER
) -> Callable[[], object]:
    turn = count()

    def move() -> None:
        with transaction(bench.engine) as session:
            service(session, actor, ids[next(turn)], now=bench.ledger.now, **options)

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


SETTLE = """
    UPDATE demands SET state = 'pending_verify', is_open = 0, settled_at = ?, settled_level = level, self_settled = 0,
      event_count = ?, version = version + 1 WHERE id = ? AND version = ?
"""


def _bare_settling(bench: Bench, ids: list[int]) -> Callable[[], object]:
    turn, at, connection = count(), bare.written(bench.ledger.now), bench.connection
    written = [_written(bench, one) for one in ids]

    def move() -> None:
        number = next(turn)
        one, (counts, cells) = ids[number], written[number]
        connection.execute("BEGIN IMMEDIATE")
        cursor = connection.execute("SELECT * FROM demands WHERE id = ? AND a1_id = 1", (one,))
        told = dict(zip((column[0] for column in cursor.description), cursor.fetchone(), strict=True))
        connection.execute(SETTLE, (at, told["event_count"] + 1, one, told["version"]))
        facts = json.dumps({"settled_at": at, "settled_level": told["level"], "state": "pending_verify"})
        values = (one, told["event_count"] + 1, at, "settle", told["state"], "pending_verify", facts)
        connection.execute(EVENT, values)
        for statement, rows in zip(UPSERTS, (counts, cells), strict=True):
            connection.executemany(statement, rows)
        connection.execute("COMMIT")

    return move


def _upsert(table: str, key: Sequence[str], columns: Sequence[str]) -> str:
    names, marks = ", ".join((*key, *columns)), ", ".join("?" * (len(key) + len(columns)))
    return f"INSERT INTO {table} ({names}) VALUES ({marks}) {keeping.adding(table, key, columns)}"


UPSERTS = (
    _upsert("unit_counts", keeping.COUNT_KEY, [count.column for count in COUNTS]),
    _upsert("unit_cells", keeping.CELL_KEY, ["n"]),
)


def _written(bench: Bench, one: int) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """The rows of the counters that settling a demand changes, worked out before the clock runs."""
    with reading(bench.engine) as session:
        row = session.get_one(Demand, one)
    told, zone, changes, noted = row.model_dump(), bench.year.zone, keeping.Changes(), keeping.Noted()
    changes.add(facts.facts(told, zone), -1)
    done = {"settled_at": bench.ledger.now, "is_open": False, "settled_level": row.level}
    changes.add(facts.facts(told | done, zone), 1)
    noted.take([unit for name in PATH if (unit := told[name]) is not None], changes)
    counts = [(*key, *numbers) for key, numbers in sorted(noted.counts.items())]
    return counts, [(*key, number) for key, number in sorted(noted.cells.items())]


MOVED = (*history.PROJECTED, *history.DERIVED, "is_open", "received", "event_count", "version")


@contextmanager
def put_back(bench: Bench, state: str, times: int) -> Iterator[list[int]]:
    """Demands in a state, for ours and for the floor in turns; afterwards all is as it was, counters too."""
    connection = bench.connection
    columns = ", ".join(MOVED)
    asked = f"SELECT {columns}, id FROM demands WHERE is_open AND state = ? ORDER BY id LIMIT ?"
    rows = connection.execute(asked, (state, 2 * times)).fetchall()
    last = connection.execute("SELECT max(id) FROM demand_events").fetchone()[0]
    try:
        yield [row[-1] for row in rows]
    finally:
        _count(bench, rows, -1)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DELETE FROM demand_events WHERE id > ?", (last,))
        for row in rows:
            connection.execute(f"UPDATE demands SET {', '.join(f'{name} = ?' for name in MOVED)} WHERE id = ?", row)
        connection.execute("COMMIT")
        _count(bench, rows, 1)


def _count(bench: Bench, rows: Sequence[tuple[Any, ...]], sign: int) -> None:
    with transaction(bench.engine) as session:
        counters.apply(session, [row[-1] for row in rows], sign)
