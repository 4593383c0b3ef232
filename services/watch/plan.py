"""The plan of a unit on the list, "one village, one policy": problems, measures, help, and each week's evidence."""

from datetime import date, datetime

from sqlmodel import Session, col, select

from models.watch import WatchEvent, WatchVerb, monday
from services import demands, projects, sites
from services.access import Actor
from services.errors import BadInput, NotFound, Refused
from services.typed import line
from services.watch import history
from services.watch.reads import events_of
from services.watch.recording import LINE, add, needed, rules
from services.watch.scope import require_entry


def problem(
    session: Session, actor: Actor, entry_id: int, text: str, *, now: datetime, key: str | None = None,
    seen_version: int | None = None,
) -> int:  # fmt: skip
    """Write down a problem of the unit; returns its number in the entry. Raises BadInput("watch_text_missing")."""
    return add(session, actor, entry_id, WatchVerb.PROBLEM, now=now, text=needed(text), key=key, seen=seen_version)


def measure(
    session: Session, actor: Actor, entry_id: int, problem_seq: int, text: str, due_on: date, *, now: datetime,
    person_id: int | None = None, department_id: int | None = None, key: str | None = None,
    seen_version: int | None = None,
) -> int:  # fmt: skip
    """Write down a measure against a problem, its day and who answers for it; returns its number in the entry.

    Raises BadInput("watch_who") unless exactly one person or department is named, NotFound for a problem or a person
    that is not there.
    """
    if (person_id is None) == (department_id is None):
        raise BadInput("watch_who")
    _require_about(session, actor, entry_id, problem_seq, WatchVerb.PROBLEM)
    _require_who(session, actor, entry_id, person_id, department_id, now)
    return add(
        session, actor, entry_id, WatchVerb.MEASURE, now=now, text=needed(text), about=problem_seq, day=due_on,
        person_id=person_id, department_id=department_id, key=key, seen=seen_version,
    )  # fmt: skip


def change(
    session: Session, actor: Actor, entry_id: int, measure_seq: int, verb: WatchVerb, *, now: datetime,
    day: date | None = None, text: str = "", seen_version: int | None = None,
) -> None:  # fmt: skip
    """Do something with a measure: DONE on a day, UNDONE, RESCHEDULE to a day, DROP. All but DONE need a reason.

    Raises BadInput for a missing reason, a missing day or a day to come; Refused("watch_measure_so") where it stands
    so already.
    """
    if verb not in {WatchVerb.DONE, WatchVerb.UNDONE, WatchVerb.RESCHEDULE, WatchVerb.DROP}:
        raise ValueError(f"{verb} is nothing to do with a measure")
    _require_about(session, actor, entry_id, measure_seq, WatchVerb.MEASURE)
    if day is None and verb in {WatchVerb.DONE, WatchVerb.RESCHEDULE}:
        raise BadInput("watch_day_missing")
    if verb is WatchVerb.DONE:
        _require_past(session, day, now)
    _require_new(session, actor, entry_id, measure_seq, verb)
    said = line(text, LINE) if verb is WatchVerb.DONE else needed(text, LINE)
    wanted = day if verb in {WatchVerb.DONE, WatchVerb.RESCHEDULE} else None
    add(session, actor, entry_id, verb, now=now, text=said, about=measure_seq, day=wanted, seen=seen_version)


def give_help(
    session: Session, actor: Actor, entry_id: int, kind: str, text: str, given_on: date, *, now: datetime,
    person_id: int | None = None, department_id: int | None = None, key: str | None = None,
    seen_version: int | None = None,
) -> int:  # fmt: skip
    """Write down help of one kind of the profile's list, from above the unit: who, and what they take on.

    Raises BadInput("watch_help_wrong") for a kind the profile does not list.
    """
    if kind not in {each.key for each in rules(sites.profile(session)).help}:
        raise BadInput("watch_help_wrong", given=kind)
    _require_who(session, actor, entry_id, person_id, department_id, now)
    _require_past(session, given_on, now)
    return add(
        session, actor, entry_id, WatchVerb.HELP, now=now, text=needed(text), day=given_on, kind=kind,
        person_id=person_id, department_id=department_id, key=key, seen=seen_version,
    )  # fmt: skip


def show(
    session: Session, actor: Actor, entry_id: int, week: date, text: str, *, now: datetime, key: str | None = None,
    seen_version: int | None = None,
) -> int:  # fmt: skip
    """Write down what was done in a week (any day of it), also later on; the last text of a week is the one shown.

    Raises BadInput("watch_week") for a week before the entry or to come.
    """
    entry, day = require_entry(session, actor, entry_id), monday(week)
    zone = sites.profile(session).zone
    if not monday(entry.entered_at.astimezone(zone).date()) <= day <= now.astimezone(zone).date():
        raise BadInput("watch_week", day=week.isoformat())
    return add(
        session, actor, entry_id, WatchVerb.EVIDENCE, now=now, text=needed(text), day=day, key=key, seen=seen_version
    )


def _require_about(session: Session, actor: Actor, entry_id: int, seq: int, verb: WatchVerb) -> None:
    require_entry(session, actor, entry_id)
    wanted = select(WatchEvent).where(
        col(WatchEvent.entry_id) == entry_id, col(WatchEvent.seq) == seq, col(WatchEvent.verb) == verb
    )
    if session.scalars(wanted).first() is None:
        raise NotFound("project_part_not_found")


def _require_new(session: Session, actor: Actor, entry_id: int, seq: int, verb: WatchVerb) -> None:
    """Raise Refused("watch_measure_so") where the measure stands so already, or was dropped."""
    rows = events_of(session, actor, [entry_id])[entry_id]
    plan = history.plan_of(rows, rows[0].at.date(), rows[0].at.date())
    row = next(each for problem in plan.problems for each in problem.measures if each.seq == seq)
    done = row.done_on is not None
    if row.dropped is not None or (verb is WatchVerb.UNDONE) != done:
        raise Refused("watch_measure_so")


def _require_who(
    session: Session, actor: Actor, entry_id: int, person_id: int | None, department_id: int | None, now: datetime
) -> None:
    """Raise NotFound for a person who has no post near the unit, or a department there is not."""
    entry = require_entry(session, actor, entry_id)
    today = now.astimezone(sites.profile(session).zone).date()
    if person_id is not None:
        known = {row.person_id for row in projects.candidates(session, actor, entry.unit_id, today)}
        if person_id not in known:
            raise NotFound("person_not_found", person=person_id)
    if department_id is not None and department_id not in {row.id for row in demands.departments(session, actor)}:
        raise NotFound("department_not_found")


def _require_past(session: Session, day: date | None, now: datetime) -> None:
    if day is not None and day > now.astimezone(sites.profile(session).zone).date():
        raise BadInput("day_to_come", day=day.isoformat())
