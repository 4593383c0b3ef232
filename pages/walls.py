"""Walls: hang a big screen with a link of its own, and take it down."""

import streamlit as st

from models.accounts import Permission
from pages.ui import frame, layout
from pages.ui import walls as parts
from pages.ui.status import plain
from services import walls
from services.database import reading

user = frame.user(Permission.MANAGE)
t, here = user.t, frame.unit(user)
layout.told()
with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
    layout.title(t("Big screens"))
    st.markdown(f":gray[{plain(t.name(here.name, here.name_en))}]", width="content")

with reading() as session:
    hung = walls.listed(session, user.actor, here.id)

left, right = st.columns([62, 38], gap="small") if not user.phone else (st.container(), st.container())
with left:
    parts.link(user)
    parts.listed(user, hung)
with right:
    parts.hang(user, here, len(hung))
    parts.how_to(user)
