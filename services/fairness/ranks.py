"""Ranks with their doubt: how far up or down each unit may really stand."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.fairness.betabinomial import CONFIDENCE, TAIL, Floats, Prior

SEED = 20_260_101
"""Of the random draws: the same counts give the same ranks, everywhere and always."""
DRAWS, FEWEST_DRAWS, WORK = 4_000, 500, 400_000
"""Draws for few units; for many fewer, so that drawn numbers stay about WORK in all."""


@dataclass(frozen=True, slots=True)
class Ranks:
    """The median rank of one unit and the ends of its 90% interval; 1 is the best."""

    median: int
    low: int
    high: int


def ranks(good: Floats, cases: Floats, prior: Prior) -> list[Ranks]:
    """The rank of each unit by draws from all posteriors at once: in each draw the units are put in order.

    Goldstein and Spiegelhalter 1996, "League tables and their limitations"; Laird and Louis 1989 for ranks from
    posterior draws. The ends are the ranks between which at least 90% of the draws lie; equal counts
    share theirs.
    """
    if not len(cases):
        return []
    drawn = _placed(good, cases, prior)
    low, middle, high = np.quantile(drawn, [TAIL, 0.5, 1 - TAIL], axis=0, method="inverted_cdf")
    low, high = _trimmed(drawn, low, high)
    low, middle, high = (_shared(each, good, cases) for each in (low, middle, high))
    return [Ranks(int(m), int(a), int(b)) for a, m, b in zip(low, middle, high, strict=True)]


def _trimmed(drawn: NDArray[np.int32], low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """The ends without the outer rank that fewer draws reach, where the others hold 90% without it.

    Ranks are whole numbers: of few units the two quantiles alone hold far more than they should.
    """
    inside = ((drawn >= low) & (drawn <= high)).sum(axis=0)
    at_low, at_high = (drawn == low).sum(axis=0), (drawn == high).sum(axis=0)
    spare = (inside - np.minimum(at_low, at_high) >= CONFIDENCE * len(drawn)) & (low < high)
    return low + (spare & (at_low <= at_high)), high - (spare & (at_low > at_high))


def _shared(found: Floats, good: Floats, cases: Floats) -> Floats:
    """The mean over the units with the same counts, which only the draws told apart, as a whole rank."""
    _, which, number = np.unique(np.stack([good, cases]), axis=1, return_inverse=True, return_counts=True)
    shared: Floats = np.rint(np.bincount(which, weights=found) / number)[which]
    return shared


def _placed(good: Floats, cases: Floats, prior: Prior) -> NDArray[np.int32]:
    """In each draw (row) the place of each unit (column), 1 for the highest rate."""
    times = int(np.clip(WORK // len(good), FEWEST_DRAWS, DRAWS))
    random = np.random.default_rng(SEED)
    fits = random.choice(len(prior.weights), size=times, p=prior.weights)
    rates = random.beta(np.add.outer(prior.alphas[fits], good), np.add.outer(prior.betas[fits], cases - good))
    order = np.argsort(-rates, axis=1)
    places = np.empty(rates.shape, dtype=np.int32)
    np.put_along_axis(places, order, np.arange(1, len(good) + 1, dtype=np.int32)[None, :], axis=1)
    return places
