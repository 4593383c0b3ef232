"""The states of a demand, and the pure rules about how it stands to its clock."""

from datetime import datetime, timedelta
from enum import StrEnum


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

RUNNING = OPEN - {State.SUSPENDED}
"""The open states whose clock runs; while suspended it stands still."""

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
