"""What would move a unit: the fewest further good cases that lift its tier, or its estimate above the next unit's."""

from collections.abc import Sequence
from math import floor

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from services.fairness.betabinomial import TAIL, Floats, Prior, posterior
from services.fairness.tiers import Tier

MOST = 10_000
"""More further cases than this are no advice."""


def to_tier(good: Floats, cases: Floats, prior: Prior, pooled: float, tiers: Sequence[Tier]) -> list[int | None]:
    """For each unit the fewest further cases, all of them good, after which it stands one tier higher.

    All else is held as it is: the other units, the distribution of rates and the pooled rate. From behind to the
    middle the upper end of the unit's interval must reach the pooled rate, from the middle to the front the lower end
    must pass it. Both rise with every good case, so the smallest number is found by halving. None for the front, for
    those not ranked, and where 10,000 are not enough. The unit's own rate goes along, as tiers ask.
    """
    behind = np.array([tier is Tier.BEHIND for tier in tiers])
    at = np.where(behind, 1 - TAIL, TAIL)

    def there(more: Floats) -> NDArray[np.bool_]:
        end = betaincinv(*posterior(good + more, cases + more, prior), at)
        own = (good + more) / (cases + more)
        enough: NDArray[np.bool_] = np.where(behind, (end >= pooled) | (own >= pooled), (end > pooled) & (own > pooled))
        return enough

    low, high = np.zeros(len(good)), np.full(len(good), float(MOST))
    reached = there(high)
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        enough = there(middle)
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    moving = [tier in (Tier.BEHIND, Tier.MIDDLE) for tier in tiers]
    return [int(more) if ok and can else None for more, ok, can in zip(high, reached, moving, strict=True)]


def past(alpha: float, beta: float, ahead: float) -> int | None:
    """The fewest further good cases x after which the unit's estimate is above `ahead`, that of the next unit.

    (alpha + x) / (alpha + beta + x) > ahead solved for x, with alpha and beta of the unit's posterior; all else as it
    is. None where 10,000 are not enough.
    """
    if ahead >= 1:
        return None
    more = max(0, floor((ahead * (alpha + beta) - alpha) / (1 - ahead)) + 1)
    return more if more <= MOST else None
