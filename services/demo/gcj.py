"""From GCJ-02, the shifted degrees of Chinese web maps, to WGS 84.

GCJ-02 is published only as an algorithm. The forward formula is the one of the open-source project "eviltransform"
(github.com/googollee/eviltransform, MIT), on the Krasovsky 1940 ellipsoid; the inverse is its fixed point, found by
iteration. Good to about a metre; the offset itself is 300 to 600 m.
"""

import numpy as np
from numpy.typing import NDArray

Degrees = NDArray[np.float64]

_AXIS, _FLATNESS = 6378245.0, 0.00669342162296594323
_PI = np.pi


def to_wgs84(points: Degrees) -> Degrees:
    """WGS 84 of points given in GCJ-02; both (n, 2) longitude and latitude in degrees."""
    found = points.copy()
    for _ in range(6):
        found = points - _offset(found)
    return found


def _offset(points: Degrees) -> Degrees:
    """How far GCJ-02 lies from WGS 84 at the points, in degrees."""
    x, y = points[:, 0] - 105.0, points[:, 1] - 35.0
    common = (20 * np.sin(6 * x * _PI) + 20 * np.sin(2 * x * _PI)) * 2 / 3
    root = np.sqrt(np.abs(x))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common + _waves(y, 160, 320, 12, 30)
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common + _waves(x, 150, 300, 12, 30)
    radians = np.radians(points[:, 1])
    magic = 1 - _FLATNESS * np.sin(radians) ** 2
    meridian = _AXIS * (1 - _FLATNESS) / (magic * np.sqrt(magic))
    parallel = _AXIS / np.sqrt(magic) * np.cos(radians)
    return np.column_stack([np.degrees(east / parallel), np.degrees(north / meridian)])


def _waves(along: Degrees, slow: float, slowest: float, slow_at: float, slowest_at: float) -> Degrees:
    short = (20 * np.sin(along * _PI) + 40 * np.sin(along / 3 * _PI)) * 2 / 3
    long = (slow * np.sin(along / slow_at * _PI) + slowest * np.sin(along / slowest_at * _PI)) * 2 / 3
    return np.asarray(short + long)
