"""The results of a form: places, points with their parts, the red and the black list."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from models.assessments import AnsweredBy
from pages.i18n import Words
from pages.ui import layout
from pages.ui.assessments.choosing import Chosen, form_name, words
from pages.ui.frame import User
from pages.ui.status import plain
from services import assessments
from services.assessments import Listed, PartRow, ResultRow
from services.database import reading

MARKS = {Listed.RED: "▲", Listed.BLACK: "■"}


def list_words(t: Words) -> dict[Listed, str]:
    """The names of the two lists."""
    return {Listed.RED: t("red list"), Listed.BLACK: t("black list")}


def table(user: User, chosen: Chosen, rows: Sequence[ResultRow]) -> None:
    """One line a unit, best first; each part with its points and what they were taken of."""
    t = user.t
    with layout.panel("assessments-results", form_name(t, chosen.form), words(t, chosen.form, chosen.term)):
        if not rows:
            layout.empty(t("No unit of yours is assessed. Results are of whole units, not of grids or persons."))
            return
        st.html(_cards(t, rows) if user.phone else _table(t, rows))
        st.caption(_legend(user, chosen))


def _table(t: Words, rows: Sequence[ResultRow]) -> str:
    heads = "".join(
        f"<th class=n style='white-space:normal'>{escape(t.name(part.zh, part.en))}<br>"
        f"{escape(t.number(part.most))}</th>"
        for part in rows[0].parts
    )
    first = "".join(f"<th{kind}>{escape(word)}</th>" for kind, word in (
        (" class=n", t("Rank")), ("", t("Unit")), (" class=n", t("Points")), ("", t("List")),
    ))  # fmt: skip
    lines = "".join(_line(t, row) for row in rows)
    return f"<div style='overflow-x:auto'><table class=sg-table><tr>{first}{heads}</tr>{lines}</table></div>"


def _line(t: Words, row: ResultRow) -> str:
    place = "–" if row.place is None else t("{place} of {of}", place=t.number(row.place), of=t.number(row.of))
    parts = "".join(f"<td class=n>{_part(t, part)}</td>" for part in row.parts)
    return (
        f"<tr><td class=n>{escape(place)}</td><td class=w>{escape(t.name(row.unit, row.unit_en))}</td>"
        f"<td class=n>{_points(t, row)}</td><td class=w>{_list(t, row)}</td>{parts}</tr>"
    )


def _points(t: Words, row: ResultRow) -> str:
    """The points; of a result that is not whole yet what is known so far, said as that."""
    if row.points is not None:
        return f"<b>{row.points:.2f}</b>"
    if row.so_far is not None:
        return f"<small>{escape(t('so far {points}', points=f'{row.so_far:.2f}'))}</small>"
    return f"<small>{escape(t('no result'))}</small>"


def _list(t: Words, row: ResultRow) -> str:
    if row.listed is None:
        return ""
    late = " class=late" if row.listed is Listed.BLACK else ""
    return f"<span{late}>{MARKS[row.listed]} {escape(list_words(t)[row.listed])}</span>"


def _part(t: Words, part: PartRow) -> str:
    """Points, and beneath them the counts they were taken of."""
    points = "–" if part.points is None else _score(t, part)
    return f"{points}<br><small>{escape(_of(t, part))}</small>"


def _score(t: Words, part: PartRow) -> str:
    """Points that somebody gave are whole; those taken of counts or means have two decimals."""
    return t.number(part.points or 0) if part.whole is None else f"{part.points:.2f}"


def _of(t: Words, part: PartRow) -> str:
    if part.whole is None:
        return ""
    if part.part is None:
        return t.n("{n} unit", "{n} units", part.whole)
    return f"{t.number(part.part)} / {t.number(part.whole)}"


def _cards(t: Words, rows: Sequence[ResultRow]) -> str:
    """On a phone: unit, place, points and list; the parts in one line beneath."""
    lines = []
    for row in rows:
        parts = " · ".join(
            f"{t.name(part.zh, part.en)} {'–' if part.points is None else _score(t, part)}" for part in row.parts
        )
        place = "" if row.place is None else t("{place} of {of}", place=t.number(row.place), of=t.number(row.of))
        lines.append(
            f"<tr><td><b>{escape(t.name(row.unit, row.unit_en))}</b> {_list(t, row)}<br>"
            f"<small>{escape(parts)}</small></td><td class=n>{_points(t, row)}<br>"
            f"<small>{escape(place)}</small></td></tr>"
        )
    return f"<table class=sg-table>{''.join(lines)}</table>"


def _legend(user: User, chosen: Chosen) -> str:
    """How to read it: the lists, what is filled by itself, what a year needs."""
    t, assessing = user.t, user.profile.assessment
    said = [
        t("red list from {red} points, black list below {black}", red=t.number(assessing.red),
          black=t.number(assessing.black)),
    ]  # fmt: skip
    if any(item.measured for item in chosen.form.items):
        said.append(t("items with counts come from the ledger and are asked of nobody"))
    if chosen.form.by is AnsweredBy.OVERALL:
        said.append(t("each form counts the mean of its periods; a missing form leaves the year without a result"))
    said.append(t("only units have points; persons have none") if not assessing.persons_points else "")
    return plain(t.semicolons([each for each in said if each]))


def persons(user: User, chosen: Chosen, unit_id: int) -> None:
    """Who answers for each unit beside its result: only where the site's profile switched it on."""
    if not user.profile.assessment.persons_points:
        return
    t = user.t
    with reading() as session:
        rows = assessments.person_points(session, user.actor, unit_id, chosen.form.key, chosen.day, now=user.now)
    with layout.panel("assessments-persons", t("Who answers for the units")):
        for row in rows:
            points = "–" if row.points is None else t.number(row.points)
            st.markdown(f"{plain(row.name)} · {plain(t.name(row.unit, row.unit_en))} · **{points}**")


def download(user: User, chosen: Chosen, unit_id: int) -> None:
    """Results, honours and incomes as a workbook, made when it is asked for."""
    t = user.t

    def made() -> bytes:
        with reading() as session:
            return assessments.workbook(
                session, user.actor, chosen.form.key, unit_id, chosen.day, now=user.now,
                say=lambda key: column_words(user)[key],
            )  # fmt: skip

    st.download_button(
        t("Download"), made, file_name=f"{chosen.form.key}-{chosen.term.key}.xlsx", icon=":material/download:",
        type="tertiary", key="assessments-download", on_click="ignore",
    )  # fmt: skip


def column_words(user: User) -> dict[str, str]:
    """The workbook's headings and words by their keys in services.assessments.export."""
    t = user.t
    columns = {
        "unit": t("Unit"), "place": t("Rank"), "points": t("Points"), "list": t("List"), "honour": t("Honour"),
        "year": t("Year"), "households": t("Households"), "income": t("Collective income, yuan"),
    }  # fmt: skip
    found = {f"column.{key}": word for key, word in columns.items()}
    found |= {"sheet.honours": t("Honours"), "sheet.incomes": t("Village economy"), "language": t.language}
    found |= {f"list.{listed.value}": word for listed, word in list_words(t).items()}
    return found | {f"honour.{kind.key}": t.name(kind.zh, kind.en) for kind in user.profile.assessment.honours}
