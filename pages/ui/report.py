"""Reporting a demand: what the form asks, in the order a person tells it, and the receipt."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import streamlit as st

from models.demands import Urgency
from pages.charts import demands as charts
from pages.i18n import deadlines
from pages.ui import frame, layout, navigation
from pages.ui.frame import User
from pages.ui.status import plain
from services import categories, units
from services.categories import CategoryRow
from services.database import reading
from services.demands import FiledRow
from services.errors import BadInput
from services.units import UnitRow

FORM = "report-form"


@dataclass(frozen=True, slots=True)
class Form:
    """The form being filled in: its number keeps its widgets apart, its key files it once however often it is sent."""

    number: int
    key: str


def form() -> Form:
    """The form of this browser session."""
    if FORM not in st.session_state:
        st.session_state[FORM] = Form(0, uuid4().hex)
    found: Form = st.session_state[FORM]
    return found


def column(user: User) -> Any:
    """One column: the phone's whole width, a panel in the middle of a desk."""
    if user.phone:
        return st.container(gap="small", key="report")
    middle = st.container(horizontal=True, horizontal_alignment="center")
    return middle.container(border=True, width=680, gap="small", key="p-report")


def begin_again() -> None:
    """An empty form with a key of its own; the receipt is put away."""
    st.session_state[FORM] = Form(form().number + 1, uuid4().hex)
    st.session_state.pop("report-receipt", None)


def category(user: User, text: str, number: int) -> CategoryRow | None:
    """The category the words suggest, with what it means, and one tap to correct it. None while the site has none."""
    t = user.t
    with reading() as session:
        rows = categories.tree(session, user.actor)
        suggested = categories.suggest(session, user.actor, text)
    by_code = {row.code: row for row in rows}
    names = {row.code: ("　" if row.depth > 1 else "") + t.name(row.name, row.name_en) for row in rows}
    corrected = by_code.get(st.session_state.get(f"report-category-{number}", ""))
    chosen = corrected or suggested or by_code.get("other") or (rows[-1] if rows else None)
    if chosen is None:
        return None
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="report-category-line"):
        words = plain(category_words(user, chosen, rows))
        if not text.strip() and corrected is None:
            st.markdown(t(":gray[:material/label: The category is suggested from the words.]"), width="stretch")
        elif corrected is None and suggested is not None:
            st.markdown(t(":material/label: looks like **{category}**", category=words), width="stretch")
        else:
            st.markdown(t(":material/label: **{category}**", category=words), width="stretch")
        wanted = st.menu_button(
            t("Correct it"), list(names), key=f"report-change-category-{number}", type="tertiary",
            format_func=names.__getitem__,
        )  # fmt: skip
    if wanted is not None:
        st.session_state[f"report-category-{number}"] = wanted
        st.rerun()
    return chosen


def category_words(user: User, row: CategoryRow, rows: list[CategoryRow]) -> str:
    """A category with its class: 供水供电 › 供水."""
    parent = next((each for each in rows if each.id == row.parent_id), None)
    name = user.t.name(row.name, row.name_en)
    return f"{user.t.name(parent.name, parent.name_en)} › {name}" if parent is not None else name


def where(user: User, number: int) -> UnitRow:
    """Where it happened: one's own grid at once; else a village and a grid in it, from lists or from the map."""
    t = user.t
    with reading() as session:
        own = units.top(session, user.actor)
        below = units.counts(session, user.actor, own.id)
    if sum(below.values()) == 1:
        st.markdown(t("Where"))
        st.markdown(f":material/location_on: **{plain(t.name(own.name, own.name_en))}**")
        return own
    village = _village(user, own, number)
    with reading() as session:
        inside = [row for row in units.below(session, user.actor, village.id) if row.id != village.id]
    if not inside:
        return village
    ways = {"list": t("From the list"), "map": t("On the map")}
    way = st.segmented_control(
        t("In which grid"), list(ways), default="list", format_func=ways.__getitem__, required=True, width="stretch",
        key=f"report-way-{number}", label_visibility="collapsed",
    )  # fmt: skip
    lowest = max(row.depth for row in inside)
    grids = [row for row in inside if row.depth == lowest]
    return (_on_map if way == "map" else _from_list)(user, village, grids, number)


def _village(user: User, own: UnitRow, number: int) -> UnitRow:
    """The village, chosen from one's own area; the one the frame shows comes first."""
    t = user.t
    with reading() as session:
        villages = units.below(session, user.actor, own.id, user.profile.ranking_level)
        shown = {row.id for row in units.ancestors(session, user.actor, frame.unit(user).id)}
    if len(villages) < 2:
        return villages[0] if villages else own
    names = {row.id: t.name(row.name, row.name_en) for row in villages}
    level = user.profile.level(user.profile.ranking_level)
    first = next((place for place, row in enumerate(villages) if row.id in shown), 0)
    chosen = st.selectbox(
        t("Where: {level}", level=t.name(level.zh, level.en)), list(names), index=first, format_func=names.__getitem__,
        key=f"report-village-{number}",
    )  # fmt: skip
    return next(row for row in villages if row.id == chosen)


def _from_list(user: User, village: UnitRow, grids: list[UnitRow], number: int) -> UnitRow:
    t = user.t
    places = {row.id: row for row in [*grids, village]}
    whole = t("{place}, grid not known", place=t.name(village.name, village.name_en))
    shown = frame.unit(user)
    chosen = st.selectbox(
        t("Grid"), list(places), index=next((place for place, key in enumerate(places) if key == shown.id), 0),
        format_func=lambda key: whole if key == village.id else t.name(places[key].name, places[key].name_en),
        key=f"report-grid-{village.id}-{number}", label_visibility="collapsed",
    )  # fmt: skip
    return places[chosen]


def _on_map(user: User, village: UnitRow, grids: list[UnitRow], number: int) -> UnitRow:
    """The grids of the village as a map; a click chooses one. Without outlines the list takes its place."""
    t = user.t
    with reading() as session:
        rows = units.outlines(session, user.actor, village.id, grids[0].level)
    if not rows:
        st.caption(t("There are no outlines of this village yet."))
        return _from_list(user, village, grids, number)
    key = f"report-map-{village.id}-{number}"
    kept = f"report-picked-{village.id}-{number}"
    chart = charts.chooser(t, rows, st.session_state.get(kept), 320)
    event = st.altair_chart(chart, theme=None, height=320, key=key, on_select="rerun", selection_mode="unit")
    clicked = [str(each["code"]) for each in event.selection.get("unit", []) if each.get("code")]
    if clicked and clicked[0] != st.session_state.get(kept):
        st.session_state[kept] = clicked[0]
        st.rerun()
    picked = next((row for row in grids if row.code == st.session_state.get(kept)), None)
    if picked is None:
        st.caption(t("Tap the grid where it happened."))
        return village
    st.markdown(f":material/location_on: **{plain(t.name(picked.name, picked.name_en))}**")
    return picked


def urgency(user: User, number: int) -> Urgency:
    """Urgent or not, each with what it means in time."""
    t, limits = user.t, user.profile.limits
    words = t("Urgent: danger, to be contacted within {limit}", limit=deadlines.limit(t, limits[Urgency.URGENT].answer))
    chosen = Urgency.URGENT if st.toggle(words, key=f"report-urgent-{number}") else Urgency.GENERAL
    within = deadlines.limit(t, limits[chosen].solve)
    st.caption(t("To be settled within {limit}.", limit=within))
    return chosen


def receipt(user: User, filed: FiledRow) -> None:
    """The number, the deadline and who has it now; the way to it, and an empty form."""
    t = user.t
    with layout.panel("receipt", gap="small"):
        st.markdown(t(":material/check_circle: **Reported. Thank you.**"))
        st.header(plain(filed.reference), anchor=False)
        if filed.due_at is not None:
            st.markdown(t("To be settled by **{when}**", when=deadlines.day_and_clock(t, filed.due_at)))
        place = t.name(filed.unit, filed.unit_en)
        has_it = t("With **{who}**, {place}", who=plain(filed.holder or "–"), place=plain(place))
        st.markdown(has_it if filed.holder else t("With **{place}**", place=plain(place)))
        st.markdown(t("It is {state} now.", state=t.term(filed.state)))
    if navigation.has("demands"):
        st.page_link(
            navigation.page("demands"), label=t("Open it in the queue"), icon=":material/open_in_new:",
            query_params={"id": filed.reference},
        )  # fmt: skip
    st.button(
        t("Report another"), type="primary", icon=":material/add:", width="stretch", key="report-another",
        on_click=begin_again,
    )  # fmt: skip


def require_result(done: str | None) -> None:
    """Someone who says it is settled says what was done. Raises BadInput."""
    if done is not None and not done.strip():
        raise BadInput("result_missing")
