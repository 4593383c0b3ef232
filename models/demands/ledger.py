"""The ledger's tables: categories, demands and their append-only history."""

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, UniqueConstraint, text
from sqlmodel import Field

from models.base import Base, BigId, enum_type, id_field, key_to, moment_field
from models.demands.callbacks import Reached, Satisfaction, Solved
from models.demands.moves import Verb
from models.demands.states import OPEN, SETTLED, Source, State, Urgency
from models.units import MAX_DEPTH

PATH = tuple(f"a{depth}_id" for depth in range(1, MAX_DEPTH + 1))
"""The columns of a demand that name the units it was filed under, from the top."""


def _quoted(states: frozenset[State]) -> str:
    return ", ".join(f"'{state.value}'" for state in sorted(states))


def _scope_indexes() -> list[Index]:
    """Two indexes for each depth: the open demands by deadline, and all by the day they came in.

    The open ones are few, so their index holds what boards and figures ask of each, and no row of the table is read.
    """
    indexes = []
    for column in PATH:
        filled, live = text(f"{column} IS NOT NULL"), text(f"is_open AND {column} IS NOT NULL")
        indexes += [
            Index(
                f"ix_demands_open_{column}", column, "is_open", "due_at", "level", "state", "urgency", "category_id",
                "reported_at", "level_since", sqlite_where=live, postgresql_where=live,
            ),
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
    `level` is the level key of who holds it now, `escalated_to` the highest level it has climbed to. `due_at` is the
    deadline to settle it, `answer_due_at` the one to sign for it or answer, `level_due_at` the present level's own
    clock; all three follow from the events. `suspended_until` is when its clocks run again. `warned_at` is when the
    sweep warned of the present level's clock. `on_scene_at` is when the first person came. `called_at` and `reached`
    are of the last attempt to call back; `solved`, `satisfied` and `contacted` are the villager's last word, said at
    `heard_at`: a later attempt that reaches nobody does not take it away. `excluded_code` says why no assessment counts
    it, `waived_at` when an appeal was granted: its being late then counts in no assessment. `first_answered_at` is the
    very first answer and `reworked_at` when it was first put back to work; both outlast being opened again, for rates.
    `received` is false for drafts and void ones.
    """

    __tablename__ = "demands"
    __table_args__ = (
        CheckConstraint(f"is_open = (state IN ({_quoted(OPEN)}))", name="is_open"),
        CheckConstraint(f"(settled_at IS NOT NULL) = (state IN ({_quoted(SETTLED)}))", name="settled_at"),
        CheckConstraint("NOT is_open OR due_at IS NOT NULL", name="due_at"),
        CheckConstraint("suspended_until IS NULL OR state = 'suspended'", name="suspended_until"),
        CheckConstraint("received = (state NOT IN ('draft', 'void'))", name="received"),
        CheckConstraint("settled_at IS NULL OR settled_at >= reported_at", name="settled_after_reported"),
        CheckConstraint("longitude IS NULL OR longitude BETWEEN -180 AND 180", name="longitude"),
        CheckConstraint("latitude IS NULL OR latitude BETWEEN -90 AND 90", name="latitude"),
        *_scope_indexes(),
        Index("ix_demands_unit_id", "unit_id", "reported_at"),
        Index("ix_demands_reported_at", "reported_at"),
        Index("ix_demands_content_key", "content_key"),
        Index(
            "ix_demands_open_level_due_at",
            "level_due_at",
            sqlite_where=text("is_open"),
            postgresql_where=text("is_open"),
        ),
        Index(
            "ix_demands_suspended_until",
            "suspended_until",
            sqlite_where=text("state = 'suspended'"),
            postgresql_where=text("state = 'suspended'"),
        ),
        Index(
            "ix_demands_waiting",
            "state",
            "settled_at",
            *PATH,
            sqlite_where=text("settled_at IS NOT NULL AND closed_at IS NULL"),
            postgresql_where=text("settled_at IS NOT NULL AND closed_at IS NULL"),
        ),
        Index(
            "ix_demands_on_scene",
            "reported_at",
            *PATH,
            sqlite_where=text("on_scene_at IS NOT NULL"),
            postgresql_where=text("on_scene_at IS NOT NULL"),
        ),
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
    answer_due_at: datetime | None = moment_field(nullable=True)
    answered_at: datetime | None = moment_field(nullable=True)
    first_answered_at: datetime | None = moment_field(nullable=True)
    suspended_until: datetime | None = moment_field(nullable=True)
    level_since: datetime = moment_field()
    level_due_at: datetime | None = moment_field(nullable=True)
    escalated_to: str | None = Field(default=None, max_length=32)
    warned_at: datetime | None = moment_field(nullable=True)
    on_scene_at: datetime | None = moment_field(nullable=True)
    settled_at: datetime | None = moment_field(nullable=True)
    settled_level: str | None = Field(default=None, max_length=32)
    self_settled: bool = False
    closed_at: datetime | None = moment_field(nullable=True)
    reworked_at: datetime | None = moment_field(nullable=True)
    called_at: datetime | None = moment_field(nullable=True)
    reached: Reached | None = Field(default=None, sa_column=Column(enum_type(Reached, "reached"), nullable=True))
    heard_at: datetime | None = moment_field(nullable=True)
    solved: Solved | None = Field(default=None, sa_column=Column(enum_type(Solved, "solved"), nullable=True))
    satisfied: Satisfaction | None = Field(
        default=None, sa_column=Column(enum_type(Satisfaction, "satisfied"), nullable=True)
    )
    contacted: bool | None = None
    excluded_code: str | None = Field(default=None, max_length=32)
    waived_at: datetime | None = moment_field(nullable=True)
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
        Index(
            "ix_demand_events_urged",
            "demand_id",
            "at",
            sqlite_where=text("verb = 'urge'"),
            postgresql_where=text("verb = 'urge'"),
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
