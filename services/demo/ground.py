"""Where the demonstration township lies: its outline in metres, inside the real outline of its county."""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from pyproj import Transformer
from shapely.geometry import MultiPolygon, Point, Polygon, shape

from models.profiles import Demo
from services.demo import gcj
from services.errors import BadInput
from services.settings import settings

CORNERS = 150
MARGIN = 3.0
ROUND = 120.0
SIMPLE = 4.0


@dataclass(frozen=True, slots=True)
class Ground:
    """The outline in metres of a local equal-area projection, and the way back to degrees (WGS 84)."""

    outline: Polygon
    to_metres: Transformer
    to_degrees: Transformer

    def metres(self, points: gcj.Degrees) -> gcj.Degrees:
        """Degrees brought to metres of the equal-area projection."""
        return _with(self.to_metres)(points)

    def degrees(self, points: gcj.Degrees) -> gcj.Degrees:
        """Longitude and latitude, rounded to the 6 decimals that outlines keep (about 0.1 m)."""
        lon, lat = self.to_degrees.transform(points[:, 0], points[:, 1])
        return np.round(np.column_stack([lon, lat]), 6)


def county(name: str) -> MultiPolygon:
    """A county's real outline from sites/outlines, brought from GCJ-02 to WGS 84. Raises BadInput without the file."""
    path = settings().sites_dir / "outlines" / name
    if not path.is_file():
        raise BadInput("outline_missing", file=name)
    parts = [shape(feature["geometry"]) for feature in json.loads(path.read_text(encoding="utf-8"))["features"]]
    moved = shapely.transform(shapely.union_all(parts), gcj.to_wgs84)
    return MultiPolygon([part for part in shapely.get_parts(moved) if isinstance(part, Polygon)])


def equal_area(longitude: float, latitude: float) -> tuple[Transformer, Transformer]:
    """A local equal-area projection (Lambert azimuthal, metres) round a place: to metres, and back to degrees."""
    local = f"+proj=laea +lat_0={latitude} +lon_0={longitude} +datum=WGS84 +units=m"
    there = Transformer.from_crs("EPSG:4326", local, always_xy=True)
    return there, Transformer.from_crs(local, "EPSG:4326", always_xy=True)


def of(demo: Demo, seed: int) -> Ground:
    """The township's ground: exactly `demo.area_km2`, wholly inside the county. Raises BadInput where it is not."""
    to_metres, to_degrees = equal_area(*demo.centre)
    around = shapely.transform(county(demo.outline), _with(to_metres))
    area = demo.area_km2 * 1e6
    found = mainland(area, seed)
    if demo.island_km:
        found = island(around, Point(0, 0).buffer(demo.island_km * 1000, quad_segs=32), area)
    if not around.buffer(-MARGIN / 2).contains(found):
        raise BadInput("township_outside_county", outline=demo.outline)
    return Ground(found, to_metres, to_degrees)


def mainland(area: float, seed: int) -> Polygon:
    """A made-up outline of `area` square metres round the origin: wider than high, gently ragged like field borders."""
    random = np.random.default_rng([seed, 1])
    angles = np.linspace(0, 2 * math.pi, CORNERS, endpoint=False)
    radius = np.ones(CORNERS)
    for waves, most in ((2, 0.05), (3, 0.07), (5, 0.05), (7, 0.035), (11, 0.025), (17, 0.018), (23, 0.012), (31, 0.01)):
        radius += most * np.sin(waves * angles + random.uniform(0, 2 * math.pi))
    x = 1.28 * radius * np.sign(np.cos(angles)) * np.abs(np.cos(angles)) ** 0.82
    y = radius * np.sign(np.sin(angles)) * np.abs(np.sin(angles)) ** 0.82
    return _scaled(Polygon(np.column_stack([x, y])), area)


def island(around: MultiPolygon, window: Polygon, area: float) -> Polygon:
    """The real island inside `window`, its shore drawn in and rounded until it has `area` square metres.

    The map data joins the island to the land by its bridge and sea lane; the window cuts it off there.
    """
    near, far = MARGIN, 2000.0
    for _ in range(60):
        middle = (near + far) / 2
        near, far = (middle, far) if _shore(around, window, middle).area > area else (near, middle)
    return _shore(around, window, near)


def _shore(around: MultiPolygon, window: Polygon, drawn: float) -> Polygon:
    smooth = around.intersection(window).buffer(-drawn - ROUND).buffer(ROUND)
    parts = smooth.geoms if isinstance(smooth, MultiPolygon) else [smooth]
    largest = max(parts, key=lambda part: part.area)
    return Polygon(shapely.simplify(largest.exterior, SIMPLE))


def _with(projection: Transformer) -> Callable[[gcj.Degrees], gcj.Degrees]:
    return lambda points: np.column_stack(projection.transform(points[:, 0], points[:, 1]))


def _scaled(outline: Polygon, area: float) -> Polygon:
    return Polygon(shapely.get_coordinates(outline) * math.sqrt(area / outline.area))
