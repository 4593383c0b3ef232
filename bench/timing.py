"""Timing: ours and its floor in turns, so that both meet the same weather; medians, and their ratio."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

Work = Callable[[], object]
AIM = 4.0
"""Seconds spent on one figure at most, unless it takes longer to run it three times."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: milliseconds of ours and of the floor (medians), and the target as a ratio of the two.

    `most` is the largest ratio that reaches the target, `least` the smallest; None for a figure without a target.
    """

    name: str
    size: int
    ours: float
    floor: float
    floor_is: str
    most: float | None = None
    least: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float:
        """Ours over the floor; for a figure with `least` the floor over ours: how many times faster."""
        return self.ours / self.floor if self.least is None else self.floor / self.ours

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; None where there is none."""
        if self.most is not None:
            return self.ratio <= self.most
        return None if self.least is None else self.ratio >= self.least

    @property
    def target(self) -> str:
        """The target in words."""
        if self.most is not None:
            return f"<= {self.most:g}"
        return "" if self.least is None else f">= {self.least:g} times faster"


CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}
clock = CLOCKS["wall"]
"""What is read: the time that passes, or what this process used of the CPU where others use the machine too."""


def choose(name: str) -> None:
    """Read another clock from now on."""
    global clock  # noqa: PLW0603
    clock = CLOCKS[name]


def milliseconds(work: Work) -> float:
    """How long one call takes."""
    began = clock()
    work()
    return (clock() - began) * 1000


def medians(works: Sequence[Work], times: int) -> list[float]:
    """The median milliseconds of each, run in turns up to `times` times after one round to warm up."""
    for work in works:
        work()
    taken: list[list[float]] = [[] for _ in works]
    ends = time.perf_counter() + AIM
    for number in range(times):
        if number >= 3 and time.perf_counter() > ends:
            break
        for one, work in zip(taken, works, strict=True):
            one.append(milliseconds(work))
    return [median(one) for one in taken]
