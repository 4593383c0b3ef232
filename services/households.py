"""Households of a unit's subtree, a page at a time; heads and phones masked without permission."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from models.accounts import Permission
from models.households import Household
from models.units import Unit, UnitAncestor
from services.access import Actor, mask_name, mask_phone, require_unit

PAGE_SIZE = 50

_FIELDS: tuple[Any, ...] = (
    Household.id, Unit.short_name, Unit.name_en, Household.address, Household.people_count, Household.head,
    Household.phone,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class HouseholdRow:
    """A household as listed. `head` and `phone` are masked for those who may not see personal data."""

    id: int
    unit: str
    unit_en: str
    address: str | None
    people_count: int
    head: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class HouseholdPage:
    """One page of households; `total` and `people` count all of the subtree."""

    rows: tuple[HouseholdRow, ...]
    total: int
    people: int


def listed(session: Session, actor: Actor, unit_id: int, *, page: int = 1, size: int = PAGE_SIZE) -> HouseholdPage:
    """The households of a subtree, by unit and address. Two queries. Raises NotFound out of scope."""
    require_unit(session, actor, unit_id)
    below = select(col(UnitAncestor.unit_id)).where(col(UnitAncestor.ancestor_id) == unit_id)
    inside = col(Household.unit_id).in_(below)
    counted = select(func.count(), func.coalesce(func.sum(Household.people_count), 0)).where(inside)
    total, people = session.connection().execute(counted).one()
    rows = session.connection().execute(
        select(*_FIELDS)
        .join(Unit, col(Unit.id) == Household.unit_id)
        .where(inside)
        .order_by(col(Unit.code), col(Household.address), col(Household.id))
        .offset((page - 1) * size)
        .limit(size)
    )  # fmt: skip
    personal = actor.may(Permission.SEE_PERSONAL)
    found = [HouseholdRow(*row) for row in rows]
    return HouseholdPage(tuple(found if personal else map(_masked, found)), total, int(people))


def _masked(row: HouseholdRow) -> HouseholdRow:
    return replace(row, head=mask_name(row.head), phone=mask_phone(row.phone))
