"""People who serve, and their posts: who answers for which unit, from when to when."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Index
from sqlmodel import Field

from models.base import Base, enum_type, id_field, key_to


class PostRole(StrEnum):
    """What a post is. The profile gives each its words."""

    LEADER = "leader"
    CHIEF = "chief"
    SUPERVISOR = "supervisor"
    CADRE = "cadre"
    GRID_MEMBER = "grid_member"
    PARTY_MEMBER = "party_member"
    DEPARTMENT = "department"


class Person(Base, table=True):
    """A person who serves. Villagers are not listed here; a demand carries its reporter itself."""

    __tablename__ = "people"

    id: int | None = id_field()
    external_id: str | None = Field(default=None, unique=True, max_length=80)
    name: str
    phone: str | None = None
    party_member: bool = False


class Post(Base, table=True):
    """A person's post at a unit or a department. `ends_on` is the first day it no longer holds; None while it does."""

    __tablename__ = "posts"
    __table_args__ = (
        CheckConstraint("(unit_id IS NULL) <> (department_id IS NULL)", name="place"),
        CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="term"),
        Index("ix_posts_unit_id_role", "unit_id", "role"),
        Index("ix_posts_person_id", "person_id"),
    )

    id: int | None = id_field()
    person_id: int = key_to("people.id")
    unit_id: int | None = key_to("units.id", nullable=True)
    department_id: int | None = key_to("departments.id", nullable=True)
    role: PostRole = Field(sa_column=Column(enum_type(PostRole, "role"), nullable=False))
    starts_on: date
    ends_on: date | None = None
