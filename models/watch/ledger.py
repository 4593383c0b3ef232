"""The ledger of the watch-list: one entry a time a unit was entered, one event for each thing done about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Index, Integer, UniqueConstraint, text
from sqlmodel import Field

from models.base import Base, enum_type, id_field, key_to, moment_field


class WatchState(StrEnum):
    """Where a unit of the list stands."""

    ON_LIST = "on_list"
    ACCEPTED = "accepted"
    LEFT = "left"
    WITHDRAWN = "withdrawn"


LISTED = frozenset({WatchState.ON_LIST, WatchState.ACCEPTED})
"""On the list now; accepted by the town, but not out before the rules let it."""


class WatchVerb(StrEnum):
    """What may be done about a unit of the list. Each is one event."""

    ENTER = "enter"
    PROBLEM = "problem"
    MEASURE = "measure"
    RESCHEDULE = "reschedule"
    DONE = "done"
    UNDONE = "undone"
    DROP = "drop"
    HELP = "help"
    EVIDENCE = "evidence"
    ACCEPT = "accept"
    SEND_BACK = "send_back"
    LEAVE = "leave"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class WatchMove:
    """One row of the table. `target` None: the state stays. `from_above`: only by someone who stands above the unit."""

    sources: frozenset[WatchState]
    target: WatchState | None = None
    from_above: bool = False


_ON, _EITHER = frozenset({WatchState.ON_LIST}), LISTED

WATCH_MOVES: dict[WatchVerb, WatchMove] = {
    WatchVerb.PROBLEM: WatchMove(_EITHER),
    WatchVerb.MEASURE: WatchMove(_EITHER),
    WatchVerb.RESCHEDULE: WatchMove(_EITHER),
    WatchVerb.DONE: WatchMove(_EITHER),
    WatchVerb.UNDONE: WatchMove(_EITHER),
    WatchVerb.DROP: WatchMove(_EITHER),
    WatchVerb.HELP: WatchMove(_EITHER, from_above=True),
    WatchVerb.EVIDENCE: WatchMove(_EITHER),
    WatchVerb.ACCEPT: WatchMove(_ON, WatchState.ACCEPTED, from_above=True),
    WatchVerb.SEND_BACK: WatchMove(frozenset({WatchState.ACCEPTED}), WatchState.ON_LIST, from_above=True),
    WatchVerb.LEAVE: WatchMove(frozenset({WatchState.ACCEPTED}), WatchState.LEFT, from_above=True),
    WatchVerb.WITHDRAW: WatchMove(_ON, WatchState.WITHDRAWN, from_above=True),
}
"""Every move there is but the first, to enter. What is not in this table cannot happen."""


class WatchEntry(Base, table=True):
    """One time a unit was on the list. Every column but the first three follows from its events.

    `relapse_of_id` is the earlier entry where the unit came back within the years the profile says.
    """

    __tablename__ = "watch_entries"
    __table_args__ = (
        Index(
            "uq_watch_entries_unit_id_listed", "unit_id", unique=True,
            sqlite_where=text("state IN ('on_list', 'accepted')"),
            postgresql_where=text("state IN ('on_list', 'accepted')"),
        ),
        Index("ix_watch_entries_unit_id", "unit_id"),
    )  # fmt: skip

    id: int | None = id_field()
    reference: str = Field(unique=True, max_length=40)
    unit_id: int = key_to("units.id")
    state: WatchState = Field(sa_column=Column(enum_type(WatchState, "state"), nullable=False))
    entered_at: datetime = moment_field()
    accepted_at: datetime | None = moment_field(nullable=True)
    ended_at: datetime | None = moment_field(nullable=True)
    relapse_of_id: int | None = key_to("watch_entries.id", nullable=True)
    event_count: int = Field(default=0, sa_type=Integer)
    version: int = Field(default=1, sa_type=Integer)


WatchEntry.__mapper__.version_id_col = WatchEntry.__table__.c.version  # type: ignore[attr-defined]


class WatchEvent(Base, table=True):
    """One thing done about a unit of the list. `about` is the `seq` of the problem or the measure it speaks of.

    `day` is a measure's day, the day it was done, or the Monday of a week's evidence; `kind` a kind of help; person or
    department: who answers for the measure, who helps. `facts` (JSON) holds the figures the rules looked at.
    """

    __tablename__ = "watch_events"
    __table_args__ = (
        UniqueConstraint("entry_id", "seq"),
        CheckConstraint("person_id IS NULL OR department_id IS NULL", name="who"),
        Index(
            "uq_watch_events_idempotency_key", "idempotency_key", unique=True,
            sqlite_where=text("idempotency_key IS NOT NULL"), postgresql_where=text("idempotency_key IS NOT NULL"),
        ),
        Index("ix_watch_events_department_id", "department_id"),
    )  # fmt: skip

    id: int | None = id_field()
    entry_id: int = key_to("watch_entries.id")
    seq: int
    at: datetime = moment_field()
    verb: WatchVerb = Field(sa_column=Column(enum_type(WatchVerb, "verb"), nullable=False))
    to_state: WatchState = Field(sa_column=Column(enum_type(WatchState, "to_state"), nullable=False))
    account_id: int | None = key_to("accounts.id", nullable=True)
    actor_name: str
    text: str = ""
    about: int | None = None
    day: date | None = None
    kind: str | None = Field(default=None, max_length=40)
    person_id: int | None = key_to("people.id", nullable=True)
    department_id: int | None = key_to("departments.id", nullable=True)
    facts: str = "{}"
    idempotency_key: str | None = Field(default=None, max_length=80)


def monday(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def missing_weeks(entered_on: date, until: date, weeks: Iterable[date]) -> list[date]:
    """The Mondays of the whole weeks after the one of the entry, over before `until`, that are not among `weeks`."""
    told, week, missing = set(weeks), monday(entered_on) + timedelta(days=7), []
    while week + timedelta(days=7) <= until:
        if week not in told:
            missing.append(week)
        week += timedelta(days=7)
    return missing
