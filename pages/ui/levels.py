"""Settled by level: the chart, the counts that open their cases, and the site's motto measured."""

from functools import partial
from html import escape

import streamlit as st

from pages.charts.levels import Step, ladder
from pages.i18n import Words
from pages.public.sunshine import level_words
from pages.ui import frame, layout
from pages.ui.cases import anchor, filter_of
from pages.ui.frame import User
from services.figures import LevelsRow
from services.periods import Period
from services.units import UnitRow


def panel(user: User, here: UnitRow, period: Period, row: LevelsRow) -> None:
    """Who settled what came in during the period, from below to above; nothing while nothing was settled."""
    if not row.settled:
        return
    t = user.t
    with layout.panel("levels", t("Settled at which level"), t.name(user.profile.motto.zh, user.profile.motto.en)):
        left, right = (st.container(), st.container()) if user.phone else st.columns([62, 38], gap="small")
        with left:
            steps = [
                Step(level_words(t, user.profile, each.level), each.settled, each.share or 0, each.within or 0)
                for each in row.rows
            ]
            drawn = partial(ladder, steps, t, room=0.6 if user.phone else 0.3)
            layout.chart(drawn, height=60 + 36 * len(steps), alt=t("Settled at which level"))
        with right:
            st.html(_table(user, here, period, row))
            st.html(_counted(user, here, period, row))


def _table(user: User, here: UnitRow, period: Period, row: LevelsRow) -> str:
    t = user.t
    heads = [("", t("Level")), ("n", t("settled")), ("n", t("Share")), ("n", t("Never left"))]
    titles = "".join(f'<th class="{side}">{escape(name)}</th>' for side, name in heads)
    lines = "".join(
        f"<tr><td>{escape(level_words(t, user.profile, each.level))}</td>"
        f"<td class=n>{_cases(t, here, period, each.settled, settled=1, level=each.level)}</td>"
        f"<td class=n>{t.percent(each.share)}</td><td class=n>{t.percent(each.within)}</td></tr>"
        for each in row.rows
    )
    return f"<table class=sg-table><thead><tr>{titles}</tr></thead><tbody>{lines}</tbody></table>"


def _counted(user: User, here: UnitRow, period: Period, row: LevelsRow) -> str:
    """Of how many, of which days: the two counts open their cases."""
    t = user.t
    of = t(
        "{settled} settled of {received} received", settled=_cases(t, here, period, row.settled, settled=1),
        received=_cases(t, here, period, row.received),
    )  # fmt: skip
    return f"<p class=sg-note>{of} · {escape(frame.period_words(t, period))} · {escape(t('all cases'))}</p>"


def _cases(t: Words, here: UnitRow, period: Period, count: int, **wanted: str | int) -> str:
    return anchor(t.number(count), "demands" if count else "", filter_of(here.code, period=period.key, **wanted))
