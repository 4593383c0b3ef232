"""Projects 专项: the special ledger of large problems, "one problem, one policy" 一事一策 (systems.md J6).

Money is in fen (1/100 yuan) and an integer everywhere. What was written stays: a wrong payment is withdrawn, not
deleted, and every change is one event.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, LargeBinary, UniqueConstraint, text
from sqlmodel import Field

from models.base import Base, BigId, enum_type, id_field, key_to, moment_field


class ProjectState(StrEnum):
    """Where a project stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    UNDER_WAY = "under_way"
    FINISHED = "finished"
    DROPPED = "dropped"


LIVE = frozenset({ProjectState.APPROVED, ProjectState.UNDER_WAY})
"""Decided and not at its end: its milestones run."""


class ProjectVerb(StrEnum):
    """What may be done with a project. Each is one event in its history."""

    PROPOSE = "propose"
    APPROVE = "approve"
    START = "start"
    FINISH = "finish"
    DROP = "drop"
    RESUME = "resume"
    CHANGE = "change"
    PEOPLE = "people"
    FUND = "fund"
    UNFUND = "unfund"
    PAY = "pay"
    UNPAY = "unpay"
    PLAN = "plan"
    REPLAN = "replan"
    UNPLAN = "unplan"
    REACH = "reach"
    UNREACH = "unreach"
    ATTACH = "attach"
    DETACH = "detach"
    LINK = "link"
    UNLINK = "unlink"


@dataclass(frozen=True, slots=True)
class ProjectMove:
    """One row of the table. `target` None: the state stays. `by_other`: not the one who proposed it."""

    sources: frozenset[ProjectState]
    target: ProjectState | None = None
    needs_reason: bool = False
    by_other: bool = False


def _move(sources: str, target: ProjectState | None = None, **flags: bool) -> ProjectMove:
    return ProjectMove(frozenset(ProjectState(name) for name in sources.split()), target, **flags)


_PLANNED = "proposed approved under_way"
_PAID = "approved under_way finished"
_ALL = "proposed approved under_way finished dropped"

PROJECT_MOVES: dict[ProjectVerb, ProjectMove] = {
    ProjectVerb.APPROVE: _move("proposed", ProjectState.APPROVED, by_other=True),
    ProjectVerb.START: _move("approved", ProjectState.UNDER_WAY),
    ProjectVerb.FINISH: _move("under_way", ProjectState.FINISHED),
    ProjectVerb.DROP: _move(_PLANNED, ProjectState.DROPPED, needs_reason=True),
    ProjectVerb.RESUME: _move("finished dropped", ProjectState.PROPOSED, needs_reason=True),
    ProjectVerb.CHANGE: _move(_PLANNED),
    ProjectVerb.PEOPLE: _move(_PLANNED),
    ProjectVerb.FUND: _move(f"{_PLANNED} finished"),
    ProjectVerb.UNFUND: _move(f"{_PLANNED} finished", needs_reason=True),
    ProjectVerb.PAY: _move(_PAID),
    ProjectVerb.UNPAY: _move(_PAID, needs_reason=True),
    ProjectVerb.PLAN: _move(_PLANNED),
    ProjectVerb.REPLAN: _move(_PLANNED),
    ProjectVerb.UNPLAN: _move(_PLANNED, needs_reason=True),
    ProjectVerb.REACH: _move(_PLANNED),
    ProjectVerb.UNREACH: _move(_PLANNED, needs_reason=True),
    ProjectVerb.ATTACH: _move(_ALL),
    ProjectVerb.DETACH: _move(_ALL, needs_reason=True),
    ProjectVerb.LINK: _move(_PLANNED),
    ProjectVerb.UNLINK: _move(_PLANNED, needs_reason=True),
}
"""Every move there is. What is not in this table cannot happen."""


class SourceKind(StrEnum):
    """Where a project's money comes from."""

    UPPER = "upper"
    COUNTY = "county"
    TOWNSHIP = "township"
    COLLECTIVE = "collective"
    VILLAGERS = "villagers"
    DONATION = "donation"
    OTHER = "other"


class Part(StrEnum):
    """How someone takes part: one leads, any number assist."""

    LEAD = "lead"
    ASSIST = "assist"


def is_late(due_on: date, done_on: date | None, today: date, *, is_live: bool) -> bool:
    """The one definition of a late milestone: not done, and its day is over; on the very day still in time."""
    return is_live and done_on is None and due_on < today


def _fen(**options: Any) -> Any:
    return Field(sa_type=BigInteger, **options)


class Project(Base, table=True):
    """One large problem and its policy. `starts_on` and `ends_on` are its planned first and last day.

    `people` and `households` are how many it serves, None while nobody counted.
    """

    __tablename__ = "projects"
    __table_args__ = (
        CheckConstraint("budget_fen >= 0", name="budget"),
        CheckConstraint("people IS NULL OR people >= 0", name="people"),
        CheckConstraint("households IS NULL OR households >= 0", name="households"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="term"),
        Index("ix_projects_unit_id", "unit_id"),
    )

    id: int | None = id_field()
    reference: str = Field(unique=True, max_length=40)
    title: str = Field(max_length=80)
    problem: str
    unit_id: int = key_to("units.id")
    state: ProjectState = Field(sa_column=Column(enum_type(ProjectState, "state"), nullable=False))
    budget_fen: int = _fen(default=0)
    starts_on: date
    ends_on: date | None = None
    people: int | None = None
    households: int | None = None
    beneficiaries: str = ""
    proposed_by_id: int | None = key_to("accounts.id", nullable=True)
    created_at: datetime = moment_field()
    finished_at: datetime | None = moment_field(nullable=True)
    event_count: int = Field(default=0, sa_type=Integer)
    version: int = Field(default=1, sa_type=Integer)


Project.__mapper__.version_id_col = Project.__table__.c.version  # type: ignore[attr-defined]


class ProjectEvent(Base, table=True):
    """One change of one project: who, when, from, to, why, and in `facts` (JSON) what was changed."""

    __tablename__ = "project_events"
    __table_args__ = (
        UniqueConstraint("project_id", "seq"),
        Index(
            "uq_project_events_idempotency_key", "idempotency_key", unique=True,
            sqlite_where=text("idempotency_key IS NOT NULL"), postgresql_where=text("idempotency_key IS NOT NULL"),
        ),
    )  # fmt: skip

    id: int | None = id_field()
    project_id: int = key_to("projects.id")
    seq: int
    at: datetime = moment_field()
    verb: ProjectVerb = Field(sa_column=Column(enum_type(ProjectVerb, "verb"), nullable=False))
    from_state: ProjectState | None = Field(
        default=None, sa_column=Column(enum_type(ProjectState, "from_state"), nullable=True)
    )
    to_state: ProjectState = Field(sa_column=Column(enum_type(ProjectState, "to_state"), nullable=False))
    account_id: int | None = key_to("accounts.id", nullable=True)
    actor_name: str
    reason: str | None = None
    facts: str = "{}"
    idempotency_key: str | None = Field(default=None, max_length=80)


class ProjectMeasure(Base, table=True):
    """One measure of a project's policy, in its order."""

    __tablename__ = "project_measures"
    __table_args__ = (UniqueConstraint("project_id", "sort"),)

    id: int | None = id_field()
    project_id: int = key_to("projects.id")
    sort: int
    text: str


class ProjectFact(Base, table=True):
    """A figure about the work itself, such as width 7.5 m. `value` is a decimal number as text, never a float."""

    __tablename__ = "project_facts"
    __table_args__ = (UniqueConstraint("project_id", "sort"),)

    id: int | None = id_field()
    project_id: int = key_to("projects.id")
    sort: int
    label: str = Field(max_length=40)
    value: str = Field(max_length=40)
    measure: str = Field(default="", max_length=20)


class ProjectParty(Base, table=True):
    """A person or a department that answers for a project or helps."""

    __tablename__ = "project_parties"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (department_id IS NULL)", name="who"),
        UniqueConstraint("project_id", "person_id", name="uq_project_parties_person_id"),
        UniqueConstraint("project_id", "department_id", name="uq_project_parties_department_id"),
        Index("ix_project_parties_person_id", "person_id"),
        Index("ix_project_parties_department_id", "department_id"),
    )

    id: int | None = id_field()
    project_id: int = key_to("projects.id")
    person_id: int | None = key_to("people.id", nullable=True)
    department_id: int | None = key_to("departments.id", nullable=True)
    part: Part = Field(sa_column=Column(enum_type(Part, "part"), nullable=False))


class ProjectSource(Base, table=True):
    """Money promised or come in, in fen. `withdrawn_at` where it was entered wrongly or fell away."""

    __tablename__ = "project_sources"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount"),
        Index("ix_project_sources_project_id", "project_id"),
    )

    id: int | None = id_field()
    project_id: int = key_to("projects.id")
    kind: SourceKind = Field(sa_column=Column(enum_type(SourceKind, "kind"), nullable=False))
    amount_fen: int = _fen()
    giver: str = Field(default="", max_length=80)
    raised_on: date
    withdrawn_at: datetime | None = moment_field(nullable=True)


class ProjectPayment(Base, table=True):
    """Money paid, in fen. `over_reason` says why it was paid though it went beyond the budget or the money raised."""

    __tablename__ = "project_payments"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount"),
        Index("ix_project_payments_project_id", "project_id"),
    )

    id: int | None = id_field()
    project_id: int = key_to("projects.id")
    amount_fen: int = _fen()
    paid_on: date
    purpose: str = Field(max_length=200)
    payee: str = Field(max_length=80)
    over_reason: str | None = None
    withdrawn_at: datetime | None = moment_field(nullable=True)


class ProjectMilestone(Base, table=True):
    """A day by which something shall be done. `first_due_on` is the day as first planned: a moved day stays seen."""

    __tablename__ = "project_milestones"
    __table_args__ = (
        Index("ix_project_milestones_project_id", "project_id", "due_on"),
        Index(
            "ix_project_milestones_due_on", "due_on",
            sqlite_where=text("done_on IS NULL"), postgresql_where=text("done_on IS NULL"),
        ),
        Index("ix_project_milestones_person_id", "person_id"),
    )  # fmt: skip

    id: int | None = id_field()
    project_id: int = key_to("projects.id")
    title: str = Field(max_length=80)
    first_due_on: date
    due_on: date
    done_on: date | None = None
    person_id: int | None = key_to("people.id", nullable=True)


class ProjectDocument(Base, table=True):
    """A stored file. `media_type` is what its content is, whatever its name says; `sha256` of the content, hex."""

    __tablename__ = "project_documents"
    __table_args__ = (
        CheckConstraint("size > 0", name="size"),
        UniqueConstraint("project_id", "sha256"),
    )

    id: int | None = id_field()
    project_id: int = key_to("projects.id")
    name: str = Field(max_length=120)
    media_type: str = Field(max_length=100)
    size: int
    sha256: str = Field(max_length=64)
    added_at: datetime = moment_field()
    added_by: str
    content: bytes = Field(sa_type=LargeBinary)


class ProjectDemand(Base, table=True):
    """A demand that a project answers."""

    __tablename__ = "project_demands"
    __table_args__ = (Index("ix_project_demands_demand_id", "demand_id"),)

    project_id: int = Field(primary_key=True, foreign_key="projects.id", sa_type=BigId)
    demand_id: int = Field(primary_key=True, foreign_key="demands.id", sa_type=BigId)
