"""Importing outlines: GeoJSON features matched to units by code or name, made valid, in WGS 84."""

import json
from typing import Any

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from shapely.geometry import MultiPolygon, Polygon, mapping, shape
from shapely.geometry.base import BaseGeometry
from sqlmodel import select

from models.units import Unit
from services import sites
from services.imports import bulk, values
from services.imports.context import Context, Seen, Tally
from services.imports.places import Place, Places
from services.imports.report import PreviewRow, Rejected
from services.imports.tables import NUMBER, Table

DIGITS = 7
"""Decimals kept of a degree: about a centimetre."""
STORED = ("outline", "area_m2", "longitude", "latitude")
_A, _EE = 6378245.0, 0.00669342162296594323
"""The ellipsoid by which GCJ-02 is offset (Krasovsky 1940)."""


class BadOutline(ValueError):
    """A geometry that cannot be taken; its argument is the reason's code."""


class OutlineImporter:
    """One run over one file of outlines."""

    def __init__(self, context: Context) -> None:
        self.tally = Tally()
        self._context = context
        self._places = Places(context.session, context.actor)
        self._seen = Seen()
        self._changed = 0

    def survey(self, table: Table) -> None:
        """Nothing to find out beforehand."""

    def take(self, frame: pl.DataFrame, *, writing: bool) -> None:
        """Match, check and store the outlines of a chunk."""
        good = self._checked(frame, self.tally)
        ids = pl.Series([place.id for _, place, _, _ in good], dtype=pl.Int64)
        repeated = self._seen.repeated(ids.hash())
        self.tally.repeated += int(repeated.sum())
        once = [row for row, again in zip(good, repeated, strict=True) if not again]
        self.tally.converted += sum(converted for *_, converted in once)
        before = self._before([place.id for _, place, _, _ in once])
        fresh = [row for row in once if before[row[1].id][0] is None]
        changed = [row for row in once if before[row[1].id][0] is not None and before[row[1].id] != stored(row[2])]
        self.tally.inserted += len(fresh)
        self.tally.updated += len(changed)
        self.tally.unchanged += len(once) - len(fresh) - len(changed)
        if writing:
            table: Any = Unit.__table__  # type: ignore[attr-defined]
            bulk.update(
                self._context.session, table, STORED, [(*stored(row[2]), row[1].id) for row in (*fresh, *changed)]
            )
            self._changed += len(fresh) + len(changed)

    def finish(self, *, writing: bool) -> None:
        """Say that units changed, so that maps are drawn anew."""
        if writing and self._changed:
            self._context.session.expire_all()
            sites.units_changed(self._context.session)
            self._context.session.flush()

    def shown(self, frame: pl.DataFrame) -> list[PreviewRow]:
        """A few rows as they would be stored: the unit found, the area, and whether it was converted."""
        tally = Tally()
        good = {number: (place, geometry) for number, place, geometry, _ in self._checked(frame, tally)}
        problems: dict[int, list[Rejected]] = {}
        for problem in tally.rejected:
            problems.setdefault(problem.number, []).append(problem)
        rows = []
        for given in frame.iter_rows(named=True):
            cells = {name: (value or "")[:80] for name, value in given.items() if name != NUMBER}
            if given[NUMBER] in good:
                place, geometry = good[given[NUMBER]]
                cells |= {"code": place.code, "geometry": f"{geometry.geom_type}, {area_m2(geometry) / 1e6:.2f} km²"}
            rows.append(PreviewRow(given[NUMBER], cells, tuple(problems.get(given[NUMBER], ()))))
        return rows

    def _before(self, ids: list[int]) -> dict[int, tuple[Any, ...]]:
        columns = [getattr(Unit, name) for name in ("id", *STORED)]
        found: dict[int, tuple[Any, ...]] = {}
        for some in bulk.parts(ids, 500):
            rows = self._context.session.execute(select(*columns).where(Unit.id.in_(some)))  # type: ignore[union-attr]
            found |= {row[0]: tuple(row[1:]) for row in rows}
        return found

    def _checked(self, frame: pl.DataFrame, tally: Tally) -> list[tuple[int, Place, BaseGeometry, bool]]:
        frame = frame.with_columns(values.line(pl.col(name)) for name in ("code", "name", "crs_note"))
        words = [word for name in ("code", "name") for word in frame.get_column(name).drop_nulls().to_list()]
        places = self._places.of(words)
        good = []
        for row in frame.iter_rows(named=True):
            place = places.get(row["code"]) or places.get(row["name"])
            if place is None:
                tally.reject(row[NUMBER], "code", "unit_unknown", row["code"] or row["name"])
            elif not place.seen:
                tally.reject(row[NUMBER], "code", "outside_scope", row["code"] or row["name"])
            else:
                shifted = "gcj" in (row["crs_note"] or "").casefold()
                try:
                    good.append((row[NUMBER], place, outline(row["geometry"], shifted=shifted), shifted))
                except BadOutline as error:
                    tally.reject(row[NUMBER], "geometry", str(error), row["name"])
        return good


def outline(written: str | None, *, shifted: bool) -> BaseGeometry:
    """A GeoJSON geometry as a valid (multi)polygon in WGS 84; `shifted`: it came in GCJ-02.

    Raises BadOutline geometry_missing, geometry_wrong, not_a_polygon or not_degrees.
    """
    if not written:
        raise BadOutline("geometry_missing")
    try:
        geometry = shapely.force_2d(shape(json.loads(written)))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, shapely.errors.ShapelyError) as error:
        raise BadOutline("geometry_wrong") from error
    if geometry.is_empty or not np.isfinite(geometry.bounds).all():
        raise BadOutline("geometry_wrong")
    west, south, east, north = geometry.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise BadOutline("not_degrees")
    whole = _polygons(geometry if geometry.is_valid else shapely.make_valid(geometry))
    if whole is None:
        raise BadOutline("not_a_polygon")
    return shapely.transform(whole, to_wgs84) if shifted else whole


def _polygons(geometry: BaseGeometry) -> BaseGeometry | None:
    """Only the polygons of a geometry: lines and points that a repair leaves behind fall away."""
    found = [
        part for part in shapely.get_parts(shapely.get_parts(geometry)) if isinstance(part, Polygon) and part.area > 0
    ]
    if not found:
        return None
    return found[0] if len(found) == 1 else MultiPolygon(found)


def stored(geometry: BaseGeometry) -> tuple[str, float, float, float]:
    """What is stored of an outline: GeoJSON, square metres, longitude and latitude of its centre (inside it)."""
    rounded = shapely.transform(geometry, lambda points: np.round(points, DIGITS))
    centre = geometry.centroid if geometry.covers(geometry.centroid) else geometry.representative_point()
    written = json.dumps(mapping(rounded), separators=(",", ":"))
    return written, round(area_m2(geometry), 1), round(centre.x, DIGITS), round(centre.y, DIGITS)


def area_m2(geometry: BaseGeometry) -> float:
    """Area in square metres, in a Lambert azimuthal equal-area projection centred on the geometry."""
    centre = geometry.centroid
    local = CRS.from_proj4(f"+proj=laea +lat_0={centre.y} +lon_0={centre.x} +datum=WGS84 +units=m")
    change = Transformer.from_crs("EPSG:4326", local, always_xy=True)
    flat = shapely.transform(geometry, lambda points: np.column_stack(change.transform(points[:, 0], points[:, 1])))
    return float(flat.area)


def to_wgs84(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """GCJ-02 degrees to WGS 84, by undoing the offset in three steps; what is left is below a millimetre's worth."""
    guess = points - _offset(points)
    for _ in range(3):
        guess = points - _offset(guess)
    return guess


def to_gcj02(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """WGS 84 degrees to GCJ-02."""
    return points + _offset(points)


def _offset(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The published GCJ-02 offset at WGS 84 points, in degrees (rows of longitude, latitude)."""
    x, y = points[:, 0] - 105.0, points[:, 1] - 35.0
    common = (20 * np.sin(6 * x * np.pi) + 20 * np.sin(2 * x * np.pi)) * 2 / 3
    root = np.sqrt(np.abs(x))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    north += (20 * np.sin(y * np.pi) + 40 * np.sin(y / 3 * np.pi)) * 2 / 3
    north += (160 * np.sin(y / 12 * np.pi) + 320 * np.sin(y * np.pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    east += (20 * np.sin(x * np.pi) + 40 * np.sin(x / 3 * np.pi)) * 2 / 3
    east += (150 * np.sin(x / 12 * np.pi) + 300 * np.sin(x / 30 * np.pi)) * 2 / 3
    angle = np.radians(points[:, 1])
    magic = 1 - _EE * np.sin(angle) ** 2
    north = north * 180 / ((_A * (1 - _EE)) / (magic * np.sqrt(magic)) * np.pi)
    east = east * 180 / (_A / np.sqrt(magic) * np.cos(angle) * np.pi)
    return np.column_stack([east, north])
