"""Outlines become shapes for a screen: whole metres round a centre, simplified together so that borders stay one."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon, shape
from shapely.geometry.base import BaseGeometry

from services.units import OutlineRow, UnitRow

METRES = 40.03e6 / 360
"""Metres in a degree of the sphere that deck.gl measures by."""
VERTICES = 6000
"""About as many corners as a map sends; more and it is simplified further."""
FINEST = 1000
"""A map is never drawn finer than its longer side divided by this."""
COLOURS = 4

Ring = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """One unit as drawn, in metres round the drawing's centre. `parts` are its polygons, outer ring first."""

    unit: UnitRow
    group: int
    colour: int
    area: BaseGeometry
    parts: tuple[tuple[Ring, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """A level of a unit's subtree, ready to be coloured. `groups` are the units whose borders are drawn strongly.

    `width` and `height` are metres, the centre degrees (WGS 84). Compared by identity: one is made once and kept.
    """

    longitude: float
    latitude: float
    width: float
    height: float
    shapes: tuple[Shape, ...]
    groups: tuple[tuple[UnitRow, BaseGeometry], ...]
    borders: tuple[Ring, ...]

    def vertices(self) -> int:
        """How many corners all shapes have together."""
        return sum(len(ring) for one in self.shapes for part in one.parts for ring in part)


def hatch(area: BaseGeometry, step: float) -> list[Ring]:
    """Diagonal lines across an area, `step` metres apart: in line with those of its neighbours."""
    left, low, right, high = area.bounds
    numbers = range(math.ceil((low - right) / step), math.floor((high - left) / step) + 1)
    lines = shapely.MultiLineString([[(left, left + n * step), (right, right + n * step)] for n in numbers])
    parts = shapely.get_parts(shapely.intersection(area, lines))
    return [
        tuple((round(x), round(y)) for x, y in part.coords)
        for part in parts if part.geom_type == "LineString" and part.length > step / 4
    ]  # fmt: skip


def draw(rows: Sequence[OutlineRow], group_of: Mapping[int, int], groups: Sequence[UnitRow]) -> Drawing | None:
    """Lay out the units of one level; `group_of` names each one's group among `groups`. None without any outline."""
    outlines = [shape(row.geometry) for row in rows]
    if not outlines:
        return None
    west, south, east, north = (float(value) for value in shapely.total_bounds(np.array(outlines)))
    longitude, latitude = (west + east) / 2, (south + north) / 2
    scale = np.array([METRES * math.cos(math.radians(latitude)), METRES])
    plain = [shapely.transform(each, lambda points: (points - [longitude, latitude]) * scale) for each in outlines]
    areas = _simplified(plain)
    units = [row.unit for row in rows]
    colours = _colours(units, areas)
    shapes = tuple(
        Shape(unit, group_of.get(unit.id, unit.id), colour, area, _parts(area))
        for unit, area, colour in zip(units, areas, colours, strict=True)
    )
    merged = _merged(shapes, groups)
    return Drawing(
        longitude, latitude, float((east - west) * scale[0]), float((north - south) * scale[1]), shapes, merged,
        _borders([area for _, area in merged]),
    )  # fmt: skip


def _simplified(areas: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """Fewer corners, whole metres: together, so that neighbours keep one border; each alone where they overlap."""
    together = np.array(areas)
    west, south, east, north = shapely.total_bounds(together)
    tolerance = max(1.0, max(east - west, north - south) / FINEST)
    seamless = bool(shapely.coverage_is_valid(together))
    for _ in range(8):
        found = shapely.coverage_simplify(together, tolerance) if seamless else shapely.simplify(together, tolerance)
        if shapely.get_num_coordinates(found).sum() <= VERTICES:
            break
        tolerance *= 1.5
    return list(shapely.transform(found, np.round))


def _parts(area: BaseGeometry) -> tuple[tuple[Ring, ...], ...]:
    """The polygons of a shape, the largest first; slivers that rounding closed are left out."""
    found = area.geoms if isinstance(area, MultiPolygon) else [area]
    polygons = sorted((each for each in found if isinstance(each, Polygon) and each.area), key=lambda each: -each.area)
    return tuple((_ring(each.exterior), *(_ring(hole) for hole in each.interiors)) for each in polygons)


def _ring(line: BaseGeometry) -> Ring:
    return tuple((int(x), int(y)) for x, y in line.coords)


def _merged(shapes: Sequence[Shape], groups: Sequence[UnitRow]) -> tuple[tuple[UnitRow, BaseGeometry], ...]:
    """Each group as the union of its simplified shapes: its border then runs exactly along theirs."""
    inside: dict[int, list[BaseGeometry]] = {}
    for one in shapes:
        inside.setdefault(one.group, []).append(shapely.make_valid(one.area))
    return tuple((unit, shapely.union_all(inside[unit.id])) for unit in groups if unit.id in inside)


def _borders(areas: Sequence[BaseGeometry]) -> tuple[Ring, ...]:
    """The borders of the groups as lines, each drawn once though two share it."""
    lines = shapely.line_merge(shapely.union_all([area.boundary for area in areas]))
    return tuple(_ring(line) for line in shapely.get_parts(lines) if line.length > 0)


def _colours(units: Sequence[UnitRow], areas: Sequence[BaseGeometry]) -> list[int]:
    """The colours the site gave; where one is missing, a colouring in which neighbours differ as far as it goes."""
    given = [unit.colour for unit in units]
    if None not in given:
        return [colour for colour in given if colour is not None]
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(len(areas)))
    first, second = shapely.STRtree(areas).query(areas, predicate="intersects")
    graph.add_edges_from((int(a), int(b)) for a, b in zip(first, second, strict=True) if a < b)
    found = nx.greedy_color(graph, strategy="DSATUR")
    return [found[place] % COLOURS for place in range(len(areas))]
