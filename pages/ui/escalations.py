"""The furniture of the escalation board: lanes, cards, whistles, and what narrows them."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import streamlit as st

from models.demands import Clock, State, clock_of
from pages.charts.demands import held_colours
from pages.ui import navigation, status
from pages.ui.board_filters import Asked
from pages.ui.frame import User
from pages.ui.needs import NEAR_MARK
from pages.ui.status import plain
from services.demands import DemandRow, WhistleRow
from services.escalations import BoardRow, CardRow, LaneRow
from services.scenes import SceneRow
from services.units import UnitRow

SCENE_DAYS = timedelta(days=30)
SHORTEST = 0.05
"""Days: who held a case for less is not named on its card."""
WIDE = 4
"""Beside more lanes than this each is narrow."""
STYLE = """
/* a whistle begins a line where it does not fit on the one before */
:is([class*="card-board-"],[class*="late-board-"]) [data-testid=stElementContainer]:last-child p>span{
display:inline-block;margin-right:.8em}[class*="st-key-lanehead-"] p{word-break:keep-all}
/* narrow lanes give their margins to the words */
@media(min-width:641px) and (max-width:1600px){
[class*="st-key-lane-"]{padding:.6rem!important}
:is([class*="card-board-"],[class*="late-board-"]){padding-left:.6rem!important;padding-right:.5rem!important}}
@media(min-width:641px){
.stMain:has(.st-key-lanes) .stMainBlockContainer{height:100vh;padding-bottom:1rem}
.stMain:has(.st-key-lanes) .stMainBlockContainer>[data-testid=stVerticalBlock]{height:100%}
:has(>.st-key-lanes){flex:1 0 36rem!important}
:has(>[class*="st-key-lanecards-"]){flex:1 1 0!important;min-height:0}
.st-key-lanes>*,.st-key-lanes>*>*,.st-key-lanes [data-testid=stColumn]>*{height:100%;min-height:0}
[class*="st-key-lane-"]{min-height:0}
[class*="st-key-lanecards-"]{height:100%;overflow:hidden auto;scrollbar-width:thin}
[class*="st-key-lanecards-"]>*{flex:none}}
"""
"""The lanes end where the window does; the cards of one that are too many for it are scrolled inside it."""


def pages_chosen(user: User, unit_id: int | None, asked: Asked) -> dict[str, int]:
    """The page of each lane, by level; they begin anew with another unit or filter."""
    levels = [level.key for level in (*user.profile.levels, *user.profile.outer_levels)]
    return {level: st.session_state.get(_page_key(unit_id, asked, level), 1) for level in levels}


def _page_key(unit_id: int | None, asked: Asked, level: str) -> str:
    return f"board-page-{unit_id}-{asked.key}-{level}"


def legend(user: User, came: SceneRow | None) -> None:
    """What the marks of a whistle mean, and how soon somebody is on the scene."""
    if user.phone:
        return
    t = user.t
    marks = (
        (":gray[○]", t("asked")), (":blue[◐]", t("answered")), (":blue[●]", t("arrived")), (":red[■]", t("no answer")),
    )  # fmt: skip
    words = [t("Whistles:"), *(f"{mark} {word}" for mark, word in marks)]
    if came is not None and came.median is not None:
        span, number = t.duration(came.median), t.number(came.came - came.there)
        words.append(t(":gray[on the scene in **{span}** (median of {n}, 30 days)]", span=span, n=number))
    st.markdown(f":small[{'&emsp;'.join(words)}]", width="stretch", text_alignment="right")


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


def lane(user: User, unit: UnitRow | None, asked: Asked, row: LaneRow, *, crowded: bool) -> None:
    """One lane: its head, a page of cards, the way to the other pages; or that it is empty."""
    t = user.t
    with st.container(border=True, key=f"lane-{row.level}", gap="xsmall", height="stretch"):
        _head(user, unit, asked, row)
        with st.container(key=f"lanecards-{row.level}", gap="xsmall"):
            for card in row.cards:
                _card(user, card)
            if not row.cards:
                st.caption(t("Nothing of this kind rests here.") if asked.queue else t("Nothing open rests here."))
        if row.pages > 1:
            with st.container(horizontal=True, horizontal_alignment="center"):
                st.pagination(
                    row.pages, width="stretch" if row.pages < 5 else "content",
                    max_visible_pages=5 if user.phone or crowded else 7,
                    key=_page_key(unit.id if unit else None, asked, row.level),
                )  # fmt: skip


def _head(user: User, unit: UnitRow | None, asked: Asked, row: LaneRow) -> None:
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
            query_params={**({"unit": unit.code} if unit else {}), "level": row.level, **asked.queue},
        )  # fmt: skip
        st.markdown("&emsp;".join(facts), width="content")


def _card(user: User, card: CardRow) -> None:
    t, row = user.t, card.row
    late = clock_of(row.state, row.due_at, user.now, status.NEAR) is Clock.LATE
    with st.container(border=True, key=f"{'late' if late else 'card'}-board-{row.id}", gap=2):
        number, held = row.reference.partition("-")[2], _held(user, card)
        head = [f"{status.badge(t, row, user.now)}&ensp;:small[:gray[{number}]]", held and f":small[:gray[{held}]]"]
        st.markdown("  \n".join(line for line in head if line))
        st.page_link(
            navigation.page("demands"), label=f"**{plain(row.title)}**", icon=":material/chevron_right:",
            icon_position="right", width="stretch", query_params={"id": row.reference},
        )  # fmt: skip
        where = f":small[:gray[{_place(user, row)} · {_holder(user, row)}]]"
        marks = [mark for mark in (_own_clock(user, row), *map(partial(_whistle, user), card.whistles)) if mark]
        st.markdown("  \n".join([where, " ".join(f":small[{mark}]" for mark in marks)]) if marks else where)


def _own_clock(user: User, row: DemandRow) -> str:
    """The present level's own clock, where it ends at another moment than the demand's."""
    if row.level_due_at in (None, row.due_at) or row.state is State.SUSPENDED:
        return ""
    t, clock = user.t, clock_of(row.state, row.level_due_at, user.now, status.NEAR)
    span = status.span_words(t, row.level_due_at, user.now)
    words = plain(t("this level: {span}", span=span))
    shape = NEAR_MARK if clock is Clock.NEAR else f":{status.COLOURS[clock]}[{status.SHAPES[clock]}]"
    return f"{shape}\N{NO-BREAK SPACE}:gray[{words}]"


def _spans(card: CardRow) -> list[tuple[str, float]]:
    """How many days each level held the case, in the order in which they first did; departments at their level."""
    spans: dict[str, float] = {}
    for row in card.held:
        spans[row.level] = spans.get(row.level, 0) + row.span / timedelta(days=1)
    return [(level, days) for level, days in spans.items() if days >= SHORTEST]


def _held(user: User, card: CardRow) -> str:
    t = user.t
    parts = [
        t("{level} {n} d", level=_short(user, level), n=t.number(round(days, 1 if days < 9.95 else None)))
        for level, days in _spans(card)
    ]
    return plain(" | ".join(part.replace(" ", "\N{NO-BREAK SPACE}") for part in parts))


def _short(user: User, level: str) -> str:
    words = user.profile.level(level)
    return user.t.name(words.zh, words.en)


def style(lanes: Sequence[LaneRow]) -> None:
    """The lanes fill the window; a bar at the foot of every card says how long each level held it."""
    rules = []
    for card in (card for row in lanes for card in row.cards):
        spans, at, stops = _spans(card), 0.0, list[str]()
        total = sum(days for _, days in spans) or 1
        for colour, (_, days) in zip(held_colours([False] * len(spans)), spans, strict=True):
            stops.append(f"{colour} {at:.1f}% {at + days / total * 100:.1f}%")
            at += days / total * 100
        if stops:
            name = f":is(.st-key-card-board-{card.row.id},.st-key-late-board-{card.row.id})"
            bar = f"linear-gradient(to right,{','.join(stops)}) 0 100%/100% 4px no-repeat #fff!important"
            rules.append(f"{name}{{background:{bar}}}")
    st.html(f"<style>{STYLE}{''.join(rules)}</style>")


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
    return f"{mark}\N{NO-BREAK SPACE}{name} {word}"
