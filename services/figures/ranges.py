"""Days as counters are read: a period is its whole months, and the days before and after them. Pure."""

from dataclasses import dataclass
from datetime import datetime

from services.counters.days import local, month, number
from services.periods import Period

NONE = (1, 0)
"""A range that holds no day."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days by number, both ends included: `head` before the first whole month, whole `months`, `tail` after them."""

    head: tuple[int, int]
    months: tuple[int, int] = NONE
    tail: tuple[int, int] = NONE

    def bound(self) -> dict[str, int]:
        """The ends by the names the statements use."""
        names = ("head_from", "head_to", "months_from", "months_to", "tail_from", "tail_to")
        return dict(zip(names, (*self.head, *self.months, *self.tail), strict=True))


def span(first: int, last: int) -> Span:
    """The days from one to the other; none where the last is before the first."""
    begins = first if month(first) == first else month(month(first) + 31)
    ends = month(last + 1)
    if begins >= ends:
        return Span((first, last) if first <= last else NONE)
    return Span((first, begins - 1), (begins, ends - 1), (ends, last))


def days(first: int, last: int) -> Span:
    """The same by days alone, for a series."""
    return Span((first, last))


def numbers(period: Period) -> tuple[int, int]:
    """The first and the last day of a period."""
    return number(period.from_day), number(period.to_day)


def today(period: Period, now: datetime) -> int:
    """The local day of now."""
    return local(now, period.zone)
