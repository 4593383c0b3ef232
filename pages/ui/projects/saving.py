"""What every dialog of a project does: it opens, it saves in one transaction, it closes when that went well."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import streamlit as st

from models.projects import ProjectVerb
from pages.ui import frame, layout
from pages.ui.frame import User
from pages.ui.status import plain
from services import projects
from services.database import reading, transaction
from services.projects import ProjectDetail

Form = Callable[[User], None]


def dialog(title: str, form: Form, *, width: Any = "small") -> None:
    """Open a form; who is signed in is looked up again in each of its runs."""

    def run() -> None:
        user = frame.signed_in()
        if user is None:
            st.stop()
        form(user)

    st.session_state["project-key"] = uuid4().hex
    st.dialog(title, width=width)(run)()


def save(user: User, said: str, service: Callable[..., Any], *given: Any, **options: Any) -> Any:
    """One service call in one transaction; then the whole page anew. A refusal is told and the dialog stays."""
    result = None
    with layout.telling(user.t):
        with transaction() as session:
            result = service(session, user.actor, *given, now=user.now, **options)
        st.session_state.done = said
    return result


def finish() -> None:
    """Show the page anew once something was saved; else the dialog stays, with the refusal told."""
    if "done" in st.session_state:
        st.rerun()


def confirm(user: User, verb: ProjectVerb) -> bool:
    """The button that does it."""
    return st.button(user.t.term(verb), type="primary", key=f"project-confirm-{verb.value}")


def reasoned(user: User, verb: ProjectVerb, call: Callable[[User, str], None], about: str = "") -> None:
    """A form that asks for nothing but the reason."""

    def form(user: User) -> None:
        if about:
            st.markdown(f"**{plain(about)}**")
        reason = st.text_area(user.t("Reason"), height=90, key="project-reason")
        if confirm(user, verb):
            call(user, reason)
            finish()

    dialog(user.t.term(verb), form)


def named(user: User, project: ProjectDetail) -> dict[int, str]:
    """Who may be named here: name and place by the person's id."""
    with reading() as session:
        rows = projects.candidates(session, user.actor, project.row.unit_id, frame.today(user))
    return {row.person_id: f"{row.name} · {user.t.name(row.place, row.place_en)}" for row in rows}
