"""The ground of a wall's map: outlines as paths that the document holds once, and a place for each name and number.

What changes refers to the paths by their ids, so that a refresh sends colours and numbers, and no outline.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from models.profiles import Profile
from pages.i18n import words
from pages.maps import geometry
from pages.maps.geometry import Drawing, Ring
from pages.maps.labels import Sheet, spots, width
from pages.public.walls.parts import short
from services.walls import GroundRow

WIDE, HIGH = 84.0, 54.0
"""The map's room in rem, as the situation shows it; elsewhere it is larger."""
INSIDE, ACROSS = (3.0, 2.8, 2.6, 2.4, 2.2, 2.0), (2.0, 1.8, 1.6)
"""Text heights in rem, the best first: of names inside their outlines, and of those that hang over the border."""
LINES = 2.5
"""Heights that a name with its number below takes."""
SIGN = 1.08
"""A text's width for each of its signs' widths, its margin with it."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a unit's name and number stand and how high the text is, in metres; `named` where the name has room."""

    x: float
    y: float
    size: float
    named: bool


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
        spots=_spots(drawn, told, rem), rem=rem,
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


def _spots(drawn: Drawing, told: Mapping[int, str], rem: float) -> dict[int, Spot]:
    """A place for each name with its number below: inside its outline as large as can be, else over its border.

    Over the border is free ground, and what no other name has taken; where there is none, the number stands alone.
    """
    sheet, frame = Sheet(rem), shapely.box(-drawn.width / 2, -drawn.height / 2, drawn.width / 2, drawn.height / 2)
    found: dict[int, Spot] = {}
    for sizes, inside in ((INSIDE, True), (ACROSS, False)):
        for unit, area in sorted(drawn.groups, key=lambda group: -group[1].area):
            if unit.id not in found:
                spot = _put(sheet, told[unit.id], area, area if inside else frame, [size * rem for size in sizes])
                found |= {unit.id: spot} if spot else {}
    return {unit.id: found.get(unit.id) or _alone(area, rem) for unit, area in drawn.groups}


def _put(sheet: Sheet, name: str, area: BaseGeometry, room: BaseGeometry, sizes: Sequence[float]) -> Spot | None:
    """Put a name where it lies within the room and is free, the roomiest place of its area first."""
    places = spots(area)
    for size in sizes:
        half = np.array([max(width(name), 2) * SIGN / 2, LINES / 2]) * size
        boxes = np.column_stack([places - half, places + half])
        free = ~sheet.taken(boxes) & shapely.contains(room, shapely.box(*boxes.T))
        if free.any():
            best = int(np.argmax(free))
            sheet.keep(boxes[best])
            return Spot(float(places[best][0]), -float(places[best][1]), size, True)
    return None


def _alone(area: BaseGeometry, rem: float) -> Spot:
    """The roomiest place of an area, for its number alone."""
    x, y = spots(area)[0]
    return Spot(float(x), -float(y), INSIDE[-1] * rem, False)
