"""The charts of an analysis: what people came with, beside the period before; and where limits were missed."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from pages.charts.theme import layers, rows, styled
from pages.i18n import Words
from pages.ui.style import BRAND, INK, LATE


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a chart: a name, how many now, and how many in the period before (None where it is not compared)."""

    name: str
    now: int
    before: int | None = None


def subjects(bars: Sequence[Bar], t: Words) -> alt.LayerChart:
    """Received by category: a bar for the period, a tick for the one before; the count beside each."""
    return _bars(bars, t, BRAND, t("received"))


def missed(bars: Sequence[Bar], t: Words) -> alt.LayerChart:
    """What missed its limit, by the level that held it."""
    return _bars(bars, t, LATE, t("missed"))


def _bars(bars: Sequence[Bar], t: Words, colour: str, title: str) -> alt.LayerChart:
    data = [{"name": bar.name, "now": bar.now, "before": bar.before, "words": t.number(bar.now)} for bar in bars]
    most = max((max(bar.now, bar.before or 0) for bar in bars), default=1)
    y = alt.Y("name:N", sort=[bar.name for bar in bars], title=None,
              axis=alt.Axis(labelFontSize=14, labelColor=INK, labelLimit=150))  # fmt: skip
    scale = alt.Scale(domain=[0, most * 1.18], nice=False)
    x = alt.X("now:Q", title=None, scale=scale, axis=alt.Axis(tickCount=4, format="d", tickMinStep=1))
    tooltip = [alt.Tooltip("name:N", title=t("Subject")), alt.Tooltip("now:Q", title=title)]
    drawn = alt.Chart(rows(data))
    bar = drawn.mark_bar(color=colour, height=alt.RelativeBandSize(0.62)).encode(y=y, x=x, tooltip=tooltip)
    words = drawn.mark_text(align="left", dx=6, fontSize=14, tooltip=None).encode(y=y, x=x, text=alt.Text("words:N"))
    if all(each.before is None for each in bars):
        return styled(layers(bar, words), t)
    tick = drawn.mark_tick(color=INK, thickness=2, height=alt.RelativeBandSize(0.8)).encode(
        y=y, x=alt.X("before:Q", scale=scale),
        tooltip=[*tooltip, alt.Tooltip("before:Q", title=t("Period before"))],
    )  # fmt: skip
    return styled(layers(bar, tick, words), t)
