"""One project on the screen: its money, its milestones, its measures, its people, documents, demands and history."""

from functools import partial

import pandas as pd
import streamlit as st

from models.projects import PROJECT_MOVES, Part, ProjectState, ProjectVerb
from pages.charts import projects as charts
from pages.ui import frame, layout, navigation, status
from pages.ui.frame import User
from pages.ui.projects import forms, steps, telling
from pages.ui.projects import money as money_forms
from pages.ui.status import plain
from services import projects
from services.database import reading
from services.errors import ServiceError
from services.projects import DocumentRow, MilestoneRow, ProjectDetail

STEPS = (ProjectVerb.APPROVE, ProjectVerb.START, ProjectVerb.FINISH, ProjectVerb.RESUME, ProjectVerb.DROP)
"""The moves with a button in the head, the usual one first."""


def found(user: User, reference: str) -> ProjectDetail | None:
    """The project of this number; says so where it is not in this person's area."""
    try:
        with reading() as session:
            project_id = projects.find(session, user.actor, reference)
            return projects.detail(session, user.actor, project_id, frame.today(user))
    except ServiceError as error:
        st.error(plain(user.t.error(error)), icon=":material/error:")
        return None


def back(user: User) -> None:
    """The way back to the list."""
    st.page_link(navigation.page("projects"), label=user.t("All projects"), icon=":material/arrow_back:")


def head(user: User, project: ProjectDetail) -> None:
    """Name, number, state, place and days; and what may be done with it now."""
    t, row = user.t, project.row
    allowed = projects.choices(user.actor, project)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        layout.title(plain(row.title))
        late = f"&ensp;{telling.late_words(t, row.late)}" if row.late else ""
        st.markdown(f"{telling.badge(t, row.state)}&ensp;:gray[{row.reference}]{late}", width="content")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        where = plain(t.name(row.unit, row.unit_en))
        st.markdown(f":gray[{where} · {telling.term(user, row.starts_on, row.ends_on)}]", width="stretch")
        for place, verb in enumerate(verb for verb in STEPS if verb in allowed):
            waits = verb is ProjectVerb.FINISH and row.done < row.milestones
            forward = place == 0 and not PROJECT_MOVES[verb].needs_reason and not waits
            if st.button(t.term(verb), type="primary" if forward else "secondary", key=f"project-{verb.value}"):
                forms.ask(user, verb, project)
        if ProjectVerb.CHANGE in allowed and st.button(
            t.term(ProjectVerb.CHANGE), icon=":material/edit:", key="project-change"
        ):
            forms.edit(user, project)
    if project.writable and row.state is ProjectState.PROPOSED and not project.may_approve:
        st.caption(t("You proposed it: someone else approves it."))


def money(user: User, project: ProjectDetail) -> None:
    """Budget, raised, spent; then where the money came from and where it went."""
    t, row = user.t, project.row.money
    with layout.panel("project-money", t("Money"), _left(user, project)):
        words = [telling.yuan(t, amount) for amount in (row.budget, row.raised, row.spent)]
        layout.chart(charts.money(t, row, words), height=136, key="project-money-chart")
        _over(user, project)
        _money_rows(user, project)
        _adders(user, project, ProjectVerb.FUND, ProjectVerb.PAY)


def _left(user: User, project: ProjectDetail) -> str:
    t, row = user.t, project.row.money
    return t("left of the budget {left}", left=telling.yuan(t, row.left))


def _over(user: User, project: ProjectDetail) -> None:
    """What is wrong with the money, said aloud."""
    t, row = user.t, project.row.money
    if row.left < 0:
        over = t("{sum} beyond the budget", sum=telling.yuan(t, -row.left))
        st.markdown(f":red[■ {over}]")
    if row.in_hand < 0:
        over = t("{sum} more spent than raised", sum=telling.yuan(t, -row.in_hand))
        st.markdown(f":red[■ {over}]")
    if row.missing:
        st.caption(t("{sum} of the budget is not raised yet", sum=telling.yuan(t, row.missing)))


def _money_rows(user: User, project: ProjectDetail) -> None:
    t = user.t
    may = projects.choices(user.actor, project)
    for source in project.sources:
        giver = f" · {plain(source.giver)}" if source.giver else ""
        said = f"**{telling.exact(t, source.amount)}** {t.term(source.kind)}{giver}"
        ask = partial(money_forms.withdraw, user, project, ProjectVerb.UNFUND, source.id)
        gone = source.withdrawn_at is not None
        _row(user, f"fund-{source.id}", "＋", said, telling.day(user, source.raised_on), gone=gone,
             ask=ask if ProjectVerb.UNFUND in may else None)  # fmt: skip
    for payment in project.payments:
        said = f"**{telling.exact(t, payment.amount)}** {plain(payment.purpose)} · {plain(payment.payee)}"
        if payment.over_reason:
            beyond = t("beyond the money there was: {reason}", reason=plain(payment.over_reason))
            said += f"  \n:red[■ {beyond}]"
        ask = partial(money_forms.withdraw, user, project, ProjectVerb.UNPAY, payment.id)
        gone = payment.withdrawn_at is not None
        _row(user, f"pay-{payment.id}", "－", said, telling.day(user, payment.paid_on), gone=gone,
             ask=ask if ProjectVerb.UNPAY in may else None)  # fmt: skip
    if not project.sources and not project.payments:
        layout.empty(t("No money has been entered yet."))


def _row(user: User, key: str, mark: str, said: str, day: str, *, gone: bool, ask: "partial[None] | None") -> None:
    """One line of the money: in or out, when; what was withdrawn is struck through."""
    t = user.t
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"row-project-{key}"):
        text = f"{mark} {said}"
        st.markdown(f":gray[~~{text}~~ {t('withdrawn')}]" if gone else text, width="stretch")
        st.markdown(f":small[:gray[{day}]]", width="content")
        if ask is not None and not gone:
            withdraw = st.button(
                "", icon=":material/undo:", type="tertiary", help=t("Withdraw"), key=f"project-un{key}"
            )
            if withdraw:
                ask()


def milestones(user: User, project: ProjectDetail) -> None:
    """The line of time, then each milestone with its day, who answers, and what may be done."""
    t, rows = user.t, project.milestones
    done = t("{done} of {all} milestones", done=t.number(project.row.done), all=t.number(project.row.milestones))
    with layout.panel("project-steps", t("Milestones"), done if rows else None):
        if rows:
            words = [telling.step_words(user, row, brief=user.phone) for row in rows]
            labels = [charts.Label(telling.step(row), said) for row, said in zip(rows, words, strict=True)]
            drawn = charts.timeline(t, rows, labels, frame.today(user), narrow=user.phone)
            layout.chart(drawn, height=charts.ROW * len(rows) + 56, key="project-timeline")
            st.markdown(_legend(user))
        else:
            layout.empty(t("No milestone yet: say what shall be done by which day, and who answers for it."))
        for row in rows:
            _milestone(user, project, row)
        _adders(user, project, ProjectVerb.PLAN)


def _legend(user: User) -> str:
    t = user.t
    marks = [(":blue[●]", charts.Step.DONE), (":blue[○]", charts.Step.AHEAD), (":red[■]", charts.Step.LATE)]
    return "&emsp;".join(f":small[{mark} {t.term(step)}]" for mark, step in marks)


def _milestone(user: User, project: ProjectDetail, row: MilestoneRow) -> None:
    t = user.t
    mark = {"done": ":blue[●]", "ahead": ":blue[○]", "late": ":red[■]"}[telling.step(row)]
    words = telling.step_words(user, row)
    who = f" · {plain(row.person)}" if row.person else f" · {t('nobody named')}"
    due = f" · {t('due {day}', day=telling.day(user, row.due_on))}" if row.late_days else ""
    moved = (
        f" · {t('first due {day}', day=telling.day(user, row.first_due_on))}" if row.first_due_on != row.due_on else ""
    )
    verbs = [ProjectVerb.UNREACH if row.done_on else ProjectVerb.REACH, ProjectVerb.REPLAN, ProjectVerb.UNPLAN]
    may = [verb for verb in verbs if verb in projects.choices(user.actor, project)]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"row-project-step-{row.id}"):
        state = f":red[{words}]" if row.late_days else words
        st.markdown(f"{mark} **{plain(row.title)}**  \n:small[{state}:gray[{due}{moved}{who}]]", width="stretch")
        if may:
            chosen = st.menu_button(
                "", may, format_func=t.term, icon=":material/more_vert:", type="tertiary",
                key=f"project-step-{row.id}-{project.row.version}",
            )  # fmt: skip
            if chosen is not None:
                steps.milestone(user, project, chosen, row)


def about(user: User, project: ProjectDetail) -> None:
    """The problem, the measures, the figures of the work, and who is better off for it."""
    t, row = user.t, project.row
    with layout.panel("project-about", t("The problem")):
        st.markdown(plain(project.problem).replace("\n", "  \n"))
        if project.measures:
            st.markdown(f"**{t('Measures')}**")
            st.markdown("\n".join(f"{place}. {plain(each)}" for place, each in enumerate(project.measures, start=1)))
        if project.facts:
            st.markdown(f"**{t('Figures of the work')}**")
            each = [f"{plain(fact.label)} **{plain(fact.value)}** {plain(fact.measure)}" for fact in project.facts]
            st.markdown("&emsp;".join(each))
        counted = [
            t.n("{n} person", "{n} people", row.people) if row.people is not None else "",
            t.n("{n} household", "{n} households", row.households) if row.households is not None else "",
        ]
        said = t.join([each for each in counted if each])
        if said or project.beneficiaries:
            st.markdown(f"**{t('People served')}**")
            parts = [f"**{said}**" if said else "", plain(project.beneficiaries)]
            st.markdown("  \n".join(part for part in parts if part))


def people(user: User, project: ProjectDetail) -> None:
    """Who leads and who assists."""
    t = user.t
    with layout.panel("project-people", t("Who is responsible")):
        for part in Part:
            named = [telling.names(t, row) for row in project.parties if row.part is part]
            if named:
                st.markdown(f":gray[{t.term(part)}]&ensp;{t.join(named)}")
        if not project.parties:
            layout.empty(t("Nobody is named yet."))
        _adders(user, project, ProjectVerb.PEOPLE)


def documents(user: User, project: ProjectDetail) -> None:
    """The stored files, each fetched when it is asked for."""
    t = user.t
    with layout.panel("project-documents", t("Documents")):
        for row in project.documents:
            _document(user, project, row)
        if not project.documents:
            layout.empty(t("No document yet: plans, contracts, minutes, photos (PDF, PNG, JPEG, DOCX, XLSX; 10 MB)."))
        _adders(user, project, ProjectVerb.ATTACH)


def _document(user: User, project: ProjectDetail, row: DocumentRow) -> None:
    t = user.t

    def content() -> bytes:
        with reading() as session:
            return projects.content(session, user.actor, project.row.id, row.id)

    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"row-project-file-{row.id}"):
        st.download_button(
            plain(row.name), content, file_name=row.name, mime=row.media_type, icon=":material/description:",
            type="tertiary", key=f"project-file-{row.id}", on_click="ignore",
        )  # fmt: skip
        said = f"{telling.size(t, row.size)} · {plain(row.added_by)} · {t.moment(row.added_at, user.now)}"
        st.markdown(f":small[:gray[{said}]]", width="stretch")
        if ProjectVerb.DETACH in projects.choices(user.actor, project) and st.button(
            "",
            icon=":material/delete:",
            type="tertiary",
            help=t.term(ProjectVerb.DETACH),
            key=f"project-unfile-{row.id}",
        ):
            forms.detach(user, project, row)


def demands(user: User, project: ProjectDetail) -> None:
    """The demands it answers; each opens in the queue."""
    t = user.t
    with layout.panel("project-demands", t("Linked demands")):
        for row in project.demands:
            with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"row-project-d-{row.id}"):
                st.page_link(
                    navigation.page("demands"), label=f"{plain(row.title)}", query_params={"id": row.reference},
                    icon=":material/chevron_right:", icon_position="right",
                )  # fmt: skip
                between = "  \n" if user.phone else "&ensp;"
                said = f"{status.badge(t, row, user.now)}{between}:small[:gray[{row.reference}]]"
                st.markdown(said, width="stretch")
                if ProjectVerb.UNLINK in projects.choices(user.actor, project) and st.button(
                    "", icon=":material/link_off:", type="tertiary", help=t.term(ProjectVerb.UNLINK),
                    key=f"project-unlink-{row.id}",
                ):  # fmt: skip
                    forms.unlink(user, project, row.reference)
        if project.hidden_demands:
            st.caption(t.n("{n} more outside your area", "{n} more outside your area", project.hidden_demands))
        if not project.demands and not project.hidden_demands:
            layout.empty(t("No demand is linked yet: name those that this project answers."))
        _adders(user, project, ProjectVerb.LINK)


def history(user: User, project: ProjectDetail) -> None:
    """Everything that happened, newest first."""
    t = user.t
    lines = [
        {
            "at": f":gray[{plain(t.moment(row.at, user.now))}]", "what": plain(telling.event(user, row)),
            "who": f":gray[{plain(row.actor)}]",
        }
        for row in reversed(project.events)
    ]  # fmt: skip
    with layout.panel("project-history", t("History")):
        if user.phone:
            for line in lines:
                st.markdown(f"{line['at']}&ensp;{line['who']}  \n{line['what']}")
            return
        with st.container(key="queue-history"):
            st.table(pd.DataFrame(lines), border="horizontal", hide_index=True, hide_header=True, alt=t("History"))


def _adders(user: User, project: ProjectDetail, *verbs: ProjectVerb) -> None:
    """The buttons at a panel's foot, for those who may."""
    allowed = [verb for verb in verbs if verb in projects.choices(user.actor, project)]
    if not allowed:
        return
    with st.container(horizontal=True, gap="small"):
        for verb in allowed:
            if st.button(user.t.term(verb), icon=":material/add:", type="tertiary", key=f"project-{verb.value}"):
                forms.add(user, project, verb)
