"""Counters: what the demands of each unit add up to by day and by month, kept in the same transaction as each move.

They follow from the demands alone: `smallgrid verify` counts them again, services.counters.recount builds them anew.
Days are numbers of the site's local days since 1 January 1970, a month is its first day.
"""

from enum import IntEnum

from sqlmodel import Field

from models.base import Base, BigId


class Grain(IntEnum):
    """What one row covers."""

    DAY = 0
    MONTH = 1


class Kind(IntEnum):
    """What a cell counts: whose `day` it stands under, and what `sub` and `tag` tell apart."""

    SETTLED = 1
    """Settled by others than the grid itself: day reported, day settled, settled level."""
    SELF_SETTLED = 2
    """Settled by the grid on the spot: the same."""
    SETTLED_ON = 3
    """SETTLED the other way round: day settled, day reported, settled level. By day only."""
    SELF_SETTLED_ON = 4
    """SELF_SETTLED the other way round. By day only."""
    HOURS_SETTLED = 6
    """Settled by others: day settled, hours taken. By day only."""
    SUBJECT = 7
    """Received: day reported, category. By day only."""
    LATE = 8
    """Settled after the limit: day of the limit, category, settled level."""
    CLOSED = 9
    """Closed, and its limit asks for it: day of the limit, day closed."""
    CLOSED_ON = 10
    """CLOSED the other way round. By day only."""
    REWORKED = 11
    """Put back to work: day reported, day it was first put back."""
    REWORKED_ON = 12
    """REWORKED the other way round. By day only."""
    IN_TIME = 13
    """Settled within its limit: day of the limit, the tenth of the limit it was settled in (0 to 9)."""


class _Counts(Base):
    """The demands of one unit's subtree under one day or month.

    By the day reported: `received`, and of those now `settled`, `self_settled`, and `to_settle` (settled or open);
    `awaited` (answered, or open and waiting for it), of those answered within one hour: `first_hour`. By the day
    settled: `settlements`, of those by the grid itself `own_settlements`, with a limit `judged_settlements`, late
    `late_settlements`, after having been put back to work `redone`. By the day of the limit, of those to settle:
    `due`, and those settled within it: `kept`. By the day closed: `closings`. By the day of the last call-back the
    rest. Only the columns of services.counters.measures.COUNTS stand here.
    """

    unit_id: int = Field(primary_key=True, sa_type=BigId)
    grain: int = Field(primary_key=True)
    day: int = Field(primary_key=True)
    received: int = 0
    settled: int = 0
    self_settled: int = 0
    to_settle: int = 0
    awaited: int = 0
    first_hour: int = 0
    settlements: int = 0
    own_settlements: int = 0
    judged_settlements: int = 0
    late_settlements: int = 0
    redone: int = 0
    due: int = 0
    kept: int = 0
    closings: int = 0
    called: int = 0
    valid: int = 0
    contacted: int = 0
    solved: int = 0
    partly: int = 0
    unsolved: int = 0
    satisfied: int = 0
    basically: int = 0
    dissatisfied: int = 0
    no_opinion: int = 0


class _Cells(Base):
    """How many demands of one unit's subtree have this day, `sub` and `tag`; Kind says what these are."""

    unit_id: int = Field(primary_key=True, sa_type=BigId)
    kind: int = Field(primary_key=True)
    grain: int = Field(primary_key=True)
    day: int = Field(primary_key=True)
    sub: int = Field(primary_key=True)
    tag: str = Field(primary_key=True, max_length=32)
    n: int = 0


class UnitCount(_Counts, table=True):
    """The counts of all demands: the full scope of a statistic."""

    __tablename__ = "unit_counts"
    __table_args__ = ({"sqlite_with_rowid": False},)


class UnitCell(_Cells, table=True):
    """The cells of all demands."""

    __tablename__ = "unit_cells"
    __table_args__ = ({"sqlite_with_rowid": False},)


class LeftOutCount(_Counts, table=True):
    """The same of what the assessed scope leaves out: excluded demands, and how waived ones stand to their limit."""

    __tablename__ = "left_out_counts"
    __table_args__ = ({"sqlite_with_rowid": False},)


class LeftOutCell(_Cells, table=True):
    """The cells of what the assessed scope leaves out."""

    __tablename__ = "left_out_cells"
    __table_args__ = ({"sqlite_with_rowid": False},)
