"""The dialogs of a project: entering and editing it, its money, milestones, people, documents, links and moves."""

from collections.abc import Callable

import streamlit as st

from models.projects import PROJECT_MOVES, Part, ProjectVerb
from pages.ui import frame, layout
from pages.ui.frame import User
from pages.ui.projects import money, steps
from pages.ui.projects.draft import draft_fields
from pages.ui.projects.saving import confirm, dialog, finish, named, reasoned, save
from pages.ui.projects.telling import PAST
from pages.ui.status import plain
from services import demands, projects
from services.database import reading
from services.projects import MAX_BYTES, TAKEN, DocumentRow, ProjectDetail, Taking
from services.units import UnitRow


def new(user: User, unit: UnitRow) -> None:
    """Enter a large problem of this unit."""

    def form(user: User) -> None:
        t = user.t
        st.caption(plain(t.name(unit.name, unit.name_en)))
        draft = draft_fields(user, unit.id, None)
        if confirm(user, ProjectVerb.PROPOSE):
            with layout.telling(t):
                made = _propose(user, draft())
                if made:
                    st.query_params["id"] = made
            finish()

    dialog(user.t("New project"), form, width="large")


def _propose(user: User, draft: projects.Draft) -> str | None:
    """Enter the project; returns its reference, None where it was refused, which is said."""
    key = st.session_state.get("project-key")
    project_id = save(user, user.t("The project is entered."), projects.propose, draft, key=key)
    if project_id is None:
        return None
    with reading() as session:
        return projects.detail(session, user.actor, project_id, frame.today(user)).row.reference


def edit(user: User, project: ProjectDetail) -> None:
    """Change what the project is about."""

    def form(user: User) -> None:
        draft = draft_fields(user, project.row.unit_id, project)
        if st.button(user.t("Save"), type="primary", key="project-confirm-change"):
            with layout.telling(user.t):
                save(
                    user, user.t("The project is changed."), projects.change, project.row.id, draft(),
                    seen_version=project.row.version,
                )  # fmt: skip
            finish()

    dialog(user.t.term(ProjectVerb.CHANGE), form, width="large")


def ask(user: User, verb: ProjectVerb, project: ProjectDetail) -> None:
    """Approve, start, finish, drop, take up again: asked once more, with the reason where one is needed."""

    def form(user: User) -> None:
        t = user.t
        st.markdown(f"**{plain(project.row.title)}**")
        reason = st.text_area(t("Reason"), height=90, key="project-reason") if PROJECT_MOVES[verb].needs_reason else ""
        if confirm(user, verb):
            said = f"{project.row.reference}: {t(PAST[verb])}"
            seen = project.row.version
            save(user, said, projects.move, project.row.id, verb, reason=reason, seen_version=seen)
            finish()

    dialog(user.t.term(verb), form)


def add(user: User, project: ProjectDetail, verb: ProjectVerb) -> None:
    """The form that adds something: money raised, a payment, a milestone, people, a document, a demand."""
    forms: dict[ProjectVerb, Callable[[User, ProjectDetail], None]] = {
        ProjectVerb.FUND: money.fund, ProjectVerb.PAY: money.pay, ProjectVerb.PLAN: steps.plan,
        ProjectVerb.PEOPLE: _people,
        ProjectVerb.ATTACH: _attach, ProjectVerb.LINK: _link,
    }  # fmt: skip
    dialog(user.t.term(verb), lambda user: forms[verb](user, project))


def _people(user: User, project: ProjectDetail) -> None:
    """Who leads and who assists, persons and departments."""
    t = user.t
    persons = named(user, project)
    persons |= {row.person_id: row.name for row in project.parties if row.person_id and row.person_id not in persons}
    with reading() as session:
        offices = {row.id: t.name(row.name, row.name_en) for row in demands.departments(session, user.actor)}
    takings: list[Taking] = []
    for part in Part:
        who = _several(user, project, part, "person_id", t("Persons: {part}", part=t.term(part)), persons)
        takings += [Taking(part, person_id=each) for each in who]
        which = _several(user, project, part, "department_id", t("Departments: {part}", part=t.term(part)), offices)
        takings += [Taking(part, department_id=each) for each in which]
    if confirm(user, ProjectVerb.PEOPLE):
        said = t("It is written down who is responsible.")
        save(user, said, projects.set_people, project.row.id, takings, seen_version=project.row.version)
        finish()


def _several(
    user: User, project: ProjectDetail, part: Part, field: str, label: str, names: dict[int, str]
) -> list[int]:  # fmt: skip
    now = [getattr(row, field) for row in project.parties if row.part is part and getattr(row, field)]
    return st.multiselect(
        label, list(names), now, format_func=names.__getitem__, placeholder=user.t("Choose"),
        key=f"project-people-{part.value}-{field}",
    )  # fmt: skip


def _attach(user: User, project: ProjectDetail) -> None:
    t = user.t
    sent = st.file_uploader(
        t("The file"), type=list(TAKEN), max_upload_size=MAX_BYTES // 2**20, key="project-file",
        label_visibility="collapsed",
    )  # fmt: skip
    st.caption(t("PDF, PNG, JPEG, DOCX, XLSX; at most {limit} MB. What the file really is is looked at.",
                 limit=MAX_BYTES // 2**20))  # fmt: skip
    ready = sent is not None
    if st.button(t.term(ProjectVerb.ATTACH), type="primary", disabled=not ready, key="project-confirm-attach") and sent:
        said = t("Stored: {name}", name=sent.name)
        seen = project.row.version
        save(user, said, projects.attach, project.row.id, sent.name, sent.getvalue(), seen_version=seen)
        finish()


def detach(user: User, project: ProjectDetail, row: DocumentRow) -> None:
    """Remove a document, with a reason."""

    def call(user: User, reason: str) -> None:
        said = user.t("Removed: {name}", name=row.name)
        seen = project.row.version
        save(user, said, projects.detach, project.row.id, row.id, reason=reason, seen_version=seen)

    reasoned(user, ProjectVerb.DETACH, call, row.name)


def _link(user: User, project: ProjectDetail) -> None:
    t = user.t
    reference = st.text_input(t("Number of the demand"), key="project-demand", placeholder="D411622-2026-00412")
    if confirm(user, ProjectVerb.LINK):
        said = t("Linked: {reference}", reference=reference.strip())
        save(user, said, projects.link, project.row.id, reference, seen_version=project.row.version)
        finish()


def unlink(user: User, project: ProjectDetail, reference: str) -> None:
    """Take the link to a demand away, with a reason."""

    def call(user: User, reason: str) -> None:
        said = user.t("Unlinked: {reference}", reference=reference)
        seen = project.row.version
        save(user, said, projects.unlink, project.row.id, reference, reason=reason, seen_version=seen)

    reasoned(user, ProjectVerb.UNLINK, call, reference)
