"""Parts of the people page: accounts, and giving them out. A password is shown once and kept nowhere."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from models.accounts import Role
from pages.i18n import Words
from pages.ui import layout
from pages.ui.frame import User
from pages.ui.status import plain
from services import accounts, passwords, people, units
from services.accounts import AccountRow
from services.database import reading, transaction
from services.demands.takers import departments
from services.units import UnitRow


def table(user: User, rows: Sequence[AccountRow]) -> AccountRow | None:
    """The accounts; the one clicked on is returned. On a phone it is chosen from a list."""
    t = user.t
    if user.phone:
        return st.selectbox(
            t("Account"), rows, index=None, format_func=lambda row: f"{row.username} · {_state(t, row)}",
            placeholder=t("Choose"), key="account-choice",
        )  # fmt: skip
    names = [t("Account"), t("Name"), t("Role"), t("Unit or department"), t("State"), t("Last sign-in")]
    cells = pd.DataFrame([dict(zip(names, _cells(user, row), strict=True)) for row in rows], columns=names)
    event = st.dataframe(
        cells, hide_index=True, height=min(38 + 35 * len(rows), 780), on_select="rerun", selection_mode="single-row",
        key=f"accounts-{len(rows)}", alt=t("Accounts"),
    )  # fmt: skip
    picked = event.selection.rows
    return rows[picked[0]] if picked and picked[0] < len(rows) else None


def _cells(user: User, row: AccountRow) -> list[str]:
    t = user.t
    last = t.moment(row.last_sign_in, user.now) if row.last_sign_in else t("never")
    return [row.username, row.person or "", t.term(row.role), _place(t, row), _state(t, row), last]


def _place(t: Words, row: AccountRow) -> str:
    return t.name(row.unit, row.unit_en) or t.name(row.department, row.department_en)


def _state(t: Words, row: AccountRow) -> str:
    shape, words = "●", t("active")
    if row.must_change_password:
        shape, words = "▲", t("password to be changed")
    if row.disabled_at is not None:
        shape, words = "▬", t("disabled")
    return f"{shape} {words}"


def one_time(t: Words) -> None:
    """The password just given out, shown in this run only."""
    given = st.session_state.pop("given", None)
    if given is None:
        return
    username, password = given
    with layout.panel("given", t("One-time password of {account}", account=plain(username))):
        st.code(password, language=None)
        st.caption(t("It is shown this once. It has to be changed at the first sign-in."))


def actions(user: User, row: AccountRow) -> None:
    """What can be done to an account: a new password, disable, enable."""
    t = user.t
    with layout.panel("account", plain(row.username), _state(t, row)):
        st.markdown(f"{plain(row.person or '–')} · {t.term(row.role)} · {plain(_place(t, row))}")
        if row.id == user.actor.account_id:
            st.caption(t("This is your own account: its password is changed under “My account”."))
            return
        with st.container(horizontal=True):
            if st.button(t("New one-time password"), icon=":material/key:", key=f"reset-{row.id}"):
                _reset(user, row)
            words, icon = (t("Enable"), "check") if row.disabled_at else (t("Disable"), "block")
            if st.button(words, icon=f":material/{icon}:", key=f"able-{row.id}"):
                _set_disabled(user, row)


def _reset(user: User, row: AccountRow) -> None:
    password = passwords.one_time()
    with layout.telling(user.t):
        fresh = passwords.hashed(password)
        with transaction() as session:
            accounts.set_password(session, user.actor, row.id, fresh, now=user.now)
        st.session_state.given = (row.username, password)
    if "given" in st.session_state:
        st.rerun()


def _set_disabled(user: User, row: AccountRow) -> None:
    t = user.t
    with layout.telling(t):
        with transaction() as session:
            accounts.set_disabled(session, user.actor, row.id, row.disabled_at is None, now=user.now)
        words = t("{account} is disabled and signed out.") if row.disabled_at is None else t("{account} is enabled.")
        st.session_state.done = words.format(account=row.username)
    if "done" in st.session_state:
        st.rerun()


def new(user: User, here: UnitRow) -> None:
    """The form for a new account: role first, for it decides what else is asked."""
    t = user.t
    with layout.panel("account-new", t("New account")):
        roles = list(Role)
        role: Role = st.selectbox(
            t("Role"), roles, index=roles.index(Role.GRID_MEMBER), format_func=t.term, key="new-role"
        )
        unit_id = department_id = person_id = None
        if role is Role.DEPARTMENT:
            department_id = _choose_department(user)
        else:
            unit_id = _choose_unit(user, here)
            person_id = _choose_person(user, unit_id)
        username = st.text_input(t("Account name"), key="new-username")
        if st.button(t("Create the account"), type="primary", key="new-account"):
            _create(user, username, role, unit_id, department_id, person_id)


def _choose_department(user: User) -> int | None:
    t = user.t
    with reading() as session:
        names = {row.id: t.name(row.name, row.name_en) for row in departments(session, user.actor)}
    return st.selectbox(
        t("Department"), list(names), index=None, format_func=names.__getitem__, placeholder=t("Choose"),
        key="new-department",
    )  # fmt: skip


def _choose_unit(user: User, here: UnitRow) -> int | None:
    t = user.t
    with reading() as session:
        rows = units.below(session, user.actor, here.id)
    names = {row.id: t.name(row.name, row.name_en) for row in rows}
    parents = {row.id: names.get(row.parent_id or 0) for row in rows}
    return st.selectbox(
        t("Unit"), list(names), key=f"new-unit-{here.id}",
        format_func=lambda unit: " · ".join(part for part in (parents[unit], names[unit]) if part),
    )  # fmt: skip


def _choose_person(user: User, unit_id: int | None) -> int | None:
    """Whose account it is: of those who serve at the unit now, or nobody's in particular."""
    t = user.t
    if unit_id is None:
        return None
    with reading() as session:
        held = people.history(session, user.actor, unit_id)
    names = {post.person_id: post.name for post in held if post.ends_on is None}
    return st.selectbox(
        t("Person"), list(names), index=0 if names else None, format_func=names.__getitem__,
        key=f"new-person-{unit_id}", placeholder=t("nobody in particular"),
    )  # fmt: skip


def _create(
    user: User, username: str, role: Role, unit_id: int | None, department_id: int | None, person_id: int | None
) -> None:
    password = passwords.one_time()
    with layout.telling(user.t):
        fresh = passwords.hashed(password)
        with transaction() as session:
            accounts.create(
                session, user.actor, username, fresh, role, now=user.now, unit_id=unit_id,
                department_id=department_id, person_id=person_id, must_change=True,
            )  # fmt: skip
        st.session_state.given = (username.strip().lower(), password)
    if "given" in st.session_state:
        st.rerun()
