"""The watch-list: the rules, the units they speak of, those on the list; or one unit's sheet."""

import streamlit as st

from models.accounts import Permission
from pages.ui import frame, layout
from pages.ui.watch import listing, opened, rules
from services import watch
from services.database import reading

user = frame.user(Permission.SEE_DEMANDS)
t = user.t
layout.told()
reference = st.query_params.get("id")

if reference:
    sheet = opened.found(user, reference)
    if sheet is None:
        st.stop()
    opened.head(user, sheet)
    left, right = st.columns([2, 3], gap="small")
    with left, st.container(gap=12):
        opened.why(user, sheet)
        opened.leaving(user, sheet)
        opened.help_given(user, sheet)
        opened.earlier(user, sheet)
    with right, st.container(gap=12):
        opened.plan(user, sheet)
        opened.evidence(user, sheet)
        opened.history(user, sheet)
    st.stop()

with reading() as session:
    rows = watch.ledger(session, user.actor, now=user.now)
    ended = watch.ledger(session, user.actor, now=user.now, ended=True)
    town = user.actor.may(Permission.TRIAGE)
    proposals = watch.proposals(session, user.actor, now=user.now) if town else []
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    layout.title(t("Watch-list"))
    st.markdown(f":gray[{t('entered by published rules, one village one policy')}]", width="stretch")
    if rows or ended:
        listing.download(user)
left, right = st.columns([3, 2], gap="small")
with left, st.container(gap=12):
    if rows:
        listing.cards(user, rows)
    else:
        listing.nothing(user)
    if town:
        listing.proposed(user, proposals)
    if ended:
        st.subheader(t("No longer on the list"), anchor=False)
        listing.cards(user, ended)
with right:
    rules.published(user)
