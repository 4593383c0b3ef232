"""Tiers instead of false precision: what the counts can carry."""

from enum import StrEnum


class Tier(StrEnum):
    """What can be said of a unit against all together; never more than its counts carry."""

    FRONT = "front"
    MIDDLE = "middle"
    BEHIND = "behind"
    FEW = "few"
    """Fewer cases than the minimum: not ranked."""
    NONE = "none"
    """No data, which is not 0: not ranked."""


def tier_of(rate: float, low: float, high: float, pooled: float) -> Tier:
    """Front where the whole interval lies above the pooled rate, behind where it lies below; else the middle.

    The unit's own raw `rate` must lie on the same side: where all do equally well, or nobody ever fails, the interval
    alone, drawn towards the distribution of rates, may miss the pooled rate by a hair.
    """
    if low > pooled and rate > pooled:
        return Tier.FRONT
    return Tier.BEHIND if high < pooled and rate < pooled else Tier.MIDDLE
