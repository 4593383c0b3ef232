"""One demand with everything about it: who and where, its deadline and why, who held it, whistles, history."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pyarrow as pa  # type: ignore[import-untyped]
import streamlit as st

from models.demands import Source
from models.limits import LimitUnit
from pages.charts import demands as charts
from pages.charts.demands import Day, Land
from pages.i18n import deadlines as words
from pages.ui import frame, layout, navigation, status
from pages.ui.demands import telling
from pages.ui.demands.address import go
from pages.ui.status import plain
from services import demands
from services.deadlines import StepKind, Sum
from services.demands import Clocks, DetailRow, Running, SimilarRow

LATE_DAYS = 3


def head(user: frame.User, demand: DetailRow, before: str | None, after: str | None) -> None:
    """Number, clock, level; the way to the demands before and after it in the list; the title."""
    t, row = user.t, demand.row
    state, level = t.term(row.state), _level_name(user, row.level)
    stands = level if status.clock_words(t, row, user.now) == state else f"{state} · {level}"
    key = None if user.phone else "queue-head"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=key):
        st.markdown(
            f":gray[{plain(row.reference)}]&ensp;{status.badge(t, row, user.now)}"
            f"&ensp;:gray-badge[{plain(stands)}]", width="stretch",
        )  # fmt: skip
        for words, icon, shortcut, reference in (
            (t("Previous"), "keyboard_arrow_up", "K", before),
            (t("Next"), "keyboard_arrow_down", "J", after),
        ):
            st.button(
                words if user.phone else "", icon=f":material/{icon}:", type="tertiary", help=words,
                shortcut=None if user.phone else shortcut, key=f"queue-go-{shortcut}", disabled=reference is None,
                on_click=go, kwargs={"id": reference},
            )  # fmt: skip
    st.header(plain(row.title), anchor=False)


def facts(user: frame.User, demand: DetailRow) -> None:
    """Where, who, what kind, how urgent, when; then the person's own words."""
    t, row = user.t, demand.row
    category = t.name(row.category, row.category_en)
    if demand.category_parent:
        category = f"{t.name(demand.category_parent, demand.category_parent_en)} › {category}"
    where = t.join([telling.place(t, row), *([demand.place] if demand.place else [])])
    who = " ".join(part for part in (demand.reporter, demand.reporter_phone) if part)
    when = t("reported {when}", when=t.moment(row.reported_at, user.now))
    source = "" if demand.source is Source.REPORT else t.term(demand.source)
    said = [where, who, category, t.term(row.urgency), when, source]
    st.markdown("\N{NO-BREAK SPACE}· ".join(plain(part) for part in said if part))
    if not row.placed:
        unknown = t("The place was not known when it came in.")
        st.caption(f":material/wrong_location: {unknown}")
    if demand.merged_into:
        st.page_link(
            navigation.page("demands"), label=t("Merged into {reference}", reference=demand.merged_into),
            icon=":material/merge:", query_params={"id": demand.merged_into},
        )  # fmt: skip
    st.markdown(t("“{text}”", text=plain(demand.text).replace("\n", "  \n")))


def deadline(user: frame.User, demand: DetailRow) -> None:
    """The deadline in a tinted box: the sum as a sentence, the days as a strip, what was skipped and paused."""
    t, row = user.t, demand.row
    running = demands.clocks_of(demand.events, row.reported_at)
    total = running.solve.sum(user.profile) if running is not None else None
    with st.container(key=f"tint-due-{row.id}", gap="xxsmall"):
        if running is None or total is None:
            st.markdown(t("No deadline."))
            return
        st.markdown(f"**{words.due(t, total)}**")
        days = _days(user, demand, running.solve, total)
        widest = 12 if user.phone else 17
        if 1 < len(days) <= 2 * widest:
            for number, chart in enumerate(charts.strips(t, days, _last_day(user, total.due_at), widest)):
                layout.chart(chart, height=64, key=f"queue-strip-{row.id}-{number}")
        rest = words.rest(t, total)
        if rest:
            st.caption(rest)
        _level_clock(user, demand, running)
        _answer_clock(user, demand, running)


def _level_clock(user: frame.User, demand: DetailRow, running: Clocks) -> None:
    """The present level's own clock, where it is another one than the demand's."""
    t, row, total = user.t, demand.row, running.level.sum(user.profile)
    if row.is_open and total is not None and running.level.start != running.solve.start:
        level = _level_name(user, row.level)
        st.caption(t("{level}: {sum}", level=level, sum=words.line(t, total)))


def _answer_clock(user: frame.User, demand: DetailRow, running: Clocks) -> None:
    """The other clock: whether somebody answered in time. What was settled without an answer has none to wait for."""
    total = running.answer.sum(user.profile)
    if total is not None and (demand.row.is_open or demand.answered_at is not None):
        st.caption(words.answering(user.t, total, running.answer.start, demand.answered_at, user.now))


def _days(user: frame.User, demand: DetailRow, clock: Running, total: Sum) -> list[Day]:
    """The days from the start to the deadline, and up to three late ones; what counts is numbered up to the limit.

    None where the limit does not count days.
    """
    row = demand.row
    if clock.limit is None or clock.limit.unit not in {LimitUnit.DAYS, LimitUnit.WORK_DAYS}:
        return []
    first, due_on = clock.start.astimezone(user.t.zone).date(), _last_day(user, total.due_at)
    end = (row.settled_at or user.now).astimezone(user.t.zone).date()
    last = max(due_on, min(end, due_on + timedelta(days=LATE_DAYS)))
    calendar = user.profile.calendar
    off = {day for found in calendar.holidays(first, last) for day in _between(found.from_day, found.to_day)}
    paused = _paused(user, total)
    number, days = 0, []
    for day in _between(first, last):
        works = calendar.is_work_day(day)
        counted = first < day <= due_on and (works or clock.limit.unit is LimitUnit.DAYS) and day not in paused
        number += counted
        days.append(Day(day, works, day in off, number if counted else None))
    return days


def _paused(user: frame.User, total: Sum) -> set[date]:
    """The days a suspension touches."""
    return {
        day
        for step in total.steps
        if step.kind is StepKind.PAUSE and step.at is not None and step.until is not None
        for day in _between(step.at.astimezone(user.t.zone).date(), _last_day(user, step.until))
    }


def _last_day(user: frame.User, due_at: datetime) -> date:
    """The day a deadline belongs to: midnight ends the day before."""
    return (due_at.astimezone(user.t.zone) - timedelta(microseconds=1)).date()


def _between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def held(user: frame.User, demand: DetailRow) -> None:
    """How long each level and each department held it."""
    t = user.t
    spans = [row for row in demands.held(demand.events, now=user.now) if row.span >= timedelta(minutes=1)]
    if not spans:
        return
    total = sum((row.span for row in spans), timedelta())
    st.markdown(t("**Held by** {span} in all", span=t.duration(total)))
    names = [
        t.name(*demand.department_names.get(row.department_id, ("", "")))
        if row.department_id is not None
        else _level_name(user, row.level)
        for row in spans
    ]
    colours = charts.held_colours([row.department_id is not None for row in spans])
    chart = charts.held(t, [row.span for row in spans], colours)
    layout.chart(chart, height=16, key=f"queue-held-{demand.row.id}")
    said = [
        f':color[■]{{foreground="{colour}"}} {plain(name)} **{t.duration(row.span)}**'
        for colour, name, row in zip(colours, names, spans, strict=True)
    ]
    st.markdown("&emsp;".join(part.replace(" ", "\N{NO-BREAK SPACE}") for part in said))


def history(user: frame.User, demand: DetailRow) -> None:
    """Everything that happened, newest first."""
    t = user.t
    st.markdown(t("**History**"))
    lines = [
        {
            "at": f":gray[{plain(t.moment(event.at, user.now))}]", "what": plain(telling.event(t, demand, event)),
            "who": f":gray[{plain(telling.who(t, event))}]",
        }
        for event in reversed(demand.events)
    ]  # fmt: skip
    if user.phone:
        for line in lines:
            st.markdown(f"{line['at']}&ensp;{line['who']}  \n{line['what']}")
        return
    with st.container(key="queue-history"):
        st.table(pa.Table.from_pylist(lines), border="horizontal", hide_index=True, hide_header=True, alt=t("History"))


def like_it(user: frame.User, found: Sequence[SimilarRow]) -> None:
    """Demands of the same kind nearby: what came of them."""
    if not found:
        return
    t = user.t
    st.markdown(t("**Alike and near**"))
    for row in found:
        said = status.badge(t, row, user.now)
        if row.settled_at is not None:
            said += t(" :gray[settled after {span}]", span=t.duration(row.settled_at - row.reported_at))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                plain(row.title), type="tertiary", key=f"queue-like-{row.reference}", on_click=go,
                kwargs={"id": row.reference},
            )  # fmt: skip
            st.markdown(said, width="content")


def spot(user: frame.User, demand: DetailRow, land: Land, height: int) -> None:
    """Where it is: the units of the village, its own one tinted."""
    known = demand.longitude is not None and demand.latitude is not None
    point = (demand.longitude or 0.0, demand.latitude or 0.0) if known else None
    chart = charts.spot(user.t, land, demand.row.unit_id, point, height)
    layout.chart(chart, height=height, key=f"queue-spot-{demand.row.id}", alt=user.t("Where it is"))


def _level_name(user: frame.User, key: str) -> str:
    try:
        level = user.profile.level(key)
    except KeyError:
        return key
    return user.t.name(level.zh, level.en[:1].upper() + level.en[1:])
