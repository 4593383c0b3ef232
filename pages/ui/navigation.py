"""The way around: five groups along the top; on a phone four entries under the thumb. A person sees what they may use."""

from dataclasses import dataclass

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from models.accounts import Permission
from pages.i18n import Words
from pages.ui import frame, style
from pages.ui.frame import User


@dataclass(frozen=True, slots=True)
class Entry:
    """One screen: its file and address, group and title (message ids), icon, and who may see it (None: everybody)."""

    name: str
    group: str
    title: str
    icon: str
    permission: Permission | None


def _entries(t: Words) -> list[Entry]:
    overview, work, manage = t("Overview"), t("Work"), t("Manage")
    return [
        Entry("today", overview, t("Today"), "today", Permission.SEE_FIGURES),
        Entry("map", overview, t("Map"), "map", Permission.SEE_FIGURES),
        Entry("rankings", overview, t("Rankings"), "leaderboard", Permission.SEE_FIGURES),
        Entry("demands", work, t("Queue"), "list_alt", Permission.SEE_DEMANDS),
        Entry("report", work, t("Report a demand"), "edit_square", Permission.REPORT),
        Entry("escalations", work, t("Escalation board"), "view_column", Permission.SEE_DEMANDS),
        Entry("imports", manage, t("Import"), "upload_file", Permission.IMPORT),
        Entry("people", manage, t("People and accounts"), "groups", Permission.TRIAGE),
        Entry("account", manage, t("My account"), "account_circle", None),
    ]


PERIODIC = ("today", "map", "rankings")
"""The screens whose figures are of a period: the header offers the choice there."""

THUMB = ("report", "demands", "map", "account")
"""The four screens under the thumb."""


def pages(user: User | None, t: Words) -> StreamlitPage:
    """Declare the pages this person may see (all addresses, hidden, while nobody is signed in); returns the asked one."""
    seen = [entry for entry in _entries(t) if user is None or _may_see(user, entry)]
    made = {
        entry.name: st.Page(
            f"{entry.name}.py", title=entry.title, icon=f":material/{entry.icon}:", url_path=entry.name,
            default=entry is seen[0],
        )
        for entry in seen
    }  # fmt: skip
    st.session_state.pages = made
    groups: dict[str, list[StreamlitPage]] = {}
    for entry in seen:
        groups.setdefault(entry.group, []).append(made[entry.name])
    asked = st.navigation(groups, position="hidden" if user is None or user.phone else "top")
    st.session_state.page = next((name for name, page in made.items() if page == asked), "")
    return asked


def _may_see(user: User, entry: Entry) -> bool:
    """Whoever still has a password that was given to them sees one screen only: where they change it."""
    if user.actor.must_change_password:
        return entry.name == "account"
    return entry.permission is None or user.actor.may(entry.permission)


def page(name: str) -> StreamlitPage:
    """A page to link to; KeyError where this person has none of that name."""
    found: StreamlitPage = st.session_state.pages[name]
    return found


def has(name: str) -> bool:
    """Whether this person has that page."""
    return name in st.session_state.pages


def header(user: User) -> None:
    """Logo, unit, period, language and person in one line; on a phone the bar under the thumb."""
    t = user.t
    st.logo(style.logo(t.language), size="large")
    with st.container(key="frame", horizontal=True, vertical_alignment="center", gap="small"):
        if user.actor.unit_id is not None:
            frame.choose_unit(user)
        if not user.phone and st.session_state.page in PERIODIC:
            frame.choose_period(user)
        frame.choose_language(user)
        if not user.phone:
            frame.person(user)
    if user.phone:
        _thumb_bar()


def _thumb_bar() -> None:
    with st.bottom.container(horizontal=True, key="tabs", horizontal_alignment="distribute", gap=None):
        for name in THUMB:
            if has(name):
                st.page_link(page(name), label=page(name).title, icon=page(name).icon)
