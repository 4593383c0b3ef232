"""Whistles of one demand: who was called, who came, what was done, what both sides say; and the forms for it."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import groupby
from typing import Any

import streamlit as st

from models.accounts import Permission
from models.demands import MOVES, Arrival, Satisfaction, Verb
from pages.i18n import Words
from pages.ui import frame
from pages.ui.demands import telling
from pages.ui.demands.performing import Target, perform, refusals
from pages.ui.frame import User
from pages.ui.status import plain
from services import demands
from services.demands import DetailRow, WhistleRow

LONGEST_AGO = 7 * 24 * 60


def whistles(user: User, demand: DetailRow) -> None:
    """When the first person came; every call, the last one first, with what each department did and may still do."""
    t = user.t
    if demand.on_scene_at is not None:
        span = demand.on_scene_at - demand.row.reported_at
        said = t("{span} after the report", span=t.duration(span)) if span else t("when it was reported")
        st.markdown(t("**On the scene** {said}", said=said))
    if not demand.whistles:
        return
    st.markdown(t("**Whistles**"))
    last: set[int] = set()
    for number, rows in groupby(demand.whistles, lambda row: row.number):
        calls = list(rows)
        if demand.whistles[0].number > 1:
            when = t.moment(calls[0].asked_at, user.now)
            st.caption(t("Call {number}, {when}", number=number, when=when))
        for row in calls:
            _whistle(user, demand, row, is_last=row.department_id not in last)
        last |= {row.department_id for row in calls}


def _whistle(user: User, demand: DetailRow, row: WhistleRow, *, is_last: bool) -> None:
    offered = _offered(user, demand, row) if is_last else {}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("  \n".join(_lines(user, row)), width="stretch")
        for name, (label, open_form) in offered.items():
            key = f"queue-whistle-{name}-{demand.row.id}-{row.department_id}"
            if st.button(label, key=key, type="tertiary"):
                open_form()


def _lines(user: User, row: WhistleRow) -> list[str]:
    t = user.t
    role = t("leads") if row.lead else t("assists")
    name = plain(t.name(row.department, row.department_en))
    answer = t(" “{text}”", text=plain(row.answer)) if row.answer else ""
    lines = [f"{telling.whistle(t, row, user.now)}&ensp;**{name}** :gray[{role}]{answer}"]
    said = [t("did: “{text}”", text=plain(row.did))] if row.did else []
    if row.rating is not None:
        said.append(_with_reason(t, t("rated {rating}", rating=t.term(row.rating)), row.rating_reason))
    if row.justified is not None:
        word = t("whistle justified") if row.justified else t("whistle not justified")
        said.append(_with_reason(t, word, row.justified_reason))
    return [*lines, f":small[:gray[{' · '.join(said)}]]"] if said else lines


def _with_reason(t: Words, word: str, reason: str | None) -> str:
    return t("{what}, “{reason}”", what=word, reason=plain(reason)) if reason else word


def _offered(user: User, demand: DetailRow, row: WhistleRow) -> dict[str, tuple[str, Callable[[], None]]]:
    """What this person may do with this whistle: a name, its words and what opens its form."""
    t, actor = user.t, user.actor
    outside = row.level in user.profile.outside and actor.department_id is None and actor.may(Permission.HANDLE)
    own = outside or row.department_id == actor.department_id
    works, judged = demand.row.state in MOVES[Verb.ARRIVE].sources, demand.row.state in MOVES[Verb.RATE].sources
    tried = row.answered_at is not None or row.answer_due_at < user.now
    found = {
        "answer": (t("Record the answer…"), outside and works and row.answered_at is None),
        "arrive": (t("Record the arrival…"), outside and works and row.arrival is not Arrival.ON_SITE),
        "did": (t("What was done…"), own and judged and row.arrived_at is not None and row.did is None),
        "justify": (t("Was it justified?…"), own and judged and row.answered_at is not None and row.justified is None),
        "rate": (t("Rate…"), actor.may(Permission.WHISTLE) and judged and tried and row.rating is None),
    }
    return {name: (label, partial(_ask, user, name, demand, row)) for name, (label, may) in found.items() if may}


_VERBS = {
    "answer": Verb.ANSWER, "arrive": Verb.ARRIVE, "did": Verb.NOTE, "justify": Verb.JUSTIFY, "rate": Verb.RATE,
}  # fmt: skip


def _ask(user: User, name: str, demand: DetailRow, row: WhistleRow) -> None:
    st.dialog(user.t.name(row.department, row.department_en))(_form)(name, demand, row)


def _form(name: str, demand: DetailRow, row: WhistleRow) -> None:
    user = frame.signed_in()
    if user is None:
        st.stop()
    t, verb, found = user.t, _VERBS[name], demand.row
    st.caption(plain(f"{found.reference} · {found.title}"))
    options = _fields(user, name, row)
    if st.button(t("Save"), type="primary", key=f"queue-whistle-save-{name}"):
        target = Target(found.id, found.reference, found.version)
        options |= {"key": f"{found.id}:{found.version}:{name}:{row.department_id}:{user.actor.account_id}"}
        if name == "did":
            options["service"] = demands.report_done
        if perform(verb, [target], found.reference, **options):
            st.rerun()
        refusals(t)


def _fields(user: User, name: str, row: WhistleRow) -> dict[str, Any]:
    t, department = user.t, {"department_id": row.department_id}
    match name:
        case "arrive":
            return {**arriving(user, of_department=True), **department}
        case "rate":
            usual = Satisfaction.NOT if row.answered_at is None else Satisfaction.SATISFIED
            rating = st.segmented_control(
                t("How was it?"), list(Satisfaction), default=usual, format_func=t.term, required=True,
                key="queue-whistle-rating",
            )  # fmt: skip
            return {"rating": rating, **department, **_text(t("Reason (needed unless satisfied or without opinion)"))}
        case "justify":
            words = {True: t("yes, justified"), False: t("no, not justified")}
            said = st.segmented_control(
                t("Was the whistle justified?"), list(words), default=True, format_func=words.__getitem__,
                required=True, key="queue-whistle-justified",
            )  # fmt: skip
            return {"justified": said, **department, **_text(t("Reason (needed for a no)"))}
        case "answer":
            return {**department, **_text(t("What they will do, and when"))}
    return {**department, **_text(t("What was done"))}


def arriving(user: User, *, of_department: bool) -> dict[str, Any]:
    """How and when somebody came, and what was done there so far."""
    t, options = user.t, dict[str, Any]()
    if of_department:
        options["arrival"] = st.segmented_control(
            t("How"), [Arrival.ON_SITE, Arrival.REMOTE], default=Arrival.ON_SITE, format_func=t.term, required=True,
            key="queue-arrive-how",
        )  # fmt: skip
    ago = st.number_input(t("How many minutes ago"), 0, LONGEST_AGO, 0, key="queue-arrive-ago")
    if ago:
        options["at"] = user.now - timedelta(minutes=ago)
    label = t("What was done (may be said later)") if of_department else t("Remark (may be left empty)")
    return options | _text(label)


def _text(label: str) -> dict[str, str]:
    return {"reason": st.text_area(label, height=90, key="queue-whistle-text") or ""}
