"""One project with everything about it, and what may be done with it now."""

import json
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Select, select
from sqlmodel import Session, col

from models.accounts import Permission
from models.demands import Demand
from models.departments import Department
from models.people import Person
from models.projects import (
    LIVE,
    PROJECT_MOVES,
    Project,
    ProjectDemand,
    ProjectDocument,
    ProjectEvent,
    ProjectFact,
    ProjectMeasure,
    ProjectMilestone,
    ProjectParty,
    ProjectPayment,
    ProjectSource,
    ProjectVerb,
    is_late,
)
from models.units import Unit
from services.access import Actor, demands_seen, mask_name, sees_unit
from services.projects.reads import row_of, rows_on
from services.projects.rows import (
    DocumentRow,
    Fact,
    LinkedRow,
    MilestoneRow,
    PartyRow,
    PaymentRow,
    ProjectDetail,
    ProjectEventRow,
    SourceRow,
)
from services.projects.scope import require_project

R = TypeVar("R")


def _of(table: Any, columns: str, order: str) -> tuple[Any, Select[Any]]:
    found: Select[Any] = select(*(getattr(table, name) for name in columns.split()))
    return table, found.order_by(*(getattr(table, name) for name in order.split()))


_MEASURES = _of(ProjectMeasure, "text", "sort")
_FACTS = _of(ProjectFact, "label value measure", "sort")
_SOURCES = _of(ProjectSource, "id kind amount_fen giver raised_on withdrawn_at", "raised_on id")
_PAYMENTS = _of(ProjectPayment, "id amount_fen paid_on purpose payee over_reason withdrawn_at", "paid_on id")
_DOCUMENTS = _of(ProjectDocument, "id name media_type size sha256 added_at added_by", "added_at id")
"""Tables of a project's parts, with the columns of their rows in order. The documents' content stays where it is."""


def detail(session: Session, actor: Actor, project_id: int, today: date) -> ProjectDetail:
    """One project with everything about it, in twelve statements. Raises NotFound outside the actor's scope.

    People who serve are named in full to those who see personal data; of linked demands only those the actor may see.
    """
    project = require_project(session, actor, project_id)
    personal = actor.may(Permission.SEE_PERSONAL)
    row = row_of(session.connection().execute(rows_on(today).where(col(Project.id) == project_id)).one())
    linked = _linked(session, actor, project_id)
    every = partial(_every, session, project_id)
    return ProjectDetail(
        row=row, problem=project.problem, beneficiaries=project.beneficiaries,
        measures=every(str, _MEASURES),
        facts=every(Fact, _FACTS), parties=_parties(session, project_id, personal=personal),
        sources=every(SourceRow, _SOURCES), payments=every(PaymentRow, _PAYMENTS),
        milestones=_milestones(session, project, today, personal=personal),
        documents=every(DocumentRow, _DOCUMENTS), demands=linked, hidden_demands=row.demands - len(linked),
        events=_events(session, project_id),
        writable=actor.may(Permission.TRIAGE) and sees_unit(session, actor, project.unit_id),
        may_approve=project.proposed_by_id is None or project.proposed_by_id != actor.account_id,
    )  # fmt: skip


def choices(actor: Actor, project: ProjectDetail) -> list[ProjectVerb]:
    """The verbs this actor may do with the project in its present state, in the table's order."""
    if not (project.writable and actor.may(Permission.TRIAGE)):
        return []
    return [
        verb
        for verb, rule in PROJECT_MOVES.items()
        if project.row.state in rule.sources and (project.may_approve or not rule.by_other)
    ]


def _every(
    session: Session, project_id: int, row: Callable[..., R], statement: tuple[Any, Select[Any]]
) -> tuple[R, ...]:  # fmt: skip
    table, wanted = statement
    found = session.connection().execute(wanted.where(table.project_id == project_id))
    return tuple(row(*each) for each in found)


def _parties(session: Session, project_id: int, *, personal: bool) -> tuple[PartyRow, ...]:
    """Leading before assisting, departments before persons."""
    rows = session.connection().execute(
        select(
            ProjectParty.part, ProjectParty.person_id, ProjectParty.department_id, Person.name, Department.name,
            Department.name_en,
        )  # type: ignore[call-overload]
        .join(Person, col(Person.id) == ProjectParty.person_id, isouter=True)
        .join(Department, col(Department.id) == ProjectParty.department_id, isouter=True)
        .where(col(ProjectParty.project_id) == project_id)
        .order_by(col(ProjectParty.part).desc(), col(ProjectParty.person_id).is_not(None), ProjectParty.id)
    )  # fmt: skip
    return tuple(
        PartyRow(part, person_id, office_id, office or (name if personal else mask_name(name)) or "", office_en)
        for part, person_id, office_id, name, office, office_en in rows
    )


def _milestones(session: Session, project: Project, today: date, *, personal: bool) -> tuple[MilestoneRow, ...]:
    rows = session.connection().execute(
        select(
            ProjectMilestone.id, ProjectMilestone.title, ProjectMilestone.first_due_on, ProjectMilestone.due_on,
            ProjectMilestone.done_on, ProjectMilestone.person_id, Person.name,
        )  # type: ignore[call-overload]
        .join(Person, col(Person.id) == ProjectMilestone.person_id, isouter=True)
        .where(col(ProjectMilestone.project_id) == project.id)
        .order_by(ProjectMilestone.due_on, ProjectMilestone.id)
    )  # fmt: skip
    live = project.state in LIVE
    return tuple(
        MilestoneRow(
            row_id, title, first, due, done, person_id, name if personal else mask_name(name),
            (today - due).days if is_late(due, done, today, is_live=live) else 0,
        )
        for row_id, title, first, due, done, person_id, name in rows
    )  # fmt: skip


def _linked(session: Session, actor: Actor, project_id: int) -> tuple[LinkedRow, ...]:
    rows = session.connection().execute(
        select(
            Demand.id, Demand.reference, Demand.title, Demand.state, Demand.due_at, Demand.suspended_until,
            Unit.short_name, Unit.name_en,
        )  # type: ignore[call-overload]
        .join(ProjectDemand, col(ProjectDemand.demand_id) == Demand.id)
        .join(Unit, col(Unit.id) == Demand.unit_id)
        .where(col(ProjectDemand.project_id) == project_id, demands_seen(actor))
        .order_by(Demand.reference)
    )  # fmt: skip
    return tuple(LinkedRow(*row) for row in rows)


def _events(session: Session, project_id: int) -> tuple[ProjectEventRow, ...]:
    rows = session.scalars(
        select(ProjectEvent).where(col(ProjectEvent.project_id) == project_id).order_by(col(ProjectEvent.seq))
    )
    return tuple(
        ProjectEventRow(
            row.at, row.verb, row.from_state, row.to_state, row.actor_name, row.reason, json.loads(row.facts)
        )
        for row in rows
    )
