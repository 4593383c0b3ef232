"""What other screens show of projects: the late milestones on the board, the project that answers a demand."""

import streamlit as st

from pages.ui import frame, layout, navigation
from pages.ui.frame import User
from pages.ui.projects import telling
from pages.ui.status import plain
from services import projects
from services.database import reading

MOST = 3
"""So many late milestones are shown; the rest is a link."""


def late_panel(user: User, unit_id: int | None) -> None:
    """The late milestones of a unit's projects, the longest late first; nothing where none is late."""
    t = user.t
    with reading() as session:
        rows = projects.late_milestones(session, user.actor, unit_id, frame.today(user))
    if not rows:
        return
    with layout.panel("late-milestones", t("Projects behind their plan"), gap="xxsmall"):
        for row in rows[:MOST]:
            late = t("{days} late", days=t.n("{n} day", "{n} days", row.days))
            who = f" · {plain(row.person)}" if row.person else ""
            where = plain(t.name(row.unit, row.unit_en))
            with st.container(
                horizontal=not user.phone, vertical_alignment="center", gap="small" if not user.phone else 2
            ):
                st.markdown(f":red-badge[■ {late}]&ensp;**{plain(row.title)}**", width="content")
                st.page_link(
                    navigation.page("projects"), label=plain(row.project),
                    icon=":material/chevron_right:", icon_position="right", query_params={"id": row.reference},
                )  # fmt: skip
                st.markdown(f":small[:gray[{where}{who}]]", width="content")
        if len(rows) > MOST:
            more = t.n("{n} milestone late", "{n} milestones late", len(rows))
            st.page_link(
                navigation.page("projects"), label=more, icon=":material/chevron_right:", icon_position="right"
            )


def answering(user: User, demand_id: int) -> None:
    """The projects that answer a demand, each with its state and what it is late with."""
    t = user.t
    with reading() as session:
        rows = projects.of_demand(session, user.actor, demand_id, frame.today(user))
    for row in rows:
        late = f"&ensp;{telling.late_words(t, row.late)}" if row.late else ""
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"answer-{row.reference}"):
            st.page_link(
                navigation.page("projects"), label=t("Answered by the project “{title}”", title=plain(row.title)),
                icon=":material/construction:", query_params={"id": row.reference},
            )  # fmt: skip
            st.markdown(f"{telling.badge(t, row.state)}{late}", width="content")
