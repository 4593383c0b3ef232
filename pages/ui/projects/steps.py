"""The dialogs of a milestone: planned, done, moved, taken out."""

from typing import Any

import streamlit as st

from models.projects import ProjectVerb
from pages.ui import frame
from pages.ui.frame import User
from pages.ui.projects.saving import confirm, dialog, finish, named, reasoned, save
from pages.ui.status import plain
from services import projects
from services.projects import MilestoneRow, ProjectDetail


def plan(user: User, project: ProjectDetail) -> None:
    """A new milestone."""
    title, day, person = _step_fields(user, project, None)
    if confirm(user, ProjectVerb.PLAN):
        save(
            user, user.t("The milestone is planned."), projects.plan, project.row.id, title, day, person_id=person,
            seen_version=project.row.version,
        )  # fmt: skip
        finish()


def _step_fields(user: User, project: ProjectDetail, row: MilestoneRow | None) -> tuple[str, Any, int | None]:
    t = user.t
    title = st.text_input(t("What shall be done"), row.title if row else "", key="project-step-title")
    day = st.date_input(
        t("By the day"), row.due_on if row else max(frame.today(user), project.row.starts_on), format="YYYY-MM-DD",
        min_value=project.row.starts_on, key="project-step-day",
    )  # fmt: skip
    people = named(user, project)
    if row is not None and row.person_id is not None:
        people.setdefault(row.person_id, row.person or "")
    person = st.selectbox(
        t("Who is responsible"), list(people), format_func=people.__getitem__, placeholder=t("Choose"),
        index=list(people).index(row.person_id) if row and row.person_id else None, key="project-step-person",
    )  # fmt: skip
    return title, day, person


def milestone(user: User, project: ProjectDetail, verb: ProjectVerb, row: MilestoneRow) -> None:
    """Done on a day, not done after all, changed, or taken out of the plan."""
    t, seen = user.t, project.row.version

    def unreach(user: User, reason: str) -> None:
        said = t("The milestone is open again.")
        save(user, said, projects.reach, project.row.id, row.id, None, reason=reason, seen_version=seen)

    def unplan(user: User, reason: str) -> None:
        said = t("The milestone is taken out of the plan.")
        save(user, said, projects.unplan, project.row.id, row.id, reason=reason, seen_version=seen)

    if verb is ProjectVerb.REACH:
        dialog(t.term(verb), lambda user: _reach(user, project, row))
    elif verb is ProjectVerb.REPLAN:
        dialog(t.term(verb), lambda user: _replan(user, project, row))
    else:
        reasoned(user, verb, unreach if verb is ProjectVerb.UNREACH else unplan, row.title)


def _reach(user: User, project: ProjectDetail, row: MilestoneRow) -> None:
    t = user.t
    st.markdown(f"**{plain(row.title)}**")
    day = st.date_input(
        t("Done on"), frame.today(user), max_value=frame.today(user), format="YYYY-MM-DD", key="project-reach-day"
    )
    if confirm(user, ProjectVerb.REACH):
        said = t("Done: {title}", title=row.title)
        save(user, said, projects.reach, project.row.id, row.id, day, seen_version=project.row.version)
        finish()


def _replan(user: User, project: ProjectDetail, row: MilestoneRow) -> None:
    t = user.t
    title, day, person = _step_fields(user, project, row)
    reason = st.text_input(t("Reason"), key="project-replan-reason") if day != row.due_on else ""
    if confirm(user, ProjectVerb.REPLAN):
        save(
            user, t("The milestone is changed."), projects.replan, project.row.id, row.id, title, day,
            person_id=person, reason=reason, seen_version=project.row.version,
        )  # fmt: skip
        finish()
