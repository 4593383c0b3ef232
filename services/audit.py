"""The audit log. Written in the same transaction as what it tells of."""

import json
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.audit import AuditEntry
from services.access import Actor


def record(
    session: Session, actor: Actor, action: str, *, now: datetime, subject: str | None = None, **facts: Any
) -> None:
    """Append one entry. `facts` must hold no villager's name or phone."""
    session.add(
        AuditEntry(
            at=now,
            account_id=actor.account_id,
            action=action,
            subject=subject,
            facts=json.dumps(facts, ensure_ascii=False, sort_keys=True, default=str),
        )
    )
