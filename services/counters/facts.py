"""The counted facts of one demand: twice, side by side, for one move in Python and for many demands in SQL.

came, went, due    the local days it was reported, settled, and its limit; went is None while not settled
settled, own, by_others    settled at all; by the grid itself on the spot; by others
to_settle, late, kept      settled or open; settled after its limit; settled within it
hours              the hours taken to settle it, as `rounded` rounds them
A draft or a void demand has no facts at all.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Integer, String, Table, case, func, literal_column, select
from sqlalchemy.sql.expression import ColumnElement, Select

from models.demands import Demand
from models.units import MAX_DEPTH
from services.access import IS_OPEN
from services.counters.days import Epoch, local, local_day, seconds

LEDGER: Table = Demand.__table__  # type: ignore[attr-defined]
C = LEDGER.c
PATH = tuple(f"a{depth}_id" for depth in range(1, MAX_DEPTH + 1))
COUNTED = (
    "reported_at", "settled_at", "due_at", "received", "is_open", "self_settled", "settled_level", "category_id",
)  # fmt: skip
"""The columns of a demand that facts follow from, besides the units it was filed under."""

HOUR = 3600
EXACT, COARSE = 240, 2400
"""Hours up to which the time taken is kept to the hour (ten days), and to the day (a hundred days)."""

Facts = dict[str, Any]


def rounded(hours: int) -> int:
    """Hours as kept: whole ones below 240, whole days below 2,400, tens of days beyond. Never off by a tenth."""
    step = 1 if hours < EXACT else 24 if hours < COARSE else 240
    return hours // step * step


def facts(row: dict[str, Any], zone: ZoneInfo) -> Facts | None:
    """The facts of a demand, given as its COUNTED columns; None where none of it is counted."""
    if not row["received"]:
        return None
    came, went, due = row["reported_at"], row["settled_at"], row["due_at"]
    settled, own = went is not None, bool(row["self_settled"])
    return {
        "came": local(came, zone), "went": _day(went, zone), "due": _day(due, zone), "received": 1,
        "settled": int(settled), "own": int(settled and own), "by_others": int(settled and not own),
        "to_settle": int(settled or row["is_open"]), "late": int(settled and due is not None and went > due),
        "kept": int(settled and due is not None and went <= due), "hours": _hours(came, went),
        "category": row["category_id"], "level": row["settled_level"] or "", "none": "",
    }  # fmt: skip


def _day(moment: datetime | None, zone: ZoneInfo) -> int | None:
    return None if moment is None else local(moment, zone)


def _hours(came: datetime, went: datetime | None) -> int | None:
    return None if went is None else rounded((seconds(went) - seconds(came)) // HOUR)


def facts_of(zone: ZoneInfo, *conditions: ColumnElement[bool]) -> Select[Any]:
    """The same facts of many demands, with the columns of their path, as SQL."""
    return _facts_of_all(zone).where(*conditions)


@lru_cache(maxsize=8)
def _facts_of_all(zone: ZoneInfo) -> Select[Any]:
    settled = C.settled_at.is_not(None)
    own = settled & C.self_settled.is_(True)
    return select(
        *(C[name] for name in PATH), local_day(C.reported_at, zone).label("came"),
        case((settled, local_day(C.settled_at, zone))).label("went"),
        case((C.due_at.is_not(None), local_day(C.due_at, zone))).label("due"),
        literal_column("1", Integer).label("received"), _one(settled, "settled"), _one(own, "own"),
        _one(settled & C.self_settled.is_(False), "by_others"), _one(settled | IS_OPEN, "to_settle"),
        _one(C.settled_at > C.due_at, "late"), _one(C.settled_at <= C.due_at, "kept"),
        case((settled, _rounded((Epoch(C.settled_at) - Epoch(C.reported_at)) // HOUR))).label("hours"),
        C.category_id.label("category"), func.coalesce(C.settled_level, "").label("level"),
        literal_column("''", String).label("none"),
    ).where(C.received)  # fmt: skip


def _one(condition: ColumnElement[bool], name: str) -> ColumnElement[int]:
    return case((condition, 1), else_=0).label(name)


def _rounded(hours: ColumnElement[int]) -> ColumnElement[int]:
    return case((hours < EXACT, hours), (hours < COARSE, hours // 24 * 24), else_=hours // 240 * 240)
