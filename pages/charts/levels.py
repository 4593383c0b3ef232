"""The chart of levels: how many each level settled, and what share never went above it."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from pages.charts.theme import layers, rows, styled
from pages.i18n import Words
from pages.ui.style import BRAND, INK

REACH = "#D5E7E5"
"""A light tone of the brand behind the bars: all that was settled up to and with a level."""


@dataclass(frozen=True, slots=True)
class Step:
    """One level in the site's words: how many it settled, their share of all settled, and the share up to it."""

    name: str
    settled: int
    share: float
    within: float


def ladder(steps: Sequence[Step], t: Words, *, room: float = 0.6) -> alt.LayerChart:
    """A bar a level, from below to above: dark its own share, light what was settled up to it; numbers beside it.

    `room` is how much of the width of 100% is left beyond it for the numbers.
    """
    data = rows(
        {
            "name": step.name, "order": place, "settled": step.settled, "share": step.share,
            "before": step.within - step.share, "within": step.within,
            "words": f"{t.number(step.settled)} · {t.percent(step.share)}", "reach": t.percent(step.within),
        }
        for place, step in enumerate(steps)
    )  # fmt: skip
    names = [step.name for step in steps]
    y = alt.Y("name:N", sort=names, title=None, axis=alt.Axis(labelFontSize=14, labelColor=INK, labelLimit=160))
    scale = alt.Scale(domain=[0, 1 + room])
    axis = alt.Axis(values=[0, 0.25, 0.5, 0.75, 1], format="%", grid=False)
    tooltip = [
        alt.Tooltip("name:N", title=t("Level")),
        alt.Tooltip("settled:Q", title=t("settled")),
        alt.Tooltip("share:Q", title=t("Share"), format=".2%"),
        alt.Tooltip("within:Q", title=t("Never left"), format=".2%"),
    ]
    drawn = alt.Chart(data)
    reach = drawn.mark_bar(color=REACH).encode(
        y=y, x=alt.X("within:Q", scale=scale, axis=axis, title=None), tooltip=tooltip
    )
    own = drawn.mark_bar(color=BRAND).encode(
        y=y, x=alt.X("before:Q", scale=scale, axis=axis, title=None), x2=alt.X2("within:Q"), tooltip=tooltip
    )
    words = drawn.mark_text(align="left", dx=8, fontSize=14, color=INK, tooltip=None).encode(
        y=y, x=alt.X("within:Q", scale=scale, axis=axis, title=None), text=alt.Text("words:N")
    )
    return styled(layers(reach, own, words), t)
