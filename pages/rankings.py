"""Rankings: units side by side over a period, as far as their counts carry, and what would move each of them."""

import streamlit as st

from models.accounts import Permission
from pages.ui import below, exports, frame, layout
from pages.ui import rankings as parts
from pages.ui.status import plain
from services import rankings, rates, watch
from services.database import reading
from services.rankings.measures import cases

user = frame.user(Permission.SEE_FIGURES)
t, here, period = user.t, frame.unit(user), frame.period(user)
weights = user.profile.rates.weights

if parts.beside_best():
    parts.beside(user, here, period)
    st.stop()

with st.container(gap=12):
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        layout.title(t("Rankings"))
        st.markdown(f":gray[{plain(t.name(here.name, here.name_en))}]", width="content")
        sort = parts.choose_sort(user)
        level = parts.choose_level(user, here)
        scope = parts.choose_scope(t)
        if user.phone:
            frame.choose_period(user)
        else:
            st.space("stretch")
        days, clock = parts.days_of(user, period), t.clock(user.now)
        said = t("{days} · {scope} · {clock} updated", days=days, scope=t.term(scope), clock=clock)
        st.caption(said, width="content")
        beside = st.container(width="content")
    if level is None:
        below.nothing(user, here)
        st.stop()

    with reading() as session:
        if level == parts.DEPARTMENTS:
            rows = rankings.of_departments(
                session, user.actor, here.id, period, now=user.now, sort=sort, scope=scope
            )  # fmt: skip
        else:
            rows = rankings.of_level(
                session, user.actor, here.id, level, period, now=user.now, sort=sort, scope=scope
            )  # fmt: skip
        marks = watch.listed(session, user.actor)
        whole = rates.counted(session, user.actor, [here.id], period, scope, now=user.now)[here.id]
    names = {} if level == parts.DEPARTMENTS else parts.names(user, here, level)
    pooled = rankings.pooled(rows, sort, weights=weights)
    elsewhere = 0 if level == parts.DEPARTMENTS else cases(sort, whole) - pooled.cases
    table = parts.Table(here, level, period, sort, scope, names, pooled, weights, marks, elsewhere)

    with beside:
        exports.ranking(user, table, rows)
    left, right = st.columns([72, 28], gap="small") if not user.phone else (st.container(), st.container())
    with left, layout.panel("ranking"):
        page = 1
        if len(rows) > parts.PAGE:
            page = st.pagination(-(-len(rows) // parts.PAGE), key=f"rankings-page-{here.id}-{level}", width="stretch")
        shown = rows[(page - 1) * parts.PAGE : page * parts.PAGE]
        with reading() as session:
            shown = rankings.told(session, user.actor, shown, period, now=user.now, sort=sort, scope=scope)
        drawn = parts.cards_of if user.phone else parts.table_of
        st.html(drawn(user, table, shown, rows))
    with right:
        parts.funnel_panel(user, table, rows)
        parts.how_to_read(user, table)
