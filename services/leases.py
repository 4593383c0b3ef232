"""Leases: one runner of a task over all processes, by a row in the database that its transaction locks.

A process that dies lets go of the row with its connection: there is nothing to wait for and nothing to clear away.
"""

import os
import socket
from datetime import datetime
from functools import lru_cache
from uuid import uuid4

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from models.leases import Lease
from services.access import Actor
from services.sites import require_whole_site


@lru_cache(maxsize=1)
def owner() -> str:
    """The name of this process."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}-{uuid4().hex[:8]}"


def take(session: Session, actor: Actor, name: str, *, now: datetime) -> bool:
    """Take a task until the transaction ends; False where another process has it. The row says who had it last.

    On SQLite, where one transaction writes at a time, whoever comes second waits for the first instead.
    """
    require_whole_site(session, actor)
    if session.get(Lease, name) is None and not _added(session, Lease(name=name, owner=owner(), since=now)):
        return False
    free = select(Lease).where(col(Lease.name) == name).with_for_update(skip_locked=True)
    lease = session.exec(free).first()
    if lease is None:
        return False
    lease.owner, lease.since = owner(), now
    return True


def _added(session: Session, lease: Lease) -> bool:
    """Add a task's row; False where another process was first."""
    try:
        with session.begin_nested():
            session.add(lease)
    except IntegrityError:
        return False
    return True
