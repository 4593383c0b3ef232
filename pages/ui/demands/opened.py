"""The open demand: in a panel beside the list with its moves fixed at the foot, or as a phone's whole page."""

from functools import lru_cache

import streamlit as st

from pages.charts.demands import Land, laid_out
from pages.i18n import Words
from pages.ui import layout, projects
from pages.ui.demands import acting, asking, panel, whistling
from pages.ui.demands.address import go
from pages.ui.frame import User, Version
from pages.ui.status import plain
from services import demands, units
from services.access import Actor, scope_of
from services.database import reading
from services.demands import DetailRow, SimilarRow
from services.errors import NotFound, ServiceError

Found = tuple[DetailRow, list[SimilarRow]]
FOOT = 92


def beside(user: User, reference: str, before: str | None, after: str | None, *, height: int) -> None:
    """The demand in a panel of this height: its content scrolls, its moves stay where they are."""
    with layout.panel("detail", height=height, gap="small"):
        found = _found(user, reference)
        if found is None:
            return
        with st.container(height=height - FOOT, border=False, gap="small", key="queue-detail"):
            panel.head(user, found[0], before, after)
            _body(user, found[0])
            _around(user, *found)
        acting.bar(user, found[0], after or before)


def on_phone(user: User, reference: str, before: str | None, after: str | None) -> None:
    """The demand as its own page: what it is, what may be done, then everything else."""
    st.button(
        user.t("Back to the list"), icon=":material/arrow_back:", type="tertiary", key="queue-back", on_click=go,
        kwargs={"id": None},
    )  # fmt: skip
    found = _found(user, reference)
    if found is None:
        return
    with st.container(gap="small"):
        panel.head(user, found[0], before, after)
        acting.bar(user, found[0], after or before)
        _body(user, found[0])
        panel.like_it(user, found[1])


def _around(user: User, demand: DetailRow, like: list[SimilarRow]) -> None:
    """The land round it and the like of it, side by side where there is land."""
    land = _land(user, demand)
    if land is None:
        panel.like_it(user, like)
        return
    place, beside_it = st.columns([1, 1.9], gap="small")
    with place:
        panel.spot(user, demand, land, 190)
    with beside_it, st.container(gap="xxsmall"):
        panel.like_it(user, like)


def _body(user: User, demand: DetailRow) -> None:
    asking.marks(user, demand)
    panel.facts(user, demand)
    projects.answering(user, demand.row.id)
    panel.deadline(user, demand)
    with st.container(gap=10):
        panel.held(user, demand)
    with st.container(gap="xxsmall"):
        whistling.whistles(user, demand)
    with st.container(gap="xxsmall"):
        asking.asked(user, demand)
    with st.container(gap="xsmall"):
        panel.history(user, demand)


def _found(user: User, reference: str) -> Found | None:
    """The demand and the like of it; says so where it is not in this person's area."""
    try:
        with reading() as session:
            demand_id = demands.find(session, user.actor, reference)
            demand = demands.detail(session, user.actor, demand_id)
            return demand, demands.similar(session, user.actor, demand_id)
    except ServiceError as error:
        st.error(plain(user.t.error(error)), icon=":material/error:")
        return None


def _land(user: User, demand: DetailRow) -> Land | None:
    """The units beside the demand's own, None for someone without an area or where there are no outlines."""
    if user.phone or demand.village_id is None or user.actor.unit_id is None:
        return None
    place = (demand.row.unit_id, demand.village_id)
    return _drawn_land(user.version, scope_of(user.actor), place, user.t)


@lru_cache(maxsize=512)
def _drawn_land(version: Version, scope: Actor, place: tuple[int, int], t: Words) -> Land | None:  # noqa: ARG001
    """The units round one, of its level and in its village, laid out; kept until a unit changes."""
    unit_id, village_id = place
    try:
        with reading() as session:
            unit = units.one(session, scope, unit_id)
            within = village_id if unit.id != village_id else unit.parent_id or unit.id
            rows = units.outlines(session, scope, within, unit.level)
    except NotFound:
        return None
    return laid_out(t, rows) if rows else None
