"""What the ledger of projects takes and gives."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from models.demands import State
from models.projects import Part, ProjectState, ProjectVerb, SourceKind


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure about the work: width 7.5 m. `value` is a decimal number as text."""

    label: str
    value: str
    measure: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a project is about, as written by who keeps it. Money in fen, days as the site counts them."""

    title: str
    problem: str
    unit_id: int
    budget_fen: int
    starts_on: date
    ends_on: date | None = None
    measures: tuple[str, ...] = ()
    people: int | None = None
    households: int | None = None
    beneficiaries: str = ""
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Taking:
    """A person or a department (exactly one) that leads or assists."""

    part: Part
    person_id: int | None = None
    department_id: int | None = None


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """A project's money in fen. `left` is of the budget, `in_hand` of what was raised: either may be below zero."""

    budget: int
    raised: int
    spent: int

    @property
    def left(self) -> int:
        """What the budget still allows."""
        return self.budget - self.spent

    @property
    def in_hand(self) -> int:
        """Raised and not yet spent."""
        return self.raised - self.spent

    @property
    def missing(self) -> int:
        """What of the budget nobody has promised yet."""
        return max(self.budget - self.raised, 0)


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project as listed. Milestones: how many there are, are done, are late; `next_on` the first day still ahead."""

    id: int
    reference: str
    title: str
    state: ProjectState
    unit_id: int
    unit: str
    unit_en: str
    starts_on: date
    ends_on: date | None
    people: int | None
    households: int | None
    version: int
    money: MoneyRow
    milestones: int
    done: int
    late: int
    next_on: date | None
    demands: int


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """A milestone; `late_days` whole days since its day passed, 0 while it is in time."""

    id: int
    title: str
    first_due_on: date
    due_on: date
    done_on: date | None
    person_id: int | None
    person: str | None
    late_days: int


@dataclass(frozen=True, slots=True)
class LateRow:
    """A late milestone with its project, for boards."""

    reference: str
    project: str
    unit: str
    unit_en: str
    title: str
    due_on: date
    days: int
    person: str | None


@dataclass(frozen=True, slots=True)
class PartyRow:
    """Who takes part: a person with the place of their post, or a department (`name_en` is a department's)."""

    part: Part
    person_id: int | None
    department_id: int | None
    name: str
    name_en: str | None


@dataclass(frozen=True, slots=True)
class SourceRow:
    """Money raised, in fen."""

    id: int
    kind: SourceKind
    amount: int
    giver: str
    raised_on: date
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """Money paid, in fen."""

    id: int
    amount: int
    paid_on: date
    purpose: str
    payee: str
    over_reason: str | None
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A stored file, without its content. `size` in bytes."""

    id: int
    name: str
    media_type: str
    size: int
    sha256: str
    added_at: datetime
    added_by: str


@dataclass(frozen=True, slots=True)
class LinkedRow:
    """A demand that the project answers."""

    id: int
    reference: str
    title: str
    state: State
    due_at: datetime | None
    suspended_until: datetime | None
    unit: str
    unit_en: str


@dataclass(frozen=True, slots=True)
class ProjectEventRow:
    """One change, as history shows it."""

    at: datetime
    verb: ProjectVerb
    from_state: ProjectState | None
    to_state: ProjectState
    actor: str
    reason: str | None
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ProjectDetail:
    """One project with everything about it. `hidden_demands`: linked ones outside the reader's scope.

    `writable`: whether this reader may change it; `may_approve` is false for who proposed it.
    """

    row: ProjectRow
    problem: str
    beneficiaries: str
    measures: tuple[str, ...]
    facts: tuple[Fact, ...]
    parties: tuple[PartyRow, ...]
    sources: tuple[SourceRow, ...]
    payments: tuple[PaymentRow, ...]
    milestones: tuple[MilestoneRow, ...]
    documents: tuple[DocumentRow, ...]
    demands: tuple[LinkedRow, ...]
    hidden_demands: int
    events: tuple[ProjectEventRow, ...]
    writable: bool
    may_approve: bool


@dataclass(frozen=True, slots=True)
class ProjectFigures:
    """The sums of a subtree's projects: how many in each state, money in fen of those not dropped, late milestones."""

    states: dict[ProjectState, int]
    money: MoneyRow
    people: int
    late: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """Someone who may be named: a person with a post on the way up from the unit, or at a department."""

    person_id: int
    name: str
    place: str
    place_en: str
