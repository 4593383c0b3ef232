"""The dialogs of a project's money: raised, paid, withdrawn."""

import streamlit as st

from models.projects import ProjectVerb, SourceKind
from pages.ui import frame, layout
from pages.ui.frame import User
from pages.ui.projects import telling
from pages.ui.projects.saving import confirm, finish, reasoned, save
from services import projects
from services.errors import BadInput
from services.projects import ProjectDetail


def fund(user: User, project: ProjectDetail) -> None:
    """Money promised or come in."""
    t = user.t
    kind = st.selectbox(t("Where from"), list(SourceKind), format_func=t.term, key="project-fund-kind")
    amount = st.text_input(t("Amount, yuan"), key="project-fund-amount", placeholder="1,200,000")
    giver = st.text_input(t("Who gives (may be left empty)"), key="project-fund-giver")
    day = st.date_input(
        t("Day"), frame.today(user), max_value=frame.today(user), format="YYYY-MM-DD", key="project-fund-day"
    )
    if confirm(user, ProjectVerb.FUND):
        with layout.telling(t):
            save(
                user, t("The money is entered."), projects.fund, project.row.id, kind, projects.fen(amount), day,
                giver=giver, seen_version=project.row.version, key=st.session_state.get("project-key"),
            )  # fmt: skip
        finish()


def pay(user: User, project: ProjectDetail) -> None:
    """A payment; beyond the money there is it asks for the reason."""
    t, money = user.t, project.row.money
    room = max(min(money.left, money.in_hand), 0)
    st.caption(t("There are {sum} to spend.", sum=telling.exact(t, room)))
    amount = st.text_input(t("Amount, yuan"), key="project-pay-amount", placeholder="350,000")
    purpose = st.text_input(t("What for"), key="project-pay-purpose")
    payee = st.text_input(t("Paid to"), key="project-pay-payee")
    day = st.date_input(
        t("Day"), frame.today(user), max_value=frame.today(user), format="YYYY-MM-DD", key="project-pay-day"
    )
    over = ""
    if _amount(amount) > room:
        st.warning(t("This goes beyond the money there is. It is taken with a reason only, and stays marked."))
        over = st.text_input(t("Reason"), key="project-pay-over")
    if confirm(user, ProjectVerb.PAY):
        with layout.telling(t):
            save(
                user, t("The payment is entered."), projects.pay, project.row.id, projects.fen(amount), day, purpose,
                payee, over_reason=over, seen_version=project.row.version, key=st.session_state.get("project-key"),
            )  # fmt: skip
        finish()


def _amount(given: str) -> int:
    """The sum being typed, 0 while it is none."""
    try:
        return projects.fen(given)
    except BadInput:
        return 0


def withdraw(user: User, project: ProjectDetail, verb: ProjectVerb, row_id: int) -> None:
    """Take money raised or a payment back."""

    def call(user: User, reason: str) -> None:
        save(
            user, user.t("Withdrawn; the line stays, its sum counts no more."), projects.withdraw, project.row.id, verb,
            row_id, reason=reason, seen_version=project.row.version,
        )  # fmt: skip

    reasoned(user, verb, call)
