"""Beside the table: the funnel plot with what it is of, and how to read it all."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from pages.charts.rankings import Dot, plot
from pages.i18n import Words
from pages.ui import layout
from pages.ui.frame import User
from pages.ui.rankings.choosing import Table, days_of
from pages.ui.status import plain
from services.fairness import FEWEST, funnel
from services.rankings import RankRow, Sort

POINTS = 60
"""At so many numbers of cases the funnel is worked out."""


def funnel_panel(user: User, table: Table, rows: Sequence[RankRow]) -> None:
    """How many cases each unit had, how it did, and what chance alone does; with period, scope and counts."""
    t, pooled = user.t, table.pooled.rate
    dots = [Dot(table.name(t, row), row.cases, row.rate, row.tier) for row in rows if row.rate is not None]
    most = max((dot.count for dot in dots), default=1)
    sizes = sorted({max(1, round(1.08 * most * step / POINTS)) for step in range(POINTS + 1)})
    limits = [] if pooled is None else funnel(pooled, sizes)
    with layout.panel("scatter", t("Many cases or few"), height=470):
        st.caption(t("Inside the band it may be luck; outside it is worth asking."))
        drawn = partial(
            plot, dots, limits, pooled, t, count_title=_count_title(t, table.sort), value_title=t.term(table.sort)
        )
        layout.chart(drawn, height="stretch", alt=t("Many cases or few"))
        counts = t("{n} cases of {units} units", n=t.number(table.pooled.cases), units=t.number(len(dots)))
        st.caption(f"{days_of(user, table.period)} · {t.term(table.scope)} · {counts}")


def _count_title(t: Words, sort: Sort) -> str:
    counts = {Sort.ON_TIME: t("Cases due"), Sort.SETTLEMENT: t("Cases received")}
    return counts.get(sort, t("Cases reached by call-backs"))


def how_to_read(user: User, table: Table) -> None:
    """What the numbers are of, in a few sentences."""
    t = user.t
    with layout.panel("read", t("How to read this")):
        lines = [*_general(t), _measure(t, table, days_of(user, table.period))]
        st.markdown("  \n".join(f":small[{plain(line)}]" for line in lines))


def _general(t: Words) -> list[str]:
    return [
        t("The bar is where the rank lies, 90% sure; the mark is its middle. Where bars overlap, nobody is ahead."),
        t("The estimate draws few cases towards all together: 3 of 3 is not better than 990 of 1,000."),
        t("In front or behind only where the whole interval says so; fewer than {n} cases are not ranked.", n=FEWEST),
        t("“More” counts further good cases, all else as it is. All together adds the counts up."),
    ]


def _measure(t: Words, table: Table, days: str) -> str:
    match table.sort:
        case Sort.ON_TIME:
            return t(
                "In time: limits of {days}; those not due yet count as open, in the estimate and in the {n} cases.",
                days=days, n=FEWEST,
            )  # fmt: skip
        case Sort.SETTLEMENT:
            return t("Settlement: of those received in {days}, settled before the end.", days=days)
        case Sort.COMPOSITE:
            return t(
                "Composite: last call-backs of {days}; {a} contacted, {b} solved, {c} satisfied, as shares of a point.",
                days=days, a=table.weights.response, b=table.weights.resolution, c=table.weights.satisfaction,
            )  # fmt: skip
        case _:
            return t(
                "By the last call-back of {days} that reached somebody; basically satisfied counts {part}.",
                days=days, part=table.weights.basically,
            )  # fmt: skip
