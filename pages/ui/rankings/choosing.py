"""The parts of Rankings: the switches, the table of real text whose numbers open their cases, and how to read it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from html import escape

import streamlit as st

from pages.charts.rankings import Dot, scatter
from pages.charts.spark import spark
from pages.i18n import Words
from pages.ui import frame, layout
from pages.ui.cases import anchor, filter_of, level_words, short
from pages.ui.demands import address
from pages.ui.frame import User
from pages.ui.needs import why
from pages.ui.status import plain
from pages.ui.style import BRAND, LATE
from services import units
from services.database import reading
from services.demands import Filters
from services.figures import FiguresRow
from services.periods import Period
from services.rankings import RankRow, Sort
from services.units import UnitRow

PAGE = 100
SORTS = (Sort.ON_TIME, Sort.SETTLEMENT, Sort.SPEED)
"""In the order offered: the first is the one a ranking opens with."""


@dataclass(frozen=True, slots=True)
class Table:
    """What a ranking is of: the unit, the level ranked, the period, by what; and the names to show."""

    unit: UnitRow
    level: str
    period: Period
    sort: Sort
    names: Mapping[int, str]
    pooled: RankRow
    whole: FiguresRow
    last: int
    """The worst rank given."""

    @property
    def complete(self) -> bool:
        """Whether the units of the level hold all of the unit's cases: then the total opens the unit's own."""
        whole, pooled = self.whole, self.pooled
        return (whole.received, whole.due, whole.open) == (pooled.received, pooled.due, pooled.open)


def levels(user: User, unit: UnitRow) -> list[str]:
    """The levels below the unit that have more than one unit to compare, from above to below."""
    with reading() as session:
        found = units.counts(session, user.actor, unit.id)
    keys = user.profile.level_keys
    below = keys[keys.index(unit.level) + 1 :] if unit.level in keys else keys
    return [key for key in below if found.get(key, 0) > 1]


def choose_level(user: User, unit: UnitRow) -> str | None:
    """The level to rank: from the address, else the ranking level, else the next one below."""
    t, found = user.t, levels(user, unit)
    if not found:
        return None
    usual = user.profile.ranking_level if user.profile.ranking_level in found else found[0]
    asked = st.query_params.get("level")
    default = asked if asked in found else usual
    chosen = st.segmented_control(
        t("Level"), found, default=default, format_func=lambda key: level_words(t, user.profile, key).capitalize(),
        key=f"rankings-level-{unit.id}", label_visibility="collapsed", required=True,
    ) or default  # fmt: skip
    st.query_params["level"] = chosen
    return chosen


def choose_sort(t: Words) -> Sort:
    """By what to rank: from the address, else by what was settled in time, as Today says who is behind."""
    asked = st.query_params.get("sort")
    default = Sort(asked) if asked in set(Sort) else Sort.ON_TIME
    chosen = st.segmented_control(
        t("Rank by"), SORTS, default=default, format_func=t.term, key="rankings-sort",
        label_visibility="collapsed", required=True,
    ) or default  # fmt: skip
    st.query_params["sort"] = chosen.value
    return chosen


@st.cache_data(max_entries=32, show_spinner=False)
def _names(version: int, unit_id: int, level: str, language: str, _user: User) -> dict[int, str]:  # noqa: ARG001  the key
    """The units' names; those that several have, with what stands above them: 霍坡村第3网格."""
    t, profile = _user.t, _user.profile
    with reading() as session:
        rows = {row.id: row for row in units.below(session, _user.actor, unit_id)}
    found = {}
    for path in told_apart(rows, [row for row in rows.values() if row.level == level], profile.ranking_level):
        parts = [short(t, profile, each.level, each.name, each.name_en) for each in path]
        found[path[-1].id] = "".join(parts) if t.language == "zh" else ", ".join(reversed(parts))
    return found


def told_apart(rows: Mapping[int, UnitRow], wanted: Sequence[UnitRow], above: str) -> list[list[UnitRow]]:
    """For each unit the units whose names together are its own: itself; its `above` too; the one over it as well."""
    tries = [[[row], *_longer(rows, row, above)] for row in wanted]
    counts = Counter(_words(path) for paths in tries for path in paths)
    return [next((path for path in paths if counts[_words(path)] == 1), paths[-1]) for paths in tries]


def _longer(rows: Mapping[int, UnitRow], row: UnitRow, above: str) -> list[list[UnitRow]]:
    over, high = rows.get(row.parent_id or 0), rows.get(row.parent_id or 0)
    while high is not None and high.level != above:
        high = rows.get(high.parent_id or 0)
    paths = [[high, row], [high, over, row]] if over is not high else [[high, row]]
    return [[each for each in path if each] for path in paths] if high and over else []


def _words(path: Sequence[UnitRow]) -> tuple[str, ...]:
    return tuple(row.name for row in path)


def names(user: User, unit: UnitRow, level: str) -> dict[int, str]:
    """The name of each unit of a level as a ranking shows it."""
    from pages.ui.today import version

    return _names(version(), unit.id, level, user.t.language, user)


def cards_of(user: User, table: Table, rows: Sequence[RankRow]) -> str:
    """The same on a phone: rank, name and value, beneath them the counts and what holds the unit back."""
    lines = []
    for row in rows:
        last = row.rank is not None and row.rank == table.last > 1
        counts = _pairs(user, table, row, row.code)[Sort.ON_TIME if table.sort is Sort.ON_TIME else Sort.SETTLEMENT]
        lines.append(
            f"<tr{' class=last' if last else ''}><td class=n>{row.rank or '–'}</td><td>{_named(user, table, row)}<br>"
            f"<span class=m>{_reason(user, table, row)}</span></td>"
            f"<td class='n value'>{escape(_said(user.t, table.sort, row))}<br>{counts}</td></tr>"
        )
    return f'<table class="sg-table sg-rank"><tbody>{"".join(lines)}</tbody></table>'


def table_of(user: User, table: Table, rows: Sequence[RankRow]) -> str:
    """The whole table as HTML: ranked units, the pooled total, and those without data apart."""
    t = user.t
    level = level_words(t, user.profile, table.level)
    heads = [("n", t("Rank")), ("", level.capitalize()), ("bar", t.term(table.sort)), ("n", "")]
    heads += [("n", words) for words in _measures(t, table.sort)]
    heads += [("n", t("Late now")), ("s", t("In time, 12 weeks")), ("why", t("What holds it back"))]
    titles = "".join(f'<th class="{kind}">{escape(words)}</th>' for kind, words in heads)
    ranked = [row for row in rows if row.rank is not None]
    apart = [row for row in rows if row.rank is None]
    body = "".join(_line(user, table, row) for row in ranked) + _total(user, table)
    if apart:
        note = t.n("{n} not ranked: no data, which is not 0", "{n} not ranked: no data, which is not 0", len(apart))
        body += f"<tr class=apart><td colspan=12>{escape(note)}</td></tr>"
        body += "".join(_line(user, table, row) for row in apart)
    return f'<table class="sg-table sg-rank"><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>'


def _measures(t: Words, sort: Sort) -> list[str]:
    """The columns beside the one ranked by, whose value stands at the bar already."""
    columns = {
        Sort.SETTLEMENT: [t("Settlement rate"), t("Settled / received")],
        Sort.ON_TIME: [t("In time"), t("In time / due")],
        Sort.SPEED: [t("Median time")],
    }
    columns[sort] = columns[sort][1:]
    return [words for words_of in columns.values() for words in words_of]


def _line(user: User, table: Table, row: RankRow) -> str:
    t = user.t
    last = row.rank is not None and row.rank == table.last > 1
    line = spark(row.trend, t("In time, 12 weeks"), low=0.4, high=1.0, colour=LATE if last else BRAND,
                 base=table.pooled.on_time_rate)  # fmt: skip
    return (
        f"<tr{' class=last' if last else ''}><td class=n>{row.rank or '–'}</td>"
        f"<td class=w>{_named(user, table, row)}</td>{_value(t, table, row)}{_counts(user, table, row, row.code)}"
        f"<td class=s>{line}</td><td class='why m'>{_reason(user, table, row)}</td></tr>"
    )


def _named(user: User, table: Table, row: RankRow) -> str:
    """The unit's name, which opens its own figures; the last ones marked."""
    mark = "<span class=late>■</span> " if row.rank is not None and row.rank == table.last > 1 else ""
    return mark + anchor(name_of(user.t, table, row), "today", filter_of(row.code, period=table.period.key))


def _reason(user: User, table: Table, row: RankRow) -> str:
    """What holds the unit back, which opens the cases that missed their limit."""
    if row.why is None:
        return ""
    return anchor(why(user, row), "demands", limits(user, table, row.code, kept=False))


def _value(t: Words, table: Table, row: RankRow) -> str:
    """The bar and the number ranked by; the pooled value is a thin line across the bars."""
    share, pooled = _share(table, row), _share(table, table.pooled)
    line = "" if pooled is None else f"<u style='left:{pooled * 100:.2f}%'></u>"
    bar = "" if share is None else f"<i style='width:{share * 100:.2f}%'></i>"
    return f"<td class=bar><div>{bar}{line}</div></td><td class='n value'>{escape(_said(t, table.sort, row))}</td>"


def _share(table: Table, row: RankRow) -> float | None:
    """How long the bar is, as a share of its place: the rate itself, or the time to the longest there is."""
    if table.sort is Sort.SPEED:
        longest = max(24.0, (table.pooled.median_hours or 0) * 3)
        return None if row.median_hours is None else min(1.0, row.median_hours / longest)
    return row.settlement_rate if table.sort is Sort.SETTLEMENT else row.on_time_rate


def _said(t: Words, sort: Sort, row: RankRow) -> str:
    if sort is Sort.SPEED:
        return median_words(t, row)
    return t.percent(row.settlement_rate if sort is Sort.SETTLEMENT else row.on_time_rate)


def median_words(t: Words, row: RankRow) -> str:
    """The median time to settle, in words."""
    if row.median_hours is None:
        return "–"
    return t("under 1 h") if row.median_hours < 1 else t.duration(timedelta(hours=row.median_hours))


def _counts(user: User, table: Table, row: RankRow, code: str, page: str = "demands") -> str:
    """Settled / received, in time, in time / due, median, late now: every count opens exactly its cases."""
    t, pairs = user.t, _pairs(user, table, row, code, page)
    late = "–"
    if row.overdue:
        late = t.number(row.overdue)
        if table.period.end > user.now:
            late = anchor(f"■ {late}", page, filter_of(code, overdue=1))
    cells = {
        Sort.SETTLEMENT: [escape(t.percent(row.settlement_rate)), pairs[Sort.SETTLEMENT]],
        Sort.ON_TIME: [escape(t.percent(row.on_time_rate)), pairs[Sort.ON_TIME]],
        Sort.SPEED: [escape(median_words(t, row))],
    }
    cells[table.sort] = cells[table.sort][1:]
    found = "".join(f"<td class=n>{cell}</td>" for cells_of in cells.values() for cell in cells_of)
    return f"{found}<td class='n{' late' if row.overdue else ''}'>{late}</td>"


def _pairs(user: User, table: Table, row: RankRow, code: str, page: str = "demands") -> dict[Sort, str]:
    """Settled / received and in time / due, each number with its cases."""
    t, key = user.t, table.period.key
    settled = anchor(t.number(row.settled), page, filter_of(code, period=key, settled=1))
    received = anchor(t.number(row.received), page, filter_of(code, period=key))
    kept = anchor(t.number(row.on_time), page, limits(user, table, code, kept=True))
    due = anchor(t.number(row.due), page, limits(user, table, code, kept=None))
    return {Sort.SETTLEMENT: f"{settled} / {received}", Sort.ON_TIME: f"{kept} / {due}"}


def limits(user: User, table: Table, code: str, *, kept: bool | None) -> dict[str, str]:
    """The cases whose limit passed in the period, so far; kept, missed or both."""
    until = table.period.so_far(user.now)
    return address.link(Filters(limit_from=table.period.start, limit_to=until, kept=kept), unit=code)


def _total(user: User, table: Table) -> str:
    t, rest = user.t, table.whole.received - table.pooled.received
    all_together, note = t("All together"), t("counts added up, not the mean of rates")
    if rest:
        note = t("{n} more received stand at no unit of this level", n=t.number(rest))
    counts = _counts(user, table, table.pooled, table.unit.code, "demands" if table.complete else "")
    return (
        f"<tr class=total><td></td><td>{escape(all_together)}</td>{_value(t, table, table.pooled)}"
        f"{counts}<td></td><td class='why m'>{escape(note)}</td></tr>"
    )


def name_of(t: Words, table: Table, row: RankRow) -> str:
    """A ranked unit's name as the table shows it."""
    return table.names.get(row.unit_id or 0) or t.name(row.name, row.name_en)


def chart(user: User, table: Table, rows: Sequence[RankRow]) -> None:
    """How many cases each unit had, and how it did."""
    t, sort = user.t, table.sort
    count_title = {Sort.SETTLEMENT: t("received"), Sort.ON_TIME: t("due"), Sort.SPEED: t("settled")}[sort]
    dots = []
    for row in rows:
        value, count = _measured(sort, row)
        if value is not None:
            dots.append(Dot(name_of(t, table, row), count, value, last=row.rank == table.last > 1))
    pooled, _ = _measured(sort, table.pooled)
    with layout.panel("scatter", t("Many cases or few"), height=470):
        drawn = partial(
            scatter, dots, pooled, t, count_title=count_title, value_title=t.term(sort), hours=sort is Sort.SPEED
        )
        layout.chart(drawn, height="stretch", alt=t("Many cases or few"))


def _measured(sort: Sort, row: RankRow) -> tuple[float | None, int]:
    """What a unit is ranked by, and of how many cases."""
    match sort:
        case Sort.SETTLEMENT:
            return row.settlement_rate, row.received
        case Sort.ON_TIME:
            return row.on_time_rate, row.due
        case Sort.SPEED:
            return row.median_hours, row.settled


def how_to_read(user: User, table: Table) -> None:
    """What the numbers are of, in a few sentences."""
    t = user.t
    days = days_of(user, table.period)
    lines = [
        t("Settlement rate: of those received in the period ({days}), the share settled before its end.", days=days),
        t("In time: of those whose limit passed in the period, whenever received, the share settled within it."),
        t("Median time: of those not settled on the spot, half took longer."),
        t("All cases count; none is left out."),
        t("Few cases say little: 3 of 3 is not better than 990 of 1,000."),
    ]
    with layout.panel("read", t("How to read this")):
        st.markdown("  \n".join(f":small[{plain(line)}]" for line in lines))


def days_of(user: User, period: Period) -> str:
    """The days of a period so far."""
    return f"{user.t.day(period.from_day)} – {user.t.day(min(period.to_day, frame.today(user)))}"
