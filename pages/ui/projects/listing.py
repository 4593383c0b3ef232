"""The list of projects: their sums in tiles, a card each with its money and its milestones."""

from html import escape

import streamlit as st

from models.accounts import Permission
from models.projects import ProjectState, SourceKind
from pages.ui import frame, layout, navigation
from pages.ui.frame import User
from pages.ui.projects import telling
from pages.ui.status import plain
from services import projects
from services.database import reading
from services.projects import ProjectFigures, ProjectRow


def tiles(user: User, row: ProjectFigures) -> None:
    """How many are under way, their money, whom they serve, what is late."""
    t, money = user.t, row.money
    shown = [
        (t("Under way"), t.number(row.states[ProjectState.UNDER_WAY] + row.states[ProjectState.APPROVED])),
        telling.figure(t, t("Budget"), money.budget),
        telling.figure(t, t("Raised"), money.raised),
        telling.figure(t, t("Spent"), money.spent),
        (t("People served"), t.number(row.people)),
        (t("Late milestones"), f":red[■ {t.number(row.late)}]" if row.late else "0"),
    ]
    with st.container(key="tiles"):
        for place, (label, value) in enumerate(shown):
            with st.container(key=f"tile-project-{place}"):
                st.metric(label, value, border=True)


def cards(user: User, rows: list[ProjectRow]) -> None:
    """A card a project; the whole card opens it."""
    with st.container(key="projects"):
        for row in rows:
            _card(user, row)


def _card(user: User, row: ProjectRow) -> None:
    t = user.t
    with st.container(border=True, key=f"{'late' if row.late else 'card'}-project-{row.id}", gap="xxsmall"):
        late = f"&ensp;{telling.late_words(t, row.late)}" if row.late else ""
        st.markdown(f"{telling.badge(t, row.state)}&ensp;:small[:gray[{row.reference}]]{late}")
        st.page_link(
            navigation.page("projects"), label=f"**{plain(row.title)}**", icon=":material/chevron_right:",
            icon_position="right", width="stretch", query_params={"id": row.reference},
        )  # fmt: skip
        where = plain(t.name(row.unit, row.unit_en))
        st.markdown(f":small[:gray[{where} · {telling.term(user, row.starts_on, row.ends_on)}]]")
        st.html(f"<div class=sg-project>{_money(user, row)}{_milestones(user, row)}</div>")


def _money(user: User, row: ProjectRow) -> str:
    """Spent of the budget as a bar with its sums; what goes beyond is late-red."""
    t, money = user.t, row.money
    share = min(money.spent / money.budget, 1.0) if money.budget else float(money.spent > 0)
    over = " class=over" if money.spent > money.budget else ""
    words = t("spent {spent} of {budget}", spent=telling.yuan(t, money.spent), budget=telling.yuan(t, money.budget))
    return f"<i><u{over} style='width:{share:.1%}'></u></i><span>{escape(words)}</span>"


def _milestones(user: User, row: ProjectRow) -> str:
    """Milestones done of all as a bar, and the next day."""
    t = user.t
    if not row.milestones:
        return f"<i></i><span>{escape(t('no milestones yet'))}</span>"
    words = t("{done} of {all} milestones", done=t.number(row.done), all=t.number(row.milestones))
    if row.next_on is not None and row.state is not ProjectState.FINISHED:
        words += " · " + t("next {day}", day=telling.day(user, row.next_on))
    return f"<i><u class=steps style='width:{row.done / row.milestones:.1%}'></u></i><span>{escape(words)}</span>"


def nothing(user: User) -> None:
    """What would fill the list."""
    t = user.t
    with layout.panel("projects-none"):
        layout.empty(
            t("No large problem is kept here yet. A bridge, a road, a well: what one demand cannot solve gets its own "
              "policy, money, people and days.")
        )  # fmt: skip
        if not user.actor.may(Permission.TRIAGE):
            st.caption(t("The town or the village enters it."))


def download(user: User, unit_id: int | None) -> None:
    """The ledger as a workbook, made when it is asked for."""
    t, today = user.t, frame.today(user)

    def made() -> bytes:
        with reading() as session:
            return projects.ledger(session, user.actor, unit_id, today, lambda key: column_words(user)[key])

    st.download_button(
        t("Download"), made, file_name=f"projects-{today.isoformat()}.xlsx", icon=":material/download:",
        type="tertiary", key="projects-download", on_click="ignore",
    )  # fmt: skip


def column_words(user: User) -> dict[str, str]:
    """The workbook's headings and words by their keys in services.projects.ledger."""
    t, named = user.t, telling.fields(user.t)
    columns = {
        "reference": t("Number"), "title": t("Title"), "unit": t("Unit"), "state": t("State"),
        "problem": named["problem"], "measures": named["measures"], "starts_on": named["starts_on"],
        "ends_on": named["ends_on"], "budget": t("Budget, yuan"), "raised": t("Raised, yuan"),
        "spent": t("Spent, yuan"), "left": t("Left of the budget, yuan"), "people": named["people"],
        "households": named["households"], "milestones": t("Milestones"), "done": t("Milestones done"),
        "late": t("Late milestones"), "demands": t("Linked demands"), "milestone": t("Milestone"), "due_on": t("Due"),
        "first_due_on": t("First due"), "done_on": t("Done on"), "person": t("Who is responsible"),
        "late_days": t("Days late"), "kind": t("Kind"), "amount": t("Amount, yuan"), "day": t("Day"),
        "purpose": t("What for"), "party": t("From or to"), "reason": t("Reason"), "demand": t("Demand"),
    }  # fmt: skip
    sheets = {
        "projects": t("Projects"), "milestones": t("Milestones"), "money": t("Money"), "linked": t("Linked demands"),
    }  # fmt: skip
    found = {f"column.{key}": word for key, word in columns.items()} | {
        f"sheet.{key}": each for key, each in sheets.items()
    }
    found |= {f"state.{state.value}": t.term(state) for state in ProjectState}
    found |= {f"kind.{kind.value}": t.term(kind) for kind in SourceKind} | {"kind.payment": t("payment")}
    return found
