"""The chart of a ranking: how many cases a unit had, and how it did."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import altair as alt

from pages.charts.theme import layers, rows, styled
from pages.i18n import Words
from pages.ui.style import IN_TIME, INK, LATE, MUTED

NAMED = 8
"""At most so many points carry their name: those worse than the pooled value, the worst first."""
PLOT, EDGE = (250, 280), 14
"""The smallest plot a screen leaves, in pixels: names that stand clear there stand clear on any larger one."""
SIDES: dict[str, tuple[int, int, Literal["left", "right", "center"]]] = {
    "right": (9, 0, "left"), "left": (-9, 0, "right"), "above": (0, -14, "center"), "below": (0, 14, "center"),
}  # fmt: skip
"""Where a name may stand at its point, in the order tried: its offset in pixels and how it is set."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Dot:
    """One unit: how many cases, its value (a share of 1, or hours), and whether it stands last."""

    name: str
    count: int
    value: float
    last: bool


def scatter(
    dots: Sequence[Dot], pooled: float | None, t: Words, *, count_title: str, value_title: str, hours: bool = False
) -> alt.LayerChart:
    """Units by their number of cases and their value, with the pooled value as a line; the last ones as red squares."""
    title = t("{measure}, days", measure=value_title) if hours else value_title
    scale = 24.0 if hours else 1.0
    data = [
        {"name": dot.name, "count": dot.count, "value": dot.value / scale, "rank": "last" if dot.last else "other"}
        for dot in dots
    ]
    form = ".1f" if hours else ".0%"
    x_scale = alt.Scale(domain=[0, _widest(dots)], nice=False)
    x = alt.X("count:Q", title=count_title, scale=x_scale, axis=alt.Axis(tickCount=5))
    y_scale, y_axis = alt.Scale(zero=hours, nice=True, padding=14), alt.Axis(format=form, tickCount=6)
    y = alt.Y("value:Q", title=title, scale=y_scale, axis=y_axis)
    ranks = ["last", "other"]
    tooltip = [
        alt.Tooltip("name:N", title=t("Place")),
        alt.Tooltip("count:Q", title=count_title),
        alt.Tooltip("value:Q", title=title, format=".1f" if hours else ".2%"),
    ]
    points = (
        alt.Chart(rows(data))
        .mark_point(filled=True, size=80, opacity=1, stroke="#FFFFFF", strokeWidth=1)
        .encode(
            x=x, y=y, tooltip=tooltip,
            color=alt.Color("rank:N", scale=alt.Scale(domain=ranks, range=[LATE, IN_TIME]), legend=None),
            shape=alt.Shape("rank:N", scale=alt.Scale(domain=ranks, range=["square", "circle"]), legend=None),
        )
    )  # fmt: skip
    named = _placed(dots, _behind(dots, pooled, hours=hours), from_zero=hours)
    return styled(layers(*_level(pooled, scale), points, *_names(named, scale)), t)


def _widest(dots: Sequence[Dot]) -> float:
    """Where the axis of counts ends: a little beyond the most, for the names there."""
    return 1.08 * max((dot.count for dot in dots), default=0) or 1


def _level(pooled: float | None, scale: float) -> list[alt.Chart]:
    if pooled is None:
        return []
    rule = alt.Chart(rows([{"value": pooled / scale}])).mark_rule(color=MUTED, strokeDash=[3, 3])
    return [rule.encode(y=alt.Y("value:Q"))]


def _behind(dots: Sequence[Dot], pooled: float | None, *, hours: bool) -> list[Dot]:
    """Who did worse than all together, the worst first."""
    worse = [dot for dot in dots if pooled is not None and (dot.value > pooled if hours else dot.value < pooled)]
    return sorted(worse, key=lambda dot: -dot.value if hours else dot.value)[:NAMED]


def _placed(dots: Sequence[Dot], wanted: Sequence[Dot], *, from_zero: bool) -> list[tuple[Dot, str]]:
    """Each wanted name with a side of its point where it covers no point, no other name and no edge; else left out."""
    spots = _spots(dots, from_zero=from_zero)
    taken = [_box(*spot, 10, 10) for spot in spots.values()]
    placed = []
    for dot in wanted:
        x, y = spots[dot]
        for side in SIDES:
            box = _label(dot.name, side, x, y)
            if _inside(box) and not _hits(box, taken):
                taken.append(box)
                placed.append((dot, side))
                break
    return placed


def _spots(dots: Sequence[Dot], *, from_zero: bool) -> dict[Dot, tuple[float, float]]:
    """Where each point lies on the smallest plot, in pixels from its upper left corner."""
    wide = _widest(dots)
    values = [dot.value for dot in dots]
    low = 0.0 if from_zero else min(values, default=0)
    high = (max(values, default=0) - low) or 1
    inner = PLOT[1] - 2 * EDGE
    return {dot: (dot.count / wide * PLOT[0], EDGE + (1 - (dot.value - low) / high) * inner) for dot in dots}


def _label(name: str, side: str, x: float, y: float) -> Box:
    """What a name covers at one side of a point: a Chinese sign is as wide as it is high, a Latin one half of that."""
    wide = sum(13 if ord(sign) > 0x2E7F else 7 for sign in name)
    dx, dy, align = SIDES[side]
    return _box(x + dx + {"left": wide / 2, "right": -wide / 2, "center": 0}[align], y + dy, wide, 15)


def _inside(box: Box) -> bool:
    return min(box) >= 0 and box[2] <= PLOT[0] and box[3] <= PLOT[1]


def _box(x: float, y: float, wide: float, high: float) -> Box:
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def _hits(box: Box, others: Sequence[Box]) -> bool:
    return any(box[0] < each[2] and each[0] < box[2] and box[1] < each[3] and each[1] < box[3] for each in others)


def _names(placed: Sequence[tuple[Dot, str]], scale: float) -> list[alt.Chart]:
    """The names, one layer for each side of a point."""
    charts = []
    for side, (dx, dy, align) in SIDES.items():
        named = [{"name": dot.name, "count": dot.count, "value": dot.value / scale} for dot, at in placed if at == side]
        mark = alt.Chart(rows(named)).mark_text(align=align, dx=dx, dy=dy, fontSize=13, color=INK, baseline="middle")
        charts.append(mark.encode(x=alt.X("count:Q"), y=alt.Y("value:Q"), text=alt.Text("name:N")))
    return charts
