"""The furniture of the escalation board: lanes, cards, whistles, and what narrows them."""

import streamlit as st

from models.demands import Clock, clock_of
from pages.ui import navigation, status
from pages.ui.frame import User
from pages.ui.status import plain
from services.demands import DemandRow, WhistleRow
from services.escalations import BoardRow, CardRow, LaneRow, Only
from services.units import UnitRow

ONLY = "board-only"
PARAMETER = {Only.LATE: "overdue", Only.NEAR: "near", Only.WHISTLED: "whistled"}
"""What the queue's address calls the same filter."""


def scope(user: User, unit: UnitRow) -> int | None:
    """The unit the board is of; a department's board is what it was called to, wherever that lies."""
    return None if user.actor.unit_id is None else unit.id


def only_chosen() -> Only | None:
    """What the board is narrowed to, as chosen in the run before."""
    chosen = st.session_state.get(ONLY)
    return Only(chosen) if chosen else None


def pages_chosen(user: User, unit: UnitRow, only: Only | None) -> dict[str, int]:
    """The page of each lane, by level; they begin anew with another unit or filter."""
    levels = [level.key for level in (*user.profile.levels, *user.profile.outer_levels)]
    return {level: st.session_state.get(_page_key(unit, only, level), 1) for level in levels}


def _page_key(unit: UnitRow, only: Only | None, level: str) -> str:
    return f"board-page-{unit.id}-{only or 'all'}-{level}"


def choose_only(user: User, found: BoardRow) -> None:
    """Late, near, whistled: each with its count; the same again takes it away."""
    t = user.t
    names = {
        Only.LATE: t("Late {n}", n=t.number(found.late)),
        Only.NEAR: t("Near {n}", n=t.number(found.near)),
        Only.WHISTLED: t("Whistled {n}", n=t.number(found.whistled)),
    }
    st.pills(t("Show only"), list(Only), format_func=names.__getitem__, label_visibility="collapsed", key=ONLY)


def legend(user: User) -> None:
    """What the marks of a whistle mean."""
    if user.phone:
        return
    t = user.t
    marks = (
        (":gray[○]", t("asked")), (":blue[◐]", t("answered")), (":blue[●]", t("arrived")), (":red[■]", t("no answer")),
    )  # fmt: skip
    words = "&emsp;".join([t("Whistles:"), *(f"{mark} {word}" for mark, word in marks)])
    st.markdown(words, width="stretch", text_alignment="right")


def lanes_shown(user: User, found: BoardRow) -> list[LaneRow]:
    """All lanes side by side; on a phone the one chosen above them."""
    if not user.phone:
        return list(found.lanes)
    names = {lane.level: f"{level_name(user, lane.level)} {user.t.number(lane.count)}" for lane in found.lanes}
    first = next((lane.level for lane in found.lanes if lane.count), found.lanes[0].level)
    chosen = st.segmented_control(
        user.t("Level"), list(names), default=first, format_func=names.__getitem__, label_visibility="collapsed",
        key="board-lane", width="stretch", wrap=False, required=True,
    )  # fmt: skip
    return [lane for lane in found.lanes if lane.level == (chosen or first)]


def level_name(user: User, level: str) -> str:
    """A level in the site's own words."""
    words = user.profile.level(level)
    name = user.t.name(words.zh, words.en)
    return name[:1].upper() + name[1:]


def lane(user: User, unit: UnitRow, only: Only | None, row: LaneRow) -> None:
    """One lane: its head, a page of cards, the way to the other pages; or that it is empty."""
    t = user.t
    with st.container(border=True, key=f"lane-{row.level}", gap="xsmall", height="stretch"):
        _head(user, unit, only, row)
        for card in row.cards:
            _card(user, card)
        if not row.cards:
            st.caption(t("Nothing of this kind rests here.") if only else t("Nothing open rests here."))
        if row.pages > 1:
            with st.container(horizontal=True, horizontal_alignment="center"):
                st.pagination(
                    row.pages, width="stretch" if row.pages < 5 else "content",
                    max_visible_pages=5 if user.phone else 7, key=_page_key(unit, only, row.level),
                )  # fmt: skip


def _head(user: User, unit: UnitRow, only: Only | None, row: LaneRow) -> None:
    t = user.t
    late = t("Late {n}", n=t.number(row.late))
    facts = [f":small[:red[■ **{late}**]]"] if row.late else []
    if row.held is not None:
        held = t("median {span}", span=t.duration(row.held))
        facts.append(f":small[:gray[{held}]]")
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key=f"lanehead-{row.level}"
    ):
        st.page_link(
            navigation.page("demands"), label=f"**{level_name(user, row.level)}**&ensp;:gray[{t.number(row.count)}]",
            icon=":material/chevron_right:", icon_position="right", width="content",
            query_params=_address(unit, only, row.level),
        )  # fmt: skip
        st.markdown("&emsp;".join(facts), width="content")


def _address(unit: UnitRow, only: Only | None, level: str) -> dict[str, str]:
    """The queue's address that holds exactly the cases of a lane."""
    narrowed = {PARAMETER[only]: "1"} if only else {}
    return {"unit": unit.code, "level": level, **narrowed}


def _card(user: User, card: CardRow) -> None:
    t, row = user.t, card.row
    late = clock_of(row.state, row.due_at, user.now, status.NEAR) is Clock.LATE
    with st.container(border=True, key=f"{'late' if late else 'card'}-board-{row.id}", gap=2):
        st.markdown(f"{status.badge(t, row, user.now)}&ensp;:small[:gray[{row.reference}]]")
        st.page_link(
            navigation.page("demands"), label=f"**{plain(row.title)}**", icon=":material/chevron_right:",
            icon_position="right", width="stretch", query_params={"id": row.reference},
        )  # fmt: skip
        marks = "&emsp;".join(_whistle(user, whistle) for whistle in card.whistles)
        where = f":small[:gray[{_place(user, row)} · {_holder(user, row)}]]"
        between = "&emsp;" if len(card.whistles) == 1 else "  \n"  # one has room beside the place on a wide screen
        st.markdown(f"{where}{between}:small[{marks}]" if marks else where)


def _place(user: User, row: DemandRow) -> str:
    t = user.t
    village, unit = t.name(row.village, row.village_en), t.name(row.unit, row.unit_en)
    return plain(" ".join(dict.fromkeys(part for part in (village, unit) if part)))


def _holder(user: User, row: DemandRow) -> str:
    """Who has it: the department or the unit, and the person there; what was said of the place is not said again."""
    t = user.t
    office = t.name(row.department, row.department_en) or t.name(row.holder_unit, row.holder_unit_en)
    said = {t.name(row.unit, row.unit_en), t.name(row.village, row.village_en)}
    parts = [part for part in (None if office in said else office, row.holder) if part]
    return plain(" ".join(parts)) or (plain(office) if office else t("nobody yet"))


def _whistle(user: User, row: WhistleRow) -> str:
    """The mark and the word of one called department."""
    t = user.t
    name = plain(t.name(row.department, row.department_en))
    mark, word = ":gray[○]", t("asked")
    if row.arrived_at:
        mark, word = ":blue[●]", t("arrived")
    elif row.answered_at:
        mark, word = ":blue[◐]", t("answered")
    elif row.answer_due_at < user.now:
        mark, word = ":red[■]", t("no answer")
    return f"{mark} {name} {word}".replace(" ", "\N{NO-BREAK SPACE}")  # a line breaks between two, not inside one
