"""Assessments of units: the results of a form and period with their parts, and what stands beside them."""

import streamlit as st

from models.accounts import Permission
from pages.ui import frame, layout
from pages.ui.assessments import answering, beside, choosing, results
from services import assessments
from services.database import reading

user = frame.user(Permission.SEE_FIGURES)
t, here = user.t, frame.unit(user)
layout.told()

with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    layout.title(t("Assessments"))
    chosen = choosing.choose(user)
    if chosen is not None:
        st.space("stretch")
        results.download(user, chosen, here.id)
        answering.button(user, chosen)
if chosen is None:
    with layout.panel("assessments-none"):
        layout.empty(t("This site's profile has no form of assessment."))
    st.stop()

with reading() as session:
    rows = assessments.results(session, user.actor, chosen.form.key, chosen.day, now=user.now)
left, right = (st.container(gap=12), st.container(gap=12)) if user.phone else st.columns([7, 3], gap="small")
with left:
    results.table(user, chosen, rows)
with right, st.container(gap=12):
    beside.honours(user, here.id, chosen.year)
    beside.economy(user, here.id, chosen.year)
    if user.actor.may(Permission.TRIAGE):
        results.persons(user, chosen, here.id)
