"""Projects: the special ledger of large problems, "one problem, one policy"; the list, or one of them opened."""

import streamlit as st

from models.accounts import Permission
from pages.ui import frame, layout
from pages.ui.projects import forms, listing, opened
from services import projects
from services.database import reading

user = frame.user(Permission.SEE_DEMANDS)
t = user.t
layout.told()
reference = st.query_params.get("id")

if reference:
    opened.back(user)
    project = opened.found(user, reference)
    if project is None:
        st.stop()
    opened.head(user, project)
    left, right = st.columns([2, 3], gap="small")
    with left, st.container(gap=12):
        opened.money(user, project)
        opened.people(user, project)
        opened.documents(user, project)
    with right, st.container(gap=12):
        opened.milestones(user, project)
        opened.about(user, project)
        opened.demands(user, project)
        opened.history(user, project)
    st.stop()

unit = frame.area(user)
scope = unit.id if unit else None  # a department's list is where it takes part, wherever that lies
with reading() as session:
    rows = projects.listed(session, user.actor, scope, frame.today(user))
    figures = projects.figures(session, user.actor, scope, frame.today(user))
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    layout.title(t("Projects"))
    st.markdown(f":gray[{t('One problem, one policy')}]", width="stretch")
    if rows:
        listing.download(user, scope)
    if (
        unit
        and user.actor.may(Permission.TRIAGE)
        and st.button(t("New project"), type="primary", icon=":material/add:", key="project-new")
    ):
        forms.new(user, unit)
if rows:
    listing.tiles(user, figures)
    listing.cards(user, rows)
else:
    listing.nothing(user)
