"""What the facts are: tables, enums and pure rules about one row. Nothing here knows a database session.

Importing this package registers every table on ``models.base.Base.metadata``.
"""

from models import (
    accounts,
    assessments,
    audit,
    base,
    counters,
    demands,
    departments,
    households,
    leases,
    people,
    projects,
    sites,
    sunshine,
    units,
    walls,
    watch,
)  # fmt: skip

__all__ = [
    "accounts", "assessments", "audit", "base", "counters", "demands", "departments", "households", "leases", "people",
    "projects", "sites", "sunshine", "units", "walls", "watch",
]  # fmt: skip
