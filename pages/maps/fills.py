"""What a map's colours say: whose unit it is, how many are open or late, what share is settled; and its legend."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np

from pages.i18n import Words
from pages.i18n.marks import N_
from pages.maps.geometry import Shape
from services.figures import MapRow


class Mode(StrEnum):
    """What the map shows; the value stands in its address."""

    OWNER = "owner"
    OPEN = "open"
    LATE = "late"
    RATE = "rate"


MODES = {
    Mode.OWNER: N_("Who answers"), Mode.OPEN: N_("Open"), Mode.LATE: N_("Late"), Mode.RATE: N_("Settlement rate"),
}  # fmt: skip
"""The word for each mode."""

IDENTITY = ("#DE7D72", "#FBEAAF", "#74AB97", "#F2B375", "#7FA8D9", "#5B5F97")
"""Whose unit it is: the site's grid colours as they look on white at 87 %, and two spares."""
COLOUR_NAMES = (N_("red"), N_("yellow"), N_("green"), N_("orange"), N_("blue"), N_("violet"))
MUCH = ("#F4F7F5", "#CFE4E0", "#9BC8C2", "#5BA19B", "#0B6E69")
"""How much of something that is no status, from none to the most."""
LATE = ("#FBFAF7", "#F3C9BB", "#E29780", "#CC5F43", "#B8321A")
"""How many late, from none to four and more: the hue of lateness."""
NO_DATA, HATCH = "#F0EEE8", "#A5A297"
"""The ground and the lines of a unit without data: hatched, so that it is no step of any ramp."""
RATES = (0.6, 0.8, 0.9, 0.95)
"""Where the classes of a settlement rate begin, as fractions of 1."""
LIGHT = frozenset({3, 4})
"""The classes of a ramp on which ink is not read any more: their numbers are white."""


@dataclass(frozen=True, slots=True)
class Key:
    """One line of the legend: a colour, what it means, how many units have it."""

    colour: str
    words: str
    count: int
    hatched: bool = False


@dataclass(frozen=True, slots=True)
class Fill:
    """How a level is coloured: `classes` index `palette`, one for each shape; `numbers` stand on the shapes.

    `light` are the classes whose numbers are white; `chips` are the late counts, empty where none is drawn; `coloured`
    says that the fills alone tell neighbours apart; `hatched` is the class without data, where there is one.
    """

    palette: tuple[str, ...]
    classes: tuple[int, ...]
    numbers: tuple[str, ...]
    chips: tuple[str, ...]
    light: frozenset[int]
    keys: tuple[Key, ...]
    coloured: bool = False
    hatched: int | None = None


def fill(t: Words, mode: Mode, shapes: Sequence[Shape], figures: Mapping[int, MapRow], marks: Sequence[str]) -> Fill:
    """Colour the shapes of a level by their figures (by unit id). `marks` are the shapes' own short names."""
    rows = [figures.get(one.unit.id) for one in shapes]
    match mode:
        case Mode.OWNER:
            return _owner(t, shapes, marks)
        case Mode.OPEN:
            return _open(t, [row.open if row else 0 for row in rows])
        case Mode.LATE:
            return _late(t, [row.overdue if row else 0 for row in rows])
        case Mode.RATE:
            return _rate(t, [row.settlement_rate if row else None for row in rows])


def _owner(t: Words, shapes: Sequence[Shape], marks: Sequence[str]) -> Fill:
    classes = tuple(one.colour % len(IDENTITY) for one in shapes)
    keys = tuple(Key(IDENTITY[each], t(COLOUR_NAMES[each]), classes.count(each)) for each in sorted(set(classes)))
    return Fill(IDENTITY, classes, tuple(marks), _none(shapes), frozenset({5}), keys, coloured=True)


def _open(t: Words, counts: Sequence[int]) -> Fill:
    starts = [0, *steps(counts)]
    classes = tuple(int(np.searchsorted(starts, count, side="right")) - 1 for count in counts)
    palette = MUCH[: len(starts)]
    keys = _counted(palette, classes, [_span(t, starts, place) for place in range(len(starts))])
    numbers = tuple(t.number(count) if count else "" for count in counts)
    return Fill(palette, classes, numbers, _none(counts), LIGHT, keys)


def _late(t: Words, counts: Sequence[int]) -> Fill:
    classes = tuple(min(count, 4) for count in counts)
    words = ["0", "1", "2", "3", "4+"]
    chips = tuple(t.number(count) if count else "" for count in counts)
    return Fill(LATE, classes, _none(counts), chips, frozenset(), _counted(LATE, classes, words))


def _rate(t: Words, rates: Sequence[float | None]) -> Fill:
    palette = (*MUCH, NO_DATA)
    classes = tuple(5 if rate is None else int(np.searchsorted(RATES, rate, side="right")) for rate in rates)
    bounds = [t.percent(each, 0) for each in RATES]
    words = [f"< {bounds[0]}", *(f"{low}–{high}" for low, high in pairwise(bounds)), f"≥ {bounds[-1]}"]
    keys = _counted(palette, classes, words)
    if None in rates:
        keys = (*keys, Key(NO_DATA, t("nothing received"), classes.count(5), hatched=True))
    numbers = tuple("" if rate is None else t.percent(rate, 0) for rate in rates)
    return Fill(palette, classes, numbers, _none(rates), LIGHT, keys, hatched=5)


def steps(counts: Sequence[int]) -> list[int]:
    """Where up to four classes of positive counts begin, with about as many of the counts that occur in each."""
    some = sorted({count for count in counts if count > 0})
    if not some:
        return []
    return sorted({1, *(some[len(some) * quarter // 4] for quarter in (1, 2, 3))})


def _span(t: Words, starts: Sequence[int], place: int) -> str:
    first = starts[place]
    if place + 1 == len(starts):
        return t.number(first) if first == 0 else f"{t.number(first)}+"
    last = starts[place + 1] - 1
    return t.number(first) if last == first else f"{t.number(first)}–{t.number(last)}"


def _counted(palette: Sequence[str], classes: Sequence[int], words: Sequence[str]) -> tuple[Key, ...]:
    return tuple(
        Key(palette[place], said, classes.count(place)) for place, said in enumerate(words) if place in set(classes)
    )


def _none(shapes: Sequence[object]) -> tuple[str, ...]:
    return ("",) * len(shapes)
