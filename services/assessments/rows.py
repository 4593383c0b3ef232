"""What assessments take and give. Everything is about units; no row here is about a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

Answers = Mapping[tuple[str, str], int]
"""Answers by (item, choice): points of an item with an empty choice, or how many villagers ticked a choice."""


class Listed(StrEnum):
    """On which list a result puts a unit."""

    RED = "red"
    BLACK = "black"


@dataclass(frozen=True, slots=True)
class PartRow:
    """One item of a result, or one form of the overall one: `points` of at most `most`, None without data.

    `part` of `whole` is what it was taken from: a rate's counts, villagers who ticked, units that rated, periods known.
    """

    key: str
    zh: str
    en: str
    most: float
    points: float | None
    part: float | None = None
    whole: int | None = None
    measured: bool = False


@dataclass(frozen=True, slots=True)
class ResultRow:
    """The result of one unit: `points` from 0 to 100.

    None where nothing was answered or, for the overall form, where a part is missing; `so_far` is of the parts that are
    known. `place` among the `of` units with points, equal ones alike; `answered` how many sheets there are.
    """

    unit_id: int
    code: str
    unit: str
    unit_en: str
    points: float | None
    so_far: float | None
    parts: tuple[PartRow, ...]
    place: int | None = None
    of: int = 0
    listed: Listed | None = None
    answered: int = 0


@dataclass(frozen=True, slots=True)
class SheetRow:
    """The answers that count of one form about one unit, and who entered them when."""

    answers: Answers
    forms: int | None
    remark: str
    seq: int
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit that is assessed."""

    id: int
    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class HonourRow:
    """An honour; `households` where households hold it."""

    id: int
    kind: str
    unit_id: int
    code: str
    unit: str
    unit_en: str
    year: int
    households: int | None


@dataclass(frozen=True, slots=True)
class IncomeRow:
    """The collective income of a unit in a year in fen, None where nobody entered it; `before` the year before."""

    unit_id: int
    code: str
    unit: str
    unit_en: str
    income: int | None
    before: int | None


@dataclass(frozen=True, slots=True)
class EconomyRow:
    """Of `units`: how many have their income known, how many of these are above the line, all together in fen.

    `honoured` counts those of the units that hold each kind of honour of units in the year; shares are fractions of 1.
    """

    units: int
    known: int
    above: int
    above_share: float | None
    total: int
    honoured: Mapping[str, int]
    honoured_shares: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Points of who answers for a unit; only where a site switched persons' points on."""

    person_id: int
    name: str
    unit: str
    unit_en: str
    points: float | None
    on: date
