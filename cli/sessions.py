"""The database of a command: brought to the newest structure first, then read or written in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import Session

from services import database, sites


@contextmanager
def reading(*, needs_site: bool = True) -> Iterator[Session]:
    """A session to read in. Raises NotFound("site_not_built") where there is no site yet, unless none is needed."""
    database.migrate()
    with database.reading() as session:
        if needs_site:
            sites.site(session)
        yield session


@contextmanager
def writing(*, needs_site: bool = True) -> Iterator[Session]:
    """A session to write in: all of it is kept, or nothing. Raises as `reading` does."""
    database.migrate()
    with database.transaction() as session:
        if needs_site:
            sites.site(session)
        yield session
