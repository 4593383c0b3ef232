"""Labels that cannot collide: each in a box of its own, sized in metres, so that zooming never makes two meet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import east_asian_width

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from pages.maps.geometry import Shape

Box = tuple[float, float, float, float]
STEPS, SPOTS = 9, 24
"""Candidate places: the roomiest of a grid of STEPS by STEPS over the shape."""
CHIP = 15.0
NAMES = (17.0, 15.0, 13.0)
NUMBERS = (13.5, 12.0, 11.0, 10.0)
"""Text heights in pixels at the map's first zoom, the best first."""


@dataclass(frozen=True, slots=True)
class Label:
    """A text at a place in metres; `size` is its height in metres, `key` the id of the unit it belongs to."""

    key: int
    text: str
    x: float
    y: float
    size: float


class Sheet:
    """What is on the map already: a label is put down only where its box touches none before it."""

    def __init__(self, metres: float, reach: float = np.inf) -> None:
        """`metres` is what a pixel spans at the map's first zoom, `reach` how far the frame goes to each side."""
        self.metres = metres
        self.reach = reach
        self._taken = np.empty((0, 4))

    def taken(self, boxes: np.ndarray) -> np.ndarray:
        """For each box whether it touches one that is there."""
        if not len(self._taken):
            return np.zeros(len(boxes), dtype=bool)
        mine, others = boxes[:, None, :], self._taken[None, :, :]
        apart = (
            (mine[..., 2] <= others[..., 0]) | (mine[..., 0] >= others[..., 2])
            | (mine[..., 3] <= others[..., 1]) | (mine[..., 1] >= others[..., 3])
        )  # fmt: skip
        return np.asarray((~apart).any(axis=1))

    def keep(self, box: np.ndarray) -> None:
        """Take a box's place."""
        self._taken = np.vstack([self._taken, box])

    def put(self, key: int, text: str, area: BaseGeometry, sizes: Sequence[float], *, inside: bool) -> Label | None:
        """Put a text where it is free, as large as it can be; `inside` keeps its whole box within the area."""
        places = spots(area)
        for pixels in sizes:
            boxes = self._boxes(text, places, pixels)
            free = ~self.taken(boxes) & (boxes[:, 0] >= -self.reach) & (boxes[:, 2] <= self.reach)
            if inside and free.any():
                free[free] = shapely.contains(area, shapely.box(*boxes[free].T))
            if free.any():
                best = int(np.argmax(free))
                self.keep(boxes[best])
                return Label(key, text, float(places[best][0]), float(places[best][1]), pixels * self.metres)
        return None

    def pin(self, key: int, text: str, area: BaseGeometry) -> Label:
        """Put a chip, which is never left out: where it is free, else at the roomiest place."""
        places = spots(area)
        half = (np.array([max(width(text), 1), 1]) * 0.5 * CHIP + 3) * self.metres
        boxes = np.column_stack([places - half, places + half])
        best = int(np.argmin(self.taken(boxes)))
        self.keep(boxes[best])
        return Label(key, text, float(places[best][0]), float(places[best][1]), CHIP * self.metres)

    def _boxes(self, text: str, places: np.ndarray, pixels: float) -> np.ndarray:
        half = np.array([width(text) * pixels / 2 + 1, pixels * 0.58]) * self.metres
        return np.column_stack([places - half, places + half])


def width(text: str) -> float:
    """A text's width in heights: a Chinese character one, a digit or letter six tenths."""
    return sum(1.05 if east_asian_width(sign) in "WF" else 0.6 for sign in text)


@lru_cache(maxsize=8192)
def _spots(area: bytes) -> np.ndarray:
    shape = shapely.from_wkb(area)
    shapely.prepare(shape)
    west, south, east, north = shape.bounds
    steps = (np.arange(STEPS) + 0.5) / STEPS
    x, y = np.meshgrid(west + steps * (east - west), south + steps * (north - south))
    points = np.asarray(shapely.points(x.ravel(), y.ravel()))
    points = points[shapely.contains(shape, points)]
    if not len(points):
        points = np.array([shape.representative_point()])
    roomy = np.argsort(-shapely.distance(shape.boundary, points), kind="stable")[:SPOTS]
    return np.asarray(shapely.get_coordinates(points[roomy]))


def spots(area: BaseGeometry) -> np.ndarray:
    """Places for a label inside a shape, the one farthest from its border first."""
    return _spots(shapely.to_wkb(area))


def numbers(sheet: Sheet, wanted: Iterable[tuple[Shape, str]]) -> list[Label]:
    """The numbers that fit into their own shapes, the largest shapes first."""
    ordered = sorted(wanted, key=lambda pair: -pair[0].area.area)
    found = (sheet.put(shape.unit.id, text, shape.area, NUMBERS, inside=True) for shape, text in ordered if text)
    return [label for label in found if label is not None]


def names(sheet: Sheet, wanted: Iterable[tuple[int, BaseGeometry, str]]) -> list[Label]:
    """The names that find a free place over their shapes, the largest shapes first."""
    ordered = sorted(wanted, key=lambda one: -one[1].area)
    found = (sheet.put(key, text, area, NAMES, inside=False) for key, area, text in ordered)
    return [label for label in found if label is not None]


def chips(sheet: Sheet, wanted: Iterable[tuple[Shape, str]]) -> list[Label]:
    """A chip for each late shape: never left out."""
    return [sheet.pin(shape.unit.id, text, shape.area) for shape, text in wanted]
