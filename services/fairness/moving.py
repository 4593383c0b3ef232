"""What would move a unit: the fewest further good cases that lift its tier once all are ranked again."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, betaln

from services.fairness.betabinomial import TAIL, Floats, Prior, mixed
from services.fairness.tiers import Tier

MOST = 10_000
"""More further cases than this are no advice."""


def to_tier(
    good: Floats, cases: Floats, prior: Prior, whole: tuple[float, float], tiers: Sequence[Tier]
) -> list[int | None]:
    """For each unit the fewest further cases, all of them good, after which it stands one tier higher.

    The other units are held as they are. The cases come into the pooled rate of the `whole` (good, all), and into the
    distribution of rates: its fits are weighed again by how well they explain the unit with them. From behind to the
    middle the upper end of the unit's interval must reach the pooled rate, from the middle to the front the lower end
    must pass it. Both rise with every good case, so the smallest number is found by halving. None for the front, for
    those not ranked, and where 10,000 are not enough. The unit's own rate goes along, as tiers ask.
    """
    a, b = np.add.outer(good, prior.alphas), np.add.outer(cases - good, prior.betas)
    known = np.log(prior.weights) - betaln(a, b)
    behind = np.array([tier is Tier.BEHIND for tier in tiers])
    at = np.where(behind, 1 - TAIL, TAIL)

    def there(more: Floats) -> NDArray[np.bool_]:
        end = betaincinv(*_mixed(a + more[:, None], b, known), at)
        own, pooled = (good + more) / (cases + more), (whole[0] + more) / (whole[1] + more)
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


def _mixed(a: Floats, b: Floats, known: Floats) -> tuple[Floats, Floats]:
    """Alpha and beta of each unit's rate, each fit weighed by how well it explains the unit's cases."""
    likely = known + betaln(a, b)
    weights = np.exp(likely - likely.max(axis=1, keepdims=True))
    return mixed(a, b, weights / weights.sum(axis=1, keepdims=True))
