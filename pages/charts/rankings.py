"""The funnel plot of a ranking: how many cases a unit had, how it did, and how far chance alone may take it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import altair as alt

from pages.charts.theme import layers, rows, styled
from pages.i18n import Words
from pages.ui.style import IN_TIME, INK, LATE, MUTED, SUSPENDED
from services.fairness import Funnel, Tier

NAMED = 8
"""At most so many points carry their name: those behind, then those in front."""
PLOT, EDGE = (250, 280), 14
"""The smallest plot a screen leaves, in pixels: names that stand clear there stand clear on any larger one."""
SIDES: dict[str, tuple[int, int, Literal["left", "right", "center"]]] = {
    "right": (9, 0, "left"), "left": (-9, 0, "right"), "above": (0, -14, "center"), "below": (0, 14, "center"),
}  # fmt: skip
"""Where a name may stand at its point, in the order tried: its offset in pixels and how it is set."""
FAR, NEAR = "#EDF2F5", "#DCE7ED"
TIERS = [Tier.FRONT, Tier.MIDDLE, Tier.BEHIND, Tier.FEW]
COLOURS, SHAPES = [IN_TIME, SUSPENDED, LATE, "#C4CAD2"], ["circle", "diamond", "square", "circle"]

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Dot:
    """One unit: how many cases, its raw rate as a share of 1, and its tier."""

    name: str
    count: int
    value: float
    tier: Tier


def plot(
    dots: Sequence[Dot],
    limits: Sequence[Funnel],
    pooled: float | None,
    t: Words,
    *,
    count_title: str,
    value_title: str,
) -> alt.LayerChart:
    """Units by their number of cases and their rate, over the funnels around the pooled rate.

    Inside the darker funnel lies what chance alone does nineteen times of twenty, inside the lighter one 499 of 500.
    """
    x = alt.X("count:Q", title=count_title, scale=alt.Scale(domain=[0, _widest(dots)], nice=False),
              axis=alt.Axis(tickCount=5))  # fmt: skip
    rates = alt.Scale(domain=list(_reach(dots, limits)), nice=False, clamp=True)
    y = alt.Y("value:Q", title=value_title, scale=rates, axis=alt.Axis(format=".0%", tickCount=6))
    data = [{"name": dot.name, "count": dot.count, "value": dot.value, "tier": dot.tier.value} for dot in dots]
    tooltip = [
        alt.Tooltip("name:N", title=t("Place")),
        alt.Tooltip("count:Q", title=count_title),
        alt.Tooltip("value:Q", title=value_title, format=".2%"),
    ]
    keys = [tier.value for tier in TIERS]
    points = (
        alt.Chart(rows(data))
        .mark_point(filled=True, size=80, opacity=1, stroke="#FFFFFF", strokeWidth=1)
        .encode(
            x=x, y=y, tooltip=tooltip,
            color=alt.Color("tier:N", scale=alt.Scale(domain=keys, range=COLOURS), legend=None),
            shape=alt.Shape("tier:N", scale=alt.Scale(domain=keys, range=SHAPES), legend=None),
        )
    )  # fmt: skip
    bands = [_band(limits, ("low_far", "high_far"), FAR, rates), _band(limits, ("low", "high"), NEAR, rates)]
    named = _placed(dots, _told(dots, pooled), from_zero=False)
    return styled(layers(*bands, *_level(pooled), points, *_names(named)), t)


def _band(limits: Sequence[Funnel], ends: tuple[str, str], colour: str, rates: alt.Scale) -> alt.Chart:
    data = [{"count": each.cases, "low": getattr(each, ends[0]), "high": getattr(each, ends[1])} for each in limits]
    drawn = alt.Chart(rows(data)).mark_area(color=colour, clip=True)
    found: alt.Chart = drawn.encode(x=alt.X("count:Q"), y=alt.Y("low:Q", scale=rates), y2=alt.Y2("high"))
    return found


def _reach(dots: Sequence[Dot], limits: Sequence[Funnel]) -> tuple[float, float]:
    """The ends of the axis of rates: all points, and the inner funnel of units with a typical number of cases."""
    values = [dot.value for dot in dots] or [0.0, 1.0]
    inner = [each for each in limits if each.cases >= _widest(dots) / 8]
    low, high = min([*values, *(each.low for each in inner)]), max([*values, *(each.high for each in inner)])
    room = 0.06 * ((high - low) or 0.1)
    return max(0.0, low - room), min(1.0, high + room)


def _widest(dots: Sequence[Dot]) -> float:
    """Where the axis of counts ends: a little beyond the most, for the names there."""
    return 1.08 * max((dot.count for dot in dots), default=0) or 1


def _level(pooled: float | None) -> list[alt.Chart]:
    if pooled is None:
        return []
    rule = alt.Chart(rows([{"value": pooled}])).mark_rule(color=MUTED, strokeDash=[3, 3])
    return [rule.encode(y=alt.Y("value:Q"))]


def _told(dots: Sequence[Dot], pooled: float | None) -> list[Dot]:
    """Who carries a name: those behind first, the worst first, then those in front."""
    away = [dot for dot in dots if pooled is not None and dot.tier in (Tier.BEHIND, Tier.FRONT)]
    return sorted(away, key=lambda dot: (dot.tier is Tier.FRONT, -abs(dot.value - (pooled or 0))))[:NAMED]


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


def _names(placed: Sequence[tuple[Dot, str]]) -> list[alt.Chart]:
    """The names, one layer for each side of a point."""
    charts = []
    for side, (dx, dy, align) in SIDES.items():
        named = [{"name": dot.name, "count": dot.count, "value": dot.value} for dot, at in placed if at == side]
        mark = alt.Chart(rows(named)).mark_text(align=align, dx=dx, dy=dy, fontSize=13, color=INK, baseline="middle")
        charts.append(mark.encode(x=alt.X("count:Q"), y=alt.Y("value:Q"), text=alt.Text("name:N")))
    return charts
