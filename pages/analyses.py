"""Analyses: the report of one unit for a period, or the bulletin of all units below it; to read and to take along."""

import streamlit as st

from models.accounts import Permission
from pages.papers import analyses as written
from pages.papers import bulletins
from pages.ui import analyses as parts
from pages.ui import below, frame, layout, papers
from pages.ui.status import plain
from services import analyses, figures
from services.database import reading

user = frame.user(Permission.SEE_FIGURES)
t, here, period = user.t, frame.unit(user), frame.period(user)

with st.container(gap=12):
    head = st.container(horizontal=True, vertical_alignment="center", gap="small")
    with head:
        layout.title(t("Analyses"))
        view = parts.choose_view(t)
        if user.phone:
            frame.choose_period(user)
    with st.spinner(t("Reading the ledger …"), show_time=True), reading() as session:
        if view == "bulletin":
            found, days = None, []
            bulletin = analyses.bulletin(session, user.actor, here.id, period, now=user.now)
        else:
            found = analyses.of_unit(session, user.actor, here.id, period, now=user.now)
            days = figures.by_day(session, user.actor, here.id, period, now=user.now)
    if found is not None:
        paper = written.paper(t, user.profile, found)
    elif bulletin is not None:
        paper = bulletins.paper(t, user.profile, bulletin)
    else:
        below.nothing(user, here)
        st.stop()

    with head:
        st.space("stretch")
        papers.take_along(user, paper)
    with st.container(gap=None):
        st.subheader(plain(paper.title), anchor=False)
        st.caption(plain(paper.subtitle))
    charted = found is not None and not found.is_empty
    left, right = st.columns([64, 36], gap="small") if charted and not user.phone else (st.container(), st.container())
    beside = parts.BESIDE if charted and not user.phone else frozenset()
    with left:
        for number, section in enumerate(paper.sections):
            if number not in beside:
                papers.section(user, section, f"main-{number}")
    with right:
        if found is not None and charted:
            parts.figures_of(user, found, days)
        for number in sorted(beside):
            papers.section(user, paper.sections[number], f"beside-{number}")
    st.caption(plain(paper.foot))
