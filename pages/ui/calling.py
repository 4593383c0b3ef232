"""The demand that is checked or called about: what was asked, what was done, whom to call, and what they say."""

import re
from datetime import datetime
from enum import StrEnum
from html import escape
from typing import Any

import streamlit as st

from models.demands import Reached, Satisfaction, Solved, State, Verb
from pages.i18n import Words
from pages.ui import layout, navigation
from pages.ui.demands import forms, telling
from pages.ui.demands.address import go
from pages.ui.demands.performing import Target, perform, refusals
from pages.ui.frame import User
from pages.ui.status import plain
from services import callbacks, demands
from services.callbacks.calls import REOPENED
from services.database import reading
from services.demands import DetailRow, EventRow
from services.errors import ServiceError

DONE = frozenset({Verb.SETTLE, Verb.SELF_HANDLE})
"""The moves that say what was done."""


class Step(StrEnum):
    """What is to be done with a demand on the desk."""

    CHECK = "check"
    CALL = "call"
    ANSWERED = "answered"
    OWN = "own"
    AWAY = "away"


def step(demand: DetailRow, since: datetime | None) -> Step:
    """What this person may do with it now; `since` is when the round it stands on was drawn."""
    state, last = demand.row.state, next(iter(calls(demand)[::-1]), None)
    if state not in {State.PENDING_VERIFY, State.PENDING_CALLBACK, *REOPENED}:
        return Step.AWAY
    if demand.handled_by_me:
        return Step.OWN
    if state is State.PENDING_VERIFY:
        return Step.CHECK
    answered = last is not None and last.facts["reached"] == Reached.YES and since is not None and last.at >= since
    return Step.ANSWERED if answered and state in REOPENED else Step.CALL


def calls(demand: DetailRow) -> list[EventRow]:
    """The calls made about it, oldest first."""
    return [event for event in demand.events if event.verb is Verb.CALL_BACK]


def tries(demand: DetailRow) -> int:
    """How often somebody called since it was settled last."""
    return sum(1 for event in calls(demand) if demand.row.settled_at and event.at >= demand.row.settled_at)


def back(user: User) -> None:
    """The way back to the list, on a phone."""
    st.button(
        user.t("Back to the list"), icon=":material/arrow_back:", type="tertiary", key="callbacks-back", on_click=go,
        kwargs={"id": None},
    )  # fmt: skip


def opened(user: User, reference: str, following: str | None, since: datetime | None) -> None:
    """The demand in a panel, and at its foot what may be done now."""
    with layout.panel("callback", gap="small"):
        try:
            with reading() as session:
                demand = demands.detail(session, user.actor, demands.find(session, user.actor, reference))
        except ServiceError as error:
            st.error(plain(user.t.error(error)), icon=":material/error:")
            return
        _asked(user, demand)
        _done(user, demand)
        _person(user, demand)
        _tried(user, demand)
        _work(user, demand, following, since)


def _asked(user: User, demand: DetailRow) -> None:
    t, row = user.t, demand.row
    when = t("reported {when}", when=t.moment(row.reported_at, user.now))
    parts = (row.reference, telling.place(t, row), t.name(row.category, row.category_en), when, t.term(row.state))
    st.caption(plain(" · ".join(parts)))
    st.header(plain(row.title), anchor=False)
    st.markdown(t("“{text}”", text=plain(demand.text).replace("\n", "  \n")))


def _done(user: User, demand: DetailRow) -> None:
    """What whoever settled it says was done."""
    t, event = user.t, next((event for event in reversed(demand.events) if event.verb in DONE), None)
    if event is None:
        return
    with st.container(key=f"tint-done-{demand.row.id}", gap="xxsmall"):
        st.markdown(t("**What was done**"))
        st.markdown(plain(event.reason or "–"))
        st.caption(plain(f"{event.actor} · {t.moment(event.at, user.now)}"))


def _person(user: User, demand: DetailRow) -> None:
    """Whom to call: the number large, on a phone as a link that dials."""
    t, phone = user.t, demand.reporter_phone
    if not phone:
        st.markdown(f"{plain(demand.reporter or t('somebody who gave no name'))} · :gray[{t('no phone number given')}]")
        return
    number = f"<b>{escape(phone)}</b>"
    if user.phone and re.fullmatch(r"[+\d][\d \-]{4,}", phone):
        number = f'<a href="tel:{escape(re.sub(r"[ -]", "", phone))}" target="_self">{escape(phone)}</a>'
    st.html(f"<div class=sg-dial><span>{escape(demand.reporter or '')}</span>{number}</div>")


def _tried(user: User, demand: DetailRow) -> None:
    """The calls so far, each with what came of it."""
    t = user.t
    for number, event in enumerate(calls(demand), 1):
        said = t.join([t.term(each) for each in answers(event)])
        line = f"{number}. {t.moment(event.at, user.now)} · {event.actor} · {said}"
        st.caption(plain(t("{what}, “{reason}”", what=line, reason=event.reason) if event.reason else line))


def answers(event: EventRow) -> list[StrEnum]:
    """What one call brought: whether somebody was reached, and what they said."""
    kinds = (("reached", Reached), ("solved", Solved), ("satisfied", Satisfaction))
    return [kind(event.facts[name]) for name, kind in kinds if event.facts.get(name)]


def _work(user: User, demand: DetailRow, following: str | None, since: datetime | None) -> None:
    t = user.t
    match step(demand, since):
        case Step.CHECK:
            _check(user, demand, following)
        case Step.CALL:
            _call(user, demand, following)
        case Step.ANSWERED:
            st.info(t("Answered in this round."), icon=":material/check:")
        case Step.OWN:
            st.info(t("You handled this yourself: someone else checks and calls."), icon=":material/block:")
        case Step.AWAY:
            st.info(t("It is at work again: nothing to check or ask now."), icon=":material/replay:")
            st.page_link(
                navigation.page("demands"), label=t("See it in the queue"), query_params={"id": demand.row.reference}
            )  # fmt: skip


def _check(user: User, demand: DetailRow, following: str | None) -> None:
    t, key = user.t, _key(demand)
    reason = st.text_area(t("What is still missing (for work that goes back)"), height=80, key=f"check-reason-{key}")
    with st.container(horizontal=True, gap="small"):
        stands = st.button(t.term(Verb.PASS_CHECK), type="primary", icon=":material/verified:", key=f"check-pass-{key}")
        again = st.button(t.term(Verb.REWORK), icon=":material/replay:", key=f"check-rework-{key}")
    st.caption(t("Verified: it waits for the call to the villager. Rework: its clock runs on."))
    if stands:
        _make(user, Verb.PASS_CHECK, demand, following, reason=reason or "")
    elif again:
        _make(user, Verb.REWORK, demand, following, reason=reason or "")


def _call(user: User, demand: DetailRow, following: str | None) -> None:
    """The questions, one after the other as the answers ask for them; what will follow; one button."""
    t, key = user.t, _key(demand)
    said: dict[str, Any] = {"reached": _choice(t("Was the person reached?"), list(Reached), t, f"call-reached-{key}")}
    if said["reached"] is Reached.YES:
        said["solved"] = _choice(t("Is it solved?"), list(Solved), t, f"call-solved-{key}")
        said["satisfied"] = _choice(t("How satisfied is the person?"), list(Satisfaction), t, f"call-satisfied-{key}")
        words = {True: t("yes"), False: t("no")}
        said["contacted"] = st.segmented_control(
            t("Was whoever handled it in touch with the person?"), list(words), format_func=words.__getitem__,
            key=f"call-contacted-{key}", width="stretch",
        )  # fmt: skip
    label = t("What the person says (may be left empty)")
    comment = st.text_area(label, height=80, key=f"call-comment-{key}")
    told = follows(user, demand, said)
    if told:
        st.markdown(f":material/subdirectory_arrow_right: **{told}**")
    with st.container(horizontal=True, gap="small"):
        saved = st.button(
            t("Save and next") if following else t("Save"), type="primary", icon=":material/save:",
            key=f"call-save-{key}", disabled=told is None,
        )  # fmt: skip
        if may_close(user, demand) and st.button(f"{t.term(Verb.CLOSE)}…", key=f"call-close-{key}"):
            forms.ask(user, Verb.CLOSE, [_target(demand)], following, demand)
    if saved:
        done = f"{demand.row.reference}: {told}"
        _make(user, Verb.CALL_BACK, demand, following, done=done, service=callbacks.log, comment=comment, **said)


def _choice(label: str, options: list[Any], t: Words, key: str) -> Any:
    return st.segmented_control(label, options, format_func=t.term, key=key, width="stretch")


def may_close(user: User, demand: DetailRow) -> bool:
    """Whether it was tried often enough without reaching anybody: then a second pair of eyes may close it."""
    last = next(iter(calls(demand)[::-1]), None)
    missed = last is not None and last.facts["reached"] != Reached.YES
    enough = tries(demand) >= user.profile.caps.call_attempts
    return missed and enough and demand.row.state is State.PENDING_CALLBACK


def follows(user: User, demand: DetailRow, said: dict[str, Any]) -> str | None:
    """What will follow from the answers, by the rules of services.callbacks; None while an answer is missing.

    Whether somebody was in touch is asked as well: left open it would count as "no" against whoever handled it.
    """
    reached, solved = said["reached"], said.get("solved")
    if reached is not None and reached is not Reached.YES:
        return _missed(user, demand)
    if solved is None or said.get("satisfied") is None or said.get("contacted") is None:
        return None
    return _answered(user, demand, solved)


def _answered(user: User, demand: DetailRow, solved: Solved) -> str:
    t, was_closed = user.t, demand.row.state in REOPENED
    if solved is Solved.SOLVED:
        return t("Solved: it stays closed.") if was_closed else t("Solved: it is closed.")
    if solved is Solved.PARTLY and not user.profile.caps.rework_partly:
        return t("Partly solved: noted; it goes on as it stands.")
    if demand.row.state is State.ARCHIVED:
        return t("Not solved: noted; what is archived is not opened again.")
    if was_closed:
        days = user.profile.caps.reopen_days
        return t("Not solved: within {days} days of closing it is opened again, with fresh clocks.", days=days)
    return t("Not solved: it goes back to work, its clock runs on.")


def _missed(user: User, demand: DetailRow) -> str:
    left = user.profile.caps.call_attempts - tries(demand) - 1
    if demand.row.state in REOPENED:
        return user.t("Not reached: noted, and counted as nobody's satisfaction.")
    if left > 0:
        return user.t.n(
            "Not reached: it stays here; {n} call more before it may be closed without the person's word.",
            "Not reached: it stays here; {n} calls more before it may be closed without the person's word.", left,
        )  # fmt: skip
    return user.t("Not reached: it stays here, and may be closed with a reason.")


def _make(
    user: User, verb: Verb, demand: DetailRow, following: str | None, *, done: str | None = None, **options: Any
) -> None:
    """Make the move; the next demand comes up by itself."""
    if perform(verb, [_target(demand)], following, **options):
        if done is not None:
            st.session_state.done = done
        st.rerun()
    refusals(user.t)


def _target(demand: DetailRow) -> Target:
    return Target(demand.row.id, demand.row.reference, demand.row.version)


def _key(demand: DetailRow) -> str:
    return f"{demand.row.id}-{demand.row.version}"
