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
    HOURS_RECEIVED = 5
    """Settled by others: day reported, hours taken."""
    HOURS_SETTLED = 6
    """Settled by others: day settled, hours taken. By day only."""
    SUBJECT = 7
    """Received: day reported, category. By day only."""
    LATE = 8
    """Settled after the limit: day of the limit, category, settled level."""


class UnitCount(Base, table=True):
    """The demands of one unit's subtree under one day or month.

    By the day reported: `received`, and of those now `settled`, `self_settled`, and `to_settle` (settled or open). By
    the day settled: `settlements`, of those late: `late_settlements`. By the day of the limit, of those to settle:
    `due`, and those settled within it: `kept`. Only the columns of services.counters.measures.COUNTS stand here.
    """

    __tablename__ = "unit_counts"
    __table_args__ = ({"sqlite_with_rowid": False},)

    unit_id: int = Field(primary_key=True, sa_type=BigId)
    grain: int = Field(primary_key=True)
    day: int = Field(primary_key=True)
    received: int = 0
    settled: int = 0
    self_settled: int = 0
    to_settle: int = 0
    settlements: int = 0
    late_settlements: int = 0
    due: int = 0
    kept: int = 0


class UnitCell(Base, table=True):
    """How many demands of one unit's subtree have this day, `sub` and `tag`; Kind says what these are."""

    __tablename__ = "unit_cells"
    __table_args__ = ({"sqlite_with_rowid": False},)

    unit_id: int = Field(primary_key=True, sa_type=BigId)
    kind: int = Field(primary_key=True)
    grain: int = Field(primary_key=True)
    day: int = Field(primary_key=True)
    sub: int = Field(primary_key=True)
    tag: str = Field(primary_key=True, max_length=32)
    n: int = 0
