"""The funnel: how far rates stray by chance alone, by number of cases."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LIMITS = (0.95, 0.998)
"""The two usual funnels: one of twenty and one of five hundred lies outside by chance."""


@dataclass(frozen=True, slots=True)
class Funnel:
    """For one number of cases: the ends of the 95% and of the 99.8% limits, as rates."""

    cases: int
    low: float
    high: float
    low_far: float
    high_far: float


def funnel(rate: float, cases: Sequence[int]) -> list[Funnel]:
    """The limits around a pooled rate for each number of cases, at least 1.

    Exact binomial limits, interpolated between whole numbers of good cases so that they are smooth: with r the
    quantile of Binomial(n, rate) at p and F its distribution, r - (F(r) - p) / (F(r) - F(r-1)), over n
    (Spiegelhalter 2005, "Funnel plots for comparing institutional performance", appendix A.1.1).
    """
    from scipy.stats import binom  # a second to import

    if rate in (0.0, 1.0):
        return [Funnel(n, rate, rate, rate, rate) for n in cases]
    n, p = np.array(cases, dtype=float)[:, None], np.array([end for each in LIMITS for end in _ends(each)])
    reached = binom.ppf(p, n, rate)
    below, upto = binom.cdf(reached - 1, n, rate), binom.cdf(reached, n, rate)
    limits = np.clip((reached - (upto - p) / (upto - below)) / n, 0, 1)
    return [Funnel(number, *ends) for number, ends in zip(cases, limits.tolist(), strict=True)]


def _ends(inside: float) -> tuple[float, float]:
    return (1 - inside) / 2, (1 + inside) / 2
