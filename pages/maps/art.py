"""The picture beside the sign-in: fields seen from above, one of them in the brand's colour."""

from functools import lru_cache

import numpy as np
from shapely import MultiPoint, Point, box, voronoi_polygons
from shapely.geometry.base import BaseGeometry

WIDTH, HEIGHT, FIELDS = 960, 1080, 42
TONES = ("#E4EFED", "#DCEAE8", "#EEF4F2", "#D3E6E2", "#E9F1EF")


@lru_cache(maxsize=1)
def fields() -> str:
    """The picture as SVG, 960 by 1080; always the same."""
    random = np.random.default_rng(21)
    frame = box(-160, -160, WIDTH + 160, HEIGHT + 160)
    points = random.uniform((-160, -160), (WIDTH + 160, HEIGHT + 160), (FIELDS, 2))
    for _ in range(6):
        cells = list(voronoi_polygons(MultiPoint(points), extend_to=frame).geoms)
        points = np.array(
            [(cell.intersection(frame).centroid.x, cell.intersection(frame).centroid.y) for cell in cells]
        )
    chosen = min(cells, key=lambda cell: cell.centroid.distance(Point(WIDTH * 0.5, HEIGHT * 0.46)))
    shapes = "".join(_path(cell, "#0B6E69" if cell is chosen else TONES[int(random.integers(5))]) for cell in cells)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'preserveAspectRatio="xMidYMid slice">{shapes}</svg>'
    )


def _path(cell: BaseGeometry, fill: str) -> str:
    rounded = cell.buffer(-9).buffer(7, join_style="round")
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in rounded.exterior.coords)
    return f'<polygon points="{points}" fill="{fill}"/>'
