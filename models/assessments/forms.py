"""The forms of assessment as a site's profile makes them in [[assessments]], and [assessment] round them.

Units are assessed. Persons' points are off unless a site switches them on (small-burden rule, domain.md section 6).
"""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, model_validator


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AnsweredBy(StrEnum):
    """Who answers a form."""

    SELF = "self"
    """The unit itself."""
    VILLAGERS = "villagers"
    """Villagers on paper; somebody above the unit enters how many ticked what."""
    MUTUAL = "mutual"
    """The other units of the level, each about each."""
    OVERALL = "overall"
    """Nobody: the other forms together, weighted."""


class Every(StrEnum):
    """How often a form is answered."""

    MONTH = "month"
    HALF = "half"
    YEAR = "year"


class Measured(StrEnum):
    """What the engine knows and nobody is asked for again."""

    SETTLEMENT = "settlement"
    ON_TIME = "on_time"
    SATISFACTION = "satisfaction"
    RESPONSE = "response"
    FIRST_HOUR = "first_hour"


SOURCES = frozenset({AnsweredBy.SELF, AnsweredBy.VILLAGERS})
"""The forms that may hold items the engine fills."""


class Choice(_Part):
    """One answer of the villagers' form and what it counts, as a share of the item's maximum."""

    key: str
    zh: str
    en: str
    share: float = Field(ge=0, le=1)


class AssessmentItem(_Part):
    """One item of a form with its maximum of points. `measured`: filled from the engine, never typed."""

    key: str
    zh: str
    en: str
    points: int = Field(ge=1, le=1000)
    measured: Measured | None = None


class AssessmentForm(_Part):
    """One form. `weights` (of the overall form) name other forms, and add up to 1."""

    key: str
    zh: str
    en: str
    by: AnsweredBy
    every: Every
    items: list[AssessmentItem] = []
    weights: dict[str, float] = {}

    @model_validator(mode="after")
    def _consistent(self) -> "AssessmentForm":
        keys = [item.key for item in self.items]
        if len(set(keys)) != len(keys):
            raise ValueError(f"{self.key}: each item is listed once: {keys}")
        if (self.by is AnsweredBy.OVERALL) != bool(self.weights) or (self.by is AnsweredBy.OVERALL) == bool(keys):
            raise ValueError(f"{self.key}: the overall form has weights and no items, every other has items")
        if self.by not in SOURCES and any(item.measured for item in self.items):
            raise ValueError(f"{self.key}: what the engine knows is no question for other units")
        if self.weights and abs(sum(self.weights.values()) - 1) > 1e-9:
            raise ValueError(f"{self.key}: weights add up to 1: {self.weights}")
        if keys and all(item.measured for item in self.items):
            raise ValueError(f"{self.key}: nobody is asked anything")
        return self

    @property
    def asked(self) -> list[AssessmentItem]:
        """The items somebody answers."""
        return [item for item in self.items if item.measured is None]


class Holder(StrEnum):
    """Who holds an honour: the unit, or a number of its households, who are never named."""

    UNIT = "unit"
    HOUSEHOLDS = "households"


class HonourKind(_Part):
    """A kind of honour, such as civilised village."""

    key: str
    zh: str
    en: str
    holder: Holder = Holder.UNIT


class Assessing(_Part):
    """[assessment] of a profile.

    Results are from 0 to 100; from `red` up a unit is on the red list, below `black` on the black one. Fewer paper
    forms or raters than the fewest say nothing. `income_line` is the collective income in yuan above which a village is
    counted (systems.md J12).
    """

    persons_points: bool = False
    red: float = Field(default=90, ge=0, le=100)
    black: float = Field(default=60, ge=0, le=100)
    fewest_forms: int = Field(default=10, ge=1)
    fewest_raters: int = Field(default=2, ge=1)
    income_line: int = Field(default=100_000, ge=0)
    choices: list[Choice] = []
    honours: list[HonourKind] = []

    @model_validator(mode="after")
    def _ordered(self) -> "Assessing":
        if self.black > self.red:
            raise ValueError(f"the black list ends where the red one begins: {self.black}, {self.red}")
        return self
