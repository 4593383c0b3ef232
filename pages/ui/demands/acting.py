"""The buttons for what may be done with one demand, or with many."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from models.accounts import Permission
from models.demands import MOVES, Verb
from pages.ui import frame, navigation
from pages.ui.demands import asking, forms
from pages.ui.demands.performing import Target, at_once
from services import demands
from services.demands import DetailRow

ICONS = {
    Verb.ACCEPT: "check", Verb.ASSIGN: "person_add", Verb.WHISTLE: "campaign", Verb.SIGN: "draw", Verb.RETURN: "undo",
    Verb.SETTLE: "task_alt", Verb.ESCALATE: "north", Verb.PASS_CHECK: "verified", Verb.CLOSE: "done_all",
    Verb.ANSWER: "reply", Verb.ARRIVE: "pin_drop", Verb.SUBMIT: "send", Verb.HAND_IN: "send", Verb.REWORK: "replay",
    Verb.SELF_HANDLE: "task_alt", Verb.RESUME: "play_arrow", Verb.CALL_BACK: "call",
}  # fmt: skip

AT_ONCE = frozenset({Verb.ACCEPT, Verb.SIGN, Verb.PASS_CHECK, Verb.SUBMIT, Verb.HAND_IN})
"""Moves that ask for nothing more."""

FRONT = (
    Verb.ANSWER, Verb.ARRIVE, Verb.SUBMIT, Verb.ACCEPT, Verb.SIGN, Verb.SETTLE, Verb.PASS_CHECK, Verb.CLOSE,
    Verb.WHISTLE, Verb.ASSIGN, Verb.RETURN, Verb.ESCALATE, Verb.REWORK,
)  # fmt: skip
"""The moves with a button of their own where there is room, in this order; the others are in the menu."""

FOR_MANY = (
    Verb.ACCEPT, Verb.ASSIGN, Verb.WHISTLE, Verb.MERGE, Verb.RETURN, Verb.SIGN, Verb.SETTLE, Verb.PASS_CHECK,
    Verb.CLOSE,
)  # fmt: skip
"""The moves offered for several demands at once."""

SHOWN_FOR_MANY = 4
"""How many of them have room beside the list: those that are possible come first."""


def bar(user: frame.User, demand: DetailRow, following: str | None) -> None:
    """The moves this person may make with this demand: the usual one first and primary, the rest beside it."""
    t, found = user.t, demands.choices(user.actor, demand)
    first = demands.usual(user.actor, demand, now=user.now)
    front = [verb for verb in FRONT if verb in found and verb != first and not _rare(user, verb)]
    shown = ([first] if first else []) + front[: (2 if user.phone else 4) + (first is None)]
    rest = asking.offered(user, demand, [verb for verb in found if verb not in shown])
    target = Target(demand.row.id, demand.row.reference, demand.row.version)
    with st.container(horizontal=True, gap="small", key="queue-actions"):
        for verb in shown:
            _button(user, verb, [target], following, demand, primary=verb is first)
        if rest:
            wanted = st.menu_button(
                t("More"), rest, format_func=lambda choice: asking.label(t, choice),
                key=f"queue-more-{target.id}-{target.version}",
            )  # fmt: skip
            if wanted is Verb.CALL_BACK:
                _to_desk(demand)
            elif isinstance(wanted, Verb):
                forms.ask(user, wanted, [target], following, demand)
            elif wanted is not None:
                asking.ask(user, wanted, target, demand)
        if not (found or rest):
            st.caption(t("Nothing to do here for you now."))


def _rare(user: frame.User, verb: Verb) -> bool:
    """Who is on the scene is noted by those who go there; those who dispatch find it in the menu."""
    return verb is Verb.ARRIVE and user.actor.may(Permission.TRIAGE)


def _to_desk(demand: DetailRow) -> None:
    """Calling back has a screen of its own: the questions that are asked there."""
    st.switch_page(navigation.page("callbacks"), query_params={"list": "call", "id": demand.row.reference})


def bar_for_many(user: frame.User, rows: Sequence[demands.DemandRow], following: str | None) -> None:
    """The moves for the ticked demands; without ticks they are greyed."""
    possible = demands.possible(user.actor, frozenset(row.state for row in rows))
    offered = [verb for verb in FOR_MANY if user.actor.may(MOVES[verb].permission)]
    targets = [Target(row.id, row.reference, row.version) for row in rows]
    for verb in sorted(offered, key=lambda verb: verb not in possible)[:SHOWN_FOR_MANY]:
        _button(user, verb, targets, following, None, disabled=verb not in possible)


def _button(
    user: frame.User, verb: Verb, targets: list[Target], following: str | None, demand: DetailRow | None, *,
    primary: bool = False, disabled: bool = False,
) -> None:  # fmt: skip
    many = "many" if demand is None else f"{targets[0].id}-{targets[0].version}"
    look: dict[str, Any] = {
        "icon": f":material/{ICONS.get(verb, 'chevron_right')}:", "type": "primary" if primary else "secondary",
        "key": f"queue-{verb.value}-{many}", "disabled": disabled,
    }  # fmt: skip
    label = user.t.term(verb) + ("…" if verb not in AT_ONCE | {Verb.CALL_BACK} else "")
    if verb is Verb.CALL_BACK and demand is not None:
        if st.button(label, **look):
            _to_desk(demand)
    elif verb in AT_ONCE:
        st.button(label, on_click=at_once, args=(verb, targets, following), **look)
    elif st.button(label, **look):
        forms.ask(user, verb, targets, following, demand)
