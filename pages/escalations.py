"""The escalation board: a lane a level, what is open there by its clock, who holds it, who was whistled for."""

import streamlit as st

from models.accounts import Permission
from pages.ui import escalations as board
from pages.ui import frame, layout, projects
from services import escalations
from services.database import reading

user = frame.user(Permission.SEE_DEMANDS)
t = user.t
unit = frame.unit(user)
layout.told()
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    layout.title(t("Escalation board"))
    pills = st.empty()
    board.legend(user)
only = board.only_chosen()
with reading() as session:
    found = escalations.board(
        session, user.actor, now=user.now, unit_id=board.scope(user, unit), only=only,
        pages=board.pages_chosen(user, unit, only),
    )  # fmt: skip
with pills:
    board.choose_only(user, found)
projects.late_panel(user, board.scope(user, unit))
lanes = board.lanes_shown(user, found)
for lane, column in zip(lanes, st.columns(len(lanes), gap="small"), strict=True):
    with column:
        board.lane(user, unit, only, lane)
