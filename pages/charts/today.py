"""The charts of Today: the villages with what is late and open, and what came in and was settled day by day."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

import altair as alt
import shapely
from shapely.geometry import mapping, shape

from pages.charts.theme import BAND, BARS, RAMP, at, day_format, layers, rows, styled
from pages.i18n import Words
from pages.ui.style import BRAND, INK, LATE, MUTED

KM_A_DEGREE = 111.32
PLANE = {"type": "identity", "reflectY": True}
MOST_NAMES = 40
"""More areas than this carry a name only where something is late."""


class Day(Protocol):
    """A day's counts, as services.figures.DayRow."""

    @property
    def day(self) -> date: ...  # noqa: D102
    @property
    def received(self) -> int: ...  # noqa: D102
    @property
    def settled(self) -> int: ...  # noqa: D102


class DaysOff(Protocol):
    """Days of a public holiday."""

    @property
    def from_day(self) -> date: ...  # noqa: D102
    @property
    def to_day(self) -> date: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Area:
    """One area of the map: its name and its counts now."""

    code: str
    name: str
    open: int
    late: int


def plane(outlines: Mapping[str, dict[str, Any]]) -> dict[str, tuple[dict[str, Any], tuple[float, float]]]:
    """GeoJSON outlines in degrees, by code, to kilometres round their middle, with a point well inside each.

    Outer rings run clockwise: vega reads the other direction as the world without the area.
    """
    if not outlines:
        return {}
    shapes = {code: shape(outline) for code, outline in outlines.items()}
    west, south, east, north = shapely.total_bounds(list(shapes.values()))
    middle, wide = ((west + east) / 2, (south + north) / 2), math.cos(math.radians((south + north) / 2))
    found = {}
    for code, area in shapes.items():
        flat: Any = shapely.transform(area, lambda points: (points - middle) * (KM_A_DEGREE * wide, KM_A_DEGREE))
        flat = shapely.orient_polygons(shapely.set_precision(flat, 0.001), exterior_cw=True)
        inside = shapely.maximum_inscribed_circle(flat).coords[0]
        found[code] = (dict(mapping(flat)), (round(inside[0], 3), round(inside[1], 3)))
    return found


def village_map(
    areas: Sequence[Area], placed: Mapping[str, tuple[dict[str, Any], tuple[float, float]]], t: Words, *, size: int = 14
) -> alt.LayerChart:
    """Areas filled by how much is open; a red square with the number where something is late; names.

    Marks and names are moved in pixels, so that they never cover each other however small the map is drawn.
    """
    shown = [area for area in areas if area.code in placed]
    points = [
        {
            "code": area.code, "name": area.name, "late": area.late, "open": area.open,
            "x": placed[area.code][1][0], "y": placed[area.code][1][1],
        }
        for area in shown
    ]  # fmt: skip
    late = [point for point in points if point["late"]]
    calm = [point for point in points if not point["late"]] if len(points) <= MOST_NAMES else []
    name = {"fontSize": size, "fontWeight": 600, "color": INK, "baseline": "middle"}
    square = {"text": "■", "fontSize": size * 2.7, "color": LATE, "baseline": "middle"}
    number = {"fontSize": size + 1, "fontWeight": 600, "color": "#FFFFFF", "baseline": "middle"}
    drawn = [
        _fills(shown, placed, t),
        _texts(calm, "name:N", name),
        _texts(late, "name:N", {**name, "dy": size}),
        _texts(late, None, {**square, "dy": -size * 0.62, "dx": size * 0.17}),
        _texts(late, "late:Q", {**number, "dy": -size * 0.76}),
    ]
    whole: alt.LayerChart = layers(*drawn).resolve_scale(color="independent")
    return styled(whole, t)


def _fills(
    areas: Sequence[Area], placed: Mapping[str, tuple[dict[str, Any], tuple[float, float]]], t: Words
) -> alt.Chart:
    features = [
        {
            "type": "Feature", "geometry": placed[area.code][0],
            "properties": {"name": area.name, "open": area.open, "late": area.late},
        }
        for area in areas
    ]  # fmt: skip
    most = max((area.open for area in areas), default=0)
    tooltip = [
        alt.Tooltip("properties.name:N", title=t("Place")),
        alt.Tooltip("properties.open:Q", title=t("Open")),
        alt.Tooltip("properties.late:Q", title=t("Late")),
    ]
    scale = alt.Scale(domain=[0, max(most, 1)], range=list(RAMP))
    fills: alt.Chart = (
        alt.Chart(rows(features))
        .mark_geoshape(stroke="#FFFFFF", strokeWidth=2)
        .encode(color=alt.Color("properties.open:Q", scale=scale, legend=None), tooltip=tooltip)
        .project(**PLANE)
    )
    return fills


def _texts(points: Sequence[dict[str, Any]], field: str | None, mark: Mapping[str, Any]) -> alt.Chart:
    text = {"text": alt.Text(field)} if field else {}
    texts: alt.Chart = (
        alt.Chart(rows(points))
        .mark_text(tooltip=None, **mark)
        .encode(longitude=alt.Longitude("x:Q"), latitude=alt.Latitude("y:Q"), **text)
        .project(**PLANE)
    )
    return texts


def flow(
    days: Sequence[Day], holidays: Sequence[tuple[DaysOff, str]], t: Words, *, labels: bool = True
) -> alt.LayerChart:
    """What came in (bars) and was settled (line) each day; public holidays shaded, with their names if `labels`."""
    counted = [{"day": _local(row.day), "received": row.received, "settled": row.settled} for row in days]
    axis = alt.Axis(format=day_format(t), tickCount=8 if labels else 4, grid=False, labelOverlap=True)
    x = alt.X("day:T", timeUnit="yearmonthdate", title=None, axis=axis)
    middle = alt.X("day:T", timeUnit="yearmonthdate", bandPosition=0.5, title=None, axis=axis)
    count = alt.Axis(tickCount=4, format="d", tickMinStep=1)
    tooltip = [
        alt.Tooltip("day:T", title=t("Day"), format=day_format(t)),
        alt.Tooltip("received:Q", title=t("received")),
        alt.Tooltip("settled:Q", title=t("settled")),
    ]
    drawn = alt.Chart(rows(counted))
    received = alt.Y("received:Q", title=None, axis=count)
    bars = drawn.mark_bar(color=BARS, width=alt.RelativeBandSize(0.6)).encode(x=x, y=received, tooltip=tooltip)
    line = drawn.mark_line(color=BRAND, strokeWidth=2, interpolate="monotone").encode(x=middle, y=alt.Y("settled:Q"))
    step = 0 if t.language == "zh" else 14
    return styled(layers(*_bands(holidays, labels=labels, step=step), bars, line), t)


def _bands(holidays: Sequence[tuple[DaysOff, str]], *, labels: bool, step: int) -> list[alt.Chart]:
    """The days shaded; every other name `step` lower, for two holidays may be days apart and long names meet."""
    spans = [
        {
            "from": _local(off.from_day), "to": _local(off.to_day + timedelta(days=1)), "name": name,
            "middle": _local(off.from_day, (off.to_day - off.from_day + timedelta(days=1)) / 2),
        }
        for off, name in holidays
    ]  # fmt: skip
    band = alt.Chart(rows(spans)).mark_rect(color=BAND).encode(x=alt.X("from:T"), x2=alt.X2("to:T"))
    names = [
        alt.Chart(rows(spans[first::2]))
        .mark_text(color=MUTED, fontSize=12, baseline="top")
        .encode(x=alt.X("middle:T"), y=at(2 + first * step), text=alt.Text("name:N"))
        for first in range(min(2, len(spans)))
    ]
    return [band, *names] if labels else [band]


def _local(day: date, after: timedelta = timedelta(0)) -> str:
    """A day as vega reads it in the reader's own zone: a bare date would be read as UTC and slip."""
    return (datetime.combine(day, time()) + after).isoformat()
