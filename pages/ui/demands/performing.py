"""Making a move: each demand in a transaction of its own, and an honest account of what came of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from models.demands import Verb
from pages.i18n import Words
from pages.ui import frame
from pages.ui.demands.address import go
from pages.ui.status import plain
from services import demands
from services.clock import utc_now
from services.database import transaction
from services.demands import requests
from services.errors import ServiceError

_MOVES: dict[Verb, Callable[..., Any]] = {
    Verb.ACCEPT: demands.accept, Verb.ASK_FACTS: demands.ask_facts, Verb.ASSIGN: demands.assign,
    Verb.SIGN: demands.sign, Verb.RETURN: demands.return_, Verb.SETTLE: demands.settle,
    Verb.PASS_CHECK: demands.pass_check, Verb.CLOSE: demands.close, Verb.ESCALATE: demands.escalate,
    Verb.WHISTLE: demands.whistle, Verb.ANSWER: demands.answer, Verb.ARRIVE: demands.arrive,
    Verb.SELF_HANDLE: demands.self_handle, Verb.MERGE: demands.merge, Verb.SUSPEND: demands.suspend,
    Verb.RESUME: demands.resume, Verb.REOPEN: demands.reopen, Verb.EXTEND: requests.extend,
    Verb.INCLUDE: requests.include, Verb.RATE: demands.rate, Verb.JUSTIFY: demands.justify,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """A demand to be moved, as the person saw it: a later version is someone else's work."""

    id: int
    reference: str
    version: int


def perform(verb: Verb, targets: Sequence[Target], following: str | None, **options: Any) -> bool:
    """Move each demand in a transaction of its own and keep what came of it for the next run; True if all went well.

    Who acts is looked up anew: a dialog or a callback runs without the page's first line. `following` is the
    reference of the demand that comes up next. `service` among the options makes the move instead of the verb's own.
    """
    user = frame.signed_in()
    if user is None:
        return False
    refused: list[str] = []
    for target in targets:
        try:
            _move(user, verb, target, options)
        except ServiceError as error:
            said = user.t.error(error)
            refused.append(said if len(targets) == 1 or target.reference in said else f"{target.reference}: {said}")
    _tell(user.t, verb, targets, refused)
    if not refused:
        go(id=following)
    return not refused


def at_once(verb: Verb, targets: Sequence[Target], following: str | None) -> None:
    """A button's callback: the move needs nothing more."""
    perform(verb, targets, following)


def _move(user: frame.User, verb: Verb, target: Target, options: dict[str, Any]) -> None:
    key = f"{target.id}:{target.version}:{verb.value}:{user.actor.account_id}"
    given = {"now": utc_now(), "seen_version": target.version, "key": key, **options}
    service = given.pop("service", _MOVES.get(verb))
    with transaction() as session:
        if service is not None:
            service(session, user.actor, target.id, **given)
        else:
            demands.move(session, user.actor, target.id, verb, **given)


def _tell(t: Words, verb: Verb, targets: Sequence[Target], refused: list[str]) -> None:
    done = len(targets) - len(refused)
    if done and len(targets) == 1:
        st.session_state.done = t("{reference}: {verb}, done", reference=targets[0].reference, verb=t.term(verb))
    elif done:
        st.session_state.done = t.n("{verb}: {n} demand done", "{verb}: {n} demands done", done, verb=t.term(verb))
    st.session_state.refused = refused


def refusals(t: Words) -> None:
    """Show once what the last action could not do, each with its reason."""
    refused = st.session_state.pop("refused", [])
    if len(refused) == 1:
        st.error(plain(refused[0]), icon=":material/error:")
    elif refused:
        head = t.n("{n} demand was not changed:", "{n} demands were not changed:", len(refused))
        st.error("\n".join([head, "", *(f"- {plain(sentence)}" for sentence in refused)]), icon=":material/error:")
