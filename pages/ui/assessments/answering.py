"""Answering a form: points of the unit itself or of another one, or counts of villagers' paper forms."""

from collections.abc import Callable

import streamlit as st

from models.accounts import Permission
from models.assessments import AnsweredBy
from pages.ui import layout
from pages.ui.assessments.choosing import Chosen, words
from pages.ui.frame import User
from pages.ui.projects.saving import dialog, finish, save
from services import assessments, units
from services.assessments import SheetRow
from services.database import reading

Answers = dict[tuple[str, str], int]


def button(user: User, chosen: Chosen) -> None:
    """The button that opens the form, for those who may answer it about some unit."""
    t = user.t
    if chosen.form.by is AnsweredBy.OVERALL or not user.actor.may(Permission.TRIAGE):
        return
    mine = _own(user)
    own = [unit_id for unit_id in mine if unit_id != user.actor.unit_id]
    if not mine or (chosen.form.by is AnsweredBy.VILLAGERS and not own):
        return
    names = {
        AnsweredBy.SELF: t("Fill in the self-assessment"), AnsweredBy.VILLAGERS: t("Enter paper forms"),
        AnsweredBy.MUTUAL: t("Rate another unit"),
    }  # fmt: skip
    if st.button(names[chosen.form.by], type="primary", icon=":material/edit_note:", key="assessments-answer"):
        dialog(names[chosen.form.by], lambda user: _form(user, chosen), width="medium")


def _own(user: User) -> dict[int, str]:
    """The units this person may answer for, by id."""
    with reading() as session:
        top = units.top(session, user.actor)
        rows = units.below(session, user.actor, top.id, user.profile.ranking_level)
    return {row.id: user.t.name(row.name, row.name_en) for row in rows}


def _all(user: User, chosen: Chosen) -> dict[int, str]:
    """Every unit that is assessed, by id."""
    with reading() as session:
        rows = assessments.assessed(session, user.actor, chosen.term)
    return {row.id: user.t.name(row.name, row.name_en) for row in rows}


def _form(user: User, chosen: Chosen) -> None:
    t, form = user.t, chosen.form
    st.caption(f"{t.name(form.zh, form.en)} · {words(t, form, chosen.term)}")
    mine = _own(user)
    if form.by is AnsweredBy.MUTUAL:
        rater = _select(t("Which unit rates"), mine, "rater")
        others = {unit_id: name for unit_id, name in _all(user, chosen).items() if unit_id != rater}
        unit_id = _select(t("Which unit is rated"), others, "unit")
    else:
        unit_id = rater = _select(t("Unit"), mine, "unit")
    with reading() as session:
        before = assessments.sheet(session, user.actor, form.key, unit_id, chosen.day, rater)
    by_villagers = form.by is AnsweredBy.VILLAGERS
    forms = _forms(user, before, unit_id) if by_villagers else None
    answers = _ticks(user, chosen, before, unit_id) if by_villagers else _points(user, chosen, before, unit_id)
    _known(user, chosen)
    remark = st.text_input(t("Remark, if any"), key=f"assessments-remark-{unit_id}")
    if before is not None:
        st.caption(t("Entered by {who} at {at}; saving again replaces it, and the history keeps it.", who=before.by,
                     at=t.moment(before.at, user.now)))  # fmt: skip
    if st.button(t("Save"), type="primary", key="assessments-save"):
        _save(user, chosen, unit_id, rater, answers, forms, remark)


def _save(
    user: User, chosen: Chosen, unit_id: int, rater: int, answers: Answers, forms: int | None, remark: str
) -> None:  # fmt: skip
    with layout.telling(user.t):
        save(
            user, user.t("The answers are kept."), assessments.answer, chosen.form.key, unit_id, chosen.day, answers,
            rater_id=rater if chosen.form.by is AnsweredBy.MUTUAL else None, forms=forms, remark=remark,
            idempotency_key=st.session_state.get("project-key"),
        )  # fmt: skip
    finish()


def _select(label: str, names: dict[int, str], key: str) -> int:
    shown: Callable[[int], str] = names.__getitem__
    return int(st.selectbox(label, list(names), format_func=shown, key=f"assessments-{key}"))


def _points(user: User, chosen: Chosen, before: SheetRow | None, unit_id: int) -> Answers:
    """One whole number for each item that is asked."""
    t, found = user.t, {}
    for item in chosen.form.asked:
        label = t("{item}, 0 to {most}", item=t.name(item.zh, item.en), most=item.points)
        value = before.answers.get((item.key, ""), 0) if before else 0
        found[item.key, ""] = int(
            st.number_input(label, 0, item.points, value, key=f"assessments-{item.key}-{unit_id}")
        )
    return found


def _forms(user: User, before: SheetRow | None, unit_id: int) -> int:
    value = before.forms if before and before.forms else user.profile.assessment.fewest_forms
    label = user.t("Paper forms that came back")
    return int(st.number_input(label, 1, 100_000, value, key=f"assessments-forms-{unit_id}"))


def _ticks(user: User, chosen: Chosen, before: SheetRow | None, unit_id: int) -> Answers:
    """For each item how many villagers ticked which choice: counts alone, no name and no household."""
    t, found = user.t, {}
    for item in chosen.form.asked:
        st.markdown(f"**{t.name(item.zh, item.en)}**")
        places = st.columns(len(user.profile.assessment.choices))
        for place, choice in zip(places, user.profile.assessment.choices, strict=True):
            value = before.answers.get((item.key, choice.key), 0) if before else 0
            found[item.key, choice.key] = int(
                place.number_input(
                    t.name(choice.zh, choice.en), 0, 100_000, value,
                    key=f"assessments-{item.key}-{choice.key}-{unit_id}",
                )
            )  # fmt: skip
    return found


def _known(user: User, chosen: Chosen) -> None:
    """What nobody has to type."""
    t = user.t
    names = [t.name(item.zh, item.en) for item in chosen.form.items if item.measured]
    if names:
        st.caption(t("From the ledger, asked of nobody: {items}", items=t.join(names)))
