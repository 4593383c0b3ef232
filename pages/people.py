"""People and accounts: who answers for which unit, posts with their dates, and who may sign in as what."""

import streamlit as st

from models.accounts import Permission
from pages.ui import accounts as access
from pages.ui import exports, frame, layout
from pages.ui import people as parts
from pages.ui.status import plain
from services import accounts, people
from services.database import reading

user = frame.user(Permission.TRIAGE)
t, here = user.t, frame.unit(user)
layout.told()
with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
    layout.title(t("People and accounts"))
    st.markdown(f":gray[{plain(t.name(here.name, here.name_en))}]", width="content")
    view = parts.choose_view(user)
    beside = st.container(horizontal=True, horizontal_alignment="right")

if view == "accounts":
    with reading() as session:
        listed = accounts.listed(session, user.actor)
    with beside:
        exports.accounts(user, listed)
    left, right = st.columns([3, 2]) if not user.phone else (st.container(), st.container())
    with left, layout.panel("accounts", t.n("{n} account", "{n} accounts", len(listed))):
        chosen = access.table(user, listed)
    with right:
        access.one_time(t)
        if chosen is not None:
            access.actions(user, chosen)
        access.new(user, here)
    st.stop()

wanted = parts.filters(user, here)
with reading() as session:
    page = people.serving(
        session, user.actor, here.id, frame.today(user), level=wanted.level, text=wanted.text,
        vacant_only=wanted.vacant, page=wanted.page,
    )  # fmt: skip
with beside:
    exports.serving(user, here, wanted)
left, right = st.columns([2, 1]) if not user.phone else (st.container(), st.container())
units_words = t.n("{n} unit", "{n} units", page.total)
with left, layout.panel("posts", t("Who is responsible"), f"{units_words} · {parts.vacant_words(t, page.vacant)}"):
    if not page.rows:
        layout.empty(t("No unit fits these filters."))
    opened = parts.table(user, page.rows)
    parts.turn_pages(wanted, page.total)
with right:
    if opened is not None:
        parts.unit(user, opened)
    else:
        with layout.panel("post-hint"):
            layout.empty(t("Choose a unit on the list to see who served there and to change who answers."))
