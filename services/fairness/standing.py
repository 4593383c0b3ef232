"""Where each unit stands among the others: estimate, interval, ranks, tier and what would move it, from its counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from services.fairness.betabinomial import Floats, Prior, fit, shrunk
from services.fairness.moving import to_tier
from services.fairness.ranks import Ranks, ranks
from services.fairness.tiers import Tier, tier_of

FEWEST = 5
"""With fewer cases a unit is shown and not ranked: nearly all of its estimate would be the others'."""

Counted = tuple[float, float]
"""Good cases and all cases of one unit."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One unit among the others; rates are fractions of 1.

    Without data only the tier is told, below the minimum the estimate too. `place` is the place by estimate; equal
    ones share it and the next is counted on (1, 1, 3). `to_tier` is the fewest further good cases that lift the tier;
    None where no number of them is enough.
    """

    tier: Tier
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    ranks: Ranks | None = None
    place: int | None = None
    to_tier: int | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """Units side by side: how their true rates lie, the pooled rate (None without a case), and each one's standing."""

    prior: Prior
    pooled: float | None
    standings: tuple[Standing, ...]


@lru_cache(maxsize=64)
def compare(counted: tuple[Counted, ...], fewest: int = FEWEST) -> Compared:
    """How units stand by their counts, one standing for each in the same order. The same counts are worked out once.

    All with data shape the distribution of rates and the pooled rate; only those with `fewest` cases are ranked.
    """
    good = np.array([pair[0] for pair in counted], dtype=np.float64)
    cases = np.array([pair[1] for pair in counted], dtype=np.float64)
    prior, whole = fit(good, cases), float(cases.sum())
    if not whole:
        return Compared(prior, None, (Standing(Tier.NONE),) * len(counted))
    pooled = float(good.sum()) / whole
    found = [Standing(Tier.NONE)] * len(counted)
    for at, row in zip(np.flatnonzero(cases).tolist(), _estimated(good, cases, prior), strict=True):
        found[at] = row
    enough = np.flatnonzero(cases >= max(fewest, 1))
    both = (float(good.sum()), whole)
    for at, row in zip(enough.tolist(), _ranked(good[enough], cases[enough], prior, both), strict=True):
        found[at] = row
    return Compared(prior, pooled, tuple(found))


def _estimated(good: Floats, cases: Floats, prior: Prior) -> list[Standing]:
    """Those with data, each with its estimate and not ranked."""
    has = cases > 0
    ends = shrunk(good[has], cases[has], prior)
    return [Standing(Tier.FEW, *row) for row in zip(*(each.tolist() for each in ends), strict=True)]


def _ranked(good: Floats, cases: Floats, prior: Prior, whole: Counted) -> list[Standing]:
    """Those with enough cases, each with its ranks, its tier and what would move it."""
    estimates, lows, highs = (each.tolist() for each in shrunk(good, cases, prior))
    pooled = whole[0] / whole[1]
    tiers = [tier_of(*row, pooled) for row in zip((good / cases).tolist(), lows, highs, strict=True)]
    places = _places(estimates)
    columns = (
        tiers, estimates, lows, highs, ranks(good, cases, prior), [places[estimate] for estimate in estimates],
        to_tier(good, cases, prior, whole, tiers),
    )  # fmt: skip
    return [Standing(*row) for row in zip(*columns, strict=True)]


def _places(estimates: Sequence[float]) -> dict[float, int]:
    """The place of each estimate, the highest first; equal ones share the first of theirs."""
    found: dict[float, int] = {}
    for place, estimate in enumerate(sorted(estimates, reverse=True), start=1):
        found.setdefault(estimate, place)
    return found
