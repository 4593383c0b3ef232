"""How many units lie under which: a hierarchy with exact counts at every level, drawn by chance."""

from collections.abc import Sequence
from random import Random


def shares(total: int, weights: Sequence[float], least: int = 0) -> list[int]:
    """`total` split over the weights in whole numbers, each at least `least` (largest remainders; the sum is exact)."""
    rest = total - least * len(weights)
    if rest < 0:
        raise ValueError(f"{total} is too few for {len(weights)} shares of at least {least}")
    whole = sum(weights)
    exact = [rest * weight / whole for weight in weights]
    given = [int(value) for value in exact]
    by_remainder = sorted(range(len(weights)), key=lambda index: (given[index] - exact[index], index))
    for index in by_remainder[: rest - sum(given)]:
        given[index] += 1
    return [least + value for value in given]


def grow(counts: Sequence[int], random: Random) -> list[list[int]]:
    """For each level below the top, the index of each unit's parent in the level above; siblings stand together."""
    levels: list[list[int]] = []
    weights = [1.0]
    for count in counts:
        drawn = [weight * random.uniform(0.75, 1.25) for weight in weights]
        given = shares(count, drawn, least=1)
        levels.append([parent for parent, number in enumerate(given) for _ in range(number)])
        weights = [random.uniform(0.6, 1.5) for _ in range(count)]
    return levels
