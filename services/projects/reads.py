"""Reading many projects: the list, its sums, and what boards show of them. One project: opened.py."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, func, select
from sqlmodel import Session, col

from models.accounts import Permission
from models.people import Person
from models.projects import (
    LIVE,
    Project,
    ProjectDemand,
    ProjectMilestone,
    ProjectPayment,
    ProjectSource,
    ProjectState,
)
from models.units import Unit
from services.access import Actor, mask_name, require, require_unit
from services.errors import NotFound
from services.projects.rows import (
    LateRow,
    MoneyRow,
    ProjectFigures,
    ProjectRow,
)
from services.projects.scope import below, projects_counted, projects_seen

_ORDER = [ProjectState.UNDER_WAY, ProjectState.APPROVED, ProjectState.PROPOSED, ProjectState.FINISHED]


def listed(session: Session, actor: Actor, unit_id: int | None, today: date) -> list[ProjectRow]:
    """The projects of a subtree (None: all the actor may see), those under way first, then by their first day.

    One statement whatever their number, beside the check of the unit. Raises NotFound for a unit outside the scope.
    """
    require(actor, Permission.SEE_DEMANDS)
    place = case(*((col(Project.state) == state, number) for number, state in enumerate(_ORDER)), else_=len(_ORDER))
    statement = rows_on(today).where(*_within(session, actor, unit_id, projects_seen(actor)))
    found = session.connection().execute(statement.order_by(place, col(Project.starts_on), Project.reference))
    return [row_of(row) for row in found]


def find(session: Session, actor: Actor, reference: str) -> int:
    """The id of a project by its reference. Raises NotFound outside the actor's scope."""
    require(actor, Permission.SEE_DEMANDS)
    wanted = select(Project.id).where(col(Project.reference) == reference.strip(), projects_seen(actor))  # type: ignore[call-overload]
    found = session.connection().execute(wanted).scalar()
    if found is None:
        raise NotFound("project_not_found", project=reference)
    return int(found)


def figures(session: Session, actor: Actor, unit_id: int | None, today: date) -> ProjectFigures:
    """How many projects stand where, their money in fen, whom they serve and how many milestones are late.

    For whoever sees figures, a viewer too. What was dropped is counted in `states` alone. Raises NotAllowed, NotFound.
    """
    if not actor.may(Permission.SEE_DEMANDS):
        require(actor, Permission.SEE_FIGURES)
    statement = rows_on(today).where(*_within(session, actor, unit_id, projects_counted(actor)))
    rows = [row_of(found) for found in session.connection().execute(statement)]
    kept = [row for row in rows if row.state is not ProjectState.DROPPED]
    money = MoneyRow(
        sum(row.money.budget for row in kept), sum(row.money.raised for row in kept),
        sum(row.money.spent for row in kept),
    )  # fmt: skip
    states = {state: sum(row.state is state for row in rows) for state in ProjectState}
    return ProjectFigures(states, money, sum(row.people or 0 for row in kept), sum(row.late for row in rows))


def late_milestones(session: Session, actor: Actor, unit_id: int | None, today: date) -> list[LateRow]:
    """The late milestones of a subtree's projects (None: all the actor may see), the longest late first.

    `today` is the day it is at the site. Raises NotAllowed, NotFound for a unit outside the scope.
    """
    require(actor, Permission.SEE_DEMANDS)
    personal = actor.may(Permission.SEE_PERSONAL)
    rows = session.connection().execute(
        select(
            Project.reference, Project.title, Unit.short_name, Unit.name_en, ProjectMilestone.title,
            ProjectMilestone.due_on, Person.name,
        )  # type: ignore[call-overload]
        .join(Project, col(Project.id) == ProjectMilestone.project_id)
        .join(Unit, col(Unit.id) == Project.unit_id)
        .join(Person, col(Person.id) == ProjectMilestone.person_id, isouter=True)
        .where(_late(today), *_within(session, actor, unit_id, projects_seen(actor)))
        .order_by(ProjectMilestone.due_on, Project.reference, ProjectMilestone.id)
    )  # fmt: skip
    return [
        LateRow(
            reference, project, unit, unit_en, title, due, (today - due).days, name if personal else mask_name(name)
        )
        for reference, project, unit, unit_en, title, due, name in rows
    ]


def of_demand(session: Session, actor: Actor, demand_id: int, today: date) -> list[ProjectRow]:
    """The projects that answer a demand, as far as the actor may read them."""
    require(actor, Permission.SEE_DEMANDS)
    linked = select(col(ProjectDemand.project_id)).where(col(ProjectDemand.demand_id) == demand_id)
    statement = rows_on(today).where(col(Project.id).in_(linked), projects_seen(actor)).order_by(Project.reference)
    return [row_of(row) for row in session.connection().execute(statement)]


def _within(
    session: Session, actor: Actor, unit_id: int | None, scope: ColumnElement[bool]
) -> list[ColumnElement[bool]]:
    if unit_id is None:
        return [scope]
    require_unit(session, actor, unit_id)
    return [scope, below(unit_id)]


def _late(today: date) -> ColumnElement[bool]:
    """The condition on a milestone with its project for late ones: models.projects.is_late, said in SQL."""
    return and_(
        col(ProjectMilestone.done_on).is_(None), col(ProjectMilestone.due_on) < today, col(Project.state).in_(LIVE)
    )


def _sum(table: type[ProjectSource] | type[ProjectPayment]) -> ScalarSelect[int]:
    counted = and_(col(table.project_id) == col(Project.id), col(table.withdrawn_at).is_(None))
    return select(func.coalesce(func.sum(table.amount_fen), 0)).where(counted).correlate(Project).scalar_subquery()


def _milestone(value: Any, *more: ColumnElement[bool]) -> ScalarSelect[Any]:
    of = col(ProjectMilestone.project_id) == col(Project.id)
    return select(value).where(of, *more).correlate(Project).scalar_subquery()


@lru_cache(maxsize=4)
def rows_on(today: date) -> Select[Any]:
    """The columns of ProjectRow, in the order `_row` reads them."""
    waiting = col(ProjectMilestone.done_on).is_(None)
    demands = select(func.count()).where(col(ProjectDemand.project_id) == col(Project.id)).correlate(Project)
    found: Select[Any] = select(
        Project.id, Project.reference, Project.title, Project.state, Project.unit_id, Unit.short_name, Unit.name_en,
        Project.starts_on, Project.ends_on, Project.people, Project.households, Project.version, Project.budget_fen,
        _sum(ProjectSource), _sum(ProjectPayment), _milestone(func.count(col(ProjectMilestone.id))),
        _milestone(func.count(col(ProjectMilestone.id)), ~waiting),
        _milestone(func.count(col(ProjectMilestone.id)), _late(today)),
        _milestone(func.min(ProjectMilestone.due_on), waiting, col(ProjectMilestone.due_on) >= today),
        demands.scalar_subquery(),
    ).join(Unit, col(Unit.id) == Project.unit_id)  # type: ignore[call-overload]  # fmt: skip
    return found


def row_of(found: Sequence[Any]) -> ProjectRow:
    """A row of `rows_on` as what screens take."""
    budget, raised, spent = (int(amount) for amount in found[12:15])
    values: tuple[Any, ...] = (*found[:12], MoneyRow(budget, raised, spent), *found[15:])
    return ProjectRow(*values)
