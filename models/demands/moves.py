"""The one table of moves: what may be done to a demand, from which state to which, and by whom."""

from dataclasses import dataclass
from enum import StrEnum

from models.accounts import Permission
from models.demands.states import RUNNING, State


class Verb(StrEnum):
    """What may be done to a demand. Each is one event in its history."""

    REPORT = "report"
    IMPORT = "import"
    SUBMIT = "submit"
    SELF_HANDLE = "self_handle"
    HAND_IN = "hand_in"
    SKIP_CHECK = "skip_check"
    ACCEPT = "accept"
    ASK_FACTS = "ask_facts"
    REJECT = "reject"
    MERGE = "merge"
    ASSIGN = "assign"
    SIGN = "sign"
    RETURN = "return"
    SETTLE = "settle"
    SUSPEND = "suspend"
    RESUME = "resume"
    ESCALATE = "escalate"
    WHISTLE = "whistle"
    ANSWER = "answer"
    ARRIVE = "arrive"
    PASS_CHECK = "pass_check"  # noqa: S105
    REWORK = "rework"
    CLOSE = "close"
    REOPEN = "reopen"
    ARCHIVE = "archive"
    VOID = "void"
    NOTE = "note"
    WARN = "warn"
    URGE = "urge"
    ASK = "ask"
    AGREE = "agree"
    REFUSE = "refuse"
    EXTEND = "extend"
    EXCLUDE = "exclude"
    INCLUDE = "include"
    WAIVE = "waive"
    CALL_BACK = "call_back"
    RATE = "rate"
    JUSTIFY = "justify"
    RESTATE = "restate"


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table of moves. `target` None: the state stays. `by_other`: not the one who handled it."""

    sources: frozenset[State]
    target: State | None
    permission: Permission
    needs_reason: bool = False
    by_other: bool = False


def _move(sources: str, target: State | None, permission: Permission, **flags: bool) -> Move:
    return Move(frozenset(State(name) for name in sources.split()), target, permission, **flags)


_WHISTLED = "registered dispatched handling escalated suspended"
_RUNNING = " ".join(sorted(RUNNING))
_LATER = "pending_verify pending_callback closed archived"
_ENDED = "self_handled rejected merged"

MOVES: dict[Verb, Move] = {
    Verb.SUBMIT: _move("draft reported", State.PENDING_TRIAGE, Permission.REPORT),
    Verb.SELF_HANDLE: _move("reported", State.SELF_HANDLED, Permission.HANDLE),
    Verb.HAND_IN: _move("self_handled", State.PENDING_VERIFY, Permission.HANDLE),
    Verb.SKIP_CHECK: _move("self_handled", State.PENDING_CALLBACK, Permission.TRIAGE, by_other=True),
    Verb.ACCEPT: _move("pending_triage", State.REGISTERED, Permission.TRIAGE),
    Verb.ASK_FACTS: _move("pending_triage", State.REPORTED, Permission.TRIAGE, needs_reason=True),
    Verb.REJECT: _move("pending_triage", State.REJECTED, Permission.TRIAGE, needs_reason=True),
    Verb.MERGE: _move("pending_triage", State.MERGED, Permission.TRIAGE, needs_reason=True),
    Verb.ASSIGN: _move("registered escalated", State.DISPATCHED, Permission.TRIAGE),
    Verb.SIGN: _move("dispatched", State.HANDLING, Permission.HANDLE),
    Verb.RETURN: _move("dispatched", State.REGISTERED, Permission.HANDLE, needs_reason=True),
    Verb.SETTLE: _move("handling", State.PENDING_VERIFY, Permission.HANDLE),
    Verb.SUSPEND: _move("handling", State.SUSPENDED, Permission.TRIAGE, needs_reason=True, by_other=True),
    Verb.RESUME: _move("suspended", State.HANDLING, Permission.TRIAGE),
    Verb.ESCALATE: _move(_RUNNING, State.ESCALATED, Permission.TRIAGE, needs_reason=True),
    Verb.URGE: _move(f"{_RUNNING} suspended", None, Permission.TRIAGE, needs_reason=True),
    Verb.EXTEND: _move("handling", None, Permission.TRIAGE, needs_reason=True, by_other=True),
    Verb.WHISTLE: _move(_WHISTLED, None, Permission.WHISTLE),
    Verb.ANSWER: _move(_WHISTLED, None, Permission.HANDLE),
    Verb.ARRIVE: _move(f"reported pending_triage {_WHISTLED}", None, Permission.HANDLE),
    Verb.PASS_CHECK: _move("pending_verify", State.PENDING_CALLBACK, Permission.CLOSE, by_other=True),
    Verb.REWORK: _move(
        "pending_verify pending_callback", State.HANDLING, Permission.CLOSE, needs_reason=True, by_other=True
    ),
    Verb.CLOSE: _move("pending_callback", State.CLOSED, Permission.CLOSE, by_other=True),
    Verb.REOPEN: _move("closed", State.REGISTERED, Permission.TRIAGE, needs_reason=True),
    Verb.ARCHIVE: _move("closed", State.ARCHIVED, Permission.CLOSE),
    Verb.VOID: _move("draft", State.VOID, Permission.REPORT, needs_reason=True),
    Verb.CALL_BACK: _move("pending_callback closed archived", None, Permission.CLOSE, by_other=True),
    Verb.NOTE: _move(f"{_RUNNING} suspended {_LATER}", None, Permission.HANDLE, needs_reason=True),
    Verb.RATE: _move(f"{_WHISTLED} {_LATER}", None, Permission.WHISTLE),
    Verb.JUSTIFY: _move(f"{_WHISTLED} {_LATER}", None, Permission.HANDLE),
    Verb.ASK: _move(f"{_RUNNING} suspended {_LATER} {_ENDED}", None, Permission.HANDLE, needs_reason=True),
    Verb.AGREE: _move(f"{_RUNNING} suspended {_LATER} {_ENDED}", None, Permission.TRIAGE),
    Verb.REFUSE: _move(f"{_RUNNING} suspended {_LATER} {_ENDED}", None, Permission.HANDLE, needs_reason=True),
    Verb.EXCLUDE: _move(f"{_RUNNING} suspended {_LATER} {_ENDED}", None, Permission.TRIAGE, needs_reason=True),
    Verb.INCLUDE: _move(f"{_RUNNING} suspended {_LATER} {_ENDED}", None, Permission.TRIAGE, needs_reason=True),
    Verb.WAIVE: _move("closed archived", None, Permission.TRIAGE),
}
"""Every move a person makes. What is not in this table cannot happen; the sweep besides warns and escalates, and a
calendar that has become known restates."""
