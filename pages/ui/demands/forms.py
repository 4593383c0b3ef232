"""What a move asks before it is made: a reason, a result, departments, a unit and a person, a day."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from models.demands import MOVES, Verb
from pages.i18n import Words
from pages.ui import frame
from pages.ui.demands import asking, merging, whistling
from pages.ui.demands.performing import Target, perform, refusals
from pages.ui.frame import User
from pages.ui.status import plain
from services import demands, units
from services.database import reading
from services.demands import DepartmentRow, DetailRow
from services.errors import ServiceError
from services.units import PostRow, UnitRow

ASKS_RESULT = {Verb.SETTLE, Verb.SELF_HANDLE}
ASKS_REASON = {verb for verb, rule in MOVES.items() if rule.needs_reason}


def ask(user: User, verb: Verb, targets: Sequence[Target], following: str | None, demand: DetailRow | None) -> None:
    """Open the form of a move for one demand, or for several (`demand` None)."""
    title = user.t.term(verb)
    if demand is None:
        number = user.t.n("{n} demand", "{n} demands", len(targets))
        title = f"{title} · {number}"
    st.dialog(title)(_form)(verb, list(targets), following, demand)


def _form(verb: Verb, targets: list[Target], following: str | None, demand: DetailRow | None) -> None:
    user = frame.signed_in()
    if user is None:
        st.stop()
    t = user.t
    if demand is not None:
        st.caption(plain(f"{demand.row.reference} · {demand.row.title}"))
    options = _fields(user, verb, demand, targets)
    if st.button(t.term(verb), type="primary", key=f"queue-confirm-{verb.value}"):
        if "into" in options:
            options = _with_target(user, options)
            targets = [target for target in targets if target.id != options.get("into_id")]
        if options and perform(verb, targets, following, **options):
            st.rerun()
        if len(targets) > 1 and st.session_state.get("done"):
            st.rerun()
        refusals(t)


def _fields(user: User, verb: Verb, demand: DetailRow | None, targets: Sequence[Target]) -> dict[str, Any]:
    match verb:
        case Verb.ASSIGN:
            return _taker(user, demand)
        case Verb.WHISTLE:
            return _departments(user, demand)
        case Verb.ARRIVE:
            return whistling.arriving(user, of_department=user.actor.department_id is not None)
    return {**_own_field(user, verb, demand, targets), **_reason(user.t, verb)}


def _own_field(user: User, verb: Verb, demand: DetailRow | None, targets: Sequence[Target]) -> dict[str, Any]:
    """What a move asks beside the reason."""
    match verb:
        case Verb.MERGE:
            return {"into": merging.stays(user, targets)}
        case Verb.EXTEND if demand is not None:
            return asking.amount(user, demand)
        case Verb.SUSPEND:
            return asking.until(user)
    return {}


def _reason(t: Words, verb: Verb) -> dict[str, Any]:
    if verb in ASKS_RESULT:
        label = t("What was done")
    elif verb is Verb.ANSWER:
        label = t("What you will do, and when")
    elif verb is Verb.CLOSE:
        label = t("Why it is closed without the person's word")
    elif verb is Verb.ASK_FACTS:
        label = t("What is missing")
    elif verb is Verb.NOTE:
        label = t("Remark")
    elif verb in ASKS_REASON:
        label = t("Reason")
    else:
        label = t("Remark (may be left empty)")
    said = st.text_area(label, height=110, key=f"queue-reason-{verb.value}")
    return {"reason": said or ""}


def _with_target(user: User, options: dict[str, Any]) -> dict[str, Any]:
    """Look the other demand up by its number; says so where there is none."""
    wanted = options.pop("into")
    if not wanted.strip():
        st.error(user.t("Please give the number of the demand that stays."), icon=":material/error:")
        return {}
    try:
        with reading() as session:
            return {"into_id": demands.find(session, user.actor, wanted), **options}
    except ServiceError as error:
        st.error(plain(user.t.error(error)), icon=":material/error:")
        return {}


def _departments(user: User, demand: DetailRow | None) -> dict[str, Any]:
    """The department that leads, suggested by the category, and those that assist."""
    t = user.t
    with reading() as session:
        rows = demands.departments(session, user.actor)
    waiting = demand.whistles if demand is not None else []
    called = {row.department_id for row in waiting if row.answered_at is None}
    names = {row.id: t.name(row.name, row.name_en) for row in rows if row.id not in called}
    if not names:
        st.caption(t("Every department has been called already."))
        return {}
    lead = st.selectbox(
        t("Who leads"), list(names), index=_usual(rows, list(names), demand), format_func=names.__getitem__,
        key="queue-whistle-lead",
    )  # fmt: skip
    others = [department for department in names if department != lead]
    assist = st.multiselect(
        t("Who assists (may be left empty)"), others, format_func=names.__getitem__, key="queue-whistle-assist",
        placeholder=t("Choose"),
    )  # fmt: skip
    return {"lead_id": lead, "assist_ids": assist, **_reason(t, Verb.WHISTLE)}


def _usual(rows: Sequence[DepartmentRow], among: list[int], demand: DetailRow | None) -> int:
    """The place in the list of the department usually called for the demand's category."""
    code = demand.category_code if demand is not None else ""
    usual = (row.id for row in rows if code in row.categories and row.id in among)
    return among.index(next(usual, among[0]))


def _taker(user: User, demand: DetailRow | None) -> dict[str, Any]:
    """A unit of one's own area with the person who answers there, or a department."""
    t = user.t
    with reading() as session:
        departments = demands.departments(session, user.actor)
        places = _places(session, user, demand)
    kinds = {"unit": t("Village or grid"), "department": t("Department")}
    kind = st.segmented_control(
        t("To"), list(kinds), default="unit" if places else "department", format_func=kinds.__getitem__, required=True,
        key="queue-assign-kind", label_visibility="collapsed",
    )  # fmt: skip
    if kind == "department":
        names = {row.id: t.name(row.name, row.name_en) for row in departments}
        chosen = st.selectbox(
            t("Department"), list(names), index=_usual(departments, list(names), demand) if names else None,
            format_func=names.__getitem__, key="queue-assign-department",
        )  # fmt: skip
        return {"department_id": chosen, **_reason(t, Verb.ASSIGN)}
    return {**_unit_and_person(user, places), **_reason(t, Verb.ASSIGN)}


def _places(session: Any, user: User, demand: DetailRow | None) -> list[UnitRow]:
    """The units from one's own down to where the demand was filed; for several demands one's own alone."""
    if user.actor.unit_id is None:
        return []
    lowest = demand.row.unit_id if demand is not None else user.actor.unit_id
    return units.ancestors(session, user.actor, lowest)


def _unit_and_person(user: User, places: list[UnitRow]) -> dict[str, Any]:
    t = user.t
    names = {row.id: f"{t.name(row.name, row.name_en)}" for row in places}
    if not names:
        return {}
    unit_id = st.selectbox(
        t("Unit"), list(names), index=len(names) - 1, format_func=names.__getitem__, key="queue-assign-unit"
    )
    with reading() as session:
        people: dict[int, PostRow] = {
            row.person_id: row for row in units.posts(session, user.actor, unit_id, frame.today(user))
        }
    person = st.selectbox(
        t("Person (may be left open)"), list(people), index=0 if people else None, key=f"queue-assign-person-{unit_id}",
        format_func=lambda row: f"{people[row].name} · {t.term(people[row].role)}", placeholder=t("Choose"),
    )  # fmt: skip
    return {"unit_id": unit_id, "person_id": person}
