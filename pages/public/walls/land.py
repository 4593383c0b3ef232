"""The ground of a wall's map: outlines as paths that the document holds once, and a place for each name and number.

What changes refers to the paths by their ids, so that a refresh sends colours and numbers, and no outline.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from models.profiles import Profile
from pages.i18n import words
from pages.maps import geometry
from pages.maps.geometry import Drawing, Ring
from pages.maps.labels import spots, width
from pages.public.walls.parts import short
from services.walls import GroundRow

WIDE, HIGH = 84.0, 54.0
"""The map's room in rem, as the situation shows it; elsewhere it is larger."""
SIZES = (3.0, 2.8, 2.6, 2.4, 2.2, 2.0, 1.8, 1.6, 1.45)
"""Text heights in rem, the best first."""
LINES = 2.5
"""Heights that a name with its number below takes."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a unit's name and number stand and how high the text is, in metres; `fits` inside its outline."""

    x: float
    y: float
    size: float
    fits: bool


@dataclass(frozen=True, slots=True, eq=False)
class Land:
    """The map of a unit: the SVG view box, the paths by unit id, the seams of the smallest units, a spot for each.

    `rem` is what one rem spans in the map's metres.
    """

    box: str
    paths: Mapping[int, str]
    seams: str
    spots: Mapping[int, Spot]
    rem: float


def land(ground: GroundRow | None, profile: Profile, language: str) -> Land | None:
    """Lay out the outlines, with room for the names in this language; None without any outline."""
    drawn = geometry.draw(ground.outlines, ground.group_of, ground.groups) if ground else None
    if ground is None or drawn is None or not drawn.groups:
        return None
    t = words(language, profile.timezone)
    told = {row.id: short(t, profile, row.level, row.name, row.name_en) for row in ground.groups}
    rem = max(drawn.width / WIDE, drawn.height / HIGH, 1.0)
    return Land(
        box=f"{-drawn.width / 2:.0f} {-drawn.height / 2:.0f} {drawn.width:.0f} {drawn.height:.0f}",
        paths={unit.id: _path(area) for unit, area in drawn.groups},
        seams=_seams(drawn, len(ground.outlines) > len(ground.groups)),
        spots={unit.id: _spot(told[unit.id], area, rem) for unit, area in drawn.groups}, rem=rem,
    )  # fmt: skip


def _seams(drawn: Drawing, finer: bool) -> str:
    """The borders of the smallest units, where they are smaller than what is shown."""
    return "".join(_line(ring) for one in drawn.shapes for part in one.parts for ring in part) if finer else ""


def _path(area: BaseGeometry) -> str:
    """An area as an SVG path, north up."""
    rings = [ring for part in shapely.get_parts(area) for ring in (part.exterior, *part.interiors)]
    return "".join(_line(tuple((round(x), round(y)) for x, y in ring.coords)) for ring in rings)


def _line(ring: Ring) -> str:
    """A closed line by its steps, which are shorter than its points."""
    start, steps = ring[0], pairwise(ring[:-1])
    return f"M{start[0]} {-start[1]}l" + " ".join(f"{x - a} {b - y}" for (a, b), (x, y) in steps) + "z"


def _spot(name: str, area: BaseGeometry, rem: float) -> Spot:
    """The roomiest place at which a name and a number below it fit, as large as they can be; else the number alone."""
    for signs, lines, fits in ((max(width(name), 2), LINES, True), (2, 1.0, False)):
        found = _largest(area, signs, lines, rem)
        if found is not None:
            return Spot(*found, fits)
    x, y = spots(area)[0]
    return Spot(float(x), -float(y), SIZES[-1] * rem, False)


def _largest(area: BaseGeometry, signs: float, lines: float, rem: float) -> tuple[float, float, float] | None:
    """Where a text so wide and high (in text heights) fits inside an area, and its height; None where nowhere."""
    places = spots(area)
    for size in SIZES:
        half = np.array([signs * 0.54, lines / 2]) * size * rem
        boxes = np.column_stack([places - half, places + half])
        fitting = shapely.contains(area, shapely.box(*boxes.T))
        if fitting.any():
            x, y = places[int(np.argmax(fitting))]
            return float(x), -float(y), size * rem
    return None
