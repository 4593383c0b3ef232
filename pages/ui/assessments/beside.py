"""Beside the points: honours of the year and the villages' collective income."""

from html import escape

import streamlit as st

from models.accounts import Permission
from models.assessments import Holder
from pages.i18n import Words
from pages.ui import layout
from pages.ui.frame import User
from pages.ui.projects.saving import dialog, finish, save
from pages.ui.projects.telling import exact, yuan
from pages.ui.status import plain
from services import assessments, projects, units
from services.assessments import EconomyRow, HonourRow, IncomeRow
from services.database import reading


def honours(user: User, unit_id: int, year: int) -> None:
    """Each kind with who holds it: units by name, households by number alone."""
    t = user.t
    with reading() as session:
        rows = assessments.honours(session, user.actor, unit_id, year)
        sums = assessments.economy(session, user.actor, unit_id, year)
    with layout.panel("assessments-honours", t("Honours"), str(year)):
        for kind in user.profile.assessment.honours:
            held = [row for row in rows if row.kind == kind.key]
            st.markdown(f"**{plain(t.name(kind.zh, kind.en))}**&ensp;{_held(t, kind.holder, kind.key, held, sums)}")
        if not rows:
            layout.empty(t("No honour of this year is written down yet."))
        if user.actor.may(Permission.TRIAGE) and st.button(
            t("Add an honour"), icon=":material/add:", type="tertiary", key="assessments-award"
        ):
            dialog(t("Add an honour"), lambda user: _award(user, unit_id, year))


def _held(t: Words, holder: Holder, key: str, rows: list[HonourRow], sums: EconomyRow) -> str:
    """7 of 20 villages = 35.00%: names; or households by number."""
    names = [t.name(row.unit, row.unit_en) for row in rows]
    if holder is Holder.HOUSEHOLDS:
        number = sum(row.households or 0 for row in rows)
        said = t.n("{n} household", "{n} households", number)
        each = [f"{name} {t.number(row.households or 0)}" for name, row in zip(names, rows, strict=True)]
        return f"{said}  \n:small[:gray[{plain(t.join(each))}]]" if rows else "–"
    held = t("{part} of {whole} = {rate}", part=t.number(sums.honoured[key]), whole=t.number(sums.units),
             rate=t.percent(sums.honoured_shares[key]))  # fmt: skip
    return f"{plain(held)}  \n:small[:gray[{plain(t.join(names))}]]" if rows else "–"


def _award(user: User, unit_id: int, year: int) -> None:
    t = user.t
    kinds = {kind.key: kind for kind in user.profile.assessment.honours}
    names = {key: t.name(kind.zh, kind.en) for key, kind in kinds.items()}
    kind = st.selectbox(t("Honour"), list(names), format_func=names.__getitem__, key="assessments-honour")
    unit = _unit(user, unit_id)
    households = None
    if kinds[kind].holder is Holder.HOUSEHOLDS:
        households = int(st.number_input(t("How many households"), 1, 100_000, 1, key="assessments-households"))
        st.caption(t("A number is enough: no household is named."))
    if st.button(t("Save"), type="primary", key="assessments-award-save"):
        save(user, t("The honour is written down."), assessments.award, kind, unit, year, households=households)
        finish()


def economy(user: User, unit_id: int, year: int) -> None:
    """How many villages are above the line, all together, and each village's income."""
    t = user.t
    with reading() as session:
        rows = assessments.incomes(session, user.actor, unit_id, year)
        sums = assessments.economy(session, user.actor, unit_id, year)
    if not rows:
        return
    with layout.panel("assessments-economy", t("Village economy"), str(year)):
        line = yuan(t, user.profile.assessment.income_line * 100)
        if sums.known:
            st.markdown(
                plain(
                    t("{above} of {known} villages above {line} = {rate}", above=t.number(sums.above),
                      known=t.number(sums.known), line=line, rate=t.percent(sums.above_share))
                )
                + f"  \n{plain(t('together {sum}', sum=yuan(t, sums.total)))}"
            )  # fmt: skip
            st.html(_incomes(t, rows, year))
        else:
            layout.empty(t("No collective income of this year is entered yet."))
        if user.actor.may(Permission.TRIAGE) and st.button(
            t("Enter an income"), icon=":material/add:", type="tertiary", key="assessments-income"
        ):
            dialog(t("Enter an income"), lambda user: _income(user, unit_id, year))


def _incomes(t: Words, rows: list[IncomeRow], year: int) -> str:
    """Each village with its income of the year and the year before, the highest first."""
    ordered = sorted(rows, key=lambda row: -(row.income or 0))
    lines = "".join(
        f"<tr><td class=w>{escape(t.name(row.unit, row.unit_en))}</td>{_sum(t, row.income)}{_sum(t, row.before)}</tr>"
        for row in ordered
    )
    heads = f"<tr><th>{escape(t('Unit'))}</th><th class=n>{year}</th><th class=n>{year - 1}</th></tr>"
    return f"<table class=sg-table>{heads}{lines}</table>"


def _sum(t: Words, income: int | None) -> str:
    return f"<td class=n>{'–' if income is None else escape(exact(t, income))}</td>"


def _income(user: User, unit_id: int, year: int) -> None:
    t = user.t
    unit = _unit(user, unit_id)
    given = st.text_input(t("Collective income of {year}, yuan", year=year), key=f"assessments-income-{unit}")
    if st.button(t("Save"), type="primary", key="assessments-income-save"):
        with layout.telling(t):
            amount = projects.fen(given)
            save(user, t("The income is written down."), assessments.set_income, unit, year, amount)
        finish()


def _unit(user: User, unit_id: int) -> int:
    with reading() as session:
        rows = units.below(session, user.actor, unit_id, user.profile.ranking_level)
    names = {row.id: user.t.name(row.name, row.name_en) for row in rows}
    return int(st.selectbox(user.t("Unit"), list(names), format_func=names.__getitem__, key="assessments-beside-unit"))
