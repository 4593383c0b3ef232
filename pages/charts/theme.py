"""One look for every chart: fonts, colours, axes and legends, in the words of the reader's language."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar, cast

import altair as alt

from pages.i18n import Words
from pages.ui.style import INK, MUTED

_FAMILIES = (
    "Grid Shapes", "Source Sans", "Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei UI", "PingFang SC", "Grid Han",
)  # fmt: skip
FONT = ",".join([*(f"'{family}'" for family in _FAMILIES), "sans-serif"])
GRID, BARS, BAND, HATCH = "#ECEAE3", "#C9D3D8", "#F3F2EC", "#E6E4DD"
RAMP = ("#F0F4F2", "#8DC0BA")
"""How much of something that is no status: light to a tone on which ink is still read at 7.7 : 1."""

_MONTHS_ZH = [f"{number}月" for number in ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")]
_DAYS_ZH = [f"星期{day}" for day in "日一二三四五六"]
_LOCALES: dict[str, dict[str, Any]] = {
    "zh": {
        "number": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["¥", ""]},
        "time": {
            "dateTime": "%Y年%-m月%-d日 %H:%M", "date": "%Y年%-m月%-d日", "time": "%H:%M", "periods": ["上午", "下午"],
            "days": _DAYS_ZH, "shortDays": [f"周{day[-1]}" for day in _DAYS_ZH],
            "months": _MONTHS_ZH, "shortMonths": [f"{number}月" for number in range(1, 13)],
        },
    },
    "en": {
        "number": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["¥", ""]},
        "time": {
            "dateTime": "%-d %b %Y %H:%M", "date": "%-d %b %Y", "time": "%H:%M", "periods": ["AM", "PM"],
            "days": ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
            "shortDays": ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
            "months": ["January", "February", "March", "April", "May", "June", "July", "August", "September",
                       "October", "November", "December"],
            "shortMonths": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
        },
    },
}  # fmt: skip
_DAY_FORMATS = {"zh": "%-m月%-d日", "en": "%-d %b"}


def day_format(t: Words) -> str:
    """How an axis writes a day: 11月22日 / 22 Nov, as everywhere on the screens."""
    return _DAY_FORMATS[t.language]


alt.theme.enable("none")  # Altair's own sizes are for notebooks; Streamlit leaves them out as well

Chart = TypeVar("Chart", bound=alt.TopLevelMixin)
Spec = dict[str, Any]
"""A chart written out as Vega-Lite, without rows: made once, for Altair takes up to 10 ms. See `filled`."""


def shape(chart: alt.TopLevelMixin) -> Spec:
    """The chart written out, to be filled with rows. The tests check its schema; that takes most of the time."""
    return chart.to_dict(validate=False)


def filled(empty: Spec, *tables: Sequence[Mapping[str, Any]]) -> Spec:
    """A shape with its rows; several tables are those of its layers, in order. The shape stays as it is."""
    if len(tables) == 1:
        return {**empty, "data": {"values": list(tables[0])}}
    layers_ = [{**layer, "data": {"values": list(rows_)}} for layer, rows_ in zip(empty["layer"], tables, strict=True)]
    return {**empty, "layer": layers_}


def rows(values: Iterable[Mapping[str, Any]]) -> alt.Data:
    """Rows as a chart's data."""
    return alt.Data(values=list(values))  # type: ignore[no-untyped-call]


def at(pixels: float) -> alt.YValue:
    """A place `pixels` below the top; alt.value(pixels) says the same at a hundred times the time (see `layers`)."""
    return alt.YValue(pixels)  # type: ignore[no-untyped-call]


def layers(*charts: alt.Chart) -> alt.LayerChart:
    """Charts over each other, the first one lowest.

    Write a channel as alt.X("day:T"), never as "day:T" or alt.value(...): from those Altair hashes its whole schema to
    find the class, 2 ms for each channel in every rerun.
    """
    return cast(alt.LayerChart, alt.layer(*charts))


def styled(chart: Chart, t: Words, size: int = 13) -> Chart:
    """The chart in the project's look and the reader's language; `size` is the font size of axes and legends in px.

    Show it with pages.ui.layout.chart(). `configure` comes first: it replaces the whole config.
    """
    text = {"labelFontSize": size, "titleFontSize": size, "titleFontWeight": "normal", "titleColor": MUTED}
    axis = {"labelColor": MUTED, "gridColor": GRID, "domain": False, "ticks": False, "labelPadding": 6}
    looked = (
        chart.configure(locale=_LOCALES[t.language], font=FONT, background="transparent")
        .configure_view(stroke=None)
        .configure_axis(**text, **axis)
        .configure_legend(**text, labelColor=INK, symbolStrokeWidth=0)
        .configure_text(font=FONT, color=INK)
    )
    return cast(Chart, looked)
