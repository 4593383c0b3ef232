"""Limits: how long a step may take, with its unit. Pure; the running of the clock is in services/deadlines.py."""

import re
from dataclasses import dataclass
from enum import StrEnum


class LimitUnit(StrEnum):
    """How a limit runs (domain.md section 3)."""

    HOURS = "hours"
    WORK_HOURS = "work hours"
    DAYS = "days"
    WORK_DAYS = "work days"


@dataclass(frozen=True, slots=True)
class Limit:
    """`amount` of `unit`, such as 7 work days."""

    amount: int
    unit: LimitUnit

    @classmethod
    def parse(cls, written: str) -> "Limit":
        """Read "24 hours", "1 day", "7 work days". Raises ValueError for anything else."""
        match = re.fullmatch(r"\s*(\d{1,4})\s+(work\s+)?(hour|day)s?\s*", written)
        if match is None or int(match[1]) == 0:
            raise ValueError(
                f"not a limit: {written!r} (say for example '24 hours', '6 work hours', '7 days', '7 work days')"
            )
        return cls(int(match[1]), LimitUnit(f"{'work ' if match[2] else ''}{match[3]}s"))

    def __str__(self) -> str:
        return f"{self.amount} {self.unit.value}"
