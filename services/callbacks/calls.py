"""Logging a call-back, and what follows from it by rule."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.demands import CallBack, Demand, Reached, Satisfaction, Solved, State, Verb
from services import sites
from services.access import Actor, require_demand
from services.demands import filing, moves, side
from services.errors import BadInput

REOPENED = frozenset({State.CLOSED, State.ARCHIVED})
"""States in which a call-back is of a sample: the demand was closed before."""


def log(
    session: Session,
    actor: Actor,
    demand_id: int,
    *,
    reached: Reached,
    now: datetime,
    solved: Solved | None = None,
    satisfied: Satisfaction | None = None,
    contacted: bool | None = None,
    comment: str | None = None,
    seen_version: int | None = None,
    key: str | None = None,
) -> Demand:
    """Log one attempt, by someone who did not handle the demand, and do what follows by rule.

    Reached and solved: closed. Partly or not solved: back to work, or opened again where it was closed already; after
    the window for that what was said is kept all the same. Not reached: nothing but one attempt more. Raises
    BadInput("answers_missing") where a person was reached and does not answer both questions,
    BadInput("answers_without_person") for answers of nobody; what moves.move raises besides.
    """
    _require_answers(reached, solved, satisfied)
    comment = filing.said(comment)
    before = require_demand(session, actor, demand_id).event_count
    changes: dict[str, Any] = {"called_at": now, "reached": reached}
    if reached is Reached.YES:
        changes |= {"solved": solved, "satisfied": satisfied, "contacted": contacted}
    demand = moves.move(
        session, actor, demand_id, Verb.CALL_BACK, now=now, reason=comment, changes=changes, seen_version=seen_version,
        key=key,
    )  # fmt: skip
    if demand.event_count == before:
        return demand  # the same key again
    session.add(
        CallBack(
            demand_id=demand_id, number=_attempts(session, demand_id) + 1, at=now, account_id=actor.account_id,
            caller=actor.name, reached=reached, solved=solved, satisfied=satisfied, contacted=contacted,
            comment=comment,
        )
    )  # fmt: skip
    session.flush()
    return _follow(session, actor, demand, solved, now, comment) if solved is not None else demand


def _attempts(session: Session, demand_id: int) -> int:
    """How often somebody was called about the demand."""
    newest = select(CallBack.number).where(CallBack.demand_id == demand_id).order_by(col(CallBack.number).desc())
    return session.exec(newest.limit(1)).first() or 0


def _require_answers(reached: Reached, solved: Solved | None, satisfied: Satisfaction | None) -> None:
    if reached is Reached.YES and (solved is None or satisfied is None):
        raise BadInput("answers_missing")
    if reached is not Reached.YES and (solved is not None or satisfied is not None):
        raise BadInput("answers_without_person")


def _follow(
    session: Session, actor: Actor, demand: Demand, solved: Solved, now: datetime, comment: str | None
) -> Demand:
    """What the villager's answer brings about."""
    demand_id, words = demand.id or 0, WORDS[solved] if comment is None else f"{WORDS[solved]}：{comment}"
    was_closed = demand.state in REOPENED
    if solved is Solved.SOLVED:
        return demand if was_closed else moves.close(session, actor, demand_id, now=now)
    caps = sites.profile(session).caps
    if solved is Solved.PARTLY and not caps.rework_partly:
        return demand
    if demand.state is State.CLOSED and not side.is_past_reopening(caps, demand, now=now):
        return side.reopen(session, actor, demand_id, now=now, reason=words)
    if was_closed:
        return demand
    return moves.move(session, actor, demand_id, Verb.REWORK, now=now, reason=words)


WORDS: dict[Any, str] = {
    Solved.SOLVED: "回访：已解决", Solved.PARTLY: "回访：部分解决", Solved.NOT: "回访：未解决",
}  # fmt: skip
"""The reason written into the history, in the language of the ledger."""
