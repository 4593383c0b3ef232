"""What rates are taken of: the counts of one unit and period, pooled and never averaged. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import reduce


class Scope(StrEnum):
    """口径: all demands, or without those an assessment does not count. Both are always to be had."""

    FULL = "full"
    ASSESSED = "assessed"


class Month(StrEnum):
    """What a period holds: what was received in it, or what was settled in it. Every table names it."""

    COHORT = "cohort"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Counted:
    """Counts of one unit's subtree in one period, in numbers of demands.

    In a cohort month `received` came in during the period; of those `settled` were settled before its end,
    `self_settled` by the grid itself on the spot; `reworked` were put back to work before its end; `awaited` were
    answered or wait for it, of those `first_hour` were answered within one hour of the report. `due` are those whose
    limit passed in the period, whenever they came in; `on_time` of those kept it, `closed` of those were closed before
    its end. In an event month `settled` were settled in the period, whenever they came in, `self_settled` and
    `reworked` are of those, `due` are those of them that had a limit and `on_time` those that kept it; `closed` were
    closed in it; the rest is 0.

    In both by the day of the last call-back: `called` were called, `valid` of them reached, and of these what they
    said: `contacted` by whoever handled it; `solved`, `partly`, `unsolved`; `satisfied` to `no_opinion`.
    """

    received: int = 0
    settled: int = 0
    self_settled: int = 0
    reworked: int = 0
    awaited: int = 0
    first_hour: int = 0
    due: int = 0
    on_time: int = 0
    closed: int = 0
    called: int = 0
    valid: int = 0
    contacted: int = 0
    solved: int = 0
    partly: int = 0
    unsolved: int = 0
    satisfied: int = 0
    basically: int = 0
    dissatisfied: int = 0
    no_opinion: int = 0
    month: Month = Month.COHORT

    def plus(self, other: "Counted") -> "Counted":
        """Both together: totals are pooled counts, never averaged rates."""
        return self._with(other, 1)

    def less(self, other: "Counted") -> "Counted":
        """Without the other, which is a part of it."""
        return self._with(other, -1)

    def _with(self, other: "Counted", sign: int) -> "Counted":
        if self.month is not other.month:
            raise ValueError("counts of a cohort month and of an event month have no sum")
        names = [name for name in self.__dataclass_fields__ if name != "month"]
        return replace(self, **{name: getattr(self, name) + sign * getattr(other, name) for name in names})


def pooled(counts: Iterable[Counted], month: Month = Month.COHORT) -> Counted:
    """The total of several units that have no demand in common."""
    return reduce(Counted.plus, counts, Counted(month=month))
