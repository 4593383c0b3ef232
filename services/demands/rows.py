"""What reading demands gives back, and what a queue may be narrowed to and sorted by."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from models.demands import Arrival, Satisfaction, Source, State, Urgency, Verb

PAGE_SIZE = 50
"""How many demands a page of the queue has."""


class Order(StrEnum):
    """How a queue is sorted; ties by reference."""

    DEADLINE = "deadline"
    URGENCY = "urgency"
    NEWEST = "newest"


class Fact(StrEnum):
    """What rates count and no other filter names: the facts of services.counters.facts."""

    REWORKED = "reworked"
    AWAITED = "awaited"
    PROMPT = "prompt"
    JUDGED = "judged"
    CALLED = "called"
    VALID = "valid"
    CONTACTED = "contacted"
    SOLVED = "solved"
    PARTLY = "partly"
    UNSOLVED = "unsolved"
    SATISFIED = "satisfied"
    BASICALLY = "basically"
    DISSATISFIED = "dissatisfied"
    NO_OPINION = "no_opinion"


ANY_DEPARTMENT = "*"
"""In a filter: whichever department."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a queue is narrowed to; None or empty means everything.

    `open_only` keeps what is not settled; `overdue` what is late at `now`; `near_until` what is neither late nor
    suspended and falls due not later than that; `due_from` and `due_to` bound the open ones' deadline.
    `unit_id` is a subtree, `category_id` a class with its parts, `text` is looked for in reference, title, text and
    place. `reported_from` and `reported_to` (exclusive) bound when it came in, without drafts; `settled` says whether
    it was settled, from `settled_from` and before `settled_to` where they are given. `limit_from` (exclusive)
    and `limit_to` bound the limit of all that were settled or are late by now, for 24:00 ends its day; `kept` says
    whether they kept it; `on_the_spot` whether the grid settled it by itself. `excluded` says whether it is taken out
    of the assessment; `assessed` narrows to what an assessment counts: without excluded ones, and where it is about the
    limit without those whose lateness was waived on appeal. `urged` are open ones that were urged since who holds them
    has them.
    `reworked_to` keeps what was put back to work before it, `closed_from` to `called_to` bound when it was closed and
    when the villager last spoke of it, or was last tried (ends exclusive); `fact` is what rates count of them.
    `department` is the code of who holds it, or held it when it was settled, or ANY_DEPARTMENT.
    """

    unit_id: int | None = None
    state: State | None = None
    category_id: int | None = None
    urgency: Urgency | None = None
    level: str | None = None
    text: str = ""
    open_only: bool = True
    overdue: bool = False
    near_until: datetime | None = None
    due_from: datetime | None = None
    due_to: datetime | None = None
    mine: bool = False
    new: bool = False
    unanswered: bool = False
    whistled: bool = False
    unplaced: bool = False
    reported_from: datetime | None = None
    reported_to: datetime | None = None
    settled: bool | None = None
    settled_from: datetime | None = None
    settled_to: datetime | None = None
    limit_from: datetime | None = None
    limit_to: datetime | None = None
    kept: bool | None = None
    on_the_spot: bool | None = None
    excluded: bool | None = None
    assessed: bool = False
    urged: bool = False
    fact: Fact | None = None
    reworked_to: datetime | None = None
    closed_from: datetime | None = None
    closed_to: datetime | None = None
    called_from: datetime | None = None
    called_to: datetime | None = None
    department: str | None = None


@dataclass(frozen=True, slots=True)
class DemandRow:
    """One line of a queue. `reporter` is masked. `village` is the ancestor at the profile's ranking level.

    `excluded_code` says why no assessment counts it, `waived_at` since when its lateness counts in none.
    """

    id: int
    reference: str
    title: str
    state: State
    urgency: Urgency
    is_open: bool
    due_at: datetime | None
    reported_at: datetime
    settled_at: datetime | None
    level: str
    level_since: datetime
    version: int
    reporter: str | None
    category: str
    category_en: str
    unit_id: int
    unit: str
    unit_en: str
    village: str | None
    village_en: str | None
    holder_unit: str | None
    holder_unit_en: str | None
    holder: str | None
    department: str | None
    department_en: str | None
    placed: bool
    excluded_code: str | None
    waived_at: datetime | None
    suspended_until: datetime | None
    level_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class SimilarRow:
    """A demand of the same category near another one: what came of it. `unit` is where it was filed."""

    reference: str
    title: str
    state: State
    due_at: datetime | None
    reported_at: datetime
    settled_at: datetime | None
    unit: str
    unit_en: str
    suspended_until: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a queue with the exact total of all pages and how many of them are overdue."""

    rows: list[DemandRow]
    total: int
    overdue: int


@dataclass(frozen=True, slots=True)
class EventRow:
    """One line of a demand's history. `facts` are the columns it changed and its notes, ids as stored."""

    at: datetime
    verb: Verb
    from_state: State | None
    to_state: State
    actor: str
    reason: str | None
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class HeldRow:
    """How long a demand was with one level (a level key), or with one department standing at it."""

    level: str
    department_id: int | None
    span: timedelta


@dataclass(frozen=True, slots=True)
class WhistleRow:
    """One call to a department (`number`) and what came of it; `level` is the one the department stands at."""

    demand_id: int
    department_id: int
    department: str
    department_en: str
    lead: bool
    asked_at: datetime
    answer_due_at: datetime
    answered_at: datetime | None
    arrived_at: datetime | None
    answer: str | None
    number: int
    level: str
    arrival: Arrival | None
    did: str | None
    rating: Satisfaction | None
    rating_reason: str | None
    justified: bool | None
    justified_reason: str | None


@dataclass(frozen=True, slots=True)
class DetailRow:
    """One demand as one person may see it: names and phones masked unless they are in the person's own scope.

    `answered_at` is when somebody signed for it or answered, `on_scene_at` when the first person came; `outside` says
    that an outside body has it: the site's people record its steps. `unit_names` and `department_names` say the ids in
    the events' facts in both languages (Chinese, English).
    """

    row: DemandRow
    text: str
    place: str | None
    longitude: float | None
    latitude: float | None
    reporter: str | None
    reporter_phone: str | None
    source: Source
    village_id: int | None
    category_code: str
    category_parent: str | None
    category_parent_en: str | None
    holder_unit_id: int | None
    department_id: int | None
    returned_by_me: bool
    handled_by_me: bool
    merged_into: str | None
    events: list[EventRow]
    whistles: list[WhistleRow]
    answered_at: datetime | None
    on_scene_at: datetime | None
    outside: bool
    unit_names: dict[int, tuple[str, str]]
    department_names: dict[int, tuple[str, str]]
