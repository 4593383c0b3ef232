"""What the Analyses screen shows beside the paper itself: which paper, and the charts."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from pages.charts import analyses as charts
from pages.charts.analyses import Bar
from pages.charts.today import flow
from pages.i18n import Words
from pages.papers import cells
from pages.ui import layout
from pages.ui.frame import User
from pages.ui.status import plain
from services.analyses import Analysis
from services.figures import DayRow

VIEWS = ("analysis", "bulletin")
BESIDE = frozenset({4, 5, 7, 8})
"""Which sections stand under the charts on a wide screen: late, typical cases, what is suggested, and why."""


def choose_view(t: Words) -> str:
    """The analysis of the unit, or the bulletin of those below it: in the address, so that a link shows the same."""
    asked = st.query_params.get("view")
    titles = {"analysis": t("Analysis"), "bulletin": t("Bulletin")}
    chosen = st.segmented_control(
        t("Which paper"), VIEWS, default=asked if asked in VIEWS else VIEWS[0], format_func=titles.__getitem__,
        key="analyses-choose-view", label_visibility="collapsed", required=True,
    )  # fmt: skip
    if chosen != (asked or VIEWS[0]):
        st.query_params["view"] = chosen
    return chosen


def figures_of(user: User, found: Analysis, days: Sequence[DayRow]) -> None:
    """The charts, each with its period, scope and counts."""
    t, row = user.t, found.situation.figures
    period, scope = cells.days_of(t, found.period, found.now), t("all cases")
    with layout.panel("chart-flow", t("Received and settled by day")):
        layout.chart(partial(flow, days, (), t), height=190, alt=t("Received and settled by day"))
        counts = (
            t("{n} received", n=t.number(sum(day.received for day in days))),
            t("{n} settled", n=t.number(sum(day.settled for day in days))),
        )
        _caption(period, scope, *counts, t("bars received, line settled on the day"))
    if found.subjects.rows:
        bars = [Bar(t.name(each.name, each.name_en), each.received, each.before) for each in found.subjects.rows]
        with layout.panel("chart-subjects", t("Hot subjects")):
            layout.chart(partial(charts.subjects, bars, t), height=40 + 30 * len(bars), alt=t("Hot subjects"))
            _caption(period, scope, t("{n} received", n=t.number(row.received)), t("mark: the period before"))
    if found.late_by_level:
        levels = [Bar(cells.level_words(t, user.profile, each.name), each.late) for each in found.late_by_level]
        title = t("Missed their limit, by the level that held them")
        with layout.panel("chart-missed", title):
            layout.chart(partial(charts.missed, levels, t), height=40 + 30 * len(levels), alt=title)
            missed = t("{late} of {due} due", late=t.number(row.due - row.on_time), due=t.number(row.due))
            _caption(period, scope, missed)


def _caption(*parts: str) -> None:
    st.caption(plain(" · ".join(parts)))
