"""The sentence above a ranking: who is furthest behind in what is ranked by, and the way to the cases that say so."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from pages.ui.cases import anchor, filter_of
from pages.ui.frame import User
from pages.ui.needs import FEWEST_DUE, furthest_behind, why
from pages.ui.rankings import Table, limits, median_words, name_of
from services.rankings import RankRow, Sort

Said = tuple[str, str, str]
"""Who and what, the figures, and the link to the cases as HTML."""


def callout(user: User, table: Table, rows: Sequence[RankRow]) -> None:
    """One sentence first: who is furthest behind in what is ranked by, with the way to the cases that say so."""
    said = {Sort.ON_TIME: _behind_in_time, Sort.SETTLEMENT: _least_settled, Sort.SPEED: _slowest}[table.sort]
    found = said(user, table, rows)
    if found is not None:
        title, measure, cases = found
        st.html(
            f"<div class=sg-callout><span class=late>■</span> <b>{escape(title)}</b>"
            f"<span>{escape(measure)}</span><span>{cases}</span></div>"
        )


def _behind_in_time(user: User, table: Table, rows: Sequence[RankRow]) -> Said | None:
    t, behind = user.t, furthest_behind(rows)
    if behind is None:
        return None
    rate = t(
        "{rate} in time ({on_time} / {due}), all together {all}", rate=t.percent(behind.on_time_rate),
        on_time=t.number(behind.on_time), due=t.number(behind.due), all=t.percent(table.pooled.on_time_rate),
    )  # fmt: skip
    if behind.rank != table.last:
        rate = t("{said}; units with fewer than {n} due left aside", said=rate, n=FEWEST_DUE)
    missed = anchor(why(user, behind), "demands", limits(user, table, behind.code, kept=False))
    return t("{place} is furthest behind in time", place=name_of(t, table, behind)), rate, missed


def _least_settled(user: User, table: Table, rows: Sequence[RankRow]) -> Said | None:
    t, behind = user.t, _last_of(table, rows)
    if behind is None or behind.settled == behind.received:
        return None
    rate = t(
        "{rate} settled ({part} / {whole}), all together {all}", rate=t.percent(behind.settlement_rate),
        part=t.number(behind.settled), whole=t.number(behind.received), all=t.percent(table.pooled.settlement_rate),
    )  # fmt: skip
    waiting = t("{n} not settled", n=t.number(behind.received - behind.settled))
    cases = anchor(waiting, "demands", filter_of(behind.code, period=table.period.key, settled=0))
    return t("{place} has settled the smallest share", place=name_of(t, table, behind)), rate, cases


def _slowest(user: User, table: Table, rows: Sequence[RankRow]) -> Said | None:
    t, behind = user.t, _last_of(table, rows)
    if behind is None:
        return None
    spans = t("median {span}, all together {all}", span=median_words(t, behind), all=median_words(t, table.pooled))
    wanted = filter_of(behind.code, period=table.period.key, settled=1)
    settled = anchor(t("{n} settled", n=t.number(behind.settled)), "demands", wanted)
    return t("{place} takes longest", place=name_of(t, table, behind)), spans, settled


def _last_of(table: Table, rows: Sequence[RankRow]) -> RankRow | None:
    """Who stands last, where there is anybody to stand before."""
    return next((row for row in rows if row.rank == table.last > 1), None)
