"""What the watch-list takes and gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from models.watch import WatchMeasure, WatchRule, WatchState, WatchVerb


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure a rule looked at: `part` of `whole` from a day to a day, with the place among `of` units compared.

    `since` is the day a post became vacant. Everything the rule does not speak of is None.
    """

    from_day: date
    to_day: date
    part: float | None = None
    whole: int | None = None
    value: float | None = None
    place: int | None = None
    of: int | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule held against one unit's figures. `holds` None: too little data to say."""

    rule: WatchRule
    holds: bool | None
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A finding as an event keeps it: the rule's words of that day in both languages, and its figures."""

    measure: WatchMeasure
    zh: str
    en: str
    holds: bool | None
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A unit that published rules propose, with each of them; `relapse` where it was on the list within the years."""

    unit_id: int
    code: str
    unit: str
    unit_en: str
    findings: tuple[Finding, ...]
    relapse: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """That a unit is on the list now, for other screens."""

    reference: str
    state: WatchState
    relapse: bool


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event as it was written. `person` is masked for those who see no personal data."""

    seq: int
    at: datetime
    verb: WatchVerb
    to_state: WatchState
    account_id: int | None
    actor: str
    text: str
    about: int | None
    day: date | None
    kind: str | None
    person: str | None
    department: str | None
    department_en: str | None
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A measure of the plan. `late_days` whole days since its day passed, 0 while in time, done or dropped."""

    seq: int
    text: str
    first_due_on: date
    due_on: date
    done_on: date | None
    dropped: str | None
    who: str | None
    who_en: str | None
    late_days: int


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """A problem of the unit with its measures."""

    seq: int
    text: str
    measures: tuple[MeasureRow, ...]


@dataclass(frozen=True, slots=True)
class HelpRow:
    """Help of one kind of the profile's list: who, since when."""

    seq: int
    kind: str
    text: str
    who: str | None
    who_en: str | None
    given_on: date


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """What was shown for one week, named by its Monday."""

    week: date
    text: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What the events of one entry add up to: problems with measures, help, evidence, and the weeks without any."""

    problems: tuple[ProblemRow, ...]
    helps: tuple[HelpRow, ...]
    evidence: tuple[EvidenceRow, ...]
    missing: tuple[date, ...]

    @property
    def measures(self) -> list[MeasureRow]:
        """The measures that were not dropped."""
        return [row for problem in self.problems for row in problem.measures if row.dropped is None]


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A unit on the list, or once on it, as listed. `reasons` are what the rules said at the entry."""

    id: int
    reference: str
    unit_id: int
    code: str
    unit: str
    unit_en: str
    state: WatchState
    entered_at: datetime
    accepted_at: datetime | None
    ended_at: datetime | None
    relapse_of: str | None
    version: int
    reasons: tuple[Told, ...]
    measures: int
    done: int
    late: int
    missing: int
    helps: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One entry with everything about it. `leaving`: each rule to leave, held against today's figures.

    `writable`: whether this reader may write the plan; `from_above`: whether they stand above the unit.
    """

    row: EntryRow
    note: str
    plan: Plan
    leaving: tuple[Finding, ...]
    events: tuple[EventRow, ...]
    earlier: tuple[EntryRow, ...]
    writable: bool
    from_above: bool
    may_accept: bool
