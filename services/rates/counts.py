"""What rates are taken of: the counts of one unit and period, pooled and never averaged. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """口径: all demands, or without those an assessment does not count. Both are always to be had."""

    FULL = "full"
    ASSESSED = "assessed"


@dataclass(frozen=True, slots=True)
class Counted:
    """Counts of one unit's subtree in one period, in numbers of demands.

    A cohort: `received` came in during the period; of those `settled` were settled before its end, `self_settled` by
    the grid itself on the spot; `reworked` were put back to work before its end; `awaited` were answered or wait for
    it, of those `first_hour` were answered within one hour of the report. By the limit: `due` are those whose limit
    passed in the period, `on_time` of those kept it, `closed` of those were closed before its end. By the day of the
    last call-back: `called` were called, `valid` of them reached, and of these what they said.
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

    def plus(self, other: "Counted") -> "Counted":
        """Both together: totals are pooled counts, never averaged rates."""
        return Counted(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))

    def less(self, other: "Counted") -> "Counted":
        """Without the other, which is a part of it."""
        return Counted(*(getattr(self, name) - getattr(other, name) for name in self.__dataclass_fields__))
