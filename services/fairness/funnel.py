"""The funnel: how far rates stray by chance alone, by number of cases."""

from collections.abc import Sequence
from dataclasses import dataclass

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
    (near, far) = LIMITS
    found = []
    for n in cases:
        ends = [_limit(rate, n, p) for p in ((1 - near) / 2, (1 + near) / 2, (1 - far) / 2, (1 + far) / 2)]
        found.append(Funnel(n, *ends))
    return found


def _limit(rate: float, n: int, p: float) -> float:
    from scipy.stats import binom  # a second to import

    if rate in (0.0, 1.0):
        return rate
    reached = int(binom.ppf(p, n, rate))
    below, upto = float(binom.cdf(reached - 1, n, rate)), float(binom.cdf(reached, n, rate))
    return min(1.0, max(0.0, (reached - (upto - p) / (upto - below)) / n))
