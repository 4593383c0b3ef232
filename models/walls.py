"""Walls: big screens that show one unit's figures without anybody signing in, each by a link of its own."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field

from models.base import Base, id_field, key_to, moment_field

LONGEST_NAME = 60


class View(StrEnum):
    """What a wall shows in turn."""

    SITUATION = "situation"
    MAP = "map"
    RANKING = "ranking"
    WHISTLES = "whistles"
    FEED = "feed"


class Wall(Base, table=True):
    """One big screen: its link, the viewer account it reads as, the unit and the views it shows.

    Only the SHA-256 of the link's token is kept. `views` are View values with commas between, in the order shown.
    """

    __tablename__ = "walls"
    __table_args__ = (Index("ix_walls_unit_id", "unit_id"),)

    id: int | None = id_field()
    name: str = Field(max_length=LONGEST_NAME)
    token_hash: str = Field(unique=True, max_length=64)
    account_id: int = key_to("accounts.id")
    unit_id: int = key_to("units.id")
    views: str = Field(max_length=80)
    language: str = Field(max_length=8)
    created_at: datetime = moment_field()
    created_by_id: int | None = key_to("accounts.id", nullable=True)
    revoked_at: datetime | None = moment_field(nullable=True)
