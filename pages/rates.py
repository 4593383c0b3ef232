"""Rates: every rate of a unit and of those directly below it, each number a way to exactly its cases."""

import streamlit as st

from models.accounts import Permission
from pages.ui import exports, frame, layout
from pages.ui import rates as parts
from services import rates, units
from services.database import reading

user = frame.user(Permission.SEE_FIGURES)
t, here, period, asked = user.t, frame.unit(user), frame.period(user), parts.asked()

with reading() as session:
    below = units.children(session, user.actor, here.id)
    found = rates.counted(
        session, user.actor, [here.id, *(row.id for row in below)], period, asked.scope, now=user.now, month=asked.month
    )  # fmt: skip

layout.told()
with st.container(gap=12):
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        layout.title(t("Rates"))
        st.caption(t("{clock} updated", clock=t.clock(user.now)), width="content")
    if user.phone:
        frame.choose_period(user)
    view = parts.View(user, period, asked)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        parts.switches(user, asked)
        exports.rated(view, here, below, found)
    if user.phone:
        parts.one_by_one(view, here, found[here.id])
    if below or not user.phone:
        parts.table(view, here, below, found)
    parts.meanings(view)
