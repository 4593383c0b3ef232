"""Saved views of the queue."""

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from models.base import Base, id_field, key_to


class SavedView(Base, table=True):
    """A queue filter one account keeps under a name; `filters` is JSON."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    id: int | None = id_field()
    account_id: int = key_to("accounts.id")
    name: str = Field(max_length=40)
    filters: str
