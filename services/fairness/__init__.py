"""Fair comparison of rates: estimates that know how few cases they rest on, ranks with their doubt, tiers. Pure.

Counts go in, frozen rows come out; no session, no clock, no words. docs/decisions/fairness.md says why these methods.
"""

from services.fairness.betabinomial import CONFIDENCE, Prior, fit, shrunk
from services.fairness.funnel import Funnel, funnel
from services.fairness.moving import to_tier
from services.fairness.ranks import SEED, Ranks, ranks
from services.fairness.standing import FEWEST, Compared, Standing, compare
from services.fairness.survival import TENTHS, Curve, basis, in_time, pooled
from services.fairness.tiers import Tier, tier_of

__all__ = [
    "CONFIDENCE", "FEWEST", "SEED", "TENTHS", "Compared", "Curve", "Funnel", "Prior", "Ranks", "Standing", "Tier",
    "basis", "compare", "fit", "funnel", "in_time", "pooled", "ranks", "shrunk", "tier_of", "to_tier",
]  # fmt: skip
