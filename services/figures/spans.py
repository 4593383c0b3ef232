"""Medians from counted hours: how long it took to settle, without fetching every demand. Pure.

The hours are as services.counters.facts.rounded keeps them: whole hours for the first ten days, whole days up to a
hundred, so that a median is exact for ten days and off by less than a tenth beyond.
"""

from collections.abc import Iterable

WEEK = 7
"""Days of a week."""


def median(counted: Iterable[tuple[int, int]]) -> float | None:
    """The median of values given as (value, how many); between two middle values their mean. None when empty."""
    ordered = sorted(counted)
    total = sum(number for _, number in ordered)
    if not total:
        return None
    return (_nth(ordered, (total - 1) // 2) + _nth(ordered, total // 2)) / 2


def _nth(ordered: list[tuple[int, int]], index: int) -> int:
    for value, number in ordered:
        if index < number:
            return value
        index -= number
    raise IndexError(index)
