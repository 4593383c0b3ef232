"""Proposing a project, moving it on, and the one place that writes its history."""

import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from models.accounts import Permission
from models.projects import (
    PROJECT_MOVES,
    Project,
    ProjectEvent,
    ProjectFact,
    ProjectMeasure,
    ProjectMilestone,
    ProjectState,
    ProjectVerb,
)
from services import sites
from services.access import Actor, require, require_unit
from services.errors import BadInput, ChangedMeanwhile, NotAllowed, Refused
from services.projects import money
from services.projects.rows import Draft, Fact
from services.projects.scope import require_writable
from services.typed import line

TITLE, LINE, TEXT, MANY = 80, 200, 5_000, 30
"""The longest title, line and text in characters; the most measures or figures."""
MOST_PEOPLE = 10_000_000
_PLAIN = ("title", "problem", "unit_id", "budget_fen", "starts_on", "ends_on", "people", "households", "beneficiaries")


def propose(session: Session, actor: Actor, draft: Draft, *, now: datetime, key: str | None = None) -> int:
    """Enter a large problem with its policy; returns the project's id. The same `key` again changes nothing.

    Raises NotAllowed, NotFound for a unit outside the scope, BadInput for what is missing, overlong or negative.
    """
    require(actor, Permission.TRIAGE)
    if key is not None:
        _reference(session, now, 0)  # waits for whoever proposes right now: a form sent twice at once is one project
    before = done_before(session, actor, key)
    if before is not None:
        return before
    draft = checked(draft)
    require_unit(session, actor, draft.unit_id)
    project = Project(
        reference=_reference(session, now), state=ProjectState.PROPOSED, proposed_by_id=actor.account_id,
        created_at=now, **{name: getattr(draft, name) for name in _PLAIN},
    )  # fmt: skip
    session.add(project)
    session.flush()
    _store_lists(session, project.id or 0, draft)
    record(session, actor, project, ProjectVerb.PROPOSE, now=now, facts={"budget": draft.budget_fen}, key=key)
    return project.id or 0


def done_before(session: Session, actor: Actor, key: str | None) -> int | None:
    """The project that this account changed under the same idempotency key, None where there is none.

    Raises Refused("key_used") where somebody else used the key.
    """
    if key is None:
        return None
    event = session.scalars(select(ProjectEvent).where(col(ProjectEvent.idempotency_key) == key)).first()
    if event is not None and event.account_id != actor.account_id:
        raise Refused("key_used")
    return event.project_id if event is not None else None


def _reference(session: Session, now: datetime, count: int = 1) -> str:
    year = now.astimezone(sites.profile(session).zone).year
    return f"P{sites.site(session).code}-{year}-{sites.next_numbers(session, f'projects-{year}', count):04d}"


def change(
    session: Session, actor: Actor, project_id: int, draft: Draft, *, now: datetime, seen_version: int | None = None
) -> None:
    """Change what a project is about; the history keeps what stood there before. Nothing new writes nothing.

    Raises as `propose`; BadInput("milestone_before_start") where a milestone would lie before the new first day.
    """
    project = open_for(session, actor, project_id, ProjectVerb.CHANGE, seen_version=seen_version)
    draft = checked(draft)
    require_unit(session, actor, draft.unit_id)
    for milestone in session.scalars(select(ProjectMilestone).where(ProjectMilestone.project_id == project_id)):
        require_after_start(min(milestone.due_on, milestone.done_on or milestone.due_on), draft.starts_on)
    old = {name: getattr(project, name) for name in _PLAIN} | _lists(session, project_id)
    new = {field.name: getattr(draft, field.name) for field in fields(Draft)}
    changed = {name: [_told(old[name]), _told(value)] for name, value in new.items() if old[name] != value}
    if not changed:
        return
    for name in _PLAIN:
        setattr(project, name, new[name])
    _store_lists(session, project_id, draft)
    record(session, actor, project, ProjectVerb.CHANGE, now=now, facts=changed)


def move(
    session: Session, actor: Actor, project_id: int, verb: ProjectVerb, *, now: datetime, reason: str = "",
    seen_version: int | None = None,
) -> None:  # fmt: skip
    """Approve, start, finish, drop or take up again, through the one table of moves.

    Raises Refused where its state does not allow it, or ("milestones_open") where it would finish with milestones not
    done; NotAllowed("project_own") where who proposed it would approve it; BadInput where a reason is missing.
    """
    rule = PROJECT_MOVES[verb]
    if rule.target is None:
        raise ValueError(f"{verb} moves no project")
    project = open_for(session, actor, project_id, verb, seen_version=seen_version)
    if rule.by_other and project.proposed_by_id is not None and project.proposed_by_id == actor.account_id:
        raise NotAllowed("project_own", reference=project.reference)
    if verb is ProjectVerb.FINISH:
        _require_all_done(session, project)
    project.finished_at = now if rule.target is ProjectState.FINISHED else None
    record(session, actor, project, verb, now=now, reason=reason)


def _require_all_done(session: Session, project: Project) -> None:
    waiting = select(ProjectMilestone.title).where(
        col(ProjectMilestone.project_id) == project.id, col(ProjectMilestone.done_on).is_(None)
    )
    titles = session.scalars(waiting.order_by(col(ProjectMilestone.due_on))).all()
    if titles:
        raise Refused("milestones_open", count=len(titles), first=titles[0])


def open_for(
    session: Session, actor: Actor, project_id: int, verb: ProjectVerb, *, seen_version: int | None = None
) -> Project:
    """The project, if the actor may do this with it in its present state.

    `seen_version` is the version the person was looking at. Raises NotFound, NotAllowed, Refused("project_state"), and
    ChangedMeanwhile("project_changed") telling who was first.
    """
    project = require_writable(session, actor, project_id)
    if seen_version is not None and seen_version != project.version:
        last = session.scalars(
            select(ProjectEvent)
            .where(ProjectEvent.project_id == project_id)
            .order_by(col(ProjectEvent.seq).desc())
            .limit(1)
        ).one()
        raise ChangedMeanwhile("project_changed", who=last.actor_name, at=last.at, reference=project.reference)
    if project.state not in PROJECT_MOVES[verb].sources:
        state, name = project.state.value, verb.value
        raise Refused("project_state", reference=project.reference, project_state=state, project_verb=name)
    return project


def record(
    session: Session, actor: Actor, project: Project, verb: ProjectVerb, *, now: datetime, reason: str = "",
    facts: dict[str, Any] | None = None, key: str | None = None,
) -> None:  # fmt: skip
    """Append one event and move the project to the state the table says. Raises BadInput("project_reason_missing").

    Not for screens: the caller has checked who may.
    """
    rule = PROJECT_MOVES.get(verb)
    said = line(reason, LINE)
    if rule is not None and rule.needs_reason and not said:
        raise BadInput("project_reason_missing")
    before = None if rule is None else project.state
    project.state = (rule.target if rule is not None else None) or project.state
    project.event_count += 1
    session.add(
        ProjectEvent(
            project_id=project.id or 0, seq=project.event_count, at=now, verb=verb, from_state=before,
            to_state=project.state, account_id=actor.account_id, actor_name=actor.name, reason=said or None,
            facts=json.dumps(facts or {}, ensure_ascii=False, sort_keys=True), idempotency_key=key,
        )
    )  # fmt: skip
    session.flush()


def require_after_start(day: date, starts_on: date) -> None:
    """Raise BadInput("milestone_before_start") for a day before the project begins."""
    if day < starts_on:
        raise BadInput("milestone_before_start", day=day.isoformat(), start=starts_on.isoformat())


def checked(draft: Draft) -> Draft:
    """The draft, trimmed. Raises BadInput for what is missing, overlong, negative, or ends before it begins."""
    if draft.ends_on is not None and draft.ends_on < draft.starts_on:
        raise BadInput("project_term", start=draft.starts_on.isoformat(), end=draft.ends_on.isoformat())
    measures = tuple(filter(None, (line(each, LINE) for each in draft.measures)))
    facts = tuple(_fact(each) for each in draft.facts)
    if len(measures) > MANY or len(facts) > MANY:
        raise BadInput("project_too_many", most=MANY)
    return Draft(
        title=line(draft.title, TITLE, "project_title_missing").replace("\n", " "),
        problem=line(draft.problem, TEXT, "project_problem_missing"), unit_id=draft.unit_id,
        budget_fen=money.checked(draft.budget_fen), starts_on=draft.starts_on, ends_on=draft.ends_on,
        measures=measures, people=_count(draft.people), households=_count(draft.households),
        beneficiaries=line(draft.beneficiaries, TEXT), facts=facts,
    )  # fmt: skip


def _count(given: int | None) -> int | None:
    if given is not None and not 0 <= given <= MOST_PEOPLE:
        raise BadInput("count_wrong", given=given)
    return given


def _fact(given: Fact) -> Fact:
    value = given.value.strip().replace(",", "")
    try:
        sound = Decimal(value).is_finite() and len(value) <= 20
    except InvalidOperation:
        sound = False
    if not sound:
        raise BadInput("fact_wrong", label=given.label[:40], given=given.value[:40])
    return Fact(line(given.label, 40, "fact_label_missing"), value, line(given.measure, 20))


def _store_lists(session: Session, project_id: int, draft: Draft) -> None:
    """The measures and figures as the draft has them, in its order."""
    for table in (ProjectMeasure, ProjectFact):
        session.exec(delete(table).where(col(table.project_id) == project_id))
    rows: Sequence[ProjectMeasure | ProjectFact] = [
        *(ProjectMeasure(project_id=project_id, sort=sort, text=each) for sort, each in enumerate(draft.measures)),
        *(
            ProjectFact(project_id=project_id, sort=sort, label=each.label, value=each.value, measure=each.measure)
            for sort, each in enumerate(draft.facts)
        ),
    ]
    session.add_all(rows)


def _lists(session: Session, project_id: int) -> dict[str, Any]:
    """The stored measures and figures, named as in a draft."""
    measures = session.scalars(
        select(ProjectMeasure).where(ProjectMeasure.project_id == project_id).order_by(col(ProjectMeasure.sort))
    )
    facts = session.scalars(
        select(ProjectFact).where(ProjectFact.project_id == project_id).order_by(col(ProjectFact.sort))
    )
    return {
        "measures": tuple(row.text for row in measures),
        "facts": tuple(Fact(row.label, row.value, row.measure) for row in facts),
    }


def _told(value: Any) -> Any:
    """A value as the history keeps it."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Fact):
        return f"{value.label} {value.value} {value.measure}".strip()
    return [_told(each) for each in value] if isinstance(value, tuple) else value
