"""Approvals: what waits for one's decision, what one asked for oneself, what was decided."""

import streamlit as st

from models.accounts import Permission
from pages.ui import exports, frame, layout
from pages.ui import requests as shown
from services.database import reading
from services.demands import PAGE_SIZE, requests

user = frame.user(Permission.SEE_DEMANDS)
t = user.t
layout.told()
which = shown.which_chosen()
number = shown.page_chosen()
with reading() as session:
    page = requests.listed(session, user.actor, which, now=user.now, page=number)
    to_decide = requests.waiting(session, user.actor, now=user.now)
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    layout.title(t("Approvals"))
    shown.choose(user, which, to_decide)
    if page.rows:
        st.space("stretch")
        exports.asked(user, page.rows)
if not page.rows:
    shown.nothing(user, which)
shown.cards(user, page)
if page.total > PAGE_SIZE:
    shown.pager(page.total, number)
