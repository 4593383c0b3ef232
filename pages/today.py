"""Today: the figures of one unit now and in the period, and what needs its person first."""

import streamlit as st

from models.accounts import Permission
from pages.ui import frame, layout, levels, needs
from pages.ui import today as parts
from services import categories, demands, figures, rankings, rates
from services.database import reading

NEXT = 5

user = frame.user(Permission.SEE_FIGURES)
here, period = frame.unit(user), frame.period(user)

with reading() as session:
    row = figures.today(session, user.actor, here.id, period, now=user.now)
    settled_at = figures.by_level(session, user.actor, here.id, period)
    said = rates.counted(session, user.actor, [here.id], period, now=user.now)[here.id]
    behind = None
    if row.level is not None:
        behind = rankings.furthest_behind(session, user.actor, here.id, row.level, period, now=user.now)
    upcoming, leaves = [], set[int]()
    if user.actor.may(Permission.SEE_DEMANDS):
        tree = categories.tree(session, user.actor)
        leaves = {each.id for each in tree} - {each.parent_id for each in tree if each.parent_id}
    if row.level is None and user.actor.may(Permission.SEE_DEMANDS):
        upcoming = demands.queue(
            session, user.actor, demands.Filters(unit_id=here.id), now=user.now, size=NEXT
        ).rows  # fmt: skip

layout.told()
with st.container(gap=12):
    parts.head(user, row)
    if parts.nothing(row):
        parts.start(user, row)
    parts.tiles(user, row, said)
    if user.phone:
        needs.needs(user, row, behind)
    left, right = st.columns([62, 38], gap="small")
    with left:
        if row.level is None and user.actor.may(Permission.SEE_DEMANDS):
            parts.next_up(user, upcoming)
        parts.villages(user, row)
    with right:
        if not user.phone:
            needs.needs(user, row, behind)
    left, right = st.columns([62, 38], gap="small")
    with left:
        parts.flow(user, row)
    with right:
        parts.subjects(user, row, leaves)
    levels.panel(user, here, period, settled_at)
