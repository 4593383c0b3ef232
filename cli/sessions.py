"""The database of a command: brought to the newest structure first, then read or written in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import Session

from services import database


@contextmanager
def reading() -> Iterator[Session]:
    """A session to read in."""
    database.migrate()
    with database.reading() as session:
        yield session


@contextmanager
def writing() -> Iterator[Session]:
    """A session to write in: all of it is kept, or nothing."""
    database.migrate()
    with database.transaction() as session:
        yield session
