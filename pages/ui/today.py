"""The parts of Today: head, tiles, map, what needs someone now, what grew."""

from collections.abc import Sequence, Set
from datetime import datetime, time, timedelta
from functools import partial
from html import escape
from typing import Any

import streamlit as st

from pages.charts import today as charts
from pages.charts.spark import spark
from pages.charts.theme import BARS, RAMP
from pages.i18n import Words
from pages.ui import exports, frame, layout, status
from pages.ui.cases import Filter, anchor, filter_of, level_words, link, short
from pages.ui.demands import address
from pages.ui.frame import User
from pages.ui.rates import interval
from pages.ui.status import plain
from pages.ui.style import BRAND
from services import sites, units
from services.database import reading
from services.demands import DemandRow, Filters
from services.figures import SubjectRow, TodayRow, VillageRow
from services.rates import Counted, cases, satisfaction

SHOWN, WEEK = 11, timedelta(days=7)


def head(user: User, row: TodayRow) -> None:
    """Title, day, and what the figures cover."""
    t = user.t
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
            layout.title(t("Today"))
            st.markdown(f":gray[{t.full_day(user.now)}]", width="content")
        days = f"{t.day(row.period.from_day)} – {t.day(min(row.period.to_day, frame.today(user)))}"
        if not user.phone:
            said = t("{clock} updated · all cases · cohort month: received {days}", clock=t.clock(user.now), days=days)
            with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
                st.caption(said, width="content")
                exports.today(user, row)
    if user.phone:
        frame.choose_period(user)


def nothing(row: TodayRow) -> bool:
    """Whether the unit has no demand at all to show: none open, none in the period, none in twelve weeks."""
    return not (row.open or row.now_counts.received or any(day.received or day.settled for day in row.days))


def start(user: User, row: TodayRow) -> None:
    """What would fill an empty site, and the buttons that do."""
    t = user.t
    with layout.panel("start", t("No demand has come in here yet")):
        layout.empty(t("Figures, map and needs fill by themselves with the first demand that is reported or imported."))
        with st.container(horizontal=True):
            link(t("Report a demand"), "report", {"unit": row.unit.code})
            link(t("Import a file"), "imports", {"unit": row.unit.code})


def tiles(user: User, row: TodayRow, said: Counted) -> None:
    """Seven figures; each opens exactly its cases, what people said the desk that asks them."""
    t, unit, weeks = user.t, row.unit.code, row.weeks
    with st.container(key="tiles", horizontal=True):
        _tile(user, "open", t("Open demands"), t.number(row.open), _against(t, row), [week.open for week in weeks],
              filter_of(unit))  # fmt: skip
        since = row.oldest_due_at
        late = t("oldest {span}", span=t.duration(user.now - since)) if row.overdue and since else t("none is late")
        _tile(user, "late", f":red[■] {t('Late')}" if row.overdue else t("Late"), _red(t, row.overdue), late,
              [week.overdue for week in weeks], filter_of(unit, overdue=1),
              colour="red" if row.overdue else "gray")  # fmt: skip
        soon = t("{n} within 2 hours", n=t.number(row.due_soon))
        _tile(user, "due", t("Due today"), t.number(row.due_today), soon, [day.due for day in row.days[-28:]],
              _due_today(user, row), kind="bar")  # fmt: skip
        counts = row.now_counts
        rates = [week.on_time_rate * 100 for week in weeks if week.on_time_rate is not None]
        _tile(user, "kept", t("Settled in time"), t.percent(row.on_time_rate, 0), _of(t, counts.on_time, counts.due,
              row.on_time_rate_before), rates, _kept(user, row))  # fmt: skip
        _tile(user, "settled", t("Settlement rate"), t.percent(row.settlement_rate, 0), _of(t, counts.settled,
              counts.received, row.settlement_rate_before), [week.settled for week in weeks],
              filter_of(unit, period=row.period.key, settled=1), kind="bar")  # fmt: skip
        reached = address.link(cases("valid", row.period, now=user.now), unit=unit)
        _tile(user, "satisfied", t("Satisfied"), t.percent(satisfaction(said, user.profile.rates.weights), 0),
              _asked(t, said), None, reached, foot=interval(user, said, digits=0))  # fmt: skip
        asked = row.whistle_oldest_asked_at
        oldest = t("oldest {span}", span=t.duration(user.now - asked)) if asked else t("all answered")
        _tile(user, "whistles", t("Whistles unanswered"), _red(t, row.whistles_unanswered), oldest, None,
              filter_of(unit, unanswered=1), colour="red" if asked else "gray")  # fmt: skip


def _due_today(user: User, row: TodayRow) -> Filter:
    """What falls due from now to midnight."""
    midnight = datetime.combine(frame.counted_day(user) + timedelta(days=1), time(), user.profile.days)
    return address.link(Filters(due_from=user.now, due_to=midnight), unit=row.unit.code)


def _kept(user: User, row: TodayRow) -> Filter:
    """What had its limit in the period, so far, and kept it."""
    until = row.period.so_far(user.now)
    return address.link(Filters(limit_from=row.period.start, limit_to=until, kept=True), unit=row.unit.code)


def _tile(
    user: User, key: str, label: str, value: str, note: str, trend: Sequence[float] | None, wanted: Filter,
    *, colour: Any = "gray", kind: Any = "line", foot: str = "",
) -> None:  # fmt: skip
    shown = list(trend) if trend and len(trend) > 1 and not user.phone else None
    with st.container(key=f"tile-{key}", gap=None):
        st.metric(
            label, value, note, delta_color=colour, delta_arrow="off", border=True, chart_data=shown, chart_type=kind,
            height="content" if user.phone else 186,
        )  # fmt: skip
        if foot:
            st.caption(foot)
        link(user.t("See the cases"), "demands", wanted)


def _asked(t: Words, said: Counted) -> str:
    """Of how many who were reached."""
    return t("of {n} reached", n=t.number(said.valid)) if said.valid else t("no data in this period")


def _red(t: Words, count: int) -> str:
    return f":red[{t.number(count)}]" if count else "0"


def _of(t: Words, part: int, whole: int, before: float | None) -> str:
    if not whole:
        return t("no data in this period")
    counts = f"{t.number(part)} / {t.number(whole)}"
    return counts if before is None else t("{counts} · before {rate}", counts=counts, rate=t.percent(before, 0))


def _against(t: Words, row: TodayRow) -> str:
    more = row.open - row.weeks[-2].open if len(row.weeks) > 1 else 0
    if more == 0:
        return t("same as a week ago")
    if more > 0:
        return t("{n} more in a week", n=t.number(more))
    return t("{n} fewer in a week", n=t.number(-more))


@st.cache_data(max_entries=64, show_spinner=False)
def _placed(version: int, unit_id: int, level: str, _user: User) -> dict[str, Any]:  # noqa: ARG001  the key
    """Outlines ready to draw, kept until a unit changes. The page has checked that its person may see the unit."""
    with reading() as session:
        rows = units.outlines(session, _user.actor, unit_id, level)
    return charts.plane({row.unit.code: row.geometry for row in rows})


def version() -> int:
    """Grows with every change of a unit: the key of what is kept of outlines and names."""
    with reading() as session:
        return sites.site(session).units_version


def villages(user: User, row: TodayRow) -> None:
    """The map of the level below, and beside it who has most that is late."""
    if row.level is None or not row.villages:
        return
    t = user.t
    level = level_words(t, user.profile, row.level)
    ramp = "".join(f':color[■]{{foreground="{tone}"}}' for tone in (RAMP[0], "#CFE0DD", "#AECFCB", RAMP[1]))
    most = max(village.open for village in row.villages)
    legend = f":red[■] {t('late')}&emsp;{t('open')} 0 {ramp} {t.number(most)}"
    with layout.panel("map", t("Late and open by {level}", level=level), legend, height="stretch"):
        placed = _placed(version(), row.unit.id, row.level, user)
        left, right = st.columns([65, 35], gap="small") if placed else (None, st.container())
        if left is not None:
            areas = [
                charts.Area(village.code, short(t, user.profile, row.level, village.name, village.name_en),
                            village.open, village.overdue)
                for village in row.villages
            ]  # fmt: skip
            with left.container(height=260 if user.phone else 398, border=False):
                drawn = partial(charts.village_map, areas, placed, t, size=_letters(user))
                layout.chart(drawn, height="stretch", alt=t("Map of late and open demands"))
        with right:
            st.html(_worst(user, row, level))


def _letters(user: User) -> int:
    """The size of a map's names: English ones are longer."""
    if user.phone:
        return 11 if user.t.language == "zh" else 9
    return 14 if user.t.language == "zh" else 12


def _worst(user: User, row: TodayRow, level: str) -> str:
    t = user.t
    heads = [("", level.capitalize()), ("n", t("Late")), ("n", t("Open")), ("", t("Oldest"))]
    titles = "".join(f'<th class="{kind}">{escape(words)}</th>' for kind, words in heads)
    lines = "".join(_village(user, village, row.level) for village in row.villages[:SHOWN])
    rest = len(row.villages) - SHOWN
    said = t("and {n} more", n=t.number(rest))
    ranking = {"unit": row.unit.code, "period": row.period.key, "level": row.level or ""}
    more = f"<tr><td colspan=4 class=m>{anchor(said, 'rankings', ranking)}</td></tr>" if rest > 0 else ""
    return f"<table class=sg-table><thead><tr>{titles}</tr></thead><tbody>{lines}{more}</tbody></table>"


def _village(user: User, village: VillageRow, level: str | None) -> str:
    t = user.t
    name = anchor(short(t, user.profile, level, village.name, village.name_en), "today", {"unit": village.code})
    late = anchor(f"■ {t.number(village.overdue)}", "demands", filter_of(village.code, overdue=1))
    opened = anchor(t.number(village.open), "demands", filter_of(village.code))
    oldest = t.duration(user.now - village.oldest_due_at) if village.overdue and village.oldest_due_at else "–"
    shown = f"<td class='n late'>{late}</td>" if village.overdue else "<td class=n>–</td>"
    shown += f"<td class=n>{opened if village.open else '0'}</td>"
    return f"<tr><td>{name}</td>{shown}<td class='m w'>{escape(oldest)}</td></tr>"


def flow(user: User, row: TodayRow) -> None:
    """What came in and was settled by day over twelve weeks, with the sums, which open their cases."""
    t = user.t
    off = [(each, t.term(each.holiday)) for each in user.profile.calendar.holidays(row.days[0].day, row.days[-1].day)]
    with layout.panel("flow", t("Received and settled by day, 12 weeks"), height="stretch"):
        if not any(day.received or day.settled for day in row.days):
            layout.empty(t("Nothing came in or was settled during these weeks."))
            return
        st.html(_sums(user, row))
        drawn = partial(charts.flow, row.days, off, t, labels=not user.phone)
        height: Any = 220 if user.phone else "stretch"
        layout.chart(drawn, height=height, alt=t("Received and settled by day, 12 weeks"))


def _sums(user: User, row: TodayRow) -> str:
    """The chart's legend: bars and line, each with its sum."""
    t, first = user.t, datetime.combine(row.days[0].day, time(), user.profile.days)
    received = Filters(open_only=False, reported_from=first, reported_to=user.now)
    settled = Filters(open_only=False, settled=True, settled_from=first, settled_to=user.now)
    marks = (
        ("▮", BARS, t("received"), sum(day.received for day in row.days), received),
        ("━", BRAND, t("settled"), sum(day.settled for day in row.days), settled),
    )
    said = (
        f'<span style="color:{colour}">{mark}</span> {escape(words)} '
        + anchor(t.number(count), "demands" if count else "", address.link(filters, unit=row.unit.code))
        for mark, colour, words, count, filters in marks
    )
    return f"<p class=sg-note>{'&emsp;'.join(said)}</p>"


def subjects(user: User, row: TodayRow, leaves: Set[int]) -> None:
    """Which subjects grew this week, and where. A class with parts opens no cases: its number counts none of theirs."""
    t = user.t
    with layout.panel("subjects", t("Hot subjects"), t("last 7 days against the 7 before"), height="stretch"):
        if not row.subjects:
            layout.empty(t("Nothing came in during the last 7 days."))
            return
        words = [t("Subject"), t("7 days"), t("Change"), t("8 weeks"), t("Mostly in")]
        titles = "".join(f"<th class={side}>{escape(word)}</th>" for word, side in zip(words, "mnnsm", strict=True))
        lines = "".join(_subject(user, row, subject, opens=subject.category_id in leaves) for subject in row.subjects)
        st.html(f"<table class=sg-table><thead><tr>{titles}</tr></thead><tbody>{lines}</tbody></table>")


def _subject(user: User, row: TodayRow, subject: SubjectRow, *, opens: bool) -> str:
    t = user.t
    first = datetime.combine(frame.counted_day(user) - WEEK + timedelta(days=1), time(), user.profile.days)
    week = Filters(open_only=False, reported_from=first, reported_to=user.now)
    cases = address.link(week, unit=row.unit.code, category=subject.code)
    number = anchor(t.number(subject.this_week), "demands" if opens else "", cases)
    where = [short(t, user.profile, row.level, zh, en) for _, zh, en, _ in subject.villages]
    change = f"+{t.number(subject.change)}" if subject.change > 0 else t.number(subject.change).replace("-", "−")
    return (
        f"<tr><td>{escape(t.name(subject.name, subject.name_en))}</td><td class=n>{number}</td>"
        f"<td class=n>{change}</td><td class=s>{spark(subject.weeks, t('8 weeks'), width=110, height=22)}</td>"
        f"<td class=m>{escape(t.join(where))}</td></tr>"
    )


def next_up(user: User, rows: Sequence[DemandRow]) -> None:
    """The next demands by deadline, for someone who works on them: each opens itself."""
    t = user.t
    with layout.panel("next", t("Next by deadline")):
        if not rows:
            layout.empty(t("Nothing is open here. What villagers report lands in the queue."))
            link(t("Report a demand"), "report", {})
        for row in rows:
            late = row.due_at is not None and row.due_at < user.now
            with st.container(key=f"{'late' if late else 'card'}-next-{row.id}", border=True, gap=2):
                st.markdown(status.badge(t, row, user.now))
                link(plain(row.title), "demands", {"id": row.reference})
