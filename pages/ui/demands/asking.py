"""Asking from a demand: more time, a suspension, an exclusion, an appeal; and what was asked so far."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import streamlit as st

from models.demands import RequestKind, Verb
from models.limits import Limit
from pages.i18n import Words
from pages.i18n import deadlines as words
from pages.ui import frame
from pages.ui import requests as shown
from pages.ui.demands.performing import Target, perform, refusals
from pages.ui.frame import User
from pages.ui.status import plain
from services.database import reading
from services.demands import DetailRow, requests
from services.errors import ServiceError

SERVICES: dict[RequestKind, Callable[..., Any]] = {
    RequestKind.EXTENSION: requests.ask_extension, RequestKind.SUSPENSION: requests.ask_suspension,
    RequestKind.EXCLUSION: requests.ask_exclusion, RequestKind.APPEAL: requests.ask_appeal,
}  # fmt: skip

Choice = Verb | RequestKind
"""What the menu offers: a move, or a kind of request."""


def offered(user: User, demand: DetailRow, moves: list[Verb]) -> list[Choice]:
    """The moves that the caps leave, and what this person may ask for; nobody asks for what they may do themselves."""
    left = requests.room_of(user.profile, demand)
    row = demand.row
    extendable = left is not None and left.left > 0 and row.due_at is not None and row.due_at >= user.now
    found = [verb for verb in moves if verb is not Verb.EXTEND or extendable]
    done = {RequestKind.EXTENSION: Verb.EXTEND, RequestKind.SUSPENSION: Verb.SUSPEND}
    kinds = requests.offers(user.profile, user.actor, demand, now=user.now)
    return [*found, *(kind for kind in kinds if done.get(kind) not in found)]


def label(t: Words, choice: Choice) -> str:
    """A choice in the menu."""
    if isinstance(choice, Verb):
        return t.term(choice)
    return {
        RequestKind.EXTENSION: t("Ask for more time"), RequestKind.SUSPENSION: t("Ask to put it on hold"),
        RequestKind.EXCLUSION: t("Ask to exclude it"), RequestKind.APPEAL: t("Appeal the lateness"),
    }[choice]  # fmt: skip


def ask(user: User, kind: RequestKind, target: Target, demand: DetailRow) -> None:
    """Open the form of a request."""
    st.dialog(label(user.t, kind))(_form)(kind, target, demand)


def _form(kind: RequestKind, target: Target, demand: DetailRow) -> None:
    user = frame.signed_in()
    if user is None:
        st.stop()
    t = user.t
    st.caption(plain(f"{demand.row.reference} · {demand.row.title}"))
    options = _fields(user, kind, demand)
    if st.button(t.term(Verb.ASK), type="primary", key=f"queue-ask-{kind.value}"):
        key = f"{target.id}:{target.version}:ask-{kind.value}:{user.actor.account_id}"
        if perform(Verb.ASK, [target], target.reference, service=SERVICES[kind], key=key, **options):
            st.rerun()
        refusals(t)


def _fields(user: User, kind: RequestKind, demand: DetailRow) -> dict[str, Any]:
    t = user.t
    match kind:
        case RequestKind.EXTENSION:
            return amount(user, demand) | _text("reason", t("Reason"))
        case RequestKind.SUSPENSION:
            return until(user) | _text("reason", t("Reason"))
        case RequestKind.EXCLUSION:
            codes = list(user.profile.exclusions)
            code = st.selectbox(
                t("Why it shall not count"), codes, format_func=lambda code: shown.exclusion(user, code),
                key="queue-ask-code",
            )  # fmt: skip
            st.caption(t("A second person decides. The demand stays visible, marked as excluded."))
            return {"code": code} | _text("evidence", t("What proves it"))
    st.caption(t("Once only. Two reviewers decide; that it was late stays in the history."))
    return _text("reason", t("Reason"))


def amount(user: User, demand: DetailRow) -> dict[str, Any]:
    """How much more time, with the deadline it would give."""
    t, left = user.t, requests.room_of(user.profile, demand)
    if left is None or not left.left:
        return {"amount": 0}
    most = words.limit(t, Limit(left.left, left.unit))
    wanted = st.number_input(
        t("How much more (at most {most})", most=most), 1, left.left, min(3, left.left), key="queue-ask-amount"
    )
    st.markdown(f"**{plain(words.limit(t, Limit(wanted, left.unit)))}**")
    try:
        with reading() as session:
            found = requests.extension_for(session, user.actor, demand.row.id, wanted, now=user.now)
        for line in shown.longer(user, found):
            st.caption(plain(line))
    except ServiceError as error:
        st.caption(plain(t.error(error)))
    return {"amount": wanted}


def until(user: User) -> dict[str, Any]:
    """The last day of a suspension: its clocks run again from midnight."""
    today = frame.today(user)
    day = st.date_input(
        user.t("Until"), today + timedelta(days=30), min_value=today + timedelta(days=1),
        max_value=today + timedelta(days=user.profile.caps.suspension_days - 1), format="YYYY-MM-DD",
        key="queue-suspend-until",
    )  # fmt: skip
    return {"until": datetime.combine(day, time(), user.profile.zone) + timedelta(days=1)}


def _text(name: str, words_: str) -> dict[str, str]:
    return {name: st.text_area(words_, height=90, key=f"queue-ask-{name}") or ""}


def marks(user: User, demand: DetailRow) -> None:
    """What everybody shall see at once: urged, excluded and why, a waived lateness, how often it was redone."""
    t, row = user.t, demand.row
    said = []
    urged = [event for event in demand.events if event.verb is Verb.URGE and event.at >= row.level_since]
    if urged and row.is_open:
        last = urged[-1]
        said.append(f":red-badge[‼ {plain(t('urged by {who}', who=last.actor))}] {plain(last.reason or '')}")
    if row.excluded_code is not None:
        word = t("excluded: {reason}", reason=shown.exclusion(user, row.excluded_code))
        said.append(f":gray-badge[⊘ {plain(word)}]")
    if row.waived_at is not None:
        said.append(f":gray-badge[⊘ {plain(t('lateness waived on appeal'))}]")
    redone = sum(event.verb is Verb.REWORK for event in demand.events)
    if redone:
        said.append(f":gray-badge[↻ {plain(t.n('redone {n} time', 'redone {n} times', redone))}]")
    if said:
        st.markdown("&ensp;".join(said))


def asked(user: User, demand: DetailRow) -> None:
    """Every request about the demand, the last one first, with what this person may decide."""
    if not any(event.verb is Verb.ASK for event in demand.events):
        return
    with reading() as session:
        rows = requests.of_demand(session, user.actor, demand.row.id, now=user.now)
    st.markdown(user.t("**Requests**"))
    for row in rows:
        with st.container(key=f"row-request-{row.id}", gap="xxsmall"):
            shown.body(user, row)
