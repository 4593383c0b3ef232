"""The counted facts of one demand: twice, side by side, for one move in Python and for many demands in SQL.

came, went, due    the local days it was reported, settled, and its limit ends; went is None while not settled
ended, back, rung  the local days it was closed, first put back to work, and last spoken of with the villager, or where
                   nobody was ever reached last called about
settled, own, by_others    settled at all; by the grid itself on the spot; by others
to_settle, late, kept      settled or open; settled after its limit; settled within it
limited, judged    to settle and with a limit; settled and with a limit
awaited, prompt    answered, or open and waiting for it; answered within one hour of the report
closed, shut       closed; closed and with a limit
reworked, redone   ever put back to work; settled after that
called, valid, contacted, solved ... no_opinion    ever called; reached; what the villager said then
hours              the hours taken to settle it, as `rounded` rounds them
tenth              of its limit, the tenth it was settled in
A draft or a void demand has no facts at all.

What the assessed scope leaves out has facts too: all of an excluded demand, and of one whose lateness was waived on
appeal only how it stands to its limit (LIMIT). So the assessed scope is everything less what is left out.
"""

from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, String, Table, and_, case, func, literal_column, or_, select
from sqlalchemy.sql.expression import ColumnElement, Select

from models.demands import PATH, Demand, Satisfaction, Solved
from services.access import IS_OPEN
from services.counters.days import Epoch, Within, ended_day, local, local_day, local_end, seconds

LEDGER: Table = Demand.__table__  # type: ignore[attr-defined]
C = LEDGER.c
COUNTED = (
    "reported_at", "settled_at", "due_at", "received", "is_open", "self_settled", "settled_level", "category_id",
    "first_answered_at", "reworked_at", "closed_at", "called_at", "heard_at", "solved", "satisfied", "contacted",
    "excluded_code", "waived_at",
)  # fmt: skip
"""The columns of a demand that facts follow from, besides the units it was filed under."""

HOUR = 3600
EXACT, COARSE = 240, 2400
"""Hours up to which the time taken is kept to the hour (ten days), and to the day (a hundred days)."""

LAST_TENTH = 9

LIMIT = frozenset({"limited", "judged", "late", "kept", "shut"})
"""The facts that say how a demand stands to its limit: what an appeal waives."""
SAID = {
    "solved": ("solved", Solved.SOLVED), "partly": ("solved", Solved.PARTLY), "unsolved": ("solved", Solved.NOT),
    "satisfied": ("satisfied", Satisfaction.SATISFIED), "basically": ("satisfied", Satisfaction.BASICALLY),
    "dissatisfied": ("satisfied", Satisfaction.NOT), "no_opinion": ("satisfied", Satisfaction.NO_OPINION),
}  # fmt: skip
"""What a villager's answer counts for: the column and its value."""

Facts = dict[str, Any]


def rounded(hours: int) -> int:
    """Hours as kept: whole ones below 240, whole days below 2,400, tens of days beyond. Never off by a tenth."""
    step = 1 if hours < EXACT else 24 if hours < COARSE else 240
    return hours // step * step


def facts(row: dict[str, Any], zone: tzinfo) -> Facts | None:
    """The facts of a demand, given as its COUNTED columns; None where none of it is counted."""
    if not row["received"]:
        return None
    came, went, due = row["reported_at"], row["settled_at"], row["due_at"]
    settled, own, limited = went is not None, bool(row["self_settled"]), due is not None
    to_settle, back, ended = settled or row["is_open"], row["reworked_at"], row["closed_at"]
    told = {
        "settled": settled, "own": settled and own, "by_others": settled and not own, "to_settle": to_settle,
        "late": settled and limited and went > due, "kept": settled and limited and went <= due,
        "limited": to_settle and limited, "judged": settled and limited, "reworked": back is not None,
        "redone": settled and back is not None, "closed": ended is not None, "shut": ended is not None and limited,
        **_answered(row), **_said(row),
    }  # fmt: skip
    return {
        "came": local(came, zone), "went": _day(went, zone), "ended": _day(ended, zone),
        "back": _day(back, zone), "rung": _day(row["heard_at"] or row["called_at"], zone),
        "received": 1,
        "due": None if due is None else local_end(due, zone),
        **{name: int(value) for name, value in told.items()}, "hours": _hours(came, went),
        "tenth": None if went is None or due is None else tenth(came, went, due),
        "category": row["category_id"], "level": row["settled_level"] or "", "none": "",
    }  # fmt: skip


def left_out(row: dict[str, Any], told: Facts | None) -> Facts | None:
    """The facts of a demand the assessed scope leaves out, given as its columns and facts; None where it counts."""
    if told is None or row["excluded_code"] is not None:
        return told
    if row["waived_at"] is None:
        return None
    return {name: value if name in LIMIT or name not in FLAGS else 0 for name, value in told.items()}


def _answered(row: dict[str, Any]) -> dict[str, bool]:
    first = row["first_answered_at"]
    prompt = first is not None and seconds(first) - seconds(row["reported_at"]) <= HOUR
    return {"awaited": first is not None or bool(row["is_open"]), "prompt": prompt}


def _said(row: dict[str, Any]) -> dict[str, bool]:
    valid = row["heard_at"] is not None
    said = {name: valid and row[column] == value for name, (column, value) in SAID.items()}
    return {
        "called": row["called_at"] is not None,
        "valid": valid,
        "contacted": valid and bool(row["contacted"]),
        **said,
    }


def _day(moment: datetime | None, zone: tzinfo) -> int | None:
    return None if moment is None else local(moment, zone)


def _hours(came: datetime, went: datetime | None) -> int | None:
    return None if went is None else rounded((seconds(went) - seconds(came)) // HOUR)


def tenth(came: datetime, until: datetime, due: datetime) -> int:
    """Of the time from report to limit the tenth that a later moment lies in: 0 for the first, at most 9."""
    used, whole = seconds(until) - seconds(came), seconds(due) - seconds(came)
    return max(0, min(LAST_TENTH, used * 10 // max(whole, 1)))


def facts_of(zone: tzinfo, *conditions: ColumnElement[bool], outside: bool = False) -> Select[Any]:
    """The same facts of many demands, with the columns of their path, as SQL; `outside`: those left out."""
    return (_facts_left_out(zone) if outside else _facts_of_all(zone)).where(*conditions)


@lru_cache(maxsize=8)
def _facts_of_all(zone: tzinfo) -> Select[Any]:
    return select(
        *(C[name] for name in PATH), *_days(zone), literal_column("1", Integer).label("received"),
        *(_one(condition, name) for name, condition in flags().items()), *_rest(),
    ).where(C.received)  # fmt: skip


@lru_cache(maxsize=8)
def _facts_left_out(zone: tzinfo) -> Select[Any]:
    excluded = C.excluded_code.is_not(None)
    outside = {name: condition if name in LIMIT else excluded & condition for name, condition in flags().items()}
    return select(
        *(C[name] for name in PATH), *_days(zone), _one(excluded, "received"),
        *(_one(condition, name) for name, condition in outside.items()), *_rest(),
    ).where(C.received, or_(excluded, C.waived_at.is_not(None)))  # fmt: skip


def _days(zone: tzinfo) -> list[ColumnElement[Any]]:
    moments = {"went": C.settled_at, "ended": C.closed_at, "back": C.reworked_at, "rung": rung()}
    days = [case((at.is_not(None), local_day(at, zone))).label(name) for name, at in moments.items()]
    due = case((C.due_at.is_not(None), ended_day(C.due_at, zone))).label("due")
    return [local_day(C.reported_at, zone).label("came"), due, *days]


def rung() -> ColumnElement[Any]:
    """When the villager last spoke, or the last attempt where nobody was ever reached: what a call-back counts by."""
    return func.coalesce(C.heard_at, C.called_at)


def limit_in(start: datetime, end: datetime) -> ColumnElement[bool]:
    """Whether the limit falls in the days from `start` to `end`, as a condition: a limit at 24:00 ends its day."""
    return and_(C.due_at > start, C.due_at <= end)


def flags() -> dict[str, ColumnElement[bool]]:
    """The facts that are so or not, as conditions on demands."""
    settled, to_settle, limited = (
        C.settled_at.is_not(None),
        or_(C.settled_at.is_not(None), IS_OPEN),
        C.due_at.is_not(None),
    )
    valid = C.heard_at.is_not(None)
    return {
        "settled": settled, "own": settled & C.self_settled.is_(True), "by_others": settled & C.self_settled.is_(False),
        "to_settle": to_settle, "late": C.settled_at > C.due_at, "kept": C.settled_at <= C.due_at,
        "limited": to_settle & limited, "judged": settled & limited, "reworked": C.reworked_at.is_not(None),
        "redone": settled & C.reworked_at.is_not(None), "closed": C.closed_at.is_not(None),
        "shut": C.closed_at.is_not(None) & limited, "awaited": or_(C.first_answered_at.is_not(None), IS_OPEN),
        "prompt": Epoch(C.first_answered_at) - Epoch(C.reported_at) <= HOUR, "called": C.called_at.is_not(None),
        "valid": valid, "contacted": valid & C.contacted.is_(True),
        **{name: valid & (C[column] == value) for name, (column, value) in SAID.items()},
    }  # fmt: skip


FLAGS = frozenset({"received", *flags()})
"""The facts that are 0 or 1."""


def _rest() -> list[ColumnElement[Any]]:
    hours = _rounded((Epoch(C.settled_at) - Epoch(C.reported_at)) // HOUR)
    return [
        case((C.settled_at.is_not(None), hours)).label("hours"), tenth_of(C.settled_at).label("tenth"),
        C.category_id.label("category"),
        func.coalesce(C.settled_level, "").label("level"), literal_column("''", String).label("none"),
    ]  # fmt: skip


def tenth_of(until: ColumnElement[Any]) -> ColumnElement[int]:
    """`tenth` as SQL, of a demand until a moment; null without the moment or a limit."""
    used, whole = Epoch(until) - Epoch(C.reported_at), Epoch(C.due_at) - Epoch(C.reported_at)
    found = used * 10 // case((whole < 1, 1), else_=whole)
    return Within(found, literal_column("0"), literal_column(str(LAST_TENTH)))


def _one(condition: ColumnElement[bool], name: str) -> ColumnElement[int]:
    return case((condition, 1), else_=0).label(name)


def _rounded(hours: ColumnElement[int]) -> ColumnElement[int]:
    return case((hours < EXACT, hours), (hours < COARSE, hours // 24 * 24), else_=hours // 240 * 240)
