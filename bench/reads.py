"""Queue, figures, ranking, map and board beside bare statements; one ledger a call."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine

from bench import bare
from bench.ledger import Ledger
from bench.timing import Figure, Work, medians
from models.accounts import Role
from services import demands, escalations, figures, rankings
from services.access import Actor
from services.database import engine_for, reading
from services.demands import Filters
from services.periods import Period, between
from services.sites import load

LEADER = Actor(account_id=1, name="第1人", role=Role.LEADER, unit_id=1, depth=1, person_id=1)
TOWNSHIP = 3
CATEGORY = 3


@dataclass(frozen=True, slots=True)
class Bench:
    """A ledger opened twice: by the project's engine and by the bare driver (sqlite3; psycopg looks like it)."""

    ledger: Ledger
    engine: Engine
    connection: Any
    times: int

    @property
    def year(self) -> Period:
        """The 365 days up to the ledger's moment: everything in it."""
        day = self.ledger.now.astimezone(load("county").zone).date()
        return between(day - timedelta(days=364), day, load("county").zone)

    @property
    def month(self) -> Period:
        """The 30 days up to the ledger's moment."""
        return between(self.year.to_day - timedelta(days=29), self.year.to_day, self.year.zone)

    @property
    def trend(self) -> Period:
        """The twelve weeks up to the ledger's moment."""
        return between(self.year.to_day - timedelta(days=83), self.year.to_day, self.year.zone)

    def series(self) -> list[tuple[str, Any]]:
        """The bare counts by day behind a trend: what came, what was settled, what fell due."""
        ends = {"unit": 1, "start": bare.written(self.trend.start), "end": bare.written(self.ledger.now)}
        return [(bare.SERIES.format(moment=name), ends) for name in ("reported_at", "settled_at", "due_at")]

    def ask(self, service: Any, *arguments: Any, **options: Any) -> Work:
        """A call of a service in its own read transaction, as a page makes it."""

        def call() -> Any:
            with reading(self.engine) as session:
                return service(session, LEADER, *arguments, now=self.ledger.now, **options)

        return call

    def bare(self, *statements: tuple[str, Any]) -> Work:
        """The same statements in one read transaction of the bare driver."""
        return lambda: bare.read(self.connection, *statements)

    def sums(self, unit: int, inside: str = "a1_id = :unit", key: str = "", *, raw: bool = False) -> Work:
        """The bare sums of the year behind figures."""
        values = {
            "unit": unit, "start": bare.written(self.year.start), "now": bare.written(self.ledger.now),
            "end": bare.written(min(self.year.end, self.ledger.now)),
        }  # fmt: skip
        return self.bare(*((text, values) for text in bare.sums(inside, key, raw=raw)))

    def figure(self, name: str, ours: Work, floor: Work, floor_is: str, **target: Any) -> Figure:
        """Measure both in turns."""
        mine, least = medians([ours, floor], self.times)
        return Figure(name, self.ledger.demands, mine, least, floor_is, **target)


def queue(bench: Bench) -> Iterator[Figure]:
    """The queue call of 50 rows and the exact count, county-wide and narrowed; the count alone."""
    now = bare.written(bench.ledger.now)
    narrow = Filters(unit_id=TOWNSHIP, category_id=CATEGORY, overdue=True)
    inside = (TOWNSHIP, now, CATEGORY, CATEGORY)
    yield bench.figure(
        "queue of the county, 50 rows + count", bench.ask(demands.queue, Filters()),
        bench.bare((bare.ROW + bare.WHOLE + bare.BY_DEADLINE, (1,)), (bare.COUNT + bare.WHOLE, (now, 1))),
        "two bare statements", most=1.5,
    )  # fmt: skip
    yield bench.figure(
        "queue of a township, category, overdue", bench.ask(demands.queue, narrow),
        bench.bare((bare.ROW + bare.NARROW + bare.BY_DEADLINE, inside), (bare.COUNT + bare.NARROW, (now, *inside))),
        "two bare statements", most=1.5,
    )  # fmt: skip
    yield bench.figure(
        "count of the county's open", bench.ask(demands.count, Filters()),
        bench.bare((bare.COUNT + bare.WHOLE, (now, 1))), "one bare statement", most=1.5,
    )  # fmt: skip


def of_year(bench: Bench) -> Iterator[Figure]:
    """Figures of the county and of a township for a year, against the covering index and against raw rows."""
    for name, unit, column in (("county", 1, "a1_id"), ("township", TOWNSHIP, "a2_id")):
        yield bench.figure(
            f"figures of the {name}, a year", bench.ask(figures.of_unit, unit, bench.year),
            bench.sums(unit, f"{column} = :unit"), "three bare sums, covering index",
        )  # fmt: skip
    yield bench.figure(
        "figures of the county, against raw rows", bench.ask(figures.of_unit, 1, bench.year),
        bench.sums(1, raw=True), "counting raw rows, no index", least=300,
    )  # fmt: skip
    yield bench.figure(
        "trend of the county, 84 days", bench.ask(figures.by_day, 1, bench.trend), bench.bare(*bench.series()),
        "counting raw rows by day, no index", least=300,
    )  # fmt: skip
    yield bench.figure(
        "Today of the county", bench.ask(figures.today, 1, bench.month), bench.sums(1), "three bare sums of a year"
    )


def ranking(bench: Bench) -> Iterator[Figure]:
    """The ranking of all villages, and of a township's, for a year: against bare sums and against raw rows."""
    service = bench.ask(rankings.of_level, 1, "village", bench.year)
    plain = bench.sums(1, bare.ALL_VILLAGES, "a3_id")
    raw = bench.sums(1, bare.ALL_VILLAGES, "a3_id", raw=True)
    yield bench.figure("ranking of villages, a year", service, plain, "three bare sums, covering index")
    yield bench.figure("ranking of villages, against raw rows", service, raw, "counting raw rows, no index", least=300)
    yield bench.figure(
        "ranking of a township's villages, a year", bench.ask(rankings.of_level, TOWNSHIP, "village", bench.year),
        bench.sums(TOWNSHIP, "a2_id = :unit", "a3_id", raw=True), "counting raw rows, no index", least=300,
    )  # fmt: skip


def by_unit(bench: Bench) -> Iterator[Figure]:
    """What the map colours: every village's figures, and every grid's of a township."""
    yield bench.figure(
        "map: all villages, a year", bench.ask(figures.by_unit, 1, "village", bench.year),
        bench.sums(1, bare.ALL_VILLAGES, "a3_id"), "three bare sums, covering index",
    )  # fmt: skip
    yield bench.figure(
        "map: grids of a township, a year", bench.ask(figures.by_unit, TOWNSHIP, "grid", bench.year),
        bench.sums(TOWNSHIP, bare.GRIDS_OF_TOWNSHIP, "a4_id"), "three bare sums, covering index",
    )  # fmt: skip


def board(bench: Bench) -> Iterator[Figure]:
    """The escalation board of the county and of a township: sums, heads and eight cards for each of three lanes."""
    now = bare.written(bench.ledger.now)
    for name, unit, column in (("county", 1, "a1_id"), ("township", TOWNSHIP, "a2_id")):
        inside = bare.WHOLE.replace("a1_id", column)
        cards = [
            (f"{bare.ROW}{inside} AND d.level = ? ORDER BY d.due_at, d.reference LIMIT 8", (unit, level))
            for level in ("grid", "village", "township")
        ]
        sums = (
            f"{bare.BY_LEVEL}{inside} GROUP BY d.level",
            (now, unit),
        )
        yield bench.figure(
            f"escalation board of the {name}", bench.ask(escalations.board, unit_id=unit), bench.bare(sums, *cards),
            "four bare statements",
        )  # fmt: skip


def opened(ledger: Ledger, times: int) -> "closing[_Opened]":
    """The ledger opened for measuring; closes both connections."""
    return closing(_Opened(ledger, times))


class _Opened:
    def __init__(self, ledger: Ledger, times: int) -> None:
        self.bench = Bench(ledger, engine_for(ledger.url), bare.connect(ledger.path), times)

    def close(self) -> None:
        self.bench.connection.close()
        self.bench.engine.dispose()
