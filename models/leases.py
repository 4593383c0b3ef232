"""Leases: which process does a background task now, so that only one does over all processes."""

from datetime import datetime

from sqlmodel import Field

from models.base import Base, moment_field


class Lease(Base, table=True):
    """One task's lease: whoever locks the row has it; `owner` is who had it last, `since` when it took it."""

    __tablename__ = "leases"

    name: str = Field(primary_key=True, max_length=40)
    owner: str = Field(max_length=80)
    since: datetime = moment_field()
