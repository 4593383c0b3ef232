"""Demands in words: where, who has it, what happened, when it is due and why. Pure."""

from datetime import date, datetime, timedelta

from babel.dates import format_date

from models.demands import Verb
from models.limits import Limit, LimitUnit
from models.profiles import Profile
from pages.i18n import Words
from pages.i18n.sentences import N_
from services import deadlines
from services.demands import DemandRow, DetailRow, EventRow, WhistleRow

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
}
"""What each event says."""


def place(t: Words, row: DemandRow) -> str:
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
    said = t(PAST[row.verb])
    taker = _taker(t, demand, row)
    if taker:
        said = t("{what}: {who}", what=said, who=taker)
    return t("{what}, “{reason}”", what=said, reason=row.reason) if row.reason else said


def _taker(t: Words, demand: DetailRow, row: EventRow) -> str:
    facts = row.facts
    if row.verb is Verb.WHISTLE:
        lead = _department(t, demand, facts.get("lead"))
        assist = [_department(t, demand, other) for other in facts.get("assist", [])]
        return t("{lead} leads, {others} assist", lead=lead, others=t.join(assist)) if assist else lead
    if row.verb in {Verb.ANSWER, Verb.ARRIVE}:
        return _department(t, demand, facts.get("department"))
    if row.verb not in {Verb.ASSIGN, Verb.ESCALATE, Verb.ACCEPT}:
        return ""
    unit = demand.unit_names.get(facts.get("holder_unit_id") or 0, ("", ""))
    return _department(t, demand, facts.get("department_id")) or t.name(*unit)


def _department(t: Words, demand: DetailRow, department_id: int | None) -> str:
    return t.name(*demand.department_names.get(department_id or 0, ("", "")))


def whistle(t: Words, row: WhistleRow, now: datetime) -> str:
    """A whistle's mark, word and span, in Markdown: ○ asked, ◐ answered, ● arrived, ■ unanswered past its limit."""
    if row.arrived_at is not None:
        return t(":blue[● arrived after {span}]", span=t.duration(row.arrived_at - row.asked_at))
    if row.answered_at is not None:
        return t(":blue[◐ answered after {span}]", span=t.duration(row.answered_at - row.asked_at))
    if row.answer_due_at < now:
        return t(":red[■ unanswered, {span} past the limit]", span=t.duration(now - row.answer_due_at))
    return t(":gray[○ asked, {span} left to answer]", span=t.duration(row.answer_due_at - now))


def limit(t: Words, given: Limit) -> str:
    """A limit: 7 work days / 7 个工作日."""
    match given.unit:
        case LimitUnit.HOURS:
            return t.n("{n} hour", "{n} hours", given.amount)
        case LimitUnit.WORK_HOURS:
            return t.n("{n} work hour", "{n} work hours", given.amount)
        case LimitUnit.DAYS:
            return t.n("{n} day", "{n} days", given.amount)
        case LimitUnit.WORK_DAYS:
            return t.n("{n} work day", "{n} work days", given.amount)


def due(t: Words, profile: Profile, row: DemandRow) -> str:
    """When it is due and how that comes about, in Markdown. Only a sum that holds is shown as one."""
    if row.due_at is None:
        return t("No deadline.")
    when = t("**Due {when}**", when=day_and_clock(t, row.due_at))
    if not follows_limit(profile, row):
        return when
    given = profile.limits[row.urgency].solve
    counted = t("{limit} after {start}", limit=limit(t, given), start=day_and_clock(t, row.reported_at))
    return f"{when} = {counted}"


def follows_limit(profile: Profile, row: DemandRow) -> bool:
    """Whether the deadline is the urgency's limit counted from the report, and nothing moved it."""
    return row.due_at == deadlines.solve_due_at(profile, row.reported_at, row.urgency)


def skipped(t: Words, profile: Profile, row: DemandRow) -> str:
    """What the count of work days skipped and took in; and years whose calendar is not published, said aloud."""
    if row.due_at is None or profile.limits[row.urgency].solve.unit not in {LimitUnit.WORK_DAYS, LimitUnit.WORK_HOURS}:
        return ""
    first, last = (moment.astimezone(profile.zone).date() for moment in (row.reported_at, row.due_at))
    said = [
        t("{name} {days} not counted", name=t.term(off.holiday), days=_days(t, off.from_day, off.to_day))
        for off in deadlines.holidays(first, last)
    ]
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    made_up = [t.day(day) for day in days if day.weekday() >= 5 and deadlines.is_work_day(day)]
    if made_up:
        said.append(t("{days} made up as work days", days=t.join(made_up)))
    said += [
        t("the work days of {year} are not published yet: Monday to Friday counted", year=str(year))
        for year in sorted({day.year for day in days})
        if not deadlines.knows_year(year)
    ]
    return ("；" if t.language == "zh" else "; ").join(said)


def day_and_clock(t: Words, moment: datetime) -> str:
    """10月13日 周一 17:30 / Mon 13 Oct 17:30; midnight as 24:00 of the day before."""
    local = moment.astimezone(t.zone)
    if (local.hour, local.minute) == (0, 0):
        return f"{weekday(t, (local - timedelta(days=1)).date())} 24:00"
    return f"{weekday(t, local.date())} {t.clock(moment)}"


def weekday(t: Words, day: date) -> str:
    """10月13日 周一 / Mon 13 Oct."""
    return str(format_date(day, "M月d日 EEE" if t.language == "zh" else "EEE d MMM", t.locale))


def _days(t: Words, first: date, last: date) -> str:
    return t.day(first) if first == last else f"{t.day(first)}–{t.day(last)}"
