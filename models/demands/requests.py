"""Requests: what one side asks and another decides: more time, a suspension, an exclusion, an appeal."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index, UniqueConstraint, text
from sqlmodel import Field

from models.base import Base, enum_type, id_field, key_to, moment_field


class RequestKind(StrEnum):
    """What is asked for."""

    EXTENSION = "extension"
    SUSPENSION = "suspension"
    EXCLUSION = "exclusion"
    APPEAL = "appeal"


REVIEWERS = {
    RequestKind.EXTENSION: 1,
    RequestKind.SUSPENSION: 1,
    RequestKind.EXCLUSION: 1,
    RequestKind.APPEAL: 2,
}
"""How many people other than the one who asks must agree. One who refuses ends it."""


class Request(Base, table=True):
    """One request about one demand. `granted` stays None until it is decided; at most one of a kind waits at a time.

    `amount` is how many units of the demand's own limit an extension asks for, `until` the end of a suspension,
    `code` the reason code of an exclusion.
    """

    __tablename__ = "requests"
    __table_args__ = (
        Index(
            "uq_requests_waiting",
            "demand_id",
            "kind",
            unique=True,
            sqlite_where=text("granted IS NULL"),
            postgresql_where=text("granted IS NULL"),
        ),
        Index("ix_requests_demand_id", "demand_id"),
    )

    id: int | None = id_field()
    demand_id: int = key_to("demands.id")
    kind: RequestKind = Field(sa_column=Column(enum_type(RequestKind, "kind"), nullable=False))
    asked_at: datetime = moment_field()
    asked_by_id: int | None = key_to("accounts.id", nullable=True)
    asker: str
    reason: str
    evidence: str | None = None
    code: str | None = Field(default=None, max_length=32)
    amount: int | None = None
    until: datetime | None = moment_field(nullable=True)
    granted: bool | None = None
    decided_at: datetime | None = moment_field(nullable=True)


class Review(Base, table=True):
    """What one reviewer said to a request."""

    __tablename__ = "reviews"
    __table_args__ = (UniqueConstraint("request_id", "account_id"),)

    id: int | None = id_field()
    request_id: int = key_to("requests.id")
    at: datetime = moment_field()
    account_id: int | None = key_to("accounts.id", nullable=True)
    reviewer: str
    granted: bool
    reason: str | None = None
