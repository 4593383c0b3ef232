"""Sunshine: what a unit opens to its villagers, and which settled demands are told there, in which words."""

import streamlit as st

from models.accounts import Permission
from pages.ui import frame, layout
from pages.ui import sunshine as parts
from pages.ui.status import plain
from services import sunshine
from services.database import reading
from services.errors import BadInput

user = frame.user(Permission.PUBLISH)
t, here = user.t, frame.unit(user)
layout.told()
with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
    layout.title(t("Handled in the open"))
    st.markdown(f":gray[{plain(t.name(here.name, here.name_en))}]", width="content")

page, shown = st.session_state.get("sunshine-page", 1), st.session_state.get("sunshine-shown", 1)
with reading() as session:
    try:
        choice = sunshine.choice(session, user.actor, here.id)
    except BadInput as error:
        layout.empty(plain(t.error(error)))
        st.stop()
    proposed = sunshine.proposals(
        session, user.actor, here.id, now=user.now, days=choice.effective.days, page=page
    )  # fmt: skip
    told = sunshine.published(session, user.actor, here.id, page=shown)

left, right = st.columns([62, 38], gap="small") if not user.phone else (st.container(), st.container())
with left:
    parts.proposals(user, proposed, choice.effective.days)
with right:
    parts.address(user, here, choice)
    parts.choose(user, here, choice)
    parts.published(user, told)
