"""The escalation board: a lane a level, what is open there by its clock, who holds it, who was whistled for."""

import streamlit as st

from models.accounts import Permission
from pages.ui import board_filters, exports, frame, layout, projects
from pages.ui import escalations as board
from services import categories, escalations, scenes
from services.database import reading

user = frame.user(Permission.SEE_DEMANDS)
t = user.t
unit = frame.area(user)
unit_id = unit.id if unit is not None else None
layout.told()
with reading() as session:
    tree = categories.tree(session, user.actor)
    asked = board_filters.read(tree)
    found = escalations.board(
        session, user.actor, now=user.now, unit_id=unit_id, only=asked.only, narrowing=asked.narrowing,
        pages=board.pages_chosen(user, unit_id, asked),
    )  # fmt: skip
    came = None
    if unit is not None and user.actor.may(Permission.SEE_FIGURES):
        came, _ = scenes.to_scene(session, user.actor, unit.id, user.now - board.SCENE_DAYS, user.now)
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    layout.title(t("Escalation board"))
    board_filters.choose_only(user, asked, found)
    board_filters.choose_narrowing(user, asked, tree)
    exports.lanes(user, found.lanes)
    board.legend(user, came)
projects.late_panel(user, unit_id)
lanes = board.lanes_shown(user, found)
board.style(lanes)
with st.container(key="lanes"):
    for lane, column in zip(lanes, st.columns(len(lanes), gap="small"), strict=True):
        with column:
            board.lane(user, unit, asked, lane, crowded=len(lanes) > board.WIDE)
