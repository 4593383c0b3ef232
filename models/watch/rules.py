"""The published rules of the watch-list, as a site's profile has them in [watch]. Nobody is entered by any other."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class WatchMeasure(StrEnum):
    """What a rule looks at."""

    LAST = "last"
    """Last of all units of the level in each of the last `periods` whole periods, by settlement rate."""
    SATISFACTION = "satisfaction"
    """Satisfaction over the last `periods` whole periods, pooled."""
    OVERDUE = "overdue"
    """The late ones among the unit's open demands, now."""
    VACANT = "vacant"
    """Months since nobody answers for the unit."""
    MEASURES = "measures"
    """Measures of the plan that are not done."""
    EVIDENCE = "evidence"
    """Weeks on the list without evidence."""


NAMED: dict[WatchMeasure, frozenset[str]] = {
    WatchMeasure.LAST: frozenset({"periods", "least"}),
    WatchMeasure.SATISFACTION: frozenset({"limit", "periods", "least"}),
    WatchMeasure.OVERDUE: frozenset({"limit", "least"}),
    WatchMeasure.VACANT: frozenset({"limit"}),
    WatchMeasure.MEASURES: frozenset(),
    WatchMeasure.EVIDENCE: frozenset({"limit"}),
}
"""The numbers each measure goes by. A rule's words name exactly these, so that what is read is what is applied."""

OF_THE_PLAN = frozenset({WatchMeasure.MEASURES, WatchMeasure.EVIDENCE})
"""Measures of a unit that is on the list already: for leaving it only."""
SHARES = frozenset({WatchMeasure.SATISFACTION, WatchMeasure.OVERDUE})


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WatchRule(_Part):
    """One published rule: what it looks at, its numbers, and its words with the numbers' names in braces.

    `limit` is a share of 1, months of a vacancy, or weeks without evidence; `least` is how many demands, call-backs or
    open demands there must be for the rule to say anything.
    """

    measure: WatchMeasure
    limit: float = Field(default=0, ge=0)
    periods: int = Field(default=1, ge=1, le=24)
    least: int = Field(default=0, ge=0)
    zh: str
    en: str

    @model_validator(mode="after")
    def _honest(self) -> "WatchRule":
        wanted = NAMED[self.measure]
        for words in (self.zh, self.en):
            if set(re.findall(r"{(\w*)}", words)) != wanted:
                raise ValueError(f"the words of a rule on {self.measure.value} name {sorted(wanted)}: {words}")
        if self.measure in SHARES and self.limit > 1:
            raise ValueError(f"the limit of a rule on {self.measure.value} is a share of 1: {self.limit}")
        return self

    def words(self, language: str) -> str:
        """The rule as it is published, its numbers filled in."""
        text = self.zh if language == "zh" else self.en
        limit = f"{self.limit * 100:g}%" if self.measure in SHARES else f"{self.limit:g}"
        return text.format(limit=limit, periods=self.periods, least=self.least)


class HelpKind(_Part):
    """One kind of help that a unit on the list gets, such as one leader of the town."""

    key: str
    zh: str
    en: str


class Watch(_Part):
    """[watch] of a profile. Any rule of `entry` proposes a unit; all of `exit` let it leave, once the town accepted.

    `period` is what the rules count periods in; a unit that comes back within `relapse_years` is marked.
    """

    period: Literal["month", "quarter", "year"] = "month"
    relapse_years: int = Field(default=5, ge=0)
    entry: list[WatchRule]
    exit: list[WatchRule]
    help: list[HelpKind] = []

    @model_validator(mode="after")
    def _usable(self) -> "Watch":
        if not self.entry or not self.exit:
            raise ValueError("the watch-list needs rules to enter and rules to leave")
        if any(rule.measure in OF_THE_PLAN for rule in self.entry):
            raise ValueError("measures and evidence exist only once a unit is on the list")
        keys = [kind.key for kind in self.help]
        if len(set(keys)) != len(keys):
            raise ValueError(f"each kind of help is listed once: {keys}")
        return self

    def is_relapse(self, left_at: datetime, now: datetime) -> bool:
        """Whether who left then and comes back now comes back within the years (366 days each)."""
        return (now - left_at).days < self.relapse_years * 366
