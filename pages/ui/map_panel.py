"""The panel beside the map: one unit's figures, who answers for it, and what is open there."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from models.accounts import Permission
from models.people import PostRole
from models.profiles import LevelWords
from pages.maps import fills
from pages.ui import frame, navigation, status
from pages.ui.frame import User
from pages.ui.map import address
from pages.ui.status import plain
from services import demands, figures, units
from services.database import reading
from services.demands import DemandRow, Filters
from services.figures import FiguresRow
from services.periods import Period
from services.units import PostRow, UnitRow

LISTED = 5
ANSWERING = (PostRole.CHIEF, PostRole.SUPERVISOR, PostRole.CADRE)
"""Whose posts at the units above are shown beside a unit's own: the first of each."""


def panel(user: User, place: UnitRow, period: Period) -> None:
    """The chosen unit: its figures, who answers, and what is open there by deadline."""
    t = user.t
    with reading() as session:
        found = figures.of_unit(session, user.actor, place.id, period, now=user.now)
        above = units.ancestors(session, user.actor, place.id)
        posts = [(row, units.posts(session, user.actor, row.id, frame.today(user))) for row in reversed(above)]
        rows: list[DemandRow] = []
        if user.actor.may(Permission.SEE_DEMANDS):
            waiting = Filters(unit_id=place.id)
            rows = demands.queue(session, user.actor, waiting, now=user.now, size=LISTED).rows
    with st.container(border=True, key="p-mapside", gap="small"):
        st.html(_head(user, place, found))
        _links(user, place, found, period)
        st.html(_people(user, place, posts))
        if user.actor.may(Permission.SEE_DEMANDS):
            _open(user, rows)
            if rows:
                st.page_link(
                    navigation.page("demands"), icon=":material/list_alt:", query_params={"unit": place.code},
                    label=t.n("Open its {n} case", "Open its {n} cases", found.open),
                )  # fmt: skip
        if place.id != frame.unit(user).id and user.profile.level_keys[-1] != place.level:
            st.page_link(
                navigation.page("map"), icon=":material/zoom_in:", query_params=address({"unit": place.code}),
                label=t("Map of {place}", place=plain(t.name(place.name, place.name_en))),
            )  # fmt: skip


def _head(user: User, place: UnitRow, found: FiguresRow) -> str:
    t, words = user.t, user.profile.level(place.level)
    area = "–" if found.area_km2 is None else t.number(round(found.area_km2, 2))
    # the unit that the map is of has no colour on it: only those inside are told apart
    drawn = None if place.id == frame.unit(user).id else place.colour
    swatch = "" if drawn is None else f'<i style="background:{fills.IDENTITY[drawn % 6]}"></i>'
    numbers = (
        (t.number(found.households), t("households")),
        ("–" if found.population is None else t.number(found.population), t("residents")),
        (area, t("km²")),
    )
    cells = "".join(f"<div><b>{number}</b><span>{word}</span></div>" for number, word in numbers)
    below = [_counted(user, level, found.units.get(level.key, 0)) for level in user.profile.levels]
    sub = " · ".join([t.name(words.zh, words.en), *(said for said in below if said)])
    return (
        f'<div class="sg-place"><h2>{swatch}{escape(t.name(place.name, place.name_en))}</h2>'
        f"<p>{escape(sub)}</p><div>{cells}</div></div>"
    )


def _counted(user: User, level: LevelWords, number: int) -> str:
    """20 villages; nothing for one's own level or an empty one."""
    t = user.t
    if number <= 1:
        return ""
    return t("{n} {level}", n=t.number(number), level=t.name(level.zh, level.plural))


def _links(user: User, place: UnitRow, found: FiguresRow, period: Period) -> None:
    """Open, late and settled of the unit: each number opens exactly its cases."""
    t = user.t
    counts = {"part": t.number(found.settled), "whole": t.number(found.received)}
    late = t("{n} late", n=t.number(found.overdue))
    entries = (
        (t("{n} open", n=t.number(found.open)), {"unit": place.code}),
        (f":red[**■ {late}**]" if found.overdue else t("none late"), {"unit": place.code, "overdue": "1"}),
        (t("{rate} settled ({part} / {whole})", rate=t.percent(found.settlement_rate, 0), **counts)
         if found.received else t("nothing received"),
         {"unit": place.code, "period": period.key}),
    )  # fmt: skip
    with st.container(horizontal=True, key="mapfigures", gap="small"):
        for label, query in entries:
            if navigation.has("demands"):
                st.page_link(
                    navigation.page("demands"), label=label, query_params=query, icon=":material/chevron_right:",
                    icon_position="right",
                )  # fmt: skip
            else:
                st.markdown(label, width="content")


def _people(user: User, place: UnitRow, posts: Sequence[tuple[UnitRow, Sequence[PostRow]]]) -> str:
    """Who answers for the unit, and above it up to the ranking level, as HTML."""
    t = user.t
    head, vacant = t("People who answer"), t("The post is vacant.")
    lines = [f"<h3>{head}</h3>"]
    for row, held in posts:
        own = row.id == place.id
        if not own and row.depth == 1:
            continue
        lines += [_person(user, row, post) for post in (held if own else _first(held))]
        if own and not held:
            lines.append(f"<p>■ {vacant}</p>")
    return f'<div class="sg-people">{"".join(lines)}</div>'


def _first(held: Sequence[PostRow]) -> list[PostRow]:
    """The first holder of each post that answers for the units below."""
    found = (next((post for post in held if post.role is role), None) for role in ANSWERING)
    return [post for post in found if post is not None]


def _person(user: User, row: UnitRow, post: PostRow) -> str:
    t = user.t
    said = [t.name(row.name, row.name_en), t.term(post.role), *([t("party member")] if post.party_member else [])]
    phone = f"<b>{escape(post.phone)}</b>" if post.phone else ""
    return (
        f'<div><i>{escape(post.name[:1])}</i><b>{escape(post.name)}</b><span class="n">{phone}</span>'
        f"<span>{escape(' · '.join(said))}</span></div>"
    )


def _open(user: User, rows: Sequence[DemandRow]) -> None:
    t = user.t
    st.caption(t("Open demands, by deadline"))
    if not rows:
        st.caption(t("Nothing is open here."))
    for row in rows:
        with st.container(key=f"row-map-{row.id}", gap=2):
            st.page_link(
                navigation.page("demands"), label=f"**{plain(row.title)}**", query_params={"id": row.reference},
                icon=":material/chevron_right:", icon_position="right", width="stretch",
            )  # fmt: skip
            st.markdown(f"{status.badge(t, row, user.now)}&ensp;:small[:gray[{row.reference}]]")
