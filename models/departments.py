"""Departments: who is whistled for and answers, at the site or at the county above it."""

from sqlmodel import Field

from models.base import Base, id_field


class Department(Base, table=True):
    """A department, bureau or outside body. `level` is the level it stands at (township or county)."""

    __tablename__ = "departments"

    id: int | None = id_field()
    code: str = Field(unique=True, max_length=40)
    name: str
    name_en: str
    level: str = Field(max_length=32)
