"""Titles, panels, empty places: the furniture of a screen."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import altair as alt
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import streamlit as st
from pandas.io.formats.style import Styler

from pages.charts.theme import Spec, shape
from pages.i18n import Words
from pages.ui.status import plain
from services.errors import ServiceError


def title(text: str) -> None:
    """The page's title."""
    st.header(text, anchor=False, width="content")


def panel(key: str, heading: str | None = None, side: str | None = None, **options: Any) -> Any:
    """A white panel with a heading on the left and a note on the right; returns its container."""
    box = st.container(border=True, key=f"p-{key}", gap=options.pop("gap", "xsmall"), **options)
    if heading:
        with box.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.subheader(heading, anchor=False, width="content")
            if side:
                st.caption(side, width="content")
    return box


def chart(drawn: alt.TopLevelMixin | Spec, **options: Any) -> Any:
    """Show a chart. Its schema is checked by the tests, not again in every rerun: that took a third of Today's time.

    Its one table goes as Arrow: from a list Streamlit would make a frame of pandas first, at ten times the time.
    """
    spec = drawn if isinstance(drawn, dict) else shape(drawn)
    rows = spec.get("data", {}).get("values")
    if isinstance(rows, list) and not (rows and rows[0].get("type") == "Feature"):
        spec = {**spec, "data": {"values": pa.Table.from_pylist(rows)}}
    return st.vega_lite_chart(spec=spec, theme=None, **options)


def painted(cells: pd.DataFrame, looks: Mapping[str, Iterable[tuple[int, int]]]) -> Any:
    """A table's cells with looks: CSS rules, and for each the cells (line, column) that have them.

    Streamlit asks a Styler's `_compute` and `_translate` for the looks. Pandas takes 8 ms for 50 rows to find out what
    is told here, so both are answered at once. The name is fixed: with a new one in every run the table would be sent
    anew.
    """
    styled: Any = Styler(cells, uuid="painted")
    styled._compute = lambda: styled
    styled._translate = lambda *_: {
        "cellstyle": [
            {
                "props": [tuple(rule.split(":")) for rule in look.split(";") if rule],
                "selectors": [f"row{line}_col{column}" for line, column in places],
            }
            for look, places in looks.items()
        ]
    }
    return styled


def empty(text: str) -> None:
    """What would fill this place, said where the table would be. The button that fills it comes after."""
    st.caption(f":material/inbox: {text}")


@contextmanager
def telling(t: Words) -> Iterator[None]:
    """Show a service's refusal as a sentence instead of a crash; the block's writes were rolled back."""
    try:
        yield
    except ServiceError as error:
        st.error(plain(t.error(error)), icon=":material/error:")


def told() -> None:
    """Show once what the last action did (st.session_state.done), after the rerun that followed it."""
    done = st.session_state.pop("done", None)
    if done:
        st.toast(plain(done), icon=":material/check:")
