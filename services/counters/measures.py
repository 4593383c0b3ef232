"""What is counted: the columns of unit_counts and the kinds of unit_cells, each by the facts it takes."""

from dataclasses import dataclass

from models.counters import Kind
from services.counters.facts import SAID


@dataclass(frozen=True, slots=True)
class Count:
    """A column of unit_counts: demands with the fact `when`, under the day `day`."""

    column: str
    day: str
    when: str

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts it takes."""
        return self.day, self.when


@dataclass(frozen=True, slots=True)
class Cell:
    """A kind of unit_cells: demands with the fact `when`, under the day `day`, told apart by `sub` and `tag`.

    `monthly`: kept by month as well. `sub_is_day`: then `sub` becomes a month too.
    """

    kind: Kind
    day: str
    sub: str
    when: str
    tag: str = "none"
    monthly: bool = False
    sub_is_day: bool = False

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts it takes."""
        return self.day, self.sub, self.when, self.tag


COUNTS = (
    Count("received", "came", "received"),
    Count("settled", "came", "settled"),
    Count("self_settled", "came", "own"),
    Count("to_settle", "came", "to_settle"),
    Count("awaited", "came", "awaited"),
    Count("first_hour", "came", "prompt"),
    Count("settlements", "went", "settled"),
    Count("own_settlements", "went", "own"),
    Count("judged_settlements", "went", "judged"),
    Count("late_settlements", "went", "late"),
    Count("redone", "went", "redone"),
    Count("due", "due", "limited"),
    Count("kept", "due", "kept"),
    Count("closings", "ended", "closed"),
    *(Count(name, "rung", name) for name in ("called", "valid", "contacted", *SAID)),
)

CELLS = (
    Cell(Kind.SETTLED, "came", "went", "by_others", "level", monthly=True, sub_is_day=True),
    Cell(Kind.SELF_SETTLED, "came", "went", "own", "level", monthly=True, sub_is_day=True),
    Cell(Kind.SETTLED_ON, "went", "came", "by_others", "level"),
    Cell(Kind.SELF_SETTLED_ON, "went", "came", "own", "level"),
    Cell(Kind.HOURS_SETTLED, "went", "hours", "by_others"),
    Cell(Kind.SUBJECT, "came", "category", "received"),
    Cell(Kind.LATE, "due", "category", "late", "level", monthly=True),
    Cell(Kind.CLOSED, "due", "ended", "shut", monthly=True, sub_is_day=True),
    Cell(Kind.CLOSED_ON, "ended", "due", "shut"),
    Cell(Kind.REWORKED, "came", "back", "reworked", monthly=True, sub_is_day=True),
    Cell(Kind.REWORKED_ON, "back", "came", "reworked"),
    Cell(Kind.IN_TIME, "due", "tenth", "kept", monthly=True),
)

COLUMNS = tuple(count.column for count in COUNTS)
