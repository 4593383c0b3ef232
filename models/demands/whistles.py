"""Whistles: a department called to a demand, its answer, its arrival, and what both sides say of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint, text
from sqlmodel import Field

from models.base import Base, enum_type, id_field, key_to, moment_field
from models.demands.callbacks import Satisfaction


class Arrival(StrEnum):
    """How a department came."""

    REMOTE = "remote"
    ON_SITE = "on_site"


class Whistle(Base, table=True):
    """One department called to one demand: when it was asked, answered and came, and what it did.

    `number` is the call: a demand may be whistled for again, all departments of one call share its number. The caller
    rates the department; the department says whether the whistle was justified.
    """

    __tablename__ = "whistles"
    __table_args__ = (
        UniqueConstraint("demand_id", "department_id", "number"),
        Index("ix_whistles_department_id", "department_id"),
        CheckConstraint("answered_at IS NULL OR answered_at >= asked_at", name="answered_at"),
        CheckConstraint("arrived_at IS NULL OR answered_at IS NOT NULL", name="arrived_at"),
        CheckConstraint("arrival IS NULL OR arrived_at IS NOT NULL", name="arrival_when_arrived"),
        CheckConstraint("rating IS NULL OR rated_at IS NOT NULL", name="rated_at"),
        Index(
            "ix_whistles_unanswered",
            "answer_due_at",
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    id: int | None = id_field()
    demand_id: int = key_to("demands.id")
    department_id: int = key_to("departments.id")
    number: int = 1
    lead: bool
    asked_at: datetime = moment_field()
    answer_due_at: datetime = moment_field()
    answered_at: datetime | None = moment_field(nullable=True)
    arrived_at: datetime | None = moment_field(nullable=True)
    answer: str | None = None
    arrival: Arrival | None = Field(default=None, sa_column=Column(enum_type(Arrival, "arrival"), nullable=True))
    did: str | None = None
    rating: Satisfaction | None = Field(
        default=None, sa_column=Column(enum_type(Satisfaction, "rating"), nullable=True)
    )
    rated_at: datetime | None = moment_field(nullable=True)
    rating_reason: str | None = None
    justified: bool | None = None
    justified_reason: str | None = None
