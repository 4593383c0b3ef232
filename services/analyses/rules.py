"""The rules suggestions come from: one table. A rule looks at one figure and asks for something beyond its threshold.

A rule is not asked while its figure rests on fewer cases than `fewest`: few cases say little. The words of each rule
and of what it asks for are in pages/papers/rules.py. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Rule:
    """Asks where the figure is `below` the threshold, or else above it; of a figure of `fewest` cases at least.

    `threshold` is a fraction of 1, or a number where `is_share` is false.
    """

    code: str
    threshold: float
    fewest: int
    below: bool = False
    is_share: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule held against its figure: `part` of `whole`, both counts, or `value` alone.

    `value` is None without data. `facts` say of whom or what the figure is, as (Chinese, English).
    """

    rule: Rule
    value: float | None
    part: int | None
    whole: int | None
    facts: Mapping[str, tuple[str, str]]

    @property
    def is_asked(self) -> bool:
        """Whether there are enough cases to ask it of."""
        return self.value is not None and (self.whole is None or self.whole >= self.rule.fewest)

    @property
    def fires(self) -> bool:
        """Whether it asks for something."""
        if self.value is None or not self.is_asked:
            return False
        return self.value < self.rule.threshold if self.rule.below else self.value > self.rule.threshold


RULES = (
    Rule("in_time_low", 0.90, 10, below=True),
    Rule("settlement_fell", 0.05, 20),
    Rule("late_subject", 0.30, 5),
    Rule("late_level", 0.50, 5),
    Rule("subject_grew", 0.50, 10),
    Rule("kept_below_low", 0.40, 20, below=True),
    Rule("rework_high", 0.05, 20),
    Rule("satisfaction_low", 0.80, 10, below=True),
    Rule("unreached_high", 0.30, 10),
    Rule("late_long", 30, 0, is_share=False),
    Rule("posts_vacant", 0, 0, is_share=False),
)
"""Each says: more (or less) than this of at least so many cases."""

BY_CODE = {rule.code: rule for rule in RULES}


def share_of(code: str, part: float, whole: int, **facts: tuple[str, str]) -> Finding:
    """The finding of a rule about a share; no data where the whole is 0."""
    return Finding(BY_CODE[code], part / whole if whole else None, round(part), whole, facts)


def number_of(code: str, value: float | None, **facts: Any) -> Finding:
    """The finding of a rule about a number."""
    return Finding(BY_CODE[code], value, None, None, facts)
