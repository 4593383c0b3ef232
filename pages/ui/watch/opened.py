"""One unit's sheet: why it is on the list, its plan, the help it gets, each week's evidence, the way out."""

from datetime import date
from typing import Literal

import pandas as pd
import streamlit as st

from models.watch import WatchMeasure, WatchVerb
from pages.ui import layout, navigation, status
from pages.ui.cases import link
from pages.ui.frame import User
from pages.ui.projects.telling import day
from pages.ui.status import plain
from pages.ui.watch import forms, rules, telling
from services import watch
from services.database import reading
from services.errors import ServiceError
from services.watch import Finding, MeasureRow, Sheet

STEPS = (WatchVerb.ACCEPT, WatchVerb.LEAVE, WatchVerb.SEND_BACK, WatchVerb.WITHDRAW)
"""The moves with a button in the head, the usual ones first."""


def found(user: User, reference: str) -> Sheet | None:
    """The sheet of this number; says so where it is not in this person's area."""
    try:
        with reading() as session:
            return watch.sheet(session, user.actor, watch.find(session, user.actor, reference), now=user.now)
    except ServiceError as error:
        st.error(plain(user.t.error(error)), icon=":material/error:")
        return None


def head(user: User, sheet: Sheet) -> None:
    """The unit, how it stands, since when; and what may be done now."""
    t, row = user.t, sheet.row
    allowed = watch.choices(user.actor, sheet)
    st.page_link(navigation.page("watch"), label=t("The whole list"), icon=":material/arrow_back:")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        layout.title(plain(t.name(row.unit, row.unit_en)))
        relapse = telling.relapsed(t, row.relapse_of)
        st.markdown(f"{telling.badge(t, row.state)}&ensp;:gray[{row.reference}]{relapse}", width="stretch")
        for verb in STEPS:
            forward = verb in {WatchVerb.ACCEPT, WatchVerb.LEAVE}
            kind: Literal["primary", "secondary"] = "primary" if forward else "secondary"
            if verb in allowed and st.button(t.term(verb), type=kind, key=f"watch-{verb.value}"):
                forms.ask(user, sheet, verb)
    if sheet.from_above and not sheet.may_accept and WatchVerb.WITHDRAW in allowed:
        st.caption(t("You did some of the work yourself: someone else accepts it."))


def why(user: User, sheet: Sheet) -> None:
    """The rules that held when it was entered, with the figures of that day."""
    t = user.t
    entered = day(user, sheet.row.entered_at.astimezone(t.zone).date())
    with layout.panel("watch-why", t("Why it was entered"), entered):
        st.markdown(telling.reasons(user, sheet.row.reasons))
        if sheet.note:
            st.markdown(plain(sheet.note).replace("\n", "  \n"))


def leaving(user: User, sheet: Sheet) -> None:
    """Each rule to leave with today's figures: holds, does not, nobody can say yet; and the town's acceptance."""
    t, row = user.t, sheet.row
    if not sheet.leaving:
        return
    holding = sum(bool(each.holds) for each in sheet.leaving)
    with layout.panel(
        "watch-leaving", t("To leave the list"),
        t("{n} of {all} hold", n=t.number(holding), all=t.number(len(sheet.leaving))),
    ):  # fmt: skip
        accepted = row.accepted_at is not None
        word = t("the town has accepted") if accepted else t("the town has not accepted yet")
        st.markdown(f"{telling.HOLDS[accepted]} {word}")
        for place, each in enumerate(sheet.leaving):
            with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"row-project-w{place}"):
                figures = plain(telling.figures(user, each))
                st.markdown(
                    f"{telling.HOLDS[each.holds]} {plain(telling.words(t, each))}  \n:small[:gray[{figures}]]",
                    width="stretch",
                )
                _cases(user, sheet, each)
        marks = [(True, t("holds")), (False, t("does not hold")), (None, t("too little data yet"))]
        st.markdown("&emsp;".join(f":small[{telling.HOLDS[key]} {word}]" for key, word in marks))


def _cases(user: User, sheet: Sheet, said: Finding) -> None:
    """The way from a figure to its cases."""
    t, code = user.t, sheet.row.code
    match said.rule.measure:
        case WatchMeasure.OVERDUE if said.figures[0].part:
            link(t("cases"), "demands", {"unit": code, "overdue": "1"}, width="content")
        case WatchMeasure.LAST:
            key = f"{said.figures[0].from_day:%Y-%m}"
            link(t("ranking"), "rankings", {"unit": user.profile.top, "period": key}, width="content")


def plan(user: User, sheet: Sheet) -> None:
    """Problems with their measures: who answers, by which day, how each stands."""
    t, rows = user.t, sheet.plan.measures
    may = watch.choices(user.actor, sheet)
    done = sum(row.done_on is not None for row in rows)
    side = t("{done} of {all} measures done", done=t.number(done), all=t.number(len(rows))) if rows else None
    with layout.panel("watch-plan", t("One village, one policy"), side):
        for problem in sheet.plan.problems:
            st.markdown(f"**{plain(problem.text)}**")
            for row in problem.measures:
                _measure(user, sheet, row, may)
            if WatchVerb.MEASURE in may and st.button(
                t.term(WatchVerb.MEASURE), icon=":material/add:", type="tertiary", key=f"watch-measure-{problem.seq}"
            ):
                forms.measure(user, sheet, problem)
        if not sheet.plan.problems:
            layout.empty(t("No problem is written down yet: name each, then the measures against it."))
        _adder(user, sheet, WatchVerb.PROBLEM, may)


def _measure(user: User, sheet: Sheet, row: MeasureRow, may: list[WatchVerb]) -> None:
    t = user.t
    who = t.name(row.who, row.who_en)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"row-project-m{row.seq}"):
        mark, state = _stands(user, row)
        moved = f" · {t('first due {day}', day=day(user, row.first_due_on))}" if row.first_due_on != row.due_on else ""
        text = f"~~{plain(row.text)}~~" if row.dropped else plain(row.text)
        st.markdown(f"{mark} {text}  \n:small[{state}:gray[{moved} · {plain(who)}]]", width="stretch")
        verbs = [WatchVerb.UNDONE if row.done_on else WatchVerb.DONE, WatchVerb.RESCHEDULE, WatchVerb.DROP]
        usable = [] if row.dropped else [verb for verb in verbs if verb in may]
        if row.done_on:
            usable = [verb for verb in usable if verb is WatchVerb.UNDONE]
        if usable:
            chosen = st.menu_button(
                "", usable, format_func=t.term, icon=":material/more_vert:", type="tertiary",
                key=f"watch-m-{row.seq}-{sheet.row.version}",
            )  # fmt: skip
            if chosen is not None:
                forms.change(user, sheet, row, chosen)


def _stands(user: User, row: MeasureRow) -> tuple[str, str]:
    """A measure's mark and its words."""
    t = user.t
    if row.dropped:
        return ":gray[▬]", t("dropped: {reason}", reason=plain(row.dropped))
    if row.done_on:
        return ":blue[●]", t("done {day}", day=day(user, row.done_on))
    due = t("due {day}", day=day(user, row.due_on))
    if row.late_days:
        late = t("{days} late", days=t.n("{n} day", "{n} days", row.late_days))
        return ":red[■]", f":red[{late}] · {due}"
    return ":blue[○]", due


def help_given(user: User, sheet: Sheet) -> None:
    """The kinds of help of the profile, each with who gives it, or that nobody does yet."""
    t, kinds = user.t, rules.helps(user)
    if not kinds:
        return
    with layout.panel("watch-help", t("Help")):
        for key, word in kinds.items():
            given = [row for row in sheet.plan.helps if row.kind == key]
            lines = [_helper(user, row.who, row.who_en, row.text, row.given_on) for row in given]
            said = "  \n".join(lines) if lines else f":gray[○ {t('nobody yet')}]"
            st.markdown(f"**{plain(word)}**  \n{said}")
        _adder(user, sheet, WatchVerb.HELP, watch.choices(user.actor, sheet))


def _helper(user: User, who: str | None, who_en: str | None, text: str, given_on: date) -> str:
    named = plain(user.t.name(who, who_en))
    since = day(user, given_on)
    return f"● {named + ' · ' if named else ''}{plain(text)} :small[:gray[{since}]]"


def evidence(user: User, sheet: Sheet) -> None:
    """What was shown week by week; the weeks without anything are counted and named."""
    t, missing = user.t, sheet.plan.missing
    side = t.n("{n} week without evidence", "{n} weeks without evidence", len(missing)) if missing else None
    with layout.panel("watch-evidence", t("Evidence, week by week"), side):
        if missing:
            said = t.join([day(user, week) for week in missing[-8:]])
            st.markdown(f":red[■ {t('nothing was shown in the weeks from {days}', days=said)}]")
        for row in sheet.plan.evidence:
            st.markdown(f"**{telling.week(user, row.week)}**&ensp;{plain(row.text)}  \n:small[:gray[{plain(row.by)}]]")
        if not sheet.plan.evidence:
            layout.empty(t("Nothing was shown yet. A few words a week are enough."))
        _adder(user, sheet, WatchVerb.EVIDENCE, watch.choices(user.actor, sheet))


def earlier(user: User, sheet: Sheet) -> None:
    """The other times the unit was on the list."""
    t = user.t
    if not sheet.earlier:
        return
    with layout.panel("watch-earlier", t("Other times on the list")):
        for row in sheet.earlier:
            days = f"{day(user, row.entered_at.date())} – {day(user, row.ended_at.date()) if row.ended_at else ''}"
            link(f"{row.reference} · {days} · {t.term(row.state)}", "watch", {"id": row.reference})


def history(user: User, sheet: Sheet) -> None:
    """Everything that was done, the last first."""
    t, kinds = user.t, rules.helps(user)
    with layout.panel("watch-history", t("History")):
        texts = {row.seq: row.text for row in sheet.events}
        lines = [
            {"when": t.moment(row.at, user.now), "what": status.plain(telling.event(user, row, kinds, texts)),
             "who": status.plain(row.actor)}
            for row in sorted(sheet.events, key=lambda row: (row.at, row.seq), reverse=True)
        ]  # fmt: skip
        if user.phone:
            for line in lines:
                st.markdown(f":gray[{line['when']}]&ensp;:gray[{line['who']}]  \n{line['what']}")
            return
        with st.container(key="queue-history"):
            st.table(pd.DataFrame(lines), border="horizontal", hide_index=True, hide_header=True, alt=t("History"))


def _adder(user: User, sheet: Sheet, verb: WatchVerb, may: list[WatchVerb]) -> None:
    """The button at a panel's foot, for those who may."""
    if verb in may and st.button(
        user.t.term(verb), icon=":material/add:", type="tertiary", key=f"watch-add-{verb.value}"
    ):
        forms.add(user, sheet, verb)
