"""Alembic's entry. It only ever runs on a connection handed to it by services.database.migrate()."""

from typing import Any, Literal

from alembic import context

import models  # noqa: F401  registers the tables
from models.base import Base, UtcDateTime


def render_item(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    """Write our own types into migrations by their name."""
    if kind == "type" and isinstance(item, UtcDateTime):
        autogen_context.imports.add("from models.base import UtcDateTime")
        return "UtcDateTime()"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_item=render_item,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    transactional_ddl=False,
)
context.run_migrations()
