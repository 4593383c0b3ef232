"""Charts beside one demand: the strip of days to its deadline, the bar of who held it, the spot it is about. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Any

import altair as alt

from pages.charts import theme
from pages.charts.theme import Spec
from pages.i18n import Words
from pages.ui.style import BRAND, INK, LATE, MUTED
from services.units import OutlineRow

PLANE: dict[str, Any] = {"type": "identity", "reflectY": True}
"""Drawn as on paper: no globe between the numbers and the screen."""
LEVEL_COLOURS = ("#C9DEDB", "#8FC4BD", "#4E9F98", "#0B6E69")
DEPARTMENT_COLOURS = ("#5B5F97", "#9A97C4", "#3B3F73")
_KINDS = ("file", "work", "off", "late")
_FILLS = ["#FFFFFF", "#CFE5E2", "#F1F0EB", LATE]
_WORDS = [INK, "#0A4F4B", MUTED, "#FFFFFF"]


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the strip: `number` counts work days from the first one after the report, None where none counts."""

    day: date
    is_work_day: bool
    holiday: bool
    number: int | None


@dataclass(frozen=True, slots=True)
class Land:
    """Outlines to draw: GeoJSON features with `unit` (id), `code`, `name`; and how far longitudes were squeezed."""

    features: tuple[dict[str, Any], ...]
    squeeze: float


def strips(t: Words, days: Sequence[Day], due_on: date, widest: int) -> list[Spec]:
    """The days from the report on, each with why it counts or not; those after `due_on` are late.

    As many strips as it needs for none to have more than `widest` days, of even length: a day needs room for its word.
    """
    long = math.ceil(len(days) / math.ceil(len(days) / widest))
    cells = [_cell(t, place, day, due_on, dated=place % long == 0) for place, day in enumerate(days)]
    return [theme.filled(_strip(t), cells[first : first + long]) for first in range(0, len(cells), long)]


@lru_cache(maxsize=8)
def _strip(t: Words) -> Spec:
    x = alt.X("place:O", axis=None, scale=alt.Scale(paddingInner=0.1, paddingOuter=0))
    base = alt.Chart(theme.rows([])).encode(x=x)
    box = base.mark_rect(cornerRadius=3, stroke="#D5D2C8", strokeWidth=1).encode(
        color=_by_kind(_FILLS),
        y=theme.at(20),
        y2=alt.Y2Value(46),  # type: ignore[no-untyped-call]
    )
    inside = base.mark_text(fontSize=13, fontWeight=600, baseline="middle").encode(
        color=_by_kind(_WORDS), y=theme.at(33.5), text=alt.Text("label:N")
    )
    above = base.mark_text(fontSize=12, baseline="middle").encode(
        y=theme.at(9), text=alt.Text("weekday:N"), color=_either("datum.made_up", BRAND, MUTED)
    )
    below = base.mark_text(fontSize=12, color=MUTED, baseline="middle").encode(y=theme.at(57), text=alt.Text("date:N"))
    drawn: alt.LayerChart = theme.layers(box, inside, above, below).resolve_scale(color="independent")
    sized: alt.LayerChart = drawn.properties(height=64, padding=0)
    return theme.shape(theme.styled(sized, t))


def _either(test: str, colour: str, other: str) -> alt.ColorValue:
    """One of two colours; alt.condition says the same at twenty times the time."""
    return alt.ColorValue(other, condition={"test": test, "value": colour})


def held_colours(of_departments: Sequence[bool]) -> list[str]:
    """A colour for each holder: levels in the brand's tones from light to dark, departments in violet."""
    tones = {False: iter(LEVEL_COLOURS * 3), True: iter(DEPARTMENT_COLOURS * 9)}
    return [next(tones[is_department]) for is_department in of_departments]


def held(t: Words, spans: Sequence[timedelta], colours: Sequence[str]) -> Spec:
    """How long each held the demand, side by side in one bar; the legend is written below it."""
    lengths = [max(span.total_seconds(), 1) for span in spans]
    ends = list(accumulate(lengths))
    rows = [
        {"place": str(place), "start": (end - length) / ends[-1], "end": end / ends[-1]}
        for place, (length, end) in enumerate(zip(lengths, ends, strict=True))
    ]
    return theme.filled(_held(t, tuple(colours)), rows)


@lru_cache(maxsize=64)
def _held(t: Words, colours: tuple[str, ...]) -> Spec:
    scale = alt.Scale(domain=[str(place) for place in range(len(colours))], range=list(colours))
    drawn = (
        alt.Chart(theme.rows([]))
        .mark_bar(height=14, stroke="#fff", strokeWidth=1.5, cornerRadius=2)
        .encode(
            x=alt.X("start:Q", axis=None, scale=alt.Scale(domain=[0, 1], nice=False)),
            x2=alt.X2("end:Q"),
            color=alt.Color("place:N", legend=None, scale=scale),
        )
    )
    sized: alt.Chart = drawn.properties(height=16, padding=0)
    return theme.shape(theme.styled(sized, t))


def spot(t: Words, land: Land, own: int, point: tuple[float, float] | None, height: int) -> Spec:
    """The units round a demand, its own one (by id) tinted; `point` (longitude, latitude) where it is known."""
    features = [{**feature, "own": feature["unit"] == own} for feature in land.features]
    return theme.filled(_spot(t, height), features, [{"x": point[0] * land.squeeze, "y": point[1]}] if point else [])


@lru_cache(maxsize=8)
def _spot(t: Words, height: int) -> Spec:
    own = _either("datum.own", "#B5D6D1", "#EAEFEC")
    land = alt.Chart(theme.rows([])).mark_geoshape(stroke="#fff", strokeWidth=1.5).encode(color=own)
    mark = (
        alt.Chart(theme.rows([]))
        .mark_point(filled=True, size=130, opacity=1, color=BRAND, stroke="#fff", strokeWidth=1.5)
        .encode(longitude=alt.Longitude("x:Q"), latitude=alt.Latitude("y:Q"))
    )
    drawn: alt.LayerChart = theme.layers(land, mark).project(**PLANE).properties(height=height, padding=0)
    return theme.shape(theme.styled(drawn, t))


def chooser(t: Words, rows: Sequence[OutlineRow], chosen: str | None, height: int) -> alt.LayerChart:
    """The units to choose one from by a click: the selection `unit` gives its `code`. Names where there is room."""
    laid = laid_out(t, rows)
    click = alt.selection_point(name="unit", fields=["code"], toggle=False)
    own = _either(f"datum.code === '{chosen}'", BRAND, "#DCEAE8")
    land = (
        alt.Chart(theme.rows(laid.features))
        .mark_geoshape(stroke="#fff", strokeWidth=2, cursor="pointer")
        .encode(color=own, tooltip=alt.Tooltip("name:N", title=t("Where")))
        .add_params(click)
    )
    places = [
        {"x": unit.longitude * laid.squeeze, "y": unit.latitude, "label": _digits(unit.name), "code": unit.code}
        for unit in (row.unit for row in rows)
        if unit.longitude is not None and unit.latitude is not None
    ]
    label = (
        alt.Chart(theme.rows(places))
        .mark_text(fontSize=13, fontWeight=600, tooltip=None)
        .encode(
            longitude=alt.Longitude("x:Q"), latitude=alt.Latitude("y:Q"), text=alt.Text("label:N"),
            color=_either(f"datum.code === '{chosen}'", "#fff", INK),
        )
    )  # fmt: skip
    drawn: alt.LayerChart = theme.layers(land, label).project(**PLANE).properties(height=height, padding=0)
    return theme.styled(drawn, t)


def laid_out(t: Words, rows: Sequence[OutlineRow]) -> Land:
    """Outlines as GeoJSON features drawn on a plane: longitudes squeezed as far as the place's latitude asks."""
    latitudes = [row.unit.latitude for row in rows if row.unit.latitude is not None]
    squeeze = math.cos(math.radians(sum(latitudes) / len(latitudes))) if latitudes else 1.0
    features = tuple(
        {
            "type": "Feature", "unit": row.unit.id, "code": row.unit.code,
            "name": t.name(row.unit.name, row.unit.name_en),
            "geometry": {**row.geometry, "coordinates": _squeezed(row.geometry["coordinates"], squeeze)},
        }
        for row in rows
    )  # fmt: skip
    return Land(features, squeeze)


def _squeezed(coordinates: Any, squeeze: float) -> Any:
    if isinstance(coordinates[0], int | float):
        return [round(coordinates[0] * squeeze, 6), round(coordinates[1], 6)]
    return [_squeezed(each, squeeze) for each in coordinates]


def _digits(name: str) -> str:
    """The number of a grid, which fits where its name does not."""
    return "".join(sign for sign in name if sign.isdigit()) or name


def _by_kind(colours: Sequence[str]) -> alt.Color:
    return alt.Color("kind:N", legend=None, scale=alt.Scale(domain=list(_KINDS), range=list(colours)))


def _cell(t: Words, place: int, day: Day, due_on: date, *, dated: bool) -> dict[str, Any]:
    kind = "work" if day.number is not None else "off"
    if place == 0:
        kind = "file"
    elif day.day > due_on:
        kind = "late"
    made_up = day.is_work_day and day.day.weekday() >= 5
    names = t("Mo Tu We Th Fr Sa Su").split()
    return {
        "place": place, "kind": kind, "made_up": made_up, "label": _label(t, kind, day),
        "weekday": names[day.day.weekday()] + (t("+") if made_up else ""),
        "date": f"{day.day.month}/{day.day.day}" if dated or day.day.day == 1 else str(day.day.day),
    }  # fmt: skip


def _label(t: Words, kind: str, day: Day) -> str:
    if kind == "work":
        return str(day.number)
    if kind == "off" and day.holiday:
        return t("hol")
    return {"file": t("in"), "off": t("off"), "late": t("!")}[kind]
