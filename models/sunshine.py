"""Sunshine 阳光办理: what each unit opens to the villagers, and what was published of a demand in our own words."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Index, text
from sqlmodel import Field

from models.base import Base, BigId, enum_type, id_field, key_to, moment_field

LONGEST_TITLE, LONGEST_RESULT = 60, 200
FEWEST_DAYS, MOST_DAYS = 7, 366


class Opened(StrEnum):
    """What a unit may open. Each is closed until somebody opens it."""

    HANDLED = "handled"
    FEED = "feed"
    EXPOSURE = "exposure"
    FIGURES = "figures"


class Helper(StrEnum):
    """Who is named for the help: nobody, a unit, a department, or someone who serves. Villagers never."""

    NOBODY = "nobody"
    UNIT = "unit"
    DEPARTMENT = "department"
    PERSON = "person"


class Openness(Base, table=True):
    """What one unit says about its page. None: as the unit above says; where nobody says anything, closed."""

    __tablename__ = "openness"
    __table_args__ = (CheckConstraint(f"days IS NULL OR days BETWEEN {FEWEST_DAYS} AND {MOST_DAYS}", name="days"),)

    id: int | None = id_field()
    unit_id: int = Field(foreign_key="units.id", unique=True, sa_type=BigId)
    handled: bool | None = None
    feed: bool | None = None
    exposure: bool | None = None
    figures: bool | None = None
    days: int | None = None
    changed_at: datetime = moment_field()
    changed_by_id: int | None = key_to("accounts.id", nullable=True)


class Notice(Base, table=True):
    """What was published of one demand: a title and a result that somebody worded and confirmed, never its text.

    `title_en` and `result_en` are the same in English, None where only the Chinese was written. Who helped is a unit, a
    department or someone who serves at a unit; at most one notice of a demand is public at a time.
    """

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint("(helper IN ('unit', 'person')) = (helper_unit_id IS NOT NULL)", name="helper_unit"),
        CheckConstraint("(helper = 'department') = (helper_department_id IS NOT NULL)", name="helper_department"),
        CheckConstraint("(helper = 'person') = (helper_person_id IS NOT NULL)", name="helper_person"),
        CheckConstraint("withdrawn_at IS NULL OR withdrawn_at >= published_at", name="withdrawn_at"),
        Index("ix_notices_published_at", "published_at"),
        Index(
            "uq_notices_demand_id",
            "demand_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: int | None = id_field()
    demand_id: int = key_to("demands.id")
    title: str = Field(max_length=LONGEST_TITLE)
    result: str = Field(max_length=LONGEST_RESULT)
    title_en: str | None = Field(default=None, max_length=LONGEST_TITLE)
    result_en: str | None = Field(default=None, max_length=LONGEST_RESULT)
    helper: Helper = Field(sa_column=Column(enum_type(Helper, "helper"), nullable=False))
    helper_unit_id: int | None = key_to("units.id", nullable=True)
    helper_department_id: int | None = key_to("departments.id", nullable=True)
    helper_person_id: int | None = key_to("people.id", nullable=True)
    published_at: datetime = moment_field()
    published_by_id: int | None = key_to("accounts.id", nullable=True)
    withdrawn_at: datetime | None = moment_field(nullable=True)
    withdrawn_by_id: int | None = key_to("accounts.id", nullable=True)
