"""What an analysis holds: rows of numbers, names of units and of those who serve; no text of any villager."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.demands import Satisfaction, Solved, State
from models.people import PostRole
from services.analyses.rules import Finding
from services.figures import FiguresRow, LevelsRow
from services.periods import Period
from services.rankings import RankRow
from services.rates import Counted
from services.units import UnitRow


@dataclass(frozen=True, slots=True)
class Situation:
    """A unit's figures in one period, and the counts its rates are taken of."""

    figures: FiguresRow
    counted: Counted


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a unit stands among those of its level under `above`; `rows` are all of them, best first."""

    above: UnitRow
    own: RankRow
    rows: tuple[RankRow, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """A category: how many came in during the period and during the one before; `villages` where most came from.

    `places` are (name, English name, count), at most three.
    """

    code: str
    name: str
    name_en: str
    received: int
    before: int
    places: tuple[tuple[str, str, int], ...]

    @property
    def more(self) -> int:
        """How many more came in than in the period before."""
        return self.received - self.before


@dataclass(frozen=True, slots=True)
class Subjects:
    """The categories most came in of, and the rest together: all add up to what was received.

    `grown` is the one that grew most as a share of what there was: of all of them, those with too few cases last.
    """

    rows: tuple[Subject, ...]
    others: int
    others_before: int
    grown: Subject | None


@dataclass(frozen=True, slots=True)
class LateRow:
    """How many missed their limit in the period, of one category or at one level: `code` is its code or key."""

    code: str
    name: str
    name_en: str
    late: int
    department: tuple[str, str] | None = None


class CaseKind(StrEnum):
    """Why a case is told."""

    COMMON = "common"
    LATEST = "latest"
    WHISTLED = "whistled"
    REWORKED = "reworked"


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case told by its dates and steps alone; `village` is the unit at the profile's ranking level.

    `held` are (level, department's name, its English name, how long), in the order in which each first held it;
    `late` by how much it missed its limit, up to now where it is open. `notice` is what was published of it and passes
    the check on public wording: title, English title, result, English result.
    """

    kind: CaseKind
    reference: str
    category: str
    category_en: str
    village: str | None
    village_en: str | None
    state: State
    reported_at: datetime
    settled_at: datetime | None
    settled_level: str | None
    late: timedelta | None
    held: tuple[tuple[str, str | None, str | None, timedelta], ...]
    solved: Solved | None
    satisfied: Satisfaction | None
    notice: tuple[str, str | None, str, str | None] | None


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """Open demands that are late, of one category, in one village, with one unit or department.

    `holder` is that unit or department; `person` who answers for it, with the post, None where the post is vacant:
    then `above` answers, with its unit. Names are masked for those who may see no personal data. `reference` is the one
    that is late longest, `oldest_due_at` its limit. `alone` says that no other problem has its category, village and
    level.
    """

    category: str
    category_en: str
    category_code: str
    village: str | None
    village_en: str | None
    village_code: str | None
    level: str
    holder: str
    holder_en: str
    count: int
    oldest_due_at: datetime
    reference: str
    person: str | None
    role: PostRole | None
    above: tuple[str, str, str] | None
    alone: bool


@dataclass(frozen=True, slots=True)
class Problems:
    """The largest problems first; `total` are all late demands in all `groups`, also those not listed.

    `oldest_due_at` is the earliest limit of them all.
    """

    rows: tuple[ProblemRow, ...]
    groups: int
    total: int
    oldest_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Analysis:
    """A unit's analysis for a period. `cases` and `problems` are None for those who may see figures only.

    `before` is the period before, cut after as many days. `below` are the units of `below_level` under it, best first
    by what was settled in time, () for the lowest. `late_by` counts what missed its limit in the period by category and
    by level: each adds up to due less in time.
    """

    unit: UnitRow
    spoken: tuple[tuple[str, str], ...]
    period: Period
    previous: Period
    now: datetime
    situation: Situation
    before: Situation
    levels: LevelsRow
    standing: Standing | None
    below_level: str | None
    below: tuple[RankRow, ...]
    subjects: Subjects
    late_by_category: tuple[LateRow, ...]
    late_by_level: tuple[LateRow, ...]
    cases: tuple[CaseRow, ...] | None
    problems: Problems | None
    findings: tuple[Finding, ...]

    @property
    def suggested(self) -> tuple[Finding, ...]:
        """The rules that ask for something."""
        return tuple(finding for finding in self.findings if finding.fires)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell: nothing came in, fell due or lay open in either period."""
        rows = (self.situation.figures, self.before.figures)
        return not any(row.received or row.due or row.open for row in rows)
