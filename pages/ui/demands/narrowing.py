"""Views and filters above the queue: every choice goes into the address."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import streamlit as st

from models.demands import State, Urgency
from pages.i18n import Words
from pages.ui import frame, own_needs
from pages.ui.cases import link
from pages.ui.demands import address
from pages.ui.demands.address import Asked, go, go_to_view
from pages.ui.own_needs import URGED
from pages.ui.status import plain
from services import demands, units, views
from services.access import Actor, scope_of
from services.categories import CategoryRow
from services.database import reading, transaction
from services.demands import Order, Page
from services.errors import ServiceError
from services.units import UnitRow
from services.views import ViewRow

READY: dict[str, dict[str, str]] = {
    "mine": {"mine": "1"},
    "late": {"overdue": "1"},
    "new": {"new": "1"},
    "unanswered": {"unanswered": "1"},
    "all": {},
}
"""The views everyone has: their parameters in the address."""

ALL = "–"


def ready_names(t: Words) -> dict[str, str]:
    """What the views everyone has are called."""
    return {
        "mine": t("Mine"), "late": t("Late"), "new": t("New"), "unanswered": t("Unanswered"), "all": t("All"),
    }  # fmt: skip


def views_bar(
    user: frame.User, asked: Asked, own: Sequence[ViewRow], categories: list[CategoryRow], page: Page
) -> None:
    """The views as one segmented control, each with its count; the one that is shown is marked."""
    t = user.t
    chosen = {**READY, **{f"own-{row.id}": row.filters for row in own}}
    names = {**ready_names(t), **{f"own-{row.id}": row.name for row in own}}
    shown = [name for name in chosen if not (user.phone and name == "unanswered")]
    counts = _counts(user, asked, {name: chosen[name] for name in shown}, categories, page)
    current = next((name for name in shown if chosen[name] == asked.chosen), None)
    key = f"queue-view-{asked.key}"
    st.segmented_control(
        t("View"), shown, default=current, key=key,
        format_func=lambda name: f"{plain(names[name])} {t.number(counts[name])}",
        label_visibility="collapsed", on_change=lambda: _show_view(key, chosen, current),
        wrap=False, width="stretch" if user.phone else "content",
    )  # fmt: skip


def _show_view(key: str, chosen: Mapping[str, Mapping[str, str]], current: str | None) -> None:
    name = st.session_state[key] or current
    if name is not None:
        go_to_view(chosen[name])


def _counts(
    user: frame.User,
    asked: Asked,
    chosen: Mapping[str, Mapping[str, str]],
    categories: list[CategoryRow],
    page: Page,
) -> dict[str, int]:
    """How many each view holds; what the list has counted already is not counted again."""
    known = {asked.filters: page.total}
    if asked.filters.open_only:
        known[replace(asked.filters, overdue=True)] = page.overdue
    found = {}
    with reading() as session:
        for name, parameters in chosen.items():
            filters = address.filters_of(user, parameters, categories)
            filters = replace(filters, unit_id=asked.unit.id if asked.unit else None)
            if filters not in known:
                known[filters] = demands.count(session, user.actor, filters, now=user.now)
            found[name] = known[filters]
    return found


def search(user: frame.User, asked: Asked) -> None:
    """The search box: number, words of the text, place."""
    t = user.t
    key = f"queue-search-{asked.unit.code if asked.unit else ''}"
    st.text_input(
        t("Search"), value=asked.chosen.get("q", ""), key=key,
        placeholder=t("Search") if user.phone else t("Search number, words, place"),
        icon=":material/search:", label_visibility="collapsed", on_change=lambda: go(q=st.session_state[key] or None),
    )  # fmt: skip


def filters(user: frame.User, asked: Asked, categories: list[CategoryRow]) -> None:
    """Village, category, state, urgency, and the rarer ones, each a menu that says what is chosen."""
    t = user.t
    if user.actor.unit_id is not None:
        _units(user, asked)
    tree = {row.code: ("　" if row.depth > 1 else "") + t.name(row.name, row.name_en) for row in categories}
    menu(t, "category", t("Category"), tree, asked.chosen)
    states = {state.value: t.term(state) for state in State if state is not State.DRAFT}
    menu(t, "state", t("State"), states, asked.chosen)
    menu(t, "urgency", t("Urgency"), {urgency.value: t.term(urgency) for urgency in Urgency}, asked.chosen)
    levels = {row.key: t.name(row.zh, row.en) for row in (*user.profile.levels, *user.profile.outer_levels)}
    menu(t, "level", t("Level"), levels, asked.chosen)
    _rarer(t)


def _rarer(t: Words) -> None:
    """What is looked for now and then."""
    names = {"urged": t("urged"), "excluded": t("excluded"), "whistled": t("whistled")}
    wanted = st.menu_button(
        "", list(names), format_func=names.__getitem__, key="queue-filter-rarer", icon=":material/tune:",
        type="tertiary", help=t("More filters"),
    )  # fmt: skip
    if wanted is not None:
        go(**{wanted: "1"})
        st.rerun()


def others(user: frame.User, asked: Asked) -> None:
    """What else narrows the list (it came with the address), each with the way to take it off."""
    t = user.t
    words = {
        "near": t("due soon"), "whistled": t("whistled"), "unplaced": t("without a known place"),
        "settled": t("settled") if asked.chosen.get("settled") == "1" else t("not settled"),
        "period": t("received in the period"), "due_from": t("due from"), "due_to": t("due until"),
        "reported_from": t("received from"), "reported_to": t("received before"),
        "settled_from": t("settled from"), "settled_to": t("settled before"),
        "limit_from": t("limit after"), "limit_to": t("limit until"),
        "kept": t("limit kept") if asked.chosen.get("kept") == "1" else t("limit missed"),
        "on_the_spot": t("on the spot") if asked.chosen.get("on_the_spot") == "1" else t("not on the spot"),
        "reworked_to": t("put back to work before"), "closed_from": t("closed from"), "closed_to": t("closed before"),
        "called_from": t("called from"), "called_to": t("called before"),
        "urged": t("urged"), "assessed": t("as assessed"),
        "excluded": t("excluded") if asked.chosen.get("excluded") == "1" else t("not excluded"),
    }  # fmt: skip
    fact = asked.filters.fact
    words |= {"fact": t.term(fact)} if fact is not None else {}
    words |= {"department": _department(user, asked.chosen["department"])} if "department" in asked.chosen else {}
    for name, said in words.items():
        if name not in asked.chosen:
            continue
        st.button(
            f"{said} {_value(user, name, asked.chosen[name])}".strip(), icon=":material/close:", type="tertiary",
            key=f"queue-without-{name}", on_click=go, kwargs={name: None},
        )  # fmt: skip


def _department(user: frame.User, code: str) -> str:
    with reading() as session:
        names = {row.code: user.t.name(row.name, row.name_en) for row in demands.departments(session, user.actor)}
    return plain(({demands.ANY_DEPARTMENT: user.t("a department")} | names).get(code, code))


def urged(user: frame.User, asked: Asked) -> None:
    """The way to what this person was urged about, and on a phone to what waits for their decision."""
    number = 0 if "urged" in asked.chosen else own_needs.urged(user)
    if number:
        words = user.t.n("{n} demand with you was urged", "{n} demands with you were urged", number)
        st.button(f":red-badge[‼ {words}]", type="tertiary", key="queue-urged", on_click=go_to_view, args=(URGED,))
    for need in own_needs.own_needs(user) if user.phone else []:
        if need.page == "requests":
            link(need.title, need.page, need.wanted)


def _value(user: frame.User, name: str, written: str) -> str:
    if name == "period":
        return frame.period_words(user.t, frame.period(user))
    moment = address.moment(user, written)
    return user.t.moment(moment) if moment is not None and name in address.MOMENTS else ""


def menu(t: Words, key: str, anything: str, names: Mapping[str, str], chosen: Mapping[str, str]) -> None:
    """One filter of the address as a menu that says what is chosen; `names` are its values and their words."""
    current = chosen.get(key)
    label = names.get(current, anything).strip() if current else anything
    wanted = st.menu_button(
        label, [ALL, *names], format_func=lambda name: t("All") if name == ALL else names[name],
        key=f"queue-filter-{key}", icon=":material/filter_alt:" if current else None,
    )  # fmt: skip
    if wanted is not None:
        go(**{key: None if wanted == ALL else wanted})
        st.rerun()


@lru_cache(maxsize=256)
def _villages(version: frame.Version, scope: Actor, level: str) -> tuple[str, tuple[UnitRow, ...]]:  # noqa: ARG001
    """The code of one's own unit; the villages in it, or the units directly below where it has none."""
    with reading() as session:
        top = units.top(session, scope)
        below = units.below(session, scope, top.id, level)
        if [row.id for row in below] in ([], [top.id]):
            below = units.children(session, scope, top.id)
    return top.code, tuple(below)


def _units(user: frame.User, asked: Asked) -> None:
    """The villages of one's own area; where one has none, the units directly below one's own."""
    t = user.t
    top, below = _villages(user.version, scope_of(user.actor), user.profile.ranking_level)
    path = frame.place(user).above if asked.unit else ()
    if not below:
        return
    names = {row.code: t.name(row.name, row.name_en) for row in below}
    current = next((row.code for row in path if row.code in names), None)
    level = user.profile.level(below[0].level)
    wanted = st.menu_button(
        names[current] if current else t.name(level.zh, level.en[:1].upper() + level.en[1:]), [top, *names],
        format_func=lambda code: names.get(code, t("All")), key="queue-filter-unit",
        icon=":material/filter_alt:" if current else None,
    )  # fmt: skip
    if wanted is not None:
        st.session_state.unit = wanted
        go(unit=wanted)
        st.rerun()


def order(user: frame.User, asked: Asked) -> None:
    """How the list is sorted."""
    wanted = st.menu_button(
        user.t.term(asked.order) if user.phone else "", list(Order), format_func=user.t.term, key="queue-order",
        icon=":material/sort:", type="tertiary", help=user.t.term(asked.order),
    )  # fmt: skip
    if wanted is not None:
        go(sort=wanted.value)
        st.rerun()


def keep(user: frame.User, asked: Asked, own: Sequence[ViewRow]) -> None:
    """Keep the present filter under a name, or drop one of one's own views."""
    t = user.t
    with st.popover("", icon=":material/bookmark_add:", type="tertiary", help=t("Saved views")):
        name = st.text_input(t("Keep this filter as"), key="queue-view-name", max_chars=views.NAME_LENGTH)
        st.button(t("Save"), key="queue-save-view", on_click=_save, args=(name, asked.chosen), disabled=not name)
        for row in own:
            st.button(
                t("Delete “{name}”", name=row.name), key=f"queue-delete-view-{row.id}", icon=":material/delete:",
                type="tertiary", on_click=_delete, args=(row.id,),
            )  # fmt: skip


def _save(name: str, chosen: Mapping[str, str]) -> None:
    user = frame.signed_in()
    if user is not None:
        _keeping(user, lambda session: views.save(session, user.actor, name, chosen), user.t("View saved"))


def _delete(view_id: int) -> None:
    user = frame.signed_in()
    if user is not None:
        _keeping(user, lambda session: views.delete(session, user.actor, view_id), user.t("View deleted"))


def _keeping(user: frame.User, action: Any, done: str) -> None:
    try:
        with transaction() as session:
            action(session)
        st.session_state.done = done
    except ServiceError as error:
        st.session_state.refused = [user.t.error(error)]
