"""The chart of a ranking: how many cases a unit had, and how it did."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from pages.charts.theme import layers, rows, styled
from pages.i18n import Words
from pages.ui.style import IN_TIME, INK, LATE, MUTED

NAMED = 8
"""At most so many points carry their name: those worse than the pooled value, the worst first, none near another."""


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
    x = alt.X("count:Q", title=count_title, scale=alt.Scale(zero=True, nice=True), axis=alt.Axis(tickCount=5))
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
    middle = max((dot.count for dot in dots), default=0) * 0.7
    return styled(layers(*_level(pooled, scale), points, *_names(_behind(dots, pooled, hours=hours), middle, scale)), t)


def _level(pooled: float | None, scale: float) -> list[alt.Chart]:
    if pooled is None:
        return []
    rule = alt.Chart(rows([{"value": pooled / scale}])).mark_rule(color=MUTED, strokeDash=[3, 3])
    return [rule.encode(y=alt.Y("value:Q"))]


def _behind(dots: Sequence[Dot], pooled: float | None, *, hours: bool) -> list[Dot]:
    """Who did worse than all together, the worst first, without those whose name would cover another."""
    worse = [dot for dot in dots if pooled is not None and (dot.value > pooled if hours else dot.value < pooled)]
    wide = max((dot.count for dot in dots), default=0) or 1
    values = [dot.value for dot in dots]
    high = (max(values, default=0) - min(values, default=0)) or 1
    chosen: list[Dot] = []
    for dot in sorted(worse, key=lambda dot: -dot.value if hours else dot.value)[:NAMED]:
        beside = [each for each in chosen if abs(dot.count - each.count) / wide < 0.45]
        if all(abs(dot.value - each.value) / high >= 0.08 for each in beside):
            chosen.append(dot)
    return chosen


def _names(chosen: Sequence[Dot], middle: float, scale: float) -> list[alt.Chart]:
    """Each name on the side of its point with more room."""
    charts = []
    for side in ("left", "right"):
        named = [
            {"name": dot.name, "count": dot.count, "value": dot.value / scale}
            for dot in chosen
            if (dot.count <= middle) == (side == "left")
        ]
        mark = alt.Chart(rows(named)).mark_text(
            align=side, dx=9 if side == "left" else -9, fontSize=13, color=INK, baseline="middle"
        )
        charts.append(mark.encode(x=alt.X("count:Q"), y=alt.Y("value:Q"), text=alt.Text("name:N")))
    return charts
