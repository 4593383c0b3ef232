"""The clocks of a demand as its events tell them: to answer, to settle, and the present level's own.

Events keep what a clock needs in their facts: `limit`, `answer_limit` and `level_limit` where clocks start (report,
import, reopen, escalate), the new `limit` and `level_limit` of an extension, `suspended_until` of a suspension.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from models.demands import Urgency, Verb
from models.limits import Limit
from models.profiles import Profile
from services import deadlines
from services.deadlines import Pause, Sum

COLUMNS = ("answer_due_at", "due_at", "level_due_at")
"""The columns of a demand that follow from its clocks."""

FRESH = frozenset({Verb.REPORT, Verb.IMPORT, Verb.REOPEN})
"""Events that start all clocks anew."""


Columns = dict[str, Any]
Limits = dict[str, str]


class Told(Protocol):
    """An event with its facts decoded."""

    @property
    def at(self) -> datetime:
        """When it happened."""

    @property
    def verb(self) -> Verb:
        """What was done."""

    @property
    def facts(self) -> Mapping[str, Any]:
        """What it changed and noted."""


@dataclass(frozen=True, slots=True)
class Next:
    """An event about to be written."""

    at: datetime
    verb: Verb
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Running:
    """One clock: its start with a limit, or a deadline that was given; `extended_by` units are of extensions."""

    start: datetime
    limit: Limit | None
    given: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    extended_by: int = 0

    def sum(self, profile: Profile) -> Sum | None:
        """Where it ends and why; None for a clock that never started (an import without a deadline)."""
        if self.limit is not None:
            return deadlines.of_limit(profile, self.start, self.limit, self.pauses, extended_by=self.extended_by)
        return deadlines.of_given(self.given, self.pauses) if self.given is not None else None

    def due_at(self, profile: Profile) -> datetime | None:
        """Where it ends."""
        found = self.sum(profile)
        return found.due_at if found is not None else None


@dataclass(frozen=True, slots=True)
class Clocks:
    """The three clocks of a demand."""

    answer: Running
    solve: Running
    level: Running

    def due(self, profile: Profile) -> Columns:
        """The columns of a demand that follow from its clocks."""
        return {
            "answer_due_at": self.answer.due_at(profile), "due_at": self.solve.due_at(profile),
            "level_due_at": self.level.due_at(profile),
        }  # fmt: skip


def starting(profile: Profile, at: datetime, urgency: Urgency, category: str, level: str) -> tuple[Columns, Limits]:
    """What an event that starts all clocks says: the three deadlines as columns, the limits as notes.

    `category` is a code, `level` the level that holds the demand first.
    """
    own, of_level = profile.clock(urgency, category), profile.clock(urgency, category, level)
    found = Clocks(Running(at, own.answer), Running(at, own.solve), Running(at, of_level.solve))
    limits = {"limit": str(own.solve), "answer_limit": str(own.answer), "level_limit": str(of_level.solve)}
    return found.due(profile), limits


def hopping(profile: Profile, at: datetime, urgency: Urgency, category: str, level: str) -> tuple[Columns, Limits]:
    """What an escalation says: the new level's own clock runs from it; the demand's deadline stays as it was."""
    limit = profile.clock(urgency, category, level).solve
    return {"level_due_at": deadlines.due_at(profile, at, limit)}, {"level_limit": str(limit)}


def of_events(events: Sequence[Told], reported_at: datetime) -> Clocks | None:
    """The clocks after all events, oldest first; None before the first. Every event's facts must be decoded."""
    found: Clocks | None = None
    for event in events:
        found = _after(found, event, reported_at)
    return found


def due_after(profile: Profile, events: Sequence[Told], following: Next, reported_at: datetime) -> Columns:
    """The deadlines as one more event would leave them."""
    found = of_events([*events, following], reported_at)
    return found.due(profile) if found is not None else {}


def _after(clocks: Clocks | None, event: Told, reported_at: datetime) -> Clocks | None:
    facts = event.facts
    if event.verb in FRESH:
        return _started(clocks, event, event.at if event.verb is Verb.REOPEN else reported_at)
    if clocks is None:
        return None
    if event.verb is Verb.ESCALATE and facts.get("level_limit"):
        return replace(clocks, level=Running(event.at, Limit.parse(facts["level_limit"])))
    if event.verb is Verb.EXTEND:
        return _extended(clocks, facts)
    if event.verb is Verb.SUSPEND and facts.get("suspended_until"):
        return _each(clocks, (Pause(event.at, datetime.fromisoformat(str(facts["suspended_until"]))),))
    return _ended(clocks, event.at) if event.verb is Verb.RESUME else clocks


def _started(clocks: Clocks | None, event: Told, start: datetime) -> Clocks | None:
    facts = event.facts
    if not {"limit", "due_at"} & facts.keys():
        return clocks  # an import that changed only words
    return Clocks(*(
        Running(start, Limit.parse(facts[limit]) if facts.get(limit) else None, given=facts.get(given))
        for limit, given in (("answer_limit", "answer_due_at"), ("limit", "due_at"), ("level_limit", "level_due_at"))
    ))  # fmt: skip


def _extended(clocks: Clocks, facts: Mapping[str, Any]) -> Clocks:
    """The demand's clock, and the level's with it. A deadline that was given is given anew."""
    return replace(
        clocks, solve=_longer(clocks.solve, facts.get("limit"), facts.get("due_at")),
        level=_longer(clocks.level, facts.get("level_limit"), facts.get("level_due_at")),
    )  # fmt: skip


def _longer(clock: Running, limit: str | None, given: datetime | None) -> Running:
    if limit is None:
        return replace(clock, given=given, pauses=()) if clock.limit is None else clock
    longer = Limit.parse(limit)
    before = clock.limit.amount - clock.extended_by if clock.limit is not None else longer.amount
    return replace(clock, limit=longer, extended_by=longer.amount - before)


def _each(clocks: Clocks, pauses: tuple[Pause, ...]) -> Clocks:
    return Clocks(*(
        replace(clock, pauses=(*clock.pauses, *pauses)) for clock in (clocks.answer, clocks.solve, clocks.level)
    ))  # fmt: skip


def _ended(clocks: Clocks, at: datetime) -> Clocks:
    """A suspension that ended before its date paused the clocks only until then."""
    return Clocks(*(
        replace(clock, pauses=(*clock.pauses[:-1], Pause(clock.pauses[-1].start, min(clock.pauses[-1].end, at))))
        if clock.pauses and clock.pauses[-1].start <= at
        else clock
        for clock in (clocks.answer, clocks.solve, clocks.level)
    ))  # fmt: skip
