"""Whom a demand may be put to: departments, units of one's area, and the persons who answer there."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from models.accounts import Permission
from models.departments import Department
from services import sites
from services.access import Actor, require


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    """A department that may be called or handed a demand. `categories` are the codes it is usually called for."""

    id: int
    code: str
    name: str
    name_en: str
    level: str
    categories: frozenset[str]


def departments(session: Session, actor: Actor) -> list[DepartmentRow]:
    """All departments of the site, by level as the profile lists them. One query."""
    require(actor, Permission.SEE_DEMANDS)
    usual: dict[str, set[str]] = {}
    profile = sites.profile(session)
    for entry in profile.categories:
        for part in (entry, *entry.parts):
            usual.setdefault(part.department or entry.department or "", set()).add(part.code)
    order = {entry.code: place for place, entry in enumerate(profile.departments)}
    rows = [
        DepartmentRow(row.id or 0, row.code, row.name, row.name_en, row.level, frozenset(usual.get(row.code, ())))
        for row in session.exec(select(Department).order_by(col(Department.code)))
    ]
    return sorted(rows, key=lambda row: (order.get(row.code, len(order)), row.code))
