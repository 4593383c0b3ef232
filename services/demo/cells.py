"""Drawing the units of a ground: nested cells that cover it exactly, with no gap and no overlap.

Each unit is cut into Voronoi cells of its children, whose centres stand dense in hamlets and sparse in the fields
(centroidal cells, so that none is a sliver). All borders are then noded once on a metre grid, bent by one smooth
injective warp and rounded to 6 decimals of a degree, and only then made polygons: neighbours share every vertex.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely.geometry import MultiPolygon, Polygon

from services.demo.ground import Ground

Points = NDArray[np.float64]
Edge = tuple[tuple[float, float], tuple[float, float]]

STEP = 0.2
SAMPLES = 90
ROUNDS = 4
HAMLET_SHARE = 0.82


@dataclass
class Drawing:
    """The finished cells of one level after another (degrees, WGS 84), and which of a level touch along a border."""

    levels: list[list[Polygon]] = field(default_factory=list)
    touching: list[set[tuple[int, int]]] = field(default_factory=list)


def draw(ground: Ground, parents: Sequence[Sequence[int]], seed: int) -> Drawing:
    """Cells for every level of `parents` (from services.demo.tree.grow), the lowest exactly covering the ground."""
    random = np.random.default_rng([seed, 2])
    straight = _nested(ground.outline, parents, random)
    faces, step = _faces(ground, straight)
    members = _gathered(_bent(ground, faces, step, seed), _owners(faces, straight, parents[-1]))
    drawing = Drawing()
    for depth in range(len(parents) - 1, -1, -1):
        drawing.levels.insert(0, [joined(cell) for cell in members])
        drawing.touching.insert(0, touching(drawing.levels[0]))
        members = _gathered(drawing.levels[0], parents[depth])
    return drawing


def touching(cells: Sequence[Polygon]) -> set[tuple[int, int]]:
    """The pairs of cells that share a piece of border; a common corner alone does not count."""
    owners: dict[Edge, list[int]] = defaultdict(list)
    for index, cell in enumerate(cells):
        for edge in _edges(cell):
            owners[edge].append(index)
    return {(min(pair), max(pair)) for pair in owners.values() if len(pair) == 2}


def _nested(outline: Polygon, parents: Sequence[Sequence[int]], random: np.random.Generator) -> list[Polygon]:
    """The straight-edged cells of the lowest level, cut level by level."""
    above = [outline]
    hamlets = np.empty((0, 2))
    for depth, level in enumerate(parents):
        lowest_two = depth >= len(parents) - 2
        below: list[Polygon] = []
        for index, cell in enumerate(above):
            count = sum(1 for parent in level if parent == index)
            even = depth == 0 or len(hamlets) == 0
            below += _cut(cell, count, _even(cell, count, random) if even else _dense(cell, count, hamlets, random))
        above = below
        if lowest_two and len(hamlets) == 0:
            hamlets = _hamlets(above, len(parents) - depth, random)
    return above


def _hamlets(cells: Sequence[Polygon], levels_left: int, random: np.random.Generator) -> Points:
    """Where people live: about one hamlet a cell where grids follow at once, else two or three in each."""
    several = 1 if levels_left == 2 and len(cells) > 30 else 3
    centres = [_even(cell, several, random) for cell in cells]
    return np.vstack(centres)


def _even(cell: Polygon, count: int, random: np.random.Generator) -> Points:
    """`count` centres spread evenly over the cell."""
    return _settled(_inside(cell, SAMPLES * count, random), count, random)


def _dense(cell: Polygon, count: int, hamlets: Points, random: np.random.Generator) -> Points:
    """`count` centres, most of them in the cell's hamlets and the others in its fields."""
    own = hamlets[shapely.contains_xy(cell, hamlets)]
    wanted = SAMPLES * count
    fields = _inside(cell, wanted if len(own) == 0 else int(wanted * (1 - HAMLET_SHARE)), random)
    if len(own) == 0:
        return _settled(fields, count, random)
    spread = 0.13 * np.sqrt(cell.area / len(own))
    drawn = own[random.integers(len(own), size=3 * wanted)] + _oval(spread, 3 * wanted, random)
    homes = drawn[shapely.contains_xy(cell, drawn)][: wanted - len(fields)]
    return _settled(np.vstack([fields, homes]), count, random)


def _oval(spread: float, count: int, random: np.random.Generator) -> Points:
    """Offsets from a hamlet's centre: longer in one direction, as houses line a road."""
    turn = random.uniform(0, np.pi)
    drawn = random.normal(size=(count, 2)) * [spread * 1.35, spread * 0.8]
    return np.asarray(drawn @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]))


def _inside(cell: Polygon, count: int, random: np.random.Generator) -> Points:
    west, south, east, north = cell.bounds
    found = np.empty((0, 2))
    while len(found) < count:
        drawn = random.uniform((west, south), (east, north), size=(2 * count + 20, 2))
        found = np.vstack([found, drawn[shapely.contains_xy(cell, drawn)]])
    return found[:count]


def _settled(samples: Points, count: int, random: np.random.Generator) -> Points:
    """The centres of `count` clusters of the samples after a few rounds of Lloyd's algorithm."""
    centres = samples[random.choice(len(samples), size=count, replace=False)]
    for _ in range(ROUNDS):
        _, nearest = cKDTree(centres).query(samples)
        sums = np.column_stack([np.bincount(nearest, samples[:, axis], minlength=count) for axis in (0, 1)])
        sizes = np.bincount(nearest, minlength=count)[:, None]
        centres = np.where(sizes > 0, sums / np.maximum(sizes, 1), centres)
    return centres


def _cut(cell: Polygon, count: int, centres: Points) -> list[Polygon]:
    """The cell's parts nearest to each centre."""
    if count == 1:
        return [cell]
    raw = shapely.voronoi_polygons(shapely.multipoints(centres), extend_to=cell.buffer(100), ordered=True)
    clipped = [shapely.intersection(part, cell) for part in shapely.get_parts(raw)]
    return [max(shapely.get_parts(part), key=lambda piece: piece.area) for part in clipped]


def _faces(ground: Ground, cells: Sequence[Polygon]) -> tuple[list[Polygon], float]:
    """The faces between all borders once noded, and the length of step their borders are divided into."""
    rings = [cell.exterior for cell in cells] + [ground.outline.exterior]
    noded = shapely.get_parts(shapely.line_merge(shapely.union_all(rings, grid_size=1.0)))
    step = STEP * float(np.sqrt(ground.outline.area / len(cells)))
    return list(shapely.get_parts(shapely.polygonize(shapely.segmentize(noded, step)))), step


def _bent(ground: Ground, faces: Sequence[Polygon], step: float, seed: int) -> list[Polygon]:
    """The faces in degrees. Every corner is moved once, however many faces share it, so that they stay joined."""
    shapes = np.array(faces)
    corners, where = np.unique(shapely.get_coordinates(shapes), axis=0, return_inverse=True)
    moved = ground.degrees(_bend(corners, ground.outline.exterior, step, seed))
    return list(shapely.set_coordinates(shapes, moved[where.reshape(-1)]))


def _bend(points: Points, shore: shapely.LinearRing, step: float, seed: int) -> Points:
    """Move points by a few smooth waves: lively borders that never cross, still at the ground's own outline.

    The sum of all slopes stays under one, so the warp is injective.
    """
    random = np.random.default_rng([seed, 3])
    moved = np.zeros_like(points)
    for length, slope in ((40 * step, 0.2), (14 * step, 0.18), (6 * step, 0.24), (3.4 * step, 0.24)):
        for axis in (0, 1):
            for turn in random.uniform(0, np.pi) + np.array([0, np.pi / 2]):
                along = points @ np.array([np.cos(turn), np.sin(turn)])
                size = slope * length / (2 * np.pi) / 2
                moved[:, axis] += size * np.sin(2 * np.pi * along / length + random.uniform(0, 2 * np.pi))
    off = shapely.distance(shapely.points(points), shore)
    return points + moved * np.minimum(1.0, off / (6 * step))[:, None]


def _owners(faces: Sequence[Polygon], cells: Sequence[Polygon], parents: Sequence[int]) -> list[int]:
    """The cell each face belongs to. A splinter cut off from its cell goes to a neighbour, if possible a sibling."""
    inside = shapely.point_on_surface(np.array(faces))
    owners = [int(index) for index in shapely.STRtree(np.array(cells)).nearest(inside)]
    largest: dict[int, int] = {}
    for face, owner in enumerate(owners):
        if owner not in largest or faces[face].area > faces[largest[owner]].area:
            largest[owner] = face
    beside = _neighbours(faces)
    for face in set(range(len(faces))) - set(largest.values()):
        family = parents[owners[face]]
        own = {other for other in beside[face] if other in largest.values()}
        owners[face] = min(
            (owners[other] for other in own), key=lambda cell: (cell != owners[face], parents[cell] != family, cell)
        )
    return owners


def _neighbours(faces: Sequence[Polygon]) -> dict[int, set[int]]:
    beside: dict[int, set[int]] = defaultdict(set)
    for one, other in touching(faces):
        beside[one].add(other)
        beside[other].add(one)
    return beside


def _gathered(cells: Sequence[Polygon], parents: Sequence[int]) -> list[list[Polygon]]:
    below: dict[int, list[Polygon]] = defaultdict(list)
    for parent, cell in zip(parents, cells, strict=True):
        below[parent].append(cell)
    return [below[parent] for parent in sorted(below)]


def joined(parts: Sequence[Polygon]) -> Polygon:
    """Adjoining cells as one. Raises ValueError where they do not hang together."""
    whole = parts[0] if len(parts) == 1 else shapely.coverage_union_all(list(parts))
    if not isinstance(whole, Polygon):
        raise ValueError("cells of one unit do not hang together")
    return whole


def _edges(cell: Polygon | MultiPolygon) -> list[Edge]:
    edges: list[Edge] = []
    for part in shapely.get_parts(cell):
        for ring in (part.exterior, *part.interiors):
            corners = [(float(x), float(y)) for x, y in ring.coords]
            edges += [(min(a, b), max(a, b)) for a, b in pairwise(corners)]
    return edges
