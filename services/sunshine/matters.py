"""Published matters as rows: what stands in a notice, beside the demand's dates, category and village. No free text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models.demands import Category, Demand, Solved
from models.departments import Department
from models.people import Person
from models.sunshine import Helper, Notice
from models.units import Unit
from services import units
from services.access import path_column


@dataclass(frozen=True, slots=True)
class HelperRow:
    """Who helped, or could be named for it. A person is named with the unit they serve at."""

    kind: Helper
    unit_id: int | None = None
    department_id: int | None = None
    person_id: int | None = None
    name: str | None = None
    name_en: str | None = None
    person: str | None = None


NOBODY = HelperRow(Helper.NOBODY)


@dataclass(frozen=True, slots=True)
class MatterRow:
    """One published matter. `solved` is the villager's judgement at the call-back, None while nobody reached them.

    `village` is the unit at the profile's ranking level, None for what was filed above it.
    """

    notice_id: int
    reference: str
    published_at: datetime
    withdrawn_at: datetime | None
    reported_at: datetime
    settled_at: datetime | None
    category: str
    category_en: str
    village: str | None
    village_en: str | None
    title: str
    title_en: str | None
    result: str
    result_en: str | None
    helper: HelperRow
    solved: Solved | None


_HelperUnit, _Village = aliased(Unit), aliased(Unit)
_JOINED = (
    col(Notice.id), col(Demand.reference), col(Notice.published_at), col(Notice.withdrawn_at), col(Demand.reported_at),
    col(Demand.settled_at), col(Category.name), col(Category.name_en), col(_Village.short_name), col(_Village.name_en),
    col(Notice.title), col(Notice.title_en), col(Notice.result), col(Notice.result_en),
)  # fmt: skip
_HELPER = (
    col(Notice.helper), col(Notice.helper_unit_id), col(Notice.helper_department_id), col(Notice.helper_person_id),
    func.coalesce(_HelperUnit.short_name, Department.name), func.coalesce(_HelperUnit.name_en, Department.name_en),
    col(Person.name),
)  # fmt: skip


def matters(
    session: Session,
    conditions: Sequence[ColumnElement[bool]],
    order: Sequence[ColumnElement[Any]],
    *,
    limit: int,
    offset: int = 0,
) -> list[MatterRow]:
    """The published matters that meet the conditions. One statement, and one for the level of the villages.

    Not for screens: the caller has checked who may, or shows only what is open to everybody.
    """
    columns: tuple[Any, ...] = (*_JOINED, *_HELPER, col(Demand.solved))
    statement = _with_places(select(*columns).select_from(Notice), units.depth_of_ranking(session))
    statement = statement.where(*conditions).order_by(*order).limit(limit).offset(offset)
    return [_row(tuple(row)) for row in session.connection().execute(statement)]


def _row(values: Any) -> MatterRow:
    told, helper, solved = values[: len(_JOINED)], values[len(_JOINED) : -1], values[-1]
    return MatterRow(*(*told, HelperRow(*helper), solved))


def _with_places(statement: Select[Any], depth: int) -> Select[Any]:
    return (
        statement.join(Demand, col(Demand.id) == col(Notice.demand_id))
        .join(Category, col(Category.id) == col(Demand.category_id))
        .outerjoin(_Village, col(_Village.id) == path_column(max(depth, 1)))
        .outerjoin(_HelperUnit, col(_HelperUnit.id) == col(Notice.helper_unit_id))
        .outerjoin(Department, col(Department.id) == col(Notice.helper_department_id))
        .outerjoin(Person, col(Person.id) == col(Notice.helper_person_id))
    )
