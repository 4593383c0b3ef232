"""Charts of a project: its money in three bars, its milestones on a line of time. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

import altair as alt

from pages.charts import theme
from pages.i18n import Words
from pages.ui.style import BRAND, IN_TIME, INK, LATE, MUTED
from services.projects import MilestoneRow, MoneyRow

ROW = 34
"""The height of one milestone, in px."""
APART = "\u2063"
SCALE = {"zh": 1_000_000, "en": 100_000}
"""Fen in the unit of the axis: 万元, thousand yuan."""


class Step(StrEnum):
    """How a milestone stands: the shape and the colour of its mark."""

    DONE = "done"
    AHEAD = "ahead"
    LATE = "late"


MARKS = {Step.DONE: ("circle", IN_TIME), Step.AHEAD: ("circle", "#FFFFFF"), Step.LATE: ("square", LATE)}


@dataclass(frozen=True, slots=True)
class Label:
    """What stands beside a milestone's mark."""

    step: Step
    text: str


def money(t: Words, row: MoneyRow, words: Sequence[str]) -> alt.LayerChart:
    """Budget, raised and spent as bars, each with its sum (`words`, already in the reader's language) at its end.

    What was spent beyond the budget or beyond the money raised is drawn late-red.
    """
    names = [t("Budget"), t("Raised"), t("Spent")]
    allowed = min(row.spent, row.budget, row.raised)
    parts = [(0, 0, row.budget, theme.BARS), (1, 0, row.raised, "#8DC0BA"), (2, 0, allowed, BRAND)]
    parts += [(2, allowed, row.spent, LATE)] if row.spent > allowed else []
    unit = SCALE[t.language]
    bars = [
        {"name": names[place], "from": start / unit, "to": end / unit, "colour": colour}
        for place, start, end, colour in parts
    ]
    ends = [
        {"name": name, "to": amount / unit, "text": text}
        for name, amount, text in zip(names, (row.budget, row.raised, row.spent), words, strict=True)
    ]
    most = max(row.budget, row.raised, row.spent, 1) / unit
    x = alt.X(
        "from:Q", title=t("Thousand yuan"), scale=alt.Scale(domain=[0, most * 1.32], nice=False),
        axis=alt.Axis(tickCount=4, format=",d" if most >= 8 else ",.1f"),
    )  # fmt: skip
    y = alt.Y("name:N", sort=names, title=None, axis=alt.Axis(labelColor=INK))
    drawn = (
        alt.Chart(theme.rows(bars))
        .mark_bar(height=20, cornerRadius=2)
        .encode(x=x, x2=alt.X2("to:Q"), y=y, color=alt.Color("colour:N", scale=None))
    )
    text = (
        alt.Chart(theme.rows(ends))
        .mark_text(align="left", dx=6, fontSize=14, fontWeight=600, color=INK)
        .encode(x=alt.X("to:Q"), y=y, text=alt.Text("text:N"))
    )
    return theme.styled(theme.layers(drawn, text).properties(height=3 * 32), t)


def timeline(
    t: Words, rows: Sequence[MilestoneRow], labels: Sequence[Label], today: date, *, narrow: bool = False
) -> alt.LayerChart:
    """The milestones from above in the order of their days; late ones as red squares with a bar up to today.

    A day that was moved shows where it stood first: a grey dash from there. `labels` stand beside the marks.
    """
    days = [today, *(row.first_due_on for row in rows), *(row.due_on for row in rows)]
    days += [row.done_on for row in rows if row.done_on is not None]
    first, last = min(days), max(days)
    room = max((last - first) * 0.06, timedelta(days=6))
    first, last = first - room, last + room
    data = [_mark(row, label, today, first, last) for row, label in zip(rows, labels, strict=True)]
    order = [str(row["name"]) for row in data]
    limit = 96 if narrow else 190
    y = alt.Y("name:N", sort=order, title=None, axis=_names(limit))
    x = alt.X(
        "at:T", title=None, scale=alt.Scale(domain=[_local(first), _local(last)], nice=False),
        axis=alt.Axis(format=_format(t, last - first), tickCount=3 if narrow else 7, grid=False, labelOverlap=True),
    )  # fmt: skip
    base = alt.Chart(theme.rows(data))
    moved = base.mark_rule(color=MUTED, strokeDash=[3, 3]).encode(x=alt.X("first:T"), x2=alt.X2("due:T"), y=y)
    run = base.mark_rule(strokeWidth=4).encode(
        x=alt.X("due:T"), x2=alt.X2("end:T"), y=y, color=alt.Color("run:N", scale=None)
    )
    tooltip = [
        alt.Tooltip("title:N", title=t("Milestone")),
        alt.Tooltip("due:T", title=t("Due"), format=_format(t, None)),
        alt.Tooltip("label:N", title=t("State")),
    ]
    marks = base.mark_point(filled=True, size=130, opacity=1, strokeWidth=2).encode(
        x=x, y=y, tooltip=tooltip, color=alt.Color("fill:N", scale=None), stroke=alt.Stroke("stroke:N", scale=None),
        shape=alt.Shape("shape:N", scale=None),
    )  # fmt: skip
    texts = [
        alt.Chart(theme.rows([row for row in data if row["side"] == side]))
        .mark_text(align=side, dx=11 if side == "left" else -11, fontSize=13, stroke=halo, strokeWidth=4)
        .encode(x=alt.X("beside:T"), y=y, text=alt.Text("label:N"), color=alt.Color("ink:N", scale=None))
        for halo in ("#FFFFFF", None)  # no line runs through a word
        for side in ("left", "right")
    ]
    drawn = theme.layers(*_now(t, today), moved, run, marks, *texts)
    return theme.styled(drawn.properties(height=ROW * len(data) + 16), t)


def _names(limit: int) -> alt.Axis:
    """Titles alone: the number behind each keeps two of one title apart."""
    return alt.Axis(labelColor=INK, labelLimit=limit, grid=True, labelExpr=f"split(datum.label, '{APART}')[0]")


def _mark(row: MilestoneRow, label: Label, today: date, first: date, last: date) -> dict[str, object]:
    shape, fill = MARKS[label.step]
    at = row.done_on or row.due_on
    end = today if label.step is Step.LATE else max(at, row.due_on)
    beside, right = max(at, end), (max(at, end) - first) / (last - first) > 0.62
    return {
        "name": f"{row.title}{APART}{row.id}", "title": row.title, "label": label.text, "at": _local(at),
        "first": _local(row.first_due_on), "due": _local(row.due_on), "end": _local(end), "shape": shape, "fill": fill,
        "stroke": LATE if label.step is Step.LATE else IN_TIME, "run": LATE if label.step is Step.LATE else theme.BARS,
        "ink": LATE if label.step is Step.LATE else MUTED, "side": "right" if right else "left",
        "beside": _local(min(at, row.due_on, row.first_due_on) if right else beside),
    }  # fmt: skip


def _now(t: Words, today: date) -> list[alt.Chart]:
    base = alt.Chart(theme.rows([{"now": _local(today), "text": t("today")}]))
    rule = base.mark_rule(color=INK, strokeDash=[2, 2]).encode(x=alt.X("now:T"))
    word = base.mark_text(fontSize=12, color=INK, baseline="bottom", dy=-2).encode(
        x=alt.X("now:T"), y=theme.at(0), text=alt.Text("text:N")
    )
    return [rule, word]


def _format(t: Words, span: timedelta | None) -> str:
    """Months where the line is long, else days."""
    if span is not None and span > timedelta(days=120):
        return "%Y年%-m月" if t.language == "zh" else "%b %Y"
    return theme.day_format(t)


def _local(day: date) -> str:
    """A day as vega reads it in the reader's own zone: a bare date would be read as UTC and slip."""
    return datetime.combine(day, time()).isoformat()
