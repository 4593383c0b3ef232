"""The list: who is proposed and why, who is on it, who was."""

from collections.abc import Sequence

import streamlit as st

from models.watch import WatchState
from pages.ui import frame, layout, navigation
from pages.ui.frame import User
from pages.ui.projects.telling import day
from pages.ui.status import plain
from pages.ui.watch import forms, rules, telling
from services import watch
from services.database import reading
from services.watch import EntryRow, Proposal


def proposed(user: User, rows: Sequence[Proposal]) -> None:
    """The units published rules speak of today, each with its figures and the button to enter it."""
    t = user.t
    with layout.panel("watch-proposed", t("The rules speak of"), t("as of today") if rows else None):
        for row in rows:
            with st.container(key=f"row-watch-{row.code}", gap="xxsmall"):
                with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                    again = f"&ensp;:red[↺ {t('was on the list before')}]" if row.relapse else ""
                    st.markdown(f"**{plain(t.name(row.unit, row.unit_en))}**{again}", width="stretch")
                    if st.button(t("Enter it"), key=f"watch-enter-{row.code}"):
                        forms.enter(user, row)
                st.markdown(telling.reasons(user, row.findings))
        if not rows:
            layout.empty(t("No published rule speaks of any other unit today."))


def cards(user: User, rows: Sequence[EntryRow]) -> None:
    """A card for each unit on the list; the whole card opens its sheet."""
    with st.container(key="projects"):
        for row in rows:
            _card(user, row)


def _card(user: User, row: EntryRow) -> None:
    t = user.t
    late = row.late or row.missing
    with st.container(border=True, key=f"{'late' if late else 'card'}-watch-{row.id}", gap="xxsmall"):
        relapse = telling.relapsed(t, row.relapse_of)
        st.markdown(f"{telling.badge(t, row.state)}&ensp;:small[:gray[{row.reference}]]{relapse}")
        st.page_link(
            navigation.page("watch"), label=f"**{plain(t.name(row.unit, row.unit_en))}**",
            icon=":material/chevron_right:", icon_position="right", width="stretch", query_params={"id": row.reference},
        )  # fmt: skip
        since = t("on the list since {day}", day=day(user, row.entered_at.astimezone(t.zone).date()))
        if row.ended_at is not None:
            since += " · " + t("until {day}", day=day(user, row.ended_at.astimezone(t.zone).date()))
        st.markdown(f":small[:gray[{since}]]")
        st.markdown("  \n".join(f":small[{plain(telling.words(t, each))}]" for each in row.reasons))
        st.markdown(f":small[{' · '.join(_counts(user, row))}]")


def _counts(user: User, row: EntryRow) -> list[str]:
    """How far the plan is; what is late or missing in the late colour."""
    t = user.t
    said = [t("{done} of {all} measures done", done=t.number(row.done), all=t.number(row.measures))]
    if row.late:
        said.append(f":red[■ {t.n('{n} measure late', '{n} measures late', row.late)}]")
    if row.missing:
        said.append(f":red[■ {t.n('{n} week without evidence', '{n} weeks without evidence', row.missing)}]")
    kinds = len(rules.helps(user))
    if kinds:
        said.append(t("help {given} of {all}", given=t.number(row.helps), all=t.number(kinds)))
    return said


def nothing(user: User) -> None:
    """What an empty list means."""
    with layout.panel("watch-none"):
        layout.empty(user.t("No unit is on the watch-list."))


def download(user: User) -> None:
    """The ledger as a workbook, made when it is asked for."""
    t = user.t

    def made() -> bytes:
        with reading() as session:
            return watch.workbook(session, user.actor, now=user.now, say=lambda key: column_words(user)[key])

    st.download_button(
        t("Download"), made, file_name=f"watch-list-{frame.today(user).isoformat()}.xlsx", icon=":material/download:",
        type="tertiary", key="watch-download", on_click="ignore",
    )  # fmt: skip


def column_words(user: User) -> dict[str, str]:
    """The workbook's headings and words by their keys in services.watch.export."""
    t = user.t
    columns = {
        "reference": t("Number"), "unit": t("Unit"), "state": t("State"), "entered_on": t("Entered"),
        "accepted_on": t("Accepted"), "ended_on": t("Left or withdrawn"), "relapse_of": t("Came back after"),
        "reasons": t("Rules that held"), "measures": t("Measures"), "done": t("Measures done"),
        "late": t("Measures late"), "missing": t("Weeks without evidence"), "helps": t("Kinds of help given"),
        "problem": t("Problem"), "measure": t("Measure"), "who": t("Who is responsible"), "due_on": t("Due"),
        "first_due_on": t("First due"), "done_on": t("Done on"), "late_days": t("Days late"), "kind": t("Kind"),
        "text": t("What was said"), "day": t("Day"), "week": t("Week from"), "by": t("Written by"),
    }  # fmt: skip
    sheets = {
        "entries": t("Watch-list"), "measures": t("Measures"), "helps": t("Help"), "evidence": t("Evidence"),
    }  # fmt: skip
    found = {f"column.{key}": word for key, word in columns.items()}
    found |= {f"sheet.{key}": word for key, word in sheets.items()}
    found |= {f"state.{state.value}": t.term(state) for state in WatchState}
    found |= {f"help.{key}": word for key, word in rules.helps(user).items()}
    return found | {"language": t.language}
