"""Learning from the best: a unit beside the best of its kind, its gap, and where the time goes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from html import escape

import streamlit as st

from pages.i18n import Words
from pages.papers.cells import signed
from pages.ui import frame, layout
from pages.ui import rates as shown
from pages.ui.cases import anchor, level_words, link, short
from pages.ui.demands import address
from pages.ui.frame import User
from pages.ui.rankings.choosing import choose_sort, days_of
from pages.ui.status import plain
from services import rankings, rates
from services.database import reading
from services.periods import Period
from services.rankings import Beside, Kind, PointRow, RankRow
from services.rates import Counted, Month, Scope
from services.units import UnitRow

SHOWN = 8
"""So many categories at most, those first that lose most."""


def beside_best() -> bool:
    """Whether the address asks for a unit beside the best."""
    return st.query_params.get("beside") == "best"


def beside(user: User, here: UnitRow, period: Period) -> None:
    """The whole view: who the best is, the rates, the categories, and the steps of the chain."""
    t, top = user.t, frame.place(user).above[0]
    with st.container(gap=12):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            layout.title(t("Learning from the best"))
            sort = choose_sort(user)
            if user.phone:
                frame.choose_period(user)
            wanted = {"unit": top.code, "level": here.level, "period": period.key, "sort": sort.value}
            link(t("The whole ranking"), "rankings", wanted, width="content")
        with reading() as session:
            found = rankings.beside(session, user.actor, here.id, period, now=user.now, sort=sort)
            both = [row.unit_id for row in (found.own, found.best) if row is not None and row.unit_id is not None]
            counted = rates.counted(session, user.actor, both, period, now=user.now)
        with layout.panel("beside"):
            st.markdown(_sentence(user, found))
            st.caption(f"{days_of(user, period)} · {t.term(Scope.FULL)} · {_kind(t, found)}")
        if found.best is None:
            return
        left, right = (st.container(), st.container()) if user.phone else st.columns(2, gap="small")
        with left, layout.panel("points", t("Point by point")):
            pair = zip((found.own, found.best), both, strict=True)
            cells = [_rates(user, period, row.code, counted[key]) for row, key in pair]
            st.html(_points(user, here.level, found, found.best, cells))
        with right:
            with layout.panel("steps", t("Which step takes the time"), _cases(t, found)):
                if found.steps:
                    st.html(_steps(user, here.level, found, found.best))
                else:
                    layout.empty(t("No settled case to tell."))
            with layout.panel("categories", t("Which categories lose the time")):
                st.html(_categories(user, here, period, found, found.best))


def _name(t: Words, row: RankRow) -> str:
    return t.name(row.name, row.name_en)


def _short(user: User, level: str, row: RankRow) -> str:
    return short(user.t, user.profile, level, row.name, row.name_en)


def _both(user: User, level: str, own: RankRow, best: RankRow) -> list[tuple[str, str]]:
    """The heads of the two columns of numbers."""
    return [("n", _short(user, level, row)) for row in (own, best)]


def _sentence(user: User, found: Beside) -> str:
    """Who stands beside whom, and where the largest gap is."""
    t = user.t
    if found.best is None:
        return plain(t("Nobody like {place} is ranked within what you may see.", place=_name(t, found.own)))
    names = {"place": _name(t, found.own), "best": _name(t, found.best)}
    said = t("{place} beside {best}, the best of its kind", **names)
    if found.first:
        said = t("{place} is the best of its kind; next comes {best}", **names)
    lost = [row for row in found.steps if row.lost > timedelta(hours=1)]
    where = ""
    if lost:
        level = level_words(t, user.profile, lost[0].level)
        where = t("Most time is lost at {level}: {span} more a case.", level=level, span=t.duration(lost[0].lost))
    return f"**{plain(said)}**  \n{plain(where)}"


def _kind(t: Words, found: Beside) -> str:
    alike = t.number(found.alike)
    return {
        Kind.PEOPLE: t("kind: half to twice the people, {n} others", n=alike),
        Kind.CASES: t("kind: half to twice the cases, {n} others", n=alike),
        Kind.LEVEL: t("kind: the same level, {n} others", n=alike),
    }[found.kind]


def _cases(t: Words, found: Beside) -> str:
    return t("{own} and {best} settled cases", own=t.number(found.cases[0]), best=t.number(found.cases[1]))


def _rates(user: User, period: Period, unit: str, counted: Counted) -> dict[str, str]:
    """The cells of the rates table of one unit: each rate with its counts, which open their cases."""
    view = shown.View(user, period, shown.Asked(Scope.FULL, Month.COHORT))
    return dict(shown.cells_of(view, unit, counted))


def _points(user: User, level: str, found: Beside, best: RankRow, cells: Sequence[Mapping[str, str]]) -> str:
    t = user.t
    words = {
        "on_time": t("Settled in time"), "settlement": t("Settlement rate"), "first_hour": t("Answered in an hour"),
        "closing": t("Closed when due"), "rework": t("Reworked"), "response": t("Response"),
        "resolution": t("Resolution"), "satisfaction": t("Satisfaction"),
    }  # fmt: skip
    lines = "".join(_point(t, words[row.name], row, cells) for row in found.points)
    return _table(
        [("", t("Rate")), ("n", _short(user, level, found.own)), ("n", _short(user, level, best)), ("n", t("Gap"))],
        lines,
    )


def _point(t: Words, word: str, row: PointRow, cells: Sequence[Mapping[str, str]]) -> str:
    gap = "–" if row.gap is None else signed(-row.gap * 100, 2)
    behind = " class=behind" if (row.gap or 0) > 0 else ""
    said = t("Rework (low is good)") if row.better < 0 else word
    both = "".join(f"<td class=n>{each[word]}</td>" for each in cells)
    return f"<tr{behind}><td>{escape(said)}</td>{both}<td class='n gap'>{gap}</td></tr>"


def _steps(user: User, level: str, found: Beside, best: RankRow) -> str:
    """Each level's mean holding time in both as two bars of one scale."""
    t = user.t
    longest = max(max(row.own, row.best) for row in found.steps) or timedelta(hours=1)
    lines = "".join(
        f"<tr{' class=behind' if row.lost > timedelta(hours=1) else ''}>"
        f"<td class=w>{escape(level_words(t, user.profile, row.level))}</td>"
        f'<td class=b><div class="bar own" style="width:{row.own / longest:.1%}"></div>'
        f'<div class=bar style="width:{row.best / longest:.1%}"></div></td>'
        f"<td class='n w'>{escape(t.duration(row.own))}</td><td class='n w'>{escape(t.duration(row.best))}</td></tr>"
        for row in found.steps
    )
    return _table(
        [("", t("Held by")), ("b", ""), ("n", _short(user, level, found.own)), ("n", _short(user, level, best))], lines
    )


def _categories(user: User, here: UnitRow, period: Period, found: Beside, best: RankRow) -> str:
    t, lines = user.t, ""
    for row in found.categories[:SHOWN]:
        own = _late(user, here.code, row.code, period, (row.missed, row.due, row.received))
        theirs = _late(user, best.code, row.code, period, (row.best_missed, row.best_due, row.best_received))
        lines += (
            f"<tr{' class=behind' if row.lost >= 1 else ''}><td>{escape(t.name(row.name, row.name_en))}</td>"
            f"<td class=n>{own}</td><td class=n>{theirs}</td><td class='n gap'>{signed(row.lost, 1)}</td></tr>"
        )
    heads = [("n", t("late / due, {place}", place=_short(user, here.level, row))) for row in (found.own, best)]
    return _table([("", t("Category")), *heads, ("n", t("More late than at their rate"))], lines)


def _late(user: User, unit: str, category: str, period: Period, counts: tuple[int, int, int]) -> str:
    """A unit's late and due cases of a category, beneath them how many came in; each count opens its cases."""
    due, received = (rates.cases(name, period, now=user.now) for name in ("due", "received"))
    missed, fell, came = (
        anchor(user.t.number(number), "demands" if number else "", address.link(each, unit=unit, category=category))
        for number, each in zip(counts, (replace(due, kept=False), due, received), strict=True)
    )
    return f"{missed} / {fell}<br><small class=w>{user.t('received')} {came}</small>"


def _table(heads: list[tuple[str, str]], lines: str) -> str:
    titles = "".join(f'<th class="{kind}" style="white-space:normal">{escape(word)}</th>' for kind, word in heads)
    table = f'<table class="sg-table sg-beside"><thead><tr>{titles}</tr></thead><tbody>{lines}</tbody></table>'
    return f"<div class=sg-scroll>{table}</div>"
