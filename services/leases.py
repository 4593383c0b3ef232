"""Leases: one runner of a task over all processes, by a row in the database."""

import os
import socket
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import uuid4

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from models.leases import Lease
from services.access import Actor
from services.sites import require_whole_site

HELD = timedelta(minutes=10)
"""How long a lease lasts without being given back: after that its holder is taken to be dead."""


@lru_cache(maxsize=1)
def owner() -> str:
    """The name of this process."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}-{uuid4().hex[:8]}"


def take(session: Session, actor: Actor, name: str, *, now: datetime) -> bool:
    """Take a lease that nobody holds at `now`; False where somebody does. To be committed before the task starts."""
    require_whole_site(session, actor)
    values: dict[str, Any] = {"owner": owner(), "since": now, "until": now + HELD}
    free = update(Lease).where(col(Lease.name) == name, col(Lease.until) <= now).values(**values)
    if session.connection().execute(free).rowcount:
        return True
    if session.get(Lease, name) is not None:
        return False
    try:
        with session.begin_nested():
            session.add(Lease(name=name, **values))
    except IntegrityError:
        return False
    return True


def give_back(session: Session, actor: Actor, name: str, *, now: datetime) -> None:
    """Give back a lease that this process holds."""
    require_whole_site(session, actor)
    mine = update(Lease).where(col(Lease.name) == name, col(Lease.owner) == owner()).values(until=now)
    session.connection().execute(mine)
