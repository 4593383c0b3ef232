"""The verification and call-back desk: what waits for a check or a call, and what the villager says."""

import streamlit as st

from models.accounts import Permission
from pages.ui import callbacks as parts
from pages.ui import calling, exports, frame, layout
from pages.ui.demands.performing import refusals
from services import callbacks, rates
from services.callbacks import Waiting
from services.database import reading

user = frame.user(Permission.CLOSE)
t, here, period, week = user.t, frame.unit(user), frame.period(user), parts.last_week(user)
layout.told()

with reading() as session:
    counts = callbacks.desk(session, user.actor, here.id)
    said = rates.counted(session, user.actor, [here.id], period, now=user.now)[here.id]
    drawn = callbacks.found(session, user.actor, here.id, week)
    asked = parts.asked(counts)
    rows = []
    if asked.which is not Waiting.ROUND or drawn is not None:
        rows = callbacks.waiting(
            session, user.actor, here.id, asked.which, round_id=drawn.id if drawn else None, page=asked.page
        )  # fmt: skip

reference = asked.reference or (None if user.phone else parts.first(rows))
since = drawn.drawn_at if drawn is not None and asked.which is Waiting.ROUND else None

if user.phone and reference:
    calling.back(user)
    refusals(t)
    calling.opened(user, reference, parts.following(rows, reference), since)
    st.stop()

with st.container(gap=12):
    parts.head(user)
    parts.rates_of(user, said)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        parts.choose(user, asked, counts, drawn)
        if rows:
            exports.desk(user, rows)
    if asked.which is Waiting.ROUND:
        parts.round_of(user, here, week, drawn)
    refusals(t)
    left, right = (st.container(), None) if user.phone else st.columns([1.2, 1], gap="small")
    with left:
        if not rows:
            parts.nothing(user, asked.which, drawn)
        elif user.phone:
            parts.cards(user, rows, asked, since)
        else:
            parts.table(user, rows, asked, reference, since)
        parts.pager(asked, parts.total(asked.which, counts, drawn))
    if right is not None and reference:
        with right:
            calling.opened(user, reference, parts.following(rows, reference), since)
