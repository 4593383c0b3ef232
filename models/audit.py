"""The audit log: who did or read what, and when. No personal data of villagers in it."""

from datetime import datetime

from sqlmodel import Field

from models.base import Base, id_field, key_to, moment_field


class AuditEntry(Base, table=True):
    """One entry. `action` is "noun.verb"; `subject` the reference of what it was done to; `facts` is JSON."""

    __tablename__ = "audit_entries"

    id: int | None = id_field()
    at: datetime = moment_field(index=True)
    account_id: int | None = key_to("accounts.id", nullable=True)
    action: str = Field(max_length=64)
    subject: str | None = Field(default=None, max_length=120)
    facts: str = "{}"
