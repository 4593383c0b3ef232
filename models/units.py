"""Units: the hierarchy from the site's top down to grids and below. Levels are data; see models/profiles.py."""

from datetime import date

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from models.base import Base, BigId, id_field, key_to

MAX_DEPTH = 8
"""The deepest hierarchy a site may have: province, city, county, township, village, natural village, grid, unit."""

LEVELS = ("province", "city", "county", "township", "village", "natural_village", "grid", "unit")
"""The level keys used by units, from above to below. A profile uses some of them, with its own words."""


class Unit(Base, table=True):
    """One unit of the hierarchy. `valid_to` is the first day it no longer exists; None while it does.

    `outline` is GeoJSON (MultiPolygon or Polygon, degrees, WGS 84), `colour` an index into the grid colours,
    `depth` 1 for the root, `sort` the order among its siblings. `short_name` is the name as said on site (霍坡村),
    `name_en` the same in Latin letters (Huopo Village).
    """

    __tablename__ = "units"
    __table_args__ = (
        CheckConstraint(f"depth BETWEEN 1 AND {MAX_DEPTH}", name="depth"),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="valid"),
        Index("ix_units_parent_id_sort", "parent_id", "sort"),
        Index("ix_units_level", "level"),
        Index(
            "ix_units_valid_to",
            "valid_to",
            "level",
            sqlite_where=text("valid_to IS NOT NULL"),
            postgresql_where=text("valid_to IS NOT NULL"),
        ),
    )

    id: int | None = id_field()
    code: str = Field(unique=True, max_length=40)
    name: str
    short_name: str
    name_en: str
    level: str = Field(max_length=32)
    depth: int
    parent_id: int | None = key_to("units.id", nullable=True)
    sort: int = 0
    population: int | None = None
    area_m2: float | None = None
    colour: int | None = None
    longitude: float | None = None
    latitude: float | None = None
    outline: str | None = None
    valid_from: date
    valid_to: date | None = None


class UnitAncestor(Base, table=True):
    """Closure of the present hierarchy: every unit with each of its ancestors, itself among them at distance 0."""

    __tablename__ = "unit_ancestors"
    __table_args__ = (Index("ix_unit_ancestors_ancestor_id_unit_id", "ancestor_id", "unit_id"),)

    unit_id: int = Field(primary_key=True, foreign_key="units.id", sa_type=BigId)
    ancestor_id: int = Field(primary_key=True, foreign_key="units.id", sa_type=BigId)
    distance: int
