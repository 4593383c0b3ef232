"""Which form and which period the screen is about: both stand in the address."""

from dataclasses import dataclass
from datetime import date

import streamlit as st

from models.assessments import AssessmentForm, Every
from pages.i18n import Words
from pages.ui import frame
from pages.ui.frame import User
from services import assessments, periods, terms
from services.database import reading
from services.errors import ServiceError
from services.periods import Period

SHOWN = {Every.MONTH: 13, Every.HALF: 5, Every.YEAR: 4}
"""How many periods back can be chosen, the running one with them."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A form with a period of it, named by a day that lies in it."""

    form: AssessmentForm
    term: Period

    @property
    def day(self) -> date:
        """A day of the period: its first."""
        return self.term.from_day

    @property
    def year(self) -> int:
        """The year the period is named after."""
        return self.term.to_day.year


def choose(user: User) -> Chosen | None:
    """The form and the period, from the address or chosen here; None where the site's profile has no form."""
    t = user.t
    with reading() as session:
        forms = {form.key: form for form in assessments.forms(session, user.actor)}
    if not forms:
        return None
    given = st.query_params.get("form", "")
    key = st.segmented_control(
        t("Form"), list(forms), default=given if given in forms else next(iter(forms)), required=True,
        format_func=lambda each: form_name(t, forms[each]), key="assessments-form",
        label_visibility="collapsed",
    )  # fmt: skip
    form = forms[key or next(iter(forms))]
    term = _term(user, form)
    st.query_params["form"], st.query_params["day"] = form.key, term.from_day.isoformat()
    return Chosen(form, term)


def _term(user: User, form: AssessmentForm) -> Period:
    today, kind = frame.today(user), form.every.value
    found = [
        terms.holding(kind, today, user.profile.days),
        *terms.before(kind, today, user.profile.days, SHOWN[form.every] - 1),
    ]
    given = _day(st.query_params.get("day", ""))
    usual = 0 if form.every is Every.YEAR else 1  # the last one that is over; of years the running one
    asked = next((place for place, each in enumerate(found) if given and each.from_day <= given <= each.to_day), usual)
    chosen: Period = st.selectbox(
        user.t("Period"), found, asked, format_func=lambda each: words(user.t, form, each), width=200,
        key=f"assessments-term-{kind}", label_visibility="collapsed",
    )  # fmt: skip
    return chosen


def _day(text: str) -> date | None:
    try:
        return periods.day(text)
    except ServiceError:
        return None


def form_name(t: Words, form: AssessmentForm) -> str:
    """A form's name as a heading."""
    name = t.name(form.zh, form.en)
    return name[:1].upper() + name[1:]


def words(t: Words, form: AssessmentForm, term: Period) -> str:
    """What people call the period: Nov 2026, first half of 2026, 2026."""
    if form.every is Every.MONTH:
        return t.month(term.to_day)
    year = str(term.to_day.year)
    if form.every is Every.YEAR:
        return t("year {year}", year=year)
    return t("first half of {year}", year=year) if term.to_day.month <= 6 else t("second half of {year}", year=year)
