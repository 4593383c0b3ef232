"""The rates table: what is shown of each rate, the counts that open their cases, and the switches in the address."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import streamlit as st

from pages.i18n import Words
from pages.ui import frame, layout
from pages.ui.cases import anchor, short
from pages.ui.demands import address
from pages.ui.frame import User
from services import rates
from services.periods import Period
from services.rates import Counted, Month, Scope
from services.units import UnitRow


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: all demands or those assessed, received or settled in the period."""

    scope: Scope
    month: Month


@dataclass(frozen=True, slots=True)
class View:
    """For whom, of which days, in what scope and month."""

    user: User
    period: Period
    asked: Asked


@dataclass(frozen=True, slots=True)
class Column:
    """One rate: its name, how it is taken, and the counts it is a share of."""

    name: str
    rate: Callable[[Counted], float | None]
    part: str
    whole: str


def asked() -> Asked:
    """The switches as the address has them; what cannot be read is left out."""
    scope, month = st.query_params.get("scope", ""), st.query_params.get("month", "")
    return Asked(
        Scope(scope) if scope in set(Scope) else Scope.FULL, Month(month) if month in set(Month) else Month.COHORT
    )  # fmt: skip


def switches(user: User, chosen: Asked) -> None:
    """Both switches; a choice goes into the address."""
    t = user.t
    with st.container(horizontal=not user.phone, vertical_alignment="center", gap="small" if user.phone else "medium"):
        for key, kind, current in (("month", Month, chosen.month), ("scope", Scope, chosen.scope)):
            choices: list[Month | Scope] = list(kind)
            options: dict[str, Any] = {"format_func": t.term, "key": f"rates-{key}-{current}"}
            options["label_visibility"] = "collapsed"
            if user.phone:  # an English name of a month alone is as wide as a phone
                wanted = st.selectbox(key, choices, choices.index(current), **options)
            else:
                wanted = st.segmented_control(key, choices, default=current, required=True, **options)
            if wanted is not None and wanted != current:
                st.query_params[key] = wanted.value
                st.rerun()


def columns(t: Words, month: Month) -> list[Column]:
    """The rates of such a month, in the order they are shown."""
    of = "settled" if month is Month.EVENT else "received"
    cohort = [
        Column(t("Settlement rate"), rates.settlement, "settled", "received"),
        Column(t("Closed when due"), rates.closing, "closed", "due"),
        Column(t("Answered in an hour"), rates.first_hour, "first_hour", "awaited"),
    ]
    return [
        *(cohort[:1] if month is Month.COHORT else []),
        Column(t("Settled in time"), rates.on_time, "on_time", "due"),
        *(cohort[1:] if month is Month.COHORT else []),
        Column(t("Reworked"), rates.rework, "reworked", of),
        Column(t("Reached"), rates.valid_rate, "valid", "called"),
        Column(t("Response"), rates.response, "contacted", "valid"),
        Column(t("Resolution"), rates.resolution, "solved", "valid"),
    ]  # fmt: skip


def caption(view: View) -> str:
    """What every table of rates says of itself: the days, the kind of month, the scope."""
    t = view.user.t
    last = min(view.period.to_day, frame.counted_day(view.user))
    days = f"{t.day(view.period.from_day)} – {t.day(max(last, view.period.from_day))}"
    return " · ".join([t.term(view.asked.month), t.term(view.asked.scope), days])


def table(view: View, here: UnitRow, below: Sequence[UnitRow], found: Mapping[int, Counted]) -> None:
    """The unit in a total row that counts it whole, and each unit directly below it; on a phone one rate at a time."""
    t, phone = view.user.t, view.user.phone
    heads = [name for name, _ in cells_of(view, here.code, found[here.id])]
    with layout.panel("rates", t("Units below") if phone else t.name(here.name, here.name_en), caption(view)):
        if phone:
            heads = [st.selectbox(t("Which rate"), heads, key=f"rates-which-{view.asked.month}")]
        titles = "".join(f"<th class=n>{escape(head)}</th>" for head in heads)
        total = _line(view, here, found[here.id], heads, f"<b>{escape(t('All together'))}</b>")
        lines = "".join(_line(view, row, found[row.id], heads, _opened(view, row)) for row in below)
        st.html(
            f"<div class=sg-wide><table class=sg-table><thead><tr><th>{escape(t('Unit'))}</th>{titles}</tr></thead>"
            f"<tbody>{total}{lines}</tbody></table></div>"
        )


def _opened(view: View, row: UnitRow) -> str:
    """The unit's name, which opens its own rates; on a phone without the word for its level."""
    t = view.user.t
    name = t.name(row.name, row.name_en)
    if view.user.phone:
        name = short(t, view.user.profile, row.level, row.name, row.name_en)
    return anchor(
        name, "rates", {"unit": row.code, "scope": view.asked.scope.value, "month": view.asked.month.value}
    )  # fmt: skip


def _line(view: View, unit: UnitRow, counts: Counted, heads: Sequence[str], name: str) -> str:
    cells = "".join(f"<td class=n>{cell}</td>" for head, cell in cells_of(view, unit.code, counts) if head in heads)
    return f"<tr><td class=w>{name}</td>{cells}</tr>"


def cells_of(view: View, unit: str, counts: Counted) -> list[tuple[str, str]]:
    """Every rate of a unit, given by its code: its name, and the cell that says it."""
    t, event = view.user.t, view.asked.month is Month.EVENT
    return [
        *([(t("settled"), _number(view, unit, counts, "settled"))] if event else []),
        *((column.name, _cell(view, unit, counts, column)) for column in columns(t, view.asked.month)),
        (t("Satisfaction"), _satisfied(view, unit, counts)),
        (t("Composite"), _composite(view, counts)),
    ]


def _cell(view: View, unit: str, counts: Counted, column: Column) -> str:
    """The rate, and below it its counts; no data is a dash."""
    rate, t = column.rate(counts), view.user.t
    if rate is None:
        return "–"
    part, whole = (_number(view, unit, counts, name) for name in (column.part, column.whole))
    return f"<b>{t.percent(rate)}</b><br><small>{part} / {whole}</small>"


def _number(view: View, unit: str, counts: Counted, name: str) -> str:
    """A count that opens exactly its cases."""
    asked_ = view.asked
    wanted = rates.cases(name, view.period, asked_.scope, now=view.user.now, month=asked_.month)
    number: int = getattr(counts, name)
    return anchor(view.user.t.number(number), "demands" if number else "", address.link(wanted, unit=unit))


def _satisfied(view: View, unit: str, counts: Counted) -> str:
    """Satisfied and, at their weight, basically satisfied of those reached; with the interval where these are few."""
    t, weights = view.user.t, view.user.profile.rates.weights
    rate = rates.satisfaction(counts, weights)
    if rate is None:
        return "–"
    basically = f"{t.number(weights.basically)}×{_number(view, unit, counts, 'basically')}"
    parts = _number(view, unit, counts, "satisfied") + (f" + {basically}" if counts.basically else "")
    said = f"<b>{t.percent(rate)}</b><br><small>{parts} / {_number(view, unit, counts, 'valid')}</small>"
    between = interval(view.user, counts)
    return f"{said}<br><small>{escape(between)}</small>" if between else said


def interval(user: User, counts: Counted, digits: int = 2) -> str:
    """Between what satisfaction lies to 95% where few were reached; nothing where they are many or none."""
    t, told = user.t, user.profile.rates
    found = rates.satisfaction_interval(counts, told.weights) if 0 < counts.valid < told.few else None
    if found is None:
        return ""
    return t("95%: {low} to {high}", low=t.percent(found[0], digits), high=t.percent(found[1], digits))


def _composite(view: View, counts: Counted) -> str:
    points = rates.composite(counts, view.user.profile.rates.weights)
    return "–" if points is None else f"<b>{points:.1f}</b>"


def one_by_one(view: View, here: UnitRow, counts: Counted) -> None:
    """On a phone the unit's own rates below each other."""
    t, cells = view.user.t, cells_of(view, here.code, counts)
    with layout.panel("rates-own", t.name(here.name, here.name_en), caption(view)):
        lines = "".join(f"<tr><td>{escape(name)}</td><td class=n>{cell}</td></tr>" for name, cell in cells)
        st.html(f"<table class=sg-table><tbody>{lines}</tbody></table>")


def meanings(view: View) -> None:
    """What each rate means here, with the site's own weights."""
    t, told = view.user.t, view.user.profile.rates
    weights = told.weights
    points = t(
        "Composite: 100 × ({response} contacted + {resolution} solved + {satisfaction} satisfied), of those reached.",
        response=t.number(weights.response), resolution=t.number(weights.resolution),
        satisfaction=t.number(weights.satisfaction),
    )  # fmt: skip
    with st.expander(t("What each rate means"), icon=":material/help:"):
        st.markdown("\n".join(f"- {line}" for line in (*_lines(t, view.asked.month), points)))


def _lines(t: Words, month: Month) -> list[str]:
    if month is Month.EVENT:
        own = [
            t("Settled in time: settled within its limit, of what was settled in the period."),
            t("Reworked: put back to work at some time, of what was settled in the period."),
            t("An event month has no settlement rate: what was settled in it did not all come in in it."),
        ]
    else:
        own = [
            t("Settlement rate: settled by the end of the period, of what was received in it."),
            t("Settled in time: settled within its limit, of those whose limit lies in the period."),
            t("Closed when due: closed by the end of the period, of those whose limit lies in it."),
            t("Answered in an hour: within one hour of the report, of what was answered or still waits for it."),
            t("Reworked: redone or opened again by the end of the period, of what was received in it."),
        ]
    return [
        *own,
        t("Call-backs count by the day the villager last answered. Nobody reached is no data, never 0."),
        t("As assessed: without excluded demands, and for limits without those whose lateness was waived on appeal."),
    ]  # fmt: skip
