"""One demand of the demonstration as it lives: its columns now and the legal moves that brought it there."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from models.demands import MOVES, SETTLED, Arrival, Satisfaction, Source, State, Urgency, Verb
from models.profiles import Profile
from services.demands import clocks, history

ANSWERING = frozenset({Verb.SIGN, Verb.SELF_HANDLE, Verb.ANSWER})


class Over(Exception):
    """The next move lies after the present: the demand stands as it is."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One event: person by index in the crew."""

    at: datetime
    verb: Verb
    before: State | None
    after: State
    person: int
    reason: str | None
    facts: dict[str, Any]


@dataclass(slots=True)
class Called:
    """One whistle to one department (code)."""

    department: str
    lead: bool
    asked_at: datetime
    answer_due_at: datetime
    answered_at: datetime | None = None
    arrived_at: datetime | None = None
    answer: str | None = None
    arrival: Arrival | None = None
    did: str | None = None
    rating: Satisfaction | None = None
    rated_at: datetime | None = None
    rating_reason: str | None = None
    justified: bool | None = None
    justified_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    """Stands for the id of another case until it is stored."""

    case: int


@dataclass(slots=True)
class Case:
    """A demand to be stored. `place` and `village` are indexes of places, `columns` the projected columns."""

    place: int
    village: int
    category: str
    urgency: Urgency
    source: Source
    title: str
    text: str
    spot: str
    reporter: str
    phone: str
    reported_at: datetime
    now: datetime
    columns: dict[str, Any]
    limits: dict[str, str]
    events: list[Moved] = field(default_factory=list)
    whistles: list[Called] = field(default_factory=list)
    calls: list[Any] = field(default_factory=list)
    handler: int | None = None

    @property
    def state(self) -> State:
        """Where it stands."""
        return State(self.columns["state"])

    @property
    def last_at(self) -> datetime:
        """When it last moved."""
        return self.events[-1].at

    def file(self, person: int) -> None:
        """The first event: reported, with every projected column and the limits its clocks run by."""
        facts = {**self.columns, **self.limits}
        self.events.append(Moved(self.reported_at, Verb.REPORT, None, State.REPORTED, person, None, facts))

    def go(
        self, verb: Verb, at: datetime, person: int, reason: str | None = None, *,
        changes: dict[str, Any] | None = None, notes: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """Make one move as services.demands.moves would. Raises Over for a future one, ValueError if illegal."""
        at = whole(at)
        if at > self.now:
            raise Over
        rule = MOVES[verb]
        if self.state not in rule.sources or (rule.needs_reason and not reason) or at < self.last_at:
            raise ValueError(f"{verb} at {at} in {self.state} after {self.last_at}")
        if rule.by_other and person == self.handler:
            raise ValueError(f"{verb} by who handled it")
        before, after = self.state, rule.target or self.state
        given = {key: whole(value) if isinstance(value, datetime) else value for key, value in (changes or {}).items()}
        changed = {**self._settlement(rule.target, at), **self._answer(verb, at), **given, "state": after}
        self.columns.update({key: value for key, value in changed.items() if key not in history.WORD})
        self.events.append(Moved(at, verb, before, after, person, reason, {**changed, **(notes or {})}))

    def _answer(self, verb: Verb, at: datetime) -> dict[str, Any]:
        told: dict[str, Any] = {}
        if verb in ANSWERING and self.columns["answered_at"] is None:
            told["answered_at"] = at
        if verb is Verb.SELF_HANDLE and self.columns["on_scene_at"] is None:
            told["on_scene_at"] = at
        return told

    def clocks_after(self, verb: Verb, at: datetime, facts: dict[str, Any], profile: Profile) -> dict[str, Any]:
        """The deadlines as one more event would leave them."""
        return clocks.due_after(profile, self.events, clocks.Next(whole(at), verb, facts), self.reported_at)

    def _settlement(self, target: State | None, at: datetime) -> dict[str, Any]:
        if target is None or (target in SETTLED) == (self.columns["settled_at"] is not None):
            return {}
        return history.settling(target, at, self.columns["level"], by_grid=target is State.SELF_HANDLED)


def whole(at: datetime) -> datetime:
    """The moment without its split seconds."""
    return at.replace(microsecond=0)
