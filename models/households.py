"""Households: each belongs to exactly one unit, the lowest there is."""

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from models.base import Base, id_field, key_to


class Household(Base, table=True):
    """A household: where it is, how many live in it. The head's name and phone are masked outside one's scope."""

    __tablename__ = "households"
    __table_args__ = (CheckConstraint("people_count >= 0", name="people_count"),)

    id: int | None = id_field()
    external_id: str | None = Field(default=None, unique=True, max_length=80)
    unit_id: int = key_to("units.id", index=True)
    head: str | None = None
    phone: str | None = None
    address: str | None = None
    people_count: int = 0
    longitude: float | None = None
    latitude: float | None = None
