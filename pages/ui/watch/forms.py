"""The dialogs of the watch-list: entering a unit, its plan, help, evidence, acceptance and the way out."""

from collections.abc import Callable
from datetime import timedelta

import streamlit as st

from models.watch import WatchVerb, monday
from pages.ui import frame
from pages.ui.frame import User
from pages.ui.projects.saving import dialog, finish, save
from pages.ui.status import plain
from pages.ui.watch import rules, telling
from services import demands, projects, watch
from services.database import reading
from services.watch import MeasureRow, ProblemRow, Proposal, Sheet

Who = dict[str, int | None]


def enter(user: User, row: Proposal) -> None:
    """Put a unit on the list: its rules and figures once more, and a word of one's own."""

    def form(user: User) -> None:
        t = user.t
        st.markdown(f"**{plain(t.name(row.unit, row.unit_en))}**")
        st.markdown(telling.reasons(user, row.findings))
        note = st.text_area(t("Remark, if any"), height=90, key="watch-note")
        if _confirm(user, WatchVerb.ENTER):
            said = t("{unit} is on the watch-list.", unit=t.name(row.unit, row.unit_en))
            save(user, said, watch.enter, row.unit_id, note=note, key=st.session_state.get("project-key"))
            finish()

    dialog(user.t.term(WatchVerb.ENTER), form, width="medium")


def ask(user: User, sheet: Sheet, verb: WatchVerb) -> None:
    """Accept, send back, let go, withdraw: with what was seen, or the reason."""
    calls: dict[WatchVerb, Callable[..., None]] = {
        WatchVerb.ACCEPT: watch.accept, WatchVerb.SEND_BACK: watch.send_back, WatchVerb.WITHDRAW: watch.withdraw,
    }  # fmt: skip

    def form(user: User) -> None:
        t = user.t
        st.markdown(f"**{plain(t.name(sheet.row.unit, sheet.row.unit_en))}**")
        label = t("What was seen on site") if verb is WatchVerb.ACCEPT else t("Reason")
        if verb is WatchVerb.LEAVE:
            label = t("Remark, if any")
        text = st.text_area(label, height=90, key="watch-reason")
        if _confirm(user, verb):
            said, seen = f"{sheet.row.reference}: {t.term(verb)}", sheet.row.version
            if verb is WatchVerb.LEAVE:
                save(user, said, watch.leave, sheet.row.id, text=text, seen_version=seen)
            else:
                save(user, said, calls[verb], sheet.row.id, text, seen_version=seen)
            finish()

    dialog(user.t.term(verb), form)


def add(user: User, sheet: Sheet, verb: WatchVerb) -> None:
    """A problem, help, or a week's evidence."""
    forms: dict[WatchVerb, Callable[[User, Sheet], None]] = {
        WatchVerb.PROBLEM: _problem, WatchVerb.HELP: _help, WatchVerb.EVIDENCE: _evidence,
    }  # fmt: skip
    dialog(user.t.term(verb), lambda user: forms[verb](user, sheet))


def _problem(user: User, sheet: Sheet) -> None:
    text = st.text_area(user.t("What is wrong"), height=90, key="watch-problem")
    if _confirm(user, WatchVerb.PROBLEM):
        _save(user, sheet, user.t("The problem is written down."), watch.problem, text)


def _help(user: User, sheet: Sheet) -> None:
    t, kinds = user.t, rules.helps(user)
    kind = st.selectbox(t("Kind"), list(kinds), format_func=kinds.__getitem__, key="watch-help-kind")
    who = _who(user, sheet, optional=True)
    text = st.text_area(t("What they take on"), height=90, key="watch-help-text")
    given = st.date_input(
        t("Since"), frame.today(user), max_value=frame.today(user), format="YYYY-MM-DD", key="watch-help-day"
    )
    if _confirm(user, WatchVerb.HELP):
        _save(user, sheet, t("The help is written down."), watch.give_help, kind, text, given, **who)


def _evidence(user: User, sheet: Sheet) -> None:
    t, today = user.t, frame.today(user)
    first = monday(sheet.row.entered_at.astimezone(t.zone).date())
    weeks = [monday(today) - timedelta(days=7 * back) for back in range((monday(today) - first).days // 7 + 1)]
    week = st.selectbox(t("Week"), weeks, format_func=lambda day: telling.week(user, day), key="watch-week")
    text = st.text_area(t("What was done, what can be seen of it"), height=120, key="watch-evidence")
    if _confirm(user, WatchVerb.EVIDENCE):
        _save(user, sheet, t("The evidence is written down."), watch.show, week, text)


def measure(user: User, sheet: Sheet, problem: ProblemRow) -> None:
    """A measure against a problem, who answers for it, and by when."""

    def form(user: User) -> None:
        t = user.t
        st.caption(plain(problem.text))
        text = st.text_area(t("What shall be done"), height=90, key="watch-measure")
        who = _who(user, sheet)
        due = st.date_input(
            t("By which day"), frame.today(user) + timedelta(days=14), format="YYYY-MM-DD", key="watch-measure-day"
        )
        if _confirm(user, WatchVerb.MEASURE):
            _save(user, sheet, t("The measure is written down."), watch.measure, problem.seq, text, due, **who)

    dialog(user.t.term(WatchVerb.MEASURE), form)


def change(user: User, sheet: Sheet, row: MeasureRow, verb: WatchVerb) -> None:
    """A measure is done, not done after all, moved, dropped."""

    def form(user: User) -> None:
        t, today = user.t, frame.today(user)
        st.markdown(f"**{plain(row.text)}**")
        day = None
        if verb is WatchVerb.DONE:
            day = st.date_input(t("Done on"), today, max_value=today, format="YYYY-MM-DD", key="watch-change-day")
        if verb is WatchVerb.RESCHEDULE:
            day = st.date_input(t("By which day"), row.due_on, format="YYYY-MM-DD", key="watch-change-day")
        text = st.text_area(
            t("Remark, if any") if verb is WatchVerb.DONE else t("Reason"), height=90, key="watch-change-text"
        )
        if _confirm(user, verb):
            said, seen = t("The measure is changed."), sheet.row.version
            save(user, said, watch.change, sheet.row.id, row.seq, verb, day=day, text=text, seen_version=seen)
            finish()

    dialog(user.t.term(verb), form)


def _save(user: User, sheet: Sheet, said: str, service: Callable[..., int], *given: object, **options: object) -> None:
    key, seen = st.session_state.get("project-key"), sheet.row.version
    save(user, said, service, sheet.row.id, *given, key=key, seen_version=seen, **options)
    finish()


def _confirm(user: User, verb: WatchVerb) -> bool:
    return st.button(user.t.term(verb), type="primary", key=f"watch-confirm-{verb.value}")


def _who(user: User, sheet: Sheet, *, optional: bool = False) -> Who:
    """One person or one department that answers for it."""
    t = user.t
    with reading() as session:
        people = projects.candidates(session, user.actor, sheet.row.unit_id, frame.today(user))
        offices = demands.departments(session, user.actor)
    names = {f"p{row.person_id}": f"{row.name} · {t.name(row.place, row.place_en)}" for row in people}
    names |= {f"d{row.id}": t.name(row.name, row.name_en) for row in offices}
    label = t("Who helps, if they serve here") if optional else t("Who answers for it")
    chosen = st.selectbox(
        label, list(names), index=None, format_func=names.__getitem__, placeholder=t("Choose"), key="watch-who"
    )
    found: Who = {"person_id": None, "department_id": None}
    if chosen:
        found["person_id" if chosen[0] == "p" else "department_id"] = int(chosen[1:])
    return found
