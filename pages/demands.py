"""The queue: what is open in one's area, one demand beside the list with its whole history, and what may be done."""

import streamlit as st

from models.accounts import Permission
from pages.ui import frame, layout
from pages.ui.demands import acting, address, exporting, listing, narrowing, opened
from pages.ui.demands.performing import refusals
from services import categories, demands, views
from services.database import reading

user = frame.user(Permission.SEE_DEMANDS)
t = user.t
layout.told()

with reading() as session:
    tree = categories.tree(session, user.actor)
    own = views.listed(session, user.actor)
    asked = address.read(user, tree)
    page = demands.queue(session, user.actor, asked.filters, now=user.now, order=asked.order, page=asked.page)

reference = asked.reference or (page.rows[0].reference if page.rows and not user.phone else None)
before, after = listing.neighbours(page.rows, reference) if reference else (None, None)
following = after or before

if user.phone and reference:
    refusals(t)
    opened.on_phone(user, reference, before, after)
    st.stop()

left, right = (st.container(), None) if user.phone else st.columns([1.28, 1], gap="small")
with left, st.container(gap=12):
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        layout.title(t("Queue"))
        narrowing.views_bar(user, asked, own, tree, page)
        narrowing.search(user, asked)
        narrowing.order(user, asked)
        narrowing.keep(user, asked, own)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        narrowing.filters(user, asked, tree)
        narrowing.others(user, asked)
        narrowing.urged(user, asked)
        listing.totals(user, page)
        if page.rows and not user.phone:
            exporting.offer(user, asked)
    refusals(t)
    if not page.rows:
        listing.nothing(user, asked)
    elif user.phone:
        listing.cards(user, page, asked)
        listing.pages(asked, page, width="stretch")
    else:
        ticked = listing.table(user, page, reference, height=818)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(t("Tick rows to act on several"), width="content")
            acting.bar_for_many(user, ticked, reference)
            with st.container(horizontal=True, horizontal_alignment="right"):
                listing.pages(asked, page, width=300)
if right is not None and reference:
    with right:
        opened.beside(user, reference, before, after, height=996)
