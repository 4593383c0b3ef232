"""Demands in words: where, who has it, what happened, when it is due and why. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from models.demands import Arrival, RequestKind, Satisfaction, Verb
from pages.i18n import Words
from pages.i18n.marks import N_
from services.demands import DemandRow, DetailRow, EventRow, WhistleRow
from services.demands.requests import RequestRow

PAST = {
    Verb.REPORT: N_("reported"),
    Verb.IMPORT: N_("imported"),
    Verb.SUBMIT: N_("handed on to be accepted"),
    Verb.SELF_HANDLE: N_("settled on the spot"),
    Verb.HAND_IN: N_("handed in for a check"),
    Verb.SKIP_CHECK: N_("passed on to call-back without a check"),
    Verb.ACCEPT: N_("accepted"),
    Verb.ASK_FACTS: N_("sent back for more facts"),
    Verb.REJECT: N_("rejected"),
    Verb.MERGE: N_("merged into another demand"),
    Verb.ASSIGN: N_("assigned"),
    Verb.SIGN: N_("signed for"),
    Verb.RETURN: N_("returned"),
    Verb.SETTLE: N_("settled"),
    Verb.SUSPEND: N_("put on hold"),
    Verb.RESUME: N_("taken off hold"),
    Verb.ESCALATE: N_("escalated"),
    Verb.WHISTLE: N_("whistled"),
    Verb.ANSWER: N_("answered the whistle"),
    Verb.ARRIVE: N_("arrived on the scene"),
    Verb.PASS_CHECK: N_("verified"),
    Verb.REWORK: N_("sent back to be redone"),
    Verb.CLOSE: N_("closed"),
    Verb.REOPEN: N_("reopened"),
    Verb.ARCHIVE: N_("archived"),
    Verb.VOID: N_("void"),
    Verb.NOTE: N_("noted"),
    Verb.WARN: N_("warned that the limit is near"),
    Verb.URGE: N_("urged"),
    Verb.ASK: N_("asked for"),
    Verb.AGREE: N_("agreed"),
    Verb.REFUSE: N_("refused"),
    Verb.EXTEND: N_("given more time"),
    Verb.EXCLUDE: N_("taken out of the assessment"),
    Verb.INCLUDE: N_("taken back into the assessment"),
    Verb.WAIVE: N_("its lateness waived on appeal"),
    Verb.CALL_BACK: N_("called back"),
    Verb.RATE: N_("the department rated"),
    Verb.JUSTIFY: N_("said whether the whistle was justified"),
    Verb.RESTATE: N_("ran the deadlines again by the calendar known now"),
}
"""What each event says."""


def title(t: Words, row: DemandRow) -> str:
    """The title in a list; what is out of the assessment says so."""
    return t("⊘ excluded · {title}", title=row.title) if row.excluded_code is not None else row.title


def place(t: Words, row: DemandRow | RequestRow) -> str:
    """Where it was filed: the village and the unit in it."""
    unit, village = t.name(row.unit, row.unit_en), t.name(row.village, row.village_en)
    if not village or village == unit:
        return unit
    return f"{village} · {unit}" if t.language == "zh" else f"{unit}, {village}"


def holder(t: Words, row: DemandRow) -> str:
    """Who has it now: a department, or a unit; with the person where one is named."""
    where = t.name(row.department, row.department_en) or t.name(row.holder_unit, row.holder_unit_en)
    return " ".join(part for part in (where, row.holder) if part) or "–"


def event(t: Words, demand: DetailRow, row: EventRow) -> str:
    """One line of the history, with whom it was put to and why."""
    said = _remotely(t) if row.facts.get("arrival") == Arrival.REMOTE else t(PAST[row.verb])
    requested = row.facts.get("request") if row.verb in {Verb.ASK, Verb.AGREE, Verb.REFUSE} else None
    taker = t.term(RequestKind(requested)) if requested else _taker(t, demand, row)
    if taker:
        said = t("{what}: {who}", what=said, who=taker)
    reason = _of_clock(t, row) if row.facts.get("by") == "sweep" else row.reason
    return t("{what}, “{reason}”", what=said, reason=reason) if reason else said


def _of_clock(t: Words, row: EventRow) -> str | None:
    """Why the sweep did it, in the reader's language."""
    match row.verb:
        case Verb.ESCALATE:
            return t("past the limit of the level that held it")
        case Verb.RESUME:
            return t("the suspension is over")
    return None


def who(t: Words, row: EventRow) -> str:
    """Who did it: a person as named then, or the sweep."""
    return t("by the clock") if row.facts.get("by") == "sweep" else row.actor


def _taker(t: Words, demand: DetailRow, row: EventRow) -> str:
    facts = row.facts
    if row.verb is Verb.WHISTLE:
        lead = _department(t, demand, facts.get("lead"))
        assist = [_department(t, demand, other) for other in facts.get("assist", [])]
        if not lead:
            return t.join(assist)
        return t("{lead} leads, with {others}", lead=lead, others=t.join(assist)) if assist else lead
    if row.verb in {Verb.RATE, Verb.JUSTIFY}:
        return t.join([_department(t, demand, facts.get("department")), _judged(t, facts)])
    if "department" in facts:
        who = _department(t, demand, facts.get("department"))
        return t("{who}, recorded for them", who=who) if facts.get("on_behalf") else who
    if row.verb not in {Verb.ASSIGN, Verb.ESCALATE, Verb.ACCEPT}:
        return ""
    unit = demand.unit_names.get(facts.get("holder_unit_id") or 0, ("", ""))
    return _department(t, demand, facts.get("department_id")) or t.name(*unit)


def _remotely(t: Words) -> str:
    return t("helped from afar")


def _judged(t: Words, facts: Mapping[str, Any]) -> str:
    """What the one side said of the other."""
    if "rating" in facts:
        return t.term(Satisfaction(facts["rating"]))
    return t("justified") if facts.get("justified") else t("not justified")


def _department(t: Words, demand: DetailRow, department_id: int | None) -> str:
    return t.name(*demand.department_names.get(department_id or 0, ("", "")))


def whistle(t: Words, row: WhistleRow, now: datetime) -> str:
    """A whistle's mark, word and span, in Markdown: ○ asked, ◐ answered, ● arrived, ■ unanswered past its limit."""
    if row.arrived_at is not None and row.arrival is Arrival.REMOTE:
        return t(":blue[● helped from afar after {span}]", span=t.duration(row.arrived_at - row.asked_at))
    if row.arrived_at is not None:
        return t(":blue[● arrived after {span}]", span=t.duration(row.arrived_at - row.asked_at))
    if row.answered_at is not None:
        return t(":blue[◐ answered after {span}]", span=t.duration(row.answered_at - row.asked_at))
    if row.answer_due_at < now:
        return t(":red[■ unanswered, {span} past the limit]", span=t.duration(now - row.answer_due_at))
    return t(":gray[○ asked, {span} left to answer]", span=t.duration(row.answer_due_at - now))
