"""Demands and their append-only history: states, the one table of moves, and the pure rules about one demand."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, UniqueConstraint, text
from sqlmodel import Field

from models.accounts import Permission
from models.base import Base, BigId, enum_type, id_field, key_to, moment_field
from models.units import MAX_DEPTH


class State(StrEnum):
    """Where a demand stands (domain.md section 2)."""

    DRAFT = "draft"
    REPORTED = "reported"
    SELF_HANDLED = "self_handled"
    PENDING_TRIAGE = "pending_triage"
    REGISTERED = "registered"
    DISPATCHED = "dispatched"
    HANDLING = "handling"
    SUSPENDED = "suspended"
    ESCALATED = "escalated"
    PENDING_VERIFY = "pending_verify"
    PENDING_CALLBACK = "pending_callback"
    CLOSED = "closed"
    ARCHIVED = "archived"
    REJECTED = "rejected"
    VOID = "void"
    MERGED = "merged"


OPEN = frozenset(
    {
        State.REPORTED,
        State.PENDING_TRIAGE,
        State.REGISTERED,
        State.DISPATCHED,
        State.HANDLING,
        State.SUSPENDED,
        State.ESCALATED,
    }
)
"""Received and not yet settled: the clock runs. The only definition of "open" on any screen."""

SETTLED = frozenset({State.SELF_HANDLED, State.PENDING_VERIFY, State.PENDING_CALLBACK, State.CLOSED, State.ARCHIVED})
"""Settled by a handler. What is left is the check and the villager's word."""


class Urgency(StrEnum):
    """How fast a demand must move; each has its limit in the profile."""

    URGENT = "urgent"
    IMMEDIATE = "immediate"
    GENERAL = "general"
    COMPLEX = "complex"


class Source(StrEnum):
    """How a demand came in."""

    REPORT = "report"
    VISIT = "visit"
    INSPECTION = "inspection"
    HOTLINE = "hotline"
    IMPORT = "import"


class Verb(StrEnum):
    """What may be done to a demand. Each is one event in its history."""

    REPORT = "report"
    IMPORT = "import"
    SUBMIT = "submit"
    SELF_HANDLE = "self_handle"
    HAND_IN = "hand_in"
    SKIP_CHECK = "skip_check"
    ACCEPT = "accept"
    ASK_FACTS = "ask_facts"
    REJECT = "reject"
    MERGE = "merge"
    ASSIGN = "assign"
    SIGN = "sign"
    RETURN = "return"
    SETTLE = "settle"
    SUSPEND = "suspend"
    RESUME = "resume"
    ESCALATE = "escalate"
    WHISTLE = "whistle"
    ANSWER = "answer"
    ARRIVE = "arrive"
    PASS_CHECK = "pass_check"  # noqa: S105
    REWORK = "rework"
    CLOSE = "close"
    REOPEN = "reopen"
    ARCHIVE = "archive"
    VOID = "void"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table of moves. `target` None: the state stays. `by_other`: not the one who handled it."""

    sources: frozenset[State]
    target: State | None
    permission: Permission
    needs_reason: bool = False
    by_other: bool = False


def _move(sources: str, target: State | None, permission: Permission, **flags: bool) -> Move:
    return Move(frozenset(State(name) for name in sources.split()), target, permission, **flags)


_WHISTLED = "registered dispatched handling escalated suspended"

MOVES: dict[Verb, Move] = {
    Verb.SUBMIT: _move("draft reported", State.PENDING_TRIAGE, Permission.REPORT),
    Verb.SELF_HANDLE: _move("reported", State.SELF_HANDLED, Permission.HANDLE),
    Verb.HAND_IN: _move("self_handled", State.PENDING_VERIFY, Permission.HANDLE),
    Verb.SKIP_CHECK: _move("self_handled", State.PENDING_CALLBACK, Permission.TRIAGE),
    Verb.ACCEPT: _move("pending_triage", State.REGISTERED, Permission.TRIAGE),
    Verb.ASK_FACTS: _move("pending_triage", State.REPORTED, Permission.TRIAGE, needs_reason=True),
    Verb.REJECT: _move("pending_triage", State.REJECTED, Permission.TRIAGE, needs_reason=True),
    Verb.MERGE: _move("pending_triage", State.MERGED, Permission.TRIAGE, needs_reason=True),
    Verb.ASSIGN: _move("registered escalated", State.DISPATCHED, Permission.TRIAGE),
    Verb.SIGN: _move("dispatched", State.HANDLING, Permission.HANDLE),
    Verb.RETURN: _move("dispatched", State.REGISTERED, Permission.HANDLE, needs_reason=True),
    Verb.SETTLE: _move("handling", State.PENDING_VERIFY, Permission.HANDLE),
    Verb.SUSPEND: _move("handling", State.SUSPENDED, Permission.TRIAGE, needs_reason=True),
    Verb.RESUME: _move("suspended", State.HANDLING, Permission.TRIAGE),
    Verb.ESCALATE: _move("registered handling", State.ESCALATED, Permission.TRIAGE, needs_reason=True),
    Verb.WHISTLE: _move(_WHISTLED, None, Permission.WHISTLE),
    Verb.ANSWER: _move(_WHISTLED, None, Permission.HANDLE),
    Verb.ARRIVE: _move(_WHISTLED, None, Permission.HANDLE),
    Verb.PASS_CHECK: _move("pending_verify", State.PENDING_CALLBACK, Permission.CLOSE, by_other=True),
    Verb.REWORK: _move(
        "pending_verify pending_callback", State.HANDLING, Permission.CLOSE, needs_reason=True, by_other=True
    ),
    Verb.CLOSE: _move("pending_callback", State.CLOSED, Permission.CLOSE, by_other=True),
    Verb.REOPEN: _move("closed", State.REGISTERED, Permission.TRIAGE, needs_reason=True),
    Verb.ARCHIVE: _move("closed", State.ARCHIVED, Permission.CLOSE),
    Verb.VOID: _move("draft", State.VOID, Permission.REPORT, needs_reason=True),
}
"""Every move there is. What is not in this table cannot happen."""


def is_overdue(due_at: datetime | None, now: datetime, *, is_open: bool) -> bool:
    """The one definition of overdue: open, and past the deadline; at the very moment of it still in time."""
    return is_open and due_at is not None and due_at < now


class Clock(StrEnum):
    """How a demand stands to its deadline; shown as shape, word and colour, the same on every screen."""

    LATE = "late"
    NEAR = "near"
    IN_TIME = "in_time"
    SUSPENDED = "suspended"
    DONE = "done"


def clock_of(state: State, due_at: datetime | None, now: datetime, near: timedelta) -> Clock:
    """The clock of a demand: late after its deadline, near within `near` before it; suspended until its date."""
    if state not in OPEN or due_at is None:
        return Clock.DONE
    if is_overdue(due_at, now, is_open=True):
        return Clock.LATE
    if state is State.SUSPENDED:
        return Clock.SUSPENDED
    return Clock.NEAR if due_at - now <= near else Clock.IN_TIME


def _quoted(states: frozenset[State]) -> str:
    return ", ".join(f"'{state.value}'" for state in sorted(states))


def _scope_indexes() -> list[Index]:
    """Two indexes for each depth: the open demands by deadline, and all by the day they came in."""
    indexes = []
    for depth in range(1, MAX_DEPTH + 1):
        column = f"a{depth}_id"
        live = text("is_open")
        filled = text(f"{column} IS NOT NULL")
        indexes += [
            Index(f"ix_demands_open_{column}", column, "due_at", "is_open", sqlite_where=live, postgresql_where=live),
            Index(
                f"ix_demands_all_{column}", column, "reported_at", "settled_at", "due_at", "is_open", "self_settled",
                "received", sqlite_where=filled, postgresql_where=filled,
            ),
        ]  # fmt: skip
    return indexes


class Category(Base, table=True):
    """A node of the category tree. `words` are the words that suggest it, separated by spaces."""

    __tablename__ = "categories"

    id: int | None = id_field()
    code: str = Field(unique=True, max_length=80)
    name: str
    name_en: str
    parent_id: int | None = key_to("categories.id", nullable=True)
    words: str = ""
    sort: int = 0


class Demand(Base, table=True):
    """One demand as it stands now: a projection of its events.

    `a1_id`..`a8_id` are the units it was filed under, by depth; a later reorganisation never touches them.
    `level` is the level key of who holds it now. `due_at` is the deadline to settle it (the end of the suspension
    while suspended), `level_due_at` the present level's own clock. `received` is false for drafts and void ones.
    """

    __tablename__ = "demands"
    __table_args__ = (
        CheckConstraint(f"is_open = (state IN ({_quoted(OPEN)}))", name="is_open"),
        CheckConstraint(f"(settled_at IS NOT NULL) = (state IN ({_quoted(SETTLED)}))", name="settled_at"),
        CheckConstraint("NOT is_open OR due_at IS NOT NULL", name="due_at"),
        CheckConstraint("received = (state NOT IN ('draft', 'void'))", name="received"),
        CheckConstraint("settled_at IS NULL OR settled_at >= reported_at", name="settled_after_reported"),
        CheckConstraint("longitude IS NULL OR longitude BETWEEN -180 AND 180", name="longitude"),
        CheckConstraint("latitude IS NULL OR latitude BETWEEN -90 AND 90", name="latitude"),
        *_scope_indexes(),
        Index("ix_demands_unit_id", "unit_id", "reported_at"),
        Index("ix_demands_reported_at", "reported_at"),
        Index("ix_demands_content_key", "content_key"),
        Index(
            "ix_demands_open_department_id",
            "department_id",
            "due_at",
            sqlite_where=text("is_open"),
            postgresql_where=text("is_open"),
        ),
    )

    id: int | None = id_field()
    reference: str = Field(unique=True, max_length=40)
    external_id: str | None = Field(default=None, unique=True, max_length=120)
    content_key: str | None = Field(default=None, max_length=64)
    title: str
    text: str
    category_id: int = key_to("categories.id", index=True)
    urgency: Urgency = Field(sa_column=Column(enum_type(Urgency, "urgency"), nullable=False))
    source: Source = Field(sa_column=Column(enum_type(Source, "source"), nullable=False))
    unit_id: int = key_to("units.id")
    a1_id: int | None = Field(default=None, sa_type=BigId)
    a2_id: int | None = Field(default=None, sa_type=BigId)
    a3_id: int | None = Field(default=None, sa_type=BigId)
    a4_id: int | None = Field(default=None, sa_type=BigId)
    a5_id: int | None = Field(default=None, sa_type=BigId)
    a6_id: int | None = Field(default=None, sa_type=BigId)
    a7_id: int | None = Field(default=None, sa_type=BigId)
    a8_id: int | None = Field(default=None, sa_type=BigId)
    placed: bool = True
    place: str | None = None
    longitude: float | None = None
    latitude: float | None = None
    reporter: str | None = None
    reporter_phone: str | None = None
    state: State = Field(sa_column=Column(enum_type(State, "state"), nullable=False))
    is_open: bool = Field(sa_type=Boolean)
    received: bool = Field(sa_type=Boolean)
    level: str = Field(max_length=32)
    holder_unit_id: int | None = key_to("units.id", nullable=True)
    holder_id: int | None = key_to("people.id", nullable=True)
    department_id: int | None = key_to("departments.id", nullable=True)
    handled_by_id: int | None = key_to("accounts.id", nullable=True)
    returned_by_id: int | None = key_to("accounts.id", nullable=True)
    merged_into_id: int | None = key_to("demands.id", nullable=True)
    reported_at: datetime = moment_field()
    due_at: datetime | None = moment_field(nullable=True)
    level_since: datetime = moment_field()
    level_due_at: datetime | None = moment_field(nullable=True)
    settled_at: datetime | None = moment_field(nullable=True)
    settled_level: str | None = Field(default=None, max_length=32)
    self_settled: bool = False
    closed_at: datetime | None = moment_field(nullable=True)
    event_count: int = Field(default=0, sa_type=Integer)
    version: int = Field(default=1, sa_type=Integer)


Demand.__mapper__.version_id_col = Demand.__table__.c.version  # type: ignore[attr-defined]


class DemandEvent(Base, table=True):
    """One move of one demand: who, when, from, to, why, and in `facts` (JSON) every column of the demand it changed.

    Applying the facts of all events in the order of `seq` rebuilds the demand.
    """

    __tablename__ = "demand_events"
    __table_args__ = (
        UniqueConstraint("demand_id", "seq"),
        Index(
            "uq_demand_events_idempotency_key",
            "idempotency_key",
            unique=True,
            sqlite_where=text("idempotency_key IS NOT NULL"),
            postgresql_where=text("idempotency_key IS NOT NULL"),
        ),
    )

    id: int | None = id_field()
    demand_id: int = key_to("demands.id")
    seq: int
    at: datetime = moment_field()
    verb: Verb = Field(sa_column=Column(enum_type(Verb, "verb"), nullable=False))
    from_state: State | None = Field(default=None, sa_column=Column(enum_type(State, "from_state"), nullable=True))
    to_state: State = Field(sa_column=Column(enum_type(State, "to_state"), nullable=False))
    account_id: int | None = key_to("accounts.id", nullable=True)
    actor_name: str
    reason: str | None = None
    facts: str = "{}"
    idempotency_key: str | None = Field(default=None, max_length=80)


class Whistle(Base, table=True):
    """One department called to one demand: when it was asked, answered and came. Lead or assisting."""

    __tablename__ = "whistles"
    __table_args__ = (
        UniqueConstraint("demand_id", "department_id"),
        Index("ix_whistles_department_id", "department_id"),
        CheckConstraint("answered_at IS NULL OR answered_at >= asked_at", name="answered_at"),
        CheckConstraint("arrived_at IS NULL OR answered_at IS NOT NULL", name="arrived_at"),
    )

    id: int | None = id_field()
    demand_id: int = key_to("demands.id")
    department_id: int = key_to("departments.id")
    lead: bool
    asked_at: datetime = moment_field()
    answer_due_at: datetime = moment_field()
    answered_at: datetime | None = moment_field(nullable=True)
    arrived_at: datetime | None = moment_field(nullable=True)
    answer: str | None = None


class SavedView(Base, table=True):
    """A queue filter one account keeps under a name; `filters` is JSON."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    id: int | None = id_field()
    account_id: int = key_to("accounts.id")
    name: str = Field(max_length=40)
    filters: str
