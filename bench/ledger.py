"""The ledgers that are measured: built once by bulk statements into the real schema, kept under var/bench.

A year of demands up to the moment of building, 2% of them open, 30% of those overdue; five events each.
"""

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from bench import county
from bench.county import Shape
from models.demands import OPEN, SETTLED, State
from services import counters, database
from services.settings import ROOT

FOLDER = ROOT / "var" / "bench"
DAYS = 365
OPEN_SHARE = 0.02
LIMIT_DAYS = 9
STALE = timedelta(days=14)
"""The screens go by the clock of the day: an older ledger would be nothing but overdue, so it is built anew."""

STEPS = (
    ("done", 1, "report", None, "reported"), ("done", 2, "self_handle", "reported", "self_handled"),
    ("done", 3, "hand_in", "self_handled", "pending_verify"),
    ("done", 4, "pass_check", "pending_verify", "pending_callback"), ("done", 5, "close", "pending_callback", "closed"),
    ("open", 1, "report", None, "reported"), ("open", 2, "submit", "reported", "pending_triage"),
    ("open", 3, "accept", "pending_triage", "registered"), ("open", 4, "assign", "registered", "dispatched"),
    ("open", 5, "sign", "dispatched", "handling"),
    ("none", 1, "report", None, "reported"), ("none", 2, "submit", "reported", "pending_triage"),
    ("none", 3, "reject", "pending_triage", "rejected"),
)  # fmt: skip
"""The events of a demand by where it ended: chain, seq, verb, from, to. A demand has as many as its event_count."""

OPEN_STATES = {State.REPORTED: 1, State.PENDING_TRIAGE: 2, State.REGISTERED: 3, State.DISPATCHED: 4, State.HANDLING: 5}
MOMENTS = (("reported", "reported_at"), ("due", "due_at"), ("since", "level_since"), ("due", "level_due_at"))
OPEN_WEIGHTS = (0.05, 0.3, 0.2, 0.15, 0.3)


@dataclass(frozen=True, slots=True)
class Ledger:
    """A built ledger: its file, how many demands, over how many units, and the moment it was built for."""

    path: Path
    demands: int
    shape: Shape
    now: datetime

    @property
    def url(self) -> str:
        """Its database URL."""
        return f"sqlite:///{self.path}"


def ledger(demands: int, now: datetime) -> Ledger:
    """The ledger of this size: the kept one, or a new one where there is none, the schema changed or it is stale."""
    path = FOLDER / f"{demands}-{fingerprint()}.db"
    kept = _kept(path)
    if kept is not None and now - kept.now < STALE:
        return kept
    for old in FOLDER.glob(f"{demands}-*"):
        old.unlink()
    made = Ledger(path, demands, Shape.of(demands), now)
    began = time.perf_counter()
    print(f"building {path.name} ...", flush=True)
    build(made)
    path.with_suffix(".json").write_text(
        json.dumps({"demands": demands, "shape": asdict(made.shape), "now": now.isoformat()})
    )
    print(f"built in {time.perf_counter() - began:.0f} s, {path.stat().st_size / 1e6:,.0f} MB", flush=True)
    return made


def _kept(path: Path) -> Ledger | None:
    about = path.with_suffix(".json")
    if not (path.exists() and about.exists()):
        return None
    told = json.loads(about.read_text())
    return Ledger(path, told["demands"], Shape(**told["shape"]), datetime.fromisoformat(told["now"]))


def fingerprint() -> str:
    """What the file's content follows from: the migrations, what is counted, and this builder."""
    sources = [
        *sorted((ROOT / "models" / "migrations" / "versions").glob("*.py")),
        Path(__file__),
        Path(county.__file__),
        *sorted((ROOT / "services" / "counters").glob("*.py")),
    ]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:10]


def build(made: Ledger) -> None:
    """Migrate, fill the county, then the demands and events with the indexes taken down and put up again."""
    made.path.parent.mkdir(parents=True, exist_ok=True)
    engine = database.engine_for(made.url)
    database.migrate(engine)
    with database.transaction(engine) as session:
        county.build(session, made.shape, made.now)
    engine.dispose()
    connection = sqlite3.connect(made.path, isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    indexes = _take_down(connection)
    connection.execute("BEGIN")
    _fill(connection, made)
    for statement in indexes:
        connection.execute(statement)
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
    began = time.perf_counter()
    with database.transaction(engine) as session:
        counters.recount(session)
    engine.dispose()
    print(f"counted in {time.perf_counter() - began:.0f} s", flush=True)


def _take_down(connection: sqlite3.Connection) -> list[str]:
    """Drop the indexes of the two large tables; returns the statements that make them."""
    found = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        " AND tbl_name IN ('demands', 'demand_events')"
    ).fetchall()
    for name, _ in found:
        connection.execute(f'DROP INDEX "{name}"')
    return [statement for _, statement in found]


def _fill(connection: sqlite3.Connection, made: Ledger) -> None:
    categories = [row[0] for row in connection.execute("SELECT id FROM categories ORDER BY id")]
    for part in parts(made, categories):
        names = ", ".join(part.columns)
        marks = ", ".join("?" * len(part.columns))
        connection.executemany(f"INSERT INTO demands ({names}) VALUES ({marks})", part.iter_rows())
    connection.execute(f"INSERT INTO sequences VALUES ('demands-{made.now.year}', {made.demands})")
    connection.execute("CREATE TEMP TABLE steps (chain, seq, verb, came, went)")
    connection.executemany("INSERT INTO steps VALUES (?, ?, ?, ?, ?)", STEPS)
    connection.execute("CREATE INDEX temp.steps_chain ON steps (chain, seq)")
    connection.execute(EVENTS)
    connection.execute(WHISTLES)


EVENTS = """
    INSERT INTO demand_events (demand_id, seq, at, verb, from_state, to_state, account_id, actor_name, facts)
    SELECT d.id, s.seq, CASE WHEN s.seq = 1 THEN d.reported_at ELSE coalesce(d.settled_at, d.reported_at) END,
      s.verb, s.came, s.went, 1, '第1人',
      '{"level": "' || d.level || '", "level_since": "' || d.level_since || '+00:00", "state": "' || s.went || '"}'
    FROM demands d CROSS JOIN steps s
    WHERE s.chain = CASE WHEN d.is_open THEN 'open' WHEN d.state = 'rejected' THEN 'none' ELSE 'done' END
      AND s.seq <= d.event_count ORDER BY d.id, s.seq
"""
WHISTLES = """
    INSERT INTO whistles (demand_id, department_id, lead, asked_at, answer_due_at)
    SELECT id, 1 + id % 4, 1, reported_at, datetime(reported_at, '+1 day') || '.000000'
    FROM demands WHERE is_open AND state IN ('dispatched', 'handling') AND id % 7 = 0
"""


def parts(made: Ledger, categories: list[int], size: int = 200_000) -> Iterator[pl.DataFrame]:
    """The demands' columns, `size` rows at a time, in the order they came in; the same each time for one moment."""
    random = np.random.default_rng(20261120)
    slow = random.lognormal(0.0, 0.35, made.shape.villages)
    for first in range(0, made.demands, size):
        count = min(size, made.demands - first)
        yield _part(made, np.array(categories), slow, random, first, count)


def _part(
    made: Ledger, categories: np.ndarray, slow: np.ndarray, random: np.random.Generator, first: int, count: int
) -> pl.DataFrame:
    shape, now = made.shape, np.datetime64(made.now.astimezone(UTC).replace(tzinfo=None), "us")
    day = np.timedelta64(86_400_000_000, "us")
    grid = np.minimum((random.beta(0.9, 1.1, count) * shape.grids).astype(np.int64), shape.grids - 1)
    village = grid // county.GRIDS_A_VILLAGE
    is_open = random.random(count) < OPEN_SHARE
    rejected = ~is_open & (random.random(count) < 0.02)
    back = np.where(
        is_open, 13 * random.random(count), 1 + (DAYS - 2) * (1 - (first + np.arange(count)) / made.demands)
    )
    reported = now - (back * day).astype("timedelta64[us]")
    taken = np.minimum(random.exponential(4.0, count) * slow[village], back * 0.98)
    settled = reported + (taken * day).astype("timedelta64[us]")
    due = reported + LIMIT_DAYS * day
    level_since = np.where(is_open, reported, settled)
    opened = random.choice(np.array(list(OPEN_STATES), dtype=object), count, p=OPEN_WEIGHTS)
    state = np.where(is_open, opened, np.where(rejected, State.REJECTED, State.CLOSED))
    number = first + np.arange(count) + 1
    frame = pl.DataFrame(
        {
            "id": number, "n": number, "category_id": random.choice(categories, count),
            "urgency": random.choice(["urgent", "immediate", "general", "complex"], count, p=[0.03, 0.07, 0.8, 0.1]),
            "unit_id": shape.first_grid + grid, "a1_id": np.ones(count, dtype=np.int64),
            "a2_id": 2 + village * shape.townships // shape.villages, "a3_id": shape.first_village + village,
            "a4_id": shape.first_grid + grid, "state": [str(one) for one in state], "is_open": is_open.astype(np.int8),
            "holder_unit_id": shape.first_village + village, "holder_id": shape.first_village + village,
            "self_settled": (~is_open & ~rejected & (random.random(count) < 0.55)).astype(np.int8),
            "level": random.choice(["grid", "village", "township"], count, p=[0.5, 0.35, 0.15]),
            "reported": reported, "due": due, "since": level_since, "settled": settled,
            "event_count": [OPEN_STATES.get(one, 3 if one is State.REJECTED else 5) for one in state],
        }
    )  # fmt: skip
    return _columns(frame, made.now.year)


def _columns(frame: pl.DataFrame, year: int) -> pl.DataFrame:
    """The table's columns, moments written as the database keeps them."""
    moment = "%Y-%m-%d %H:%M:%S.%6f"
    done = pl.col("state").is_in([state.value for state in SETTLED])
    settled = pl.when(done).then(pl.col("settled").dt.strftime(moment))
    text = pl.lit(
        "村西头的路灯整排不亮，夜里看不清路，老人出门不便，已经反映过一次，请尽快安排人来看看。编号"
    ) + pl.col("n").cast(pl.String)
    return frame.select(
        "id", (pl.lit(f"D990000-{year}-") + pl.col("n").cast(pl.String).str.zfill(7)).alias("reference"),
        pl.lit("村西头的路灯整排不亮").alias("title"), text.alias("text"), "category_id", "urgency",
        pl.lit("report").alias("source"), "unit_id", "a1_id", "a2_id", "a3_id", "a4_id", pl.lit(1).alias("placed"),
        pl.lit("某某某").alias("reporter"), pl.lit("13800002207").alias("reporter_phone"), "state", "is_open",
        pl.lit(1).alias("received"), "level", "holder_unit_id", "holder_id",
        *(pl.col(name).dt.strftime(moment).alias(column) for name, column in MOMENTS),
        settled.alias("settled_at"), pl.when(done).then(pl.col("level")).alias("settled_level"), "self_settled",
        settled.alias("closed_at"), "event_count", pl.lit(1).alias("version"),
    )  # fmt: skip


assert set(OPEN_STATES) <= OPEN
