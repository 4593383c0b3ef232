"""The grid map: whose grid it is, what is open or late there, what share is settled; beside it the clicked unit."""

import streamlit as st

from models.accounts import Permission
from pages.maps.fills import MODES, Mode
from pages.ui import frame, layout, map_panel
from pages.ui import map as maps
from pages.ui.cases import link
from services import figures
from services.database import reading

user = frame.user(Permission.SEE_FIGURES)
t = user.t
unit, period = frame.unit(user), frame.period(user)
drawable = maps.levels(user, unit)
head = st.container(horizontal=True, vertical_alignment="center", gap="small", key="maphead")
with head:
    crumbs = st.container(width="stretch")
    level = maps.choose("level", t("Level"), drawable, lambda key: maps.level_name(user, key).capitalize())
    mode = maps.choose("show", t("Show"), list(Mode), lambda each: t(MODES[Mode(each)]))
    if not user.phone:
        st.caption(f"{frame.period_words(t, period)} · {t.moment(user.now)}", width="content")
drawn = maps.drawing(user, unit, level)
place = maps.chosen(user, unit, drawn)
with crumbs:
    maps.breadcrumb(user, place)
left, right = (st.container(), st.container()) if user.phone else st.columns([35, 12], gap="small")
with left:
    if drawn is None:
        layout.empty(t("There are no outlines yet: import them, and the map is drawn."))
        link(t("Import a file"), "imports", {"unit": unit.code})
    else:
        with reading() as session:
            rows = figures.by_unit(session, user.actor, unit.id, level, period, now=user.now)
        maps.show(user, unit, level, drawn, Mode(mode), {row.unit_id: row for row in rows})
with right:
    map_panel.panel(user, place, period)
