"""The rows of a ranking: what a unit's counts say, raw and as far as they carry, and the order of all. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from models.profiles import Weights
from services.fairness import FEWEST, Standing, Tier, compare
from services.rankings.causes import Why
from services.rankings.measures import Sort, cases, rate
from services.rates import Counted
from services.shares import share

WEIGHTS = Weights()
UNRANKED = Standing(Tier.NONE)


@dataclass(frozen=True, slots=True)
class RankRow:
    """One unit, or department, in a ranking. Rates are fractions of 1 or None.

    `counted` are its counts as in services.rates; `rate` is the raw rate of what is ranked by and `cases` of how many
    cases it is; `standing` says how far these carry: estimate, intervals, tier, what would move it. `change` is the raw
    rate less that of the period before. `trend` is the raw rate of each of twelve calendar months, None where a month
    has no data. `rank` is the place by estimate, None without data or with too few cases; equal units share a rank and
    the next is counted on (1, 1, 3). `open` and `overdue` are the stock at the end of the period, or now. `why` says
    what is late. `unit_id` is None for a department and for a total.
    """

    unit_id: int | None
    code: str
    name: str
    name_en: str
    population: int | None
    counted: Counted
    rate: float | None = None
    cases: int = 0
    change: float | None = None
    open: int = 0
    overdue: int = 0
    trend: tuple[float | None, ...] = ()
    why: Why | None = None
    rank: int | None = None
    standing: Standing = UNRANKED

    @property
    def received(self) -> int:
        """Came in during the period."""
        return self.counted.received

    @property
    def settled(self) -> int:
        """Of those, settled before its end."""
        return self.counted.settled

    @property
    def self_settled(self) -> int:
        """Of those, by the grid itself on the spot."""
        return self.counted.self_settled

    @property
    def due(self) -> int:
        """Whose limit passed in the period."""
        return self.counted.due

    @property
    def on_time(self) -> int:
        """Of those, settled within it."""
        return self.counted.on_time

    @property
    def settlement_rate(self) -> float | None:
        """Settled / received."""
        return share(self.settled, self.received)

    @property
    def on_time_rate(self) -> float | None:
        """On time / due."""
        return share(self.on_time, self.due)

    @property
    def tier(self) -> Tier:
        """Its tier."""
        return self.standing.tier


Basis = Mapping[str, tuple[float, float]]
"""By code what an estimate rests on: good cases and all cases with an outcome."""


def ranked(
    rows: Iterable[RankRow], sort: Sort, *, weights: Weights = WEIGHTS, fewest: int = FEWEST, basis: Basis | None = None
) -> list[RankRow]:
    """The rows in order: those ranked by estimate, those with few cases by theirs, those without data last; by code.

    `basis` says what each estimate rests on, where that is not the counts alone.
    """
    told = list(rows)
    found = compare(tuple((basis or {}).get(row.code) or _basis(row, sort, weights) for row in told), fewest)
    placed = [
        replace(
            row, rate=rate(sort, row.counted, weights), cases=cases(sort, row.counted), rank=standing.place,
            standing=standing,
        )
        for row, standing in zip(told, found.standings, strict=True)
    ]  # fmt: skip
    return sorted(placed, key=_order)


def _basis(row: RankRow, sort: Sort, weights: Weights) -> tuple[float, float]:
    whole = cases(sort, row.counted)
    return (rate(sort, row.counted, weights) or 0.0) * whole, float(whole)


def _order(row: RankRow) -> tuple[bool, bool, float, str]:
    standing = row.standing
    return standing.estimate is None, standing.place is None, -(standing.estimate or 0.0), row.code


def pooled(rows: Sequence[RankRow], sort: Sort = Sort.ON_TIME, *, weights: Weights = WEIGHTS) -> RankRow:
    """The total of several rows: counts added up and rates taken of the sums; never the mean of the rates."""
    counted = reduce(Counted.plus, (row.counted for row in rows), Counted())
    people = [row.population for row in rows if row.population is not None]
    return RankRow(
        unit_id=None, code="", name="", name_en="", population=sum(people) if people else None, counted=counted,
        rate=rate(sort, counted, weights), cases=cases(sort, counted), open=sum(row.open for row in rows),
        overdue=sum(row.overdue for row in rows),
    )  # fmt: skip
