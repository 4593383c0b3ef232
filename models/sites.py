"""The site: one database (or one schema) is one county's or township's site, built from a profile."""

from datetime import datetime

from sqlmodel import Field

from models.base import Base, id_field, moment_field


class Site(Base, table=True):
    """The one row that says which profile this database follows. `units_version` grows with every change of a unit."""

    __tablename__ = "sites"

    id: int | None = id_field()
    profile: str
    code: str
    created_at: datetime = moment_field()
    units_version: int = 1


class Sequence(Base, table=True):
    """A named counter for references, raised inside the transaction that uses it, so numbers have no gaps."""

    __tablename__ = "sequences"

    name: str = Field(primary_key=True)
    value: int = 0
