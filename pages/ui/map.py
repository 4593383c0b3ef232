"""The furniture of the grid map: which level is drawn, the drawing itself, its legend, and the way down to a unit."""

import re
from collections.abc import Callable, Mapping, Sequence
from html import escape

import streamlit as st

from pages.maps import deck, fills, geometry
from pages.maps.fills import Mode
from pages.maps.geometry import Drawing
from pages.ui import navigation
from pages.ui.frame import User
from pages.ui.status import plain
from services import sites, units
from services.database import reading
from services.errors import NotFound
from services.figures import MapRow
from services.settings import settings
from services.units import UnitRow

MOST = 400
"""About as many shapes as one map draws; a level with more is reached by going down."""
DESK, PHONE = deck.Frame(980, 600), deck.Frame(358, 420)
"""How large the map is taken to be until the browser has said so."""
_MEASURE = st.components.v2.component(
    "smallgrid_map_size",
    html="<i></i>",
    js="""export default function ({ data, setStateValue }) {
      const look = () => {
        const box = document.querySelector('.st-key-mapbox')
        if (!box) return setTimeout(look, 50)
        const size = [box.clientWidth, box.clientHeight].map(side => Math.round(side / 20) * 20)
        if (Math.abs(size[0] - data.width) > 20 || Math.abs(size[1] - data.height) > 20) setStateValue('size', size)
      }
      look()
    }""",
)


def levels(user: User, unit: UnitRow) -> list[str]:
    """The levels that can be drawn of a unit's subtree, the lowest first: those below it that are not too many."""
    with reading() as session:
        counts = units.counts(session, user.actor, unit.id)
    keys = user.profile.level_keys
    below = keys[keys.index(unit.level) + 1 :] if unit.level in keys else keys
    found = [key for key in reversed(below) if 0 < counts.get(key, 0) <= MOST]
    return found or [unit.level]


def choose(name: str, label: str, options: Sequence[str], words: Callable[[str], str]) -> str:
    """One of several, kept in the address under `name`; the first where it names none; no widget for a single one.

    Streamlit's own binding would put the words of the reader's language into the address.
    """
    if len(options) == 1:
        return options[0]
    key, asked = f"map-{name}", st.query_params.get(name)
    if asked in options and st.session_state.get(f"{key}-asked") != asked:
        st.session_state[key] = asked
    elif st.session_state.get(key) not in options:
        st.session_state[key] = options[0]
    st.segmented_control(
        label, options, required=True, format_func=words, label_visibility="collapsed", key=key,
    )  # fmt: skip
    chosen: str = st.session_state[key]
    st.session_state[f"{key}-asked"] = st.query_params[name] = str(chosen)
    return chosen


def level_name(user: User, key: str) -> str:
    """What the units of a level are called together."""
    words = user.profile.level(key)
    return user.t.name(words.zh, words.plural)


def drawing(user: User, unit: UnitRow, level: str) -> Drawing | None:
    """The unit's subtree at a level, laid out; made once for each version of the units."""
    with reading() as session:
        version = sites.site(session).units_version
    return _drawing((settings().database_url, settings().site, version), unit.id, level, user)


@st.cache_resource(max_entries=64, show_spinner=False)
def _drawing(at: tuple[str, str, int], unit_id: int, level: str, _user: User) -> Drawing | None:  # noqa: ARG001
    with reading() as session:
        rows = units.outlines(session, _user.actor, unit_id, level)
        below = units.below(session, _user.actor, unit_id)
    groups, group_of = _groups(_user, below, level)
    return geometry.draw(rows, group_of, groups)


def _groups(user: User, below: Sequence[UnitRow], level: str) -> tuple[list[UnitRow], dict[int, int]]:
    """The units whose borders and names stand out, and which of them each unit of the level belongs to."""
    keys, by_id = user.profile.level_keys, {row.id: row for row in below}
    present = {row.level for row in below if row.depth > min(each.depth for each in below)}
    inner = [key for key in keys if key in present and keys.index(key) <= keys.index(level)]
    chosen = user.profile.ranking_level if user.profile.ranking_level in inner else (inner or [level])[0]

    def group(row: UnitRow) -> int:
        above: UnitRow | None = row
        while above is not None and above.level != chosen:
            above = by_id.get(above.parent_id or 0)
        return above.id if above is not None else row.id

    found = {row.id: group(row) for row in below if row.level == level}
    return [row for row in below if row.id in set(found.values())], found


def picture(user: User, drawn: Drawing, mode: Mode, rows: Mapping[int, MapRow]) -> deck.Picture:
    """The drawing with its colours, numbers, names and tooltips in the reader's language."""
    t = user.t
    names = {unit.id: t.name(unit.name, unit.name_en) for unit, _ in drawn.groups}
    alone = {one.unit.id for one in drawn.shapes} == set(names)
    marks = ["" if alone else _mark(t.name(one.unit.name, one.unit.name_en)) for one in drawn.shapes]
    tips = tuple(
        (
            "" if alone else names.get(one.group, ""), t.name(one.unit.name, one.unit.name_en),
            rows[one.unit.id].open if one.unit.id in rows else 0,
            rows[one.unit.id].overdue if one.unit.id in rows else 0,
            t.number(one.unit.population) if one.unit.population else "–",
        )
        for one in drawn.shapes
    )  # fmt: skip
    fill = fills.fill(t, mode, drawn.shapes, rows, marks)
    short = tuple(_short(user, unit) for unit, _ in drawn.groups)
    return deck.Picture(drawn, fill, short, tips)


def _mark(name: str) -> str:
    """What stands on a small shape: the number in its name, else the name."""
    number = re.search(r"\d+", name)
    return number[0] if number else name


def _short(user: User, unit: UnitRow) -> str:
    """A name without the word for its level: 霍坡 for 霍坡村, Huopo for Huopo Village."""
    level = user.profile.level(unit.level)
    if user.t.language == "zh":
        named = len(unit.name) > 2 and not re.search(r"\d", unit.name)
        return unit.name.removesuffix(level.zh[-1]) if named else unit.name
    return unit.name_en.removesuffix(f" {level.en.title()}")


def show(user: User, unit: UnitRow, level: str, drawn: Drawing, mode: Mode, rows: Mapping[int, MapRow]) -> None:
    """The map itself with its legend; a click puts the unit into the address."""
    t, key = user.t, f"map-{unit.id}-{level}"
    open_, late, residents = t("open"), t("late"), t("residents")
    tooltip = f"<b>{{g}} {{n}}</b><br>{open_} {{o}} · {late} {{l}}<br>{residents} {{s}}"
    painted = picture(user, drawn, mode, rows)
    with st.container(key="mapbox"):
        st.pydeck_chart(
            deck.deck(painted, _chosen_id(drawn), _frame(user), tooltip), height="stretch", key=key,
            on_select=lambda: _picked(key, drawn), selection_mode="single-object", alt=t(fills.MODES[mode]),
        )  # fmt: skip
        st.html(legend(user, level, mode, painted.fill))
        size = _frame(user)
        _MEASURE(data={"width": size.width, "height": size.height}, key="map-size", on_size_change=lambda: None)


def _frame(user: User) -> deck.Frame:
    measured = st.session_state.get("map-size", {}).get("size")
    if measured and min(measured) >= 200:
        st.session_state["map-frame"] = deck.Frame(int(measured[0]), int(measured[1]))
    found: deck.Frame = st.session_state.get("map-frame", PHONE if user.phone else DESK)
    return found


def _picked(key: str, drawn: Drawing) -> None:
    """A click: the unit it hit goes into the address. A click beside everything changes nothing."""
    objects = st.session_state[key].selection.objects
    hit = next((row["k"] for rows in objects.values() for row in rows if "k" in row), None)
    code = next((one.unit.code for one in drawn.shapes if one.unit.id == hit), None)
    if code:
        st.query_params["at"] = code


def _chosen_id(drawn: Drawing) -> int | None:
    code = st.query_params.get("at")
    return next((one.unit.id for one in drawn.shapes if one.unit.code == code), None)


def chosen(user: User, unit: UnitRow, drawn: Drawing | None) -> UnitRow:
    """The unit the panel is about: the one clicked while it is on the map, else the screen's own."""
    code = st.query_params.get("at")
    if not code or drawn is None or all(one.unit.code != code for one in drawn.shapes):
        return unit
    with reading() as session:
        try:
            return units.by_code(session, user.actor, code)
        except NotFound:
            return unit


def legend(user: User, level: str, mode: Mode, fill: fills.Fill) -> str:
    """The legend as HTML: each colour with its words and how many units have it."""
    t = user.t
    keys = "".join(
        f"<span><i {_look(key)}></i>{escape(key.words)} <b>{t.number(key.count)}</b></span>" for key in fill.keys
    )
    head = escape(" · ".join([t(fills.MODES[mode]), level_name(user, level)]))
    late, note = t("late"), t("Colours only tell neighbours apart")
    before = f'<span><i class="chip"></i>{late}</span>' if mode is Mode.LATE else ""
    after = f"<span>{note}</span>" if mode is Mode.OWNER else ""
    return f'<div class="sg-legend"><b>{head}</b>{before}{keys}{after}</div>'


def _look(key: fills.Key) -> str:
    return "class=hatched" if key.hatched else f'style="background:{key.colour}"'


def breadcrumb(user: User, place: UnitRow) -> None:
    """The way down to the chosen unit; each step opens the map of that unit."""
    t = user.t
    with reading() as session:
        above = units.ancestors(session, user.actor, place.id)
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall", key="crumbs"):
        for row in above[:-1]:
            st.page_link(
                navigation.page("map"), label=plain(t.name(row.name, row.name_en)), icon=":material/chevron_right:",
                icon_position="right", query_params=address({"unit": row.code}),
            )  # fmt: skip
        st.subheader(plain(t.name(place.name, place.name_en)), anchor=False, width="content")


def address(query: Mapping[str, str]) -> dict[str, str]:
    """The address of another map that shows the same thing over the same days."""
    kept = {key: st.query_params[key] for key in ("show", "period") if key in st.query_params}
    return {**kept, **query}
