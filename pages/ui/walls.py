"""The parts of the page of big screens: the link just made, what hangs, hanging one, and how it is put on a wall."""

from collections.abc import Sequence
from urllib.parse import urlsplit

import streamlit as st

from models.walls import LONGEST_NAME, View
from pages.ui import layout
from pages.ui.frame import User
from pages.ui.status import plain
from services import walls
from services.database import transaction
from services.units import UnitRow
from services.walls import LANGUAGES, WallRow

TONGUES = {"zh": "中文", "en": "English"}


def link(user: User) -> None:
    """The link just made, shown in this run only."""
    made = st.session_state.pop("wall-link", None)
    if made is None:
        return
    t, (name, token) = user.t, made
    parts = urlsplit(st.context.url or "")
    with layout.panel("wall-link", t("Link of {screen}", screen=plain(name))):
        st.code(f"{parts.scheme}://{parts.netloc}/wall/{token}", language=None, wrap_lines=True)
        st.caption(t("It is shown this once. Whoever has it sees the screen, so type it on the screen's own machine."))


def listed(user: User, hung: Sequence[WallRow]) -> None:
    """What hangs in the unit and below it; each can be taken down."""
    t, up = user.t, sum(row.revoked_at is None for row in hung)
    with layout.panel("walls", t("Hanging"), t.n("{n} screen", "{n} screens", up)):
        if not hung:
            layout.empty(t("No big screen hangs here yet. Name one and hang it: its link opens without signing in."))
        for row in hung:
            _wall(user, row)


def _wall(user: User, row: WallRow) -> None:
    t = user.t
    views = t.join([t.term(view) for view in row.views])
    facts = " · ".join((t.name(row.unit, row.unit_en), views, TONGUES[row.language], row.account))
    with (
        st.container(key=f"row-wall-{row.id}"),
        st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"),
    ):
        st.markdown(f"**{plain(row.name)}**  \n:gray[{plain(facts)}  \n{plain(_state(user, row))}]", width="stretch")
        if row.revoked_at is None and st.button(t("Take down"), key=f"wall-down-{row.id}", icon=":material/link_off:"):
            _take_down(user, row)


def _state(user: User, row: WallRow) -> str:
    t = user.t
    if row.revoked_at is not None:
        return t("▬ taken down on {day}", day=t.day(row.revoked_at))
    if row.disabled:
        return t("▬ dark: its account is disabled")
    return t("● hanging since {day}", day=t.day(row.created_at))


def _take_down(user: User, row: WallRow) -> None:
    with layout.telling(user.t):
        with transaction() as session:
            walls.take_down(session, user.actor, row.id, now=user.now)
        st.session_state.done = user.t("{screen} is taken down: its link shows nothing any more.", screen=row.name)
    if "done" in st.session_state:
        st.rerun()


def hang(user: User, here: UnitRow, hung: int) -> None:
    """The form for a new screen of the unit at hand; its name begins anew with every screen that was hung."""
    t = user.t
    with layout.panel("wall-new", t("Hang a screen"), t.name(here.name, here.name_en)):
        name = st.text_input(t("Where it hangs"), max_chars=LONGEST_NAME, key=f"wall-name-{hung}",
                             placeholder=t("service hall, left wall"))  # fmt: skip
        views = st.pills(
            t("Views, thirty seconds each"), list(View), selection_mode="multi", default=list(View),
            format_func=t.term, key="wall-views",
        )  # fmt: skip
        language = st.segmented_control(
            t("Language"), LANGUAGES, default=t.language, required=True, format_func=TONGUES.__getitem__,
            key="wall-language",
        )  # fmt: skip
        if st.button(t("Hang it"), type="primary", key="wall-hang", icon=":material/tv:"):
            _hang(user, here, name, views, language)


def _hang(user: User, here: UnitRow, name: str, views: Sequence[View], language: str | None) -> None:
    with layout.telling(user.t):
        with transaction() as session:
            token = walls.hang(session, user.actor, here.id, name, views, language or "", now=user.now)
        st.session_state["wall-link"] = (name.strip(), token)
    if "wall-link" in st.session_state:
        st.rerun()


def how_to(user: User) -> None:
    """How it is put on a wall, in a few lines; the guide tells the rest."""
    t = user.t
    lines = [
        t("It shows counts, units and offices only: no name, phone or word of any villager."),
        t("It refreshes every five seconds, and goes on by itself after the server was away."),
        t("On the screen's own machine start the browser without its frame, on Windows: chrome --kiosk LINK"),
        t("Each screen has a link and an account of its own: taking it down ends both at once."),
    ]
    with layout.panel("wall-how", t("On the wall")):
        st.markdown("  \n".join(f":small[{plain(line)}]" for line in lines))
