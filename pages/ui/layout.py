"""Titles, panels, empty places: the furniture of a screen."""

import pickle
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial
from hashlib import sha256
from io import BytesIO
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


def chart(drawn: partial[Any] | alt.TopLevelMixin | Spec, **options: Any) -> Any:
    """Show a chart. Its schema is checked by the tests, not again in every rerun: that took a third of Today's time.

    Say how it is drawn, partial(flow, days, t), rather than draw it: what was drawn of the same rows is kept, for
    Altair takes 10 to 40 ms. Its one table goes as Arrow: from a list Streamlit would make a frame of pandas first, at
    ten times the time.
    """
    if isinstance(drawn, partial):
        drawn = _kept(_Drawing(_name(drawn), drawn))
    spec = drawn if isinstance(drawn, dict) else shape(drawn)
    rows = spec.get("data", {}).get("values")
    if isinstance(rows, list) and not (rows and rows[0].get("type") == "Feature"):
        names = dict.fromkeys(name for row in rows for name in row)
        spec = {**spec, "data": {"values": pa.table({name: [row.get(name) for row in rows] for name in names})}}
    return st.vega_lite_chart(spec=spec, theme=None, **options)


@dataclass(frozen=True, slots=True)
class _Drawing:
    """A chart to be drawn, and the name of exactly this one: its function and all that is given to it."""

    name: bytes
    draw: partial[Any] = field(compare=False)


@lru_cache(maxsize=64)
def _kept(drawing: _Drawing) -> Spec:
    return shape(drawing.draw())


class _Naming(pickle.Pickler):
    """Writes what a chart is drawn from; words by their language and zone, for they are the same in every run."""

    def persistent_id(self, found: Any) -> Any:
        return (found.language, str(found.zone)) if isinstance(found, Words) else None


def _name(drawn: partial[Any]) -> bytes:
    written = BytesIO()
    _Naming(written).dump((drawn.func, drawn.args, drawn.keywords))
    return sha256(written.getvalue()).digest()


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
