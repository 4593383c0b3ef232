"""The way around: groups along the top, on a phone four entries under the thumb. A person sees what they may use."""

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
        Entry("rates", overview, t("Rates"), "percent", Permission.SEE_FIGURES),
        Entry("analyses", overview, t("Analyses"), "summarize", Permission.SEE_FIGURES),
        Entry("assessments", overview, t("Assessments"), "fact_check", Permission.SEE_FIGURES),
        Entry("demands", work, t("Queue"), "list_alt", Permission.SEE_DEMANDS),
        Entry("report", work, t("Report a demand"), "edit_square", Permission.REPORT),
        Entry("escalations", work, t("Escalation board"), "view_column", Permission.SEE_DEMANDS),
        Entry("callbacks", work, t("Call-backs"), "call", Permission.CLOSE),
        Entry("requests", work, t("Approvals"), "approval", Permission.SEE_DEMANDS),
        Entry("projects", work, t("Projects"), "construction", Permission.SEE_DEMANDS),
        Entry("watch", work, t("Watch-list"), "flag", Permission.SEE_DEMANDS),
        Entry("sunshine", work, t("Handled in the open"), "wb_sunny", Permission.PUBLISH),
        Entry("imports", manage, t("Import"), "upload_file", Permission.IMPORT),
        Entry("people", manage, t("People and accounts"), "groups", Permission.TRIAGE),
        Entry("walls", manage, t("Big screens"), "tv", Permission.MANAGE),
        Entry("account", manage, t("My account"), "account_circle", None),
    ]


PERIODIC = ("today", "map", "rankings", "rates", "analyses", "callbacks")
"""The screens whose figures are of a period: the header offers the choice there."""

THUMB = ("report", "demands", "map", "account")
"""The four screens under the thumb."""


def pages(user: User | None, t: Words) -> StreamlitPage:
    """Declare every address, those this person may not see without an entry; returns the page that was asked for.

    Each screen keeps its own address for everybody, so that a link means the same to whoever gets it: "/" only leads
    on to the first screen of the person.
    """
    entries = _entries(t)
    seen = [entry for entry in entries if user is None or _may_see(user, entry)]
    declared = {entry.name: _declared(entry, visible=entry in seen) for entry in entries}
    st.session_state.pages = {entry.name: declared[entry.name] for entry in seen}
    groups: dict[str, list[StreamlitPage]] = {"": [st.Page(_home, url_path="home", default=True, visibility="hidden")]}
    for entry in entries:
        groups.setdefault(entry.group, []).append(declared[entry.name])
    asked = st.navigation(groups, position="hidden" if user is None or user.phone else "top")
    st.session_state.page = next((name for name, page in declared.items() if page == asked), "")
    return asked


def _declared(entry: Entry, *, visible: bool) -> StreamlitPage:
    return st.Page(
        f"{entry.name}.py", title=entry.title, icon=f":material/{entry.icon}:", url_path=entry.name,
        visibility="visible" if visible else "hidden",
    )  # fmt: skip


def _home() -> None:
    first = next(iter(st.session_state.pages.values()))
    st.switch_page(first, query_params=st.query_params.to_dict())


def _may_see(user: User, entry: Entry) -> bool:
    """Whoever still has a password that was given to them sees one screen only: where they change it."""
    if user.actor.must_change_password:
        return entry.name == "account"
    return entry.permission is None or user.actor.may(entry.permission)


def others(t: Words) -> dict[str, list[str]]:
    """The names of the screens this person has that are not under the thumb, by group in its own words."""
    found: dict[str, list[str]] = {}
    for entry in _entries(t):
        if has(entry.name) and entry.name not in THUMB:
            found.setdefault(entry.group, []).append(entry.name)
    return found


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
        _thumb_bar(t)


def _thumb_bar(t: Words) -> None:
    titles = {"report": t("Report"), "account": t("More")}  # the full titles would not fit under a thumb
    with st.bottom.container(horizontal=True, key="tabs", horizontal_alignment="distribute", gap=None):
        for name in THUMB:
            if has(name):
                st.page_link(page(name), label=titles.get(name, page(name).title), icon=page(name).icon)
