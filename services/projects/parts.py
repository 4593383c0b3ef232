"""What a project is made of: money, milestones, who takes part, and the demands it answers."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from models.departments import Department
from models.projects import (
    Project,
    ProjectDemand,
    ProjectMilestone,
    ProjectParty,
    ProjectPayment,
    ProjectSource,
    ProjectVerb,
    SourceKind,
)
from services import demands, sites
from services.access import Actor
from services.errors import BadInput, NotFound, Refused
from services.projects.changes import LINE, TITLE, done_before, open_for, record, require_after_start
from services.projects.money import checked
from services.projects.people import require_candidate
from services.projects.rows import MoneyRow, Taking
from services.projects.scope import require_project
from services.typed import line

MOST_PARTIES = 40
MOST_MILESTONES = 60


def sums(session: Session, actor: Actor, project_id: int) -> MoneyRow:
    """A project's budget, money raised and money spent, in fen; what was withdrawn does not count."""
    project = require_project(session, actor, project_id)
    totals = [
        int(
            session.scalar(
                select(func.coalesce(func.sum(table.amount_fen), 0)).where(
                    col(table.project_id) == project_id, col(table.withdrawn_at).is_(None)
                )
            )
            or 0
        )
        for table in (ProjectSource, ProjectPayment)
    ]
    return MoneyRow(project.budget_fen, totals[0], totals[1])


def fund(
    session: Session, actor: Actor, project_id: int, kind: SourceKind, amount_fen: int, raised_on: date, *,
    now: datetime, giver: str = "", seen_version: int | None = None, key: str | None = None,
) -> None:  # fmt: skip
    """Enter money promised or come in, in fen. The same `key` again changes nothing. Raises BadInput for 0 or less."""
    if done_before(session, actor, key) is not None:
        return
    project = open_for(session, actor, project_id, ProjectVerb.FUND, seen_version=seen_version)
    amount = checked(amount_fen, least=1)
    _require_past(session, raised_on, now)
    session.add(
        ProjectSource(
            project_id=project_id, kind=kind, amount_fen=amount, giver=line(giver, TITLE), raised_on=raised_on
        )
    )
    facts = {"kind": kind.value, "amount": amount}
    record(session, actor, project, ProjectVerb.FUND, now=now, facts=facts, key=key)


def pay(
    session: Session, actor: Actor, project_id: int, amount_fen: int, paid_on: date, purpose: str, payee: str, *,
    now: datetime, over_reason: str = "", seen_version: int | None = None, key: str | None = None,
) -> None:  # fmt: skip
    """Enter a payment, in fen. The same `key` again changes nothing.

    A payment beyond the budget or beyond what was raised is taken with a reason only, and stays marked: raises
    BadInput("overspend") telling by how much. Raises BadInput for 0 or less, a day to come, no purpose, no payee.
    """
    if done_before(session, actor, key) is not None:
        return
    project = open_for(session, actor, project_id, ProjectVerb.PAY, seen_version=seen_version)
    amount = checked(amount_fen, least=1)
    _require_past(session, paid_on, now)
    money = sums(session, actor, project_id)
    over = amount - max(min(money.left, money.in_hand), 0)
    said = line(over_reason, LINE)
    if over > 0 and not said:
        raise BadInput("overspend", over=f"{over // 100:,}.{over % 100:02d}")
    session.add(
        ProjectPayment(
            project_id=project_id, amount_fen=amount, paid_on=paid_on, purpose=line(purpose, LINE, "purpose_missing"),
            payee=line(payee, TITLE, "payee_missing"), over_reason=said if over > 0 else None,
        )
    )  # fmt: skip
    facts = {"amount": amount} | ({"over": over} if over > 0 else {})
    record(session, actor, project, ProjectVerb.PAY, now=now, facts=facts, reason=said if over > 0 else "", key=key)


def _require_past(session: Session, day: date, now: datetime) -> None:
    """Raise BadInput("day_to_come") for a day that has not begun at the site."""
    if day > now.astimezone(sites.profile(session).zone).date():
        raise BadInput("day_to_come", day=day.isoformat())


def withdraw(
    session: Session, actor: Actor, project_id: int, verb: ProjectVerb, row_id: int, *, now: datetime, reason: str,
    seen_version: int | None = None,
) -> None:  # fmt: skip
    """Take a source (verb UNFUND) or a payment (UNPAY) back with a reason; the row stays, its amount counts no more."""
    project = open_for(session, actor, project_id, verb, seen_version=seen_version)
    row: ProjectSource | ProjectPayment | None
    row = session.get(ProjectSource, row_id) if verb is ProjectVerb.UNFUND else session.get(ProjectPayment, row_id)
    if row is None or row.project_id != project_id:
        raise NotFound("project_part_not_found")
    if row.withdrawn_at is not None:
        raise Refused("withdrawn_before")
    row.withdrawn_at = now
    record(session, actor, project, verb, now=now, reason=reason, facts={"amount": row.amount_fen})


def plan(
    session: Session, actor: Actor, project_id: int, title: str, due_on: date, *, now: datetime,
    person_id: int | None = None, seen_version: int | None = None,
) -> int:  # fmt: skip
    """Add a milestone with its day and the person who answers for it; returns its id.

    Raises BadInput("milestone_before_start"), NotFound for a person who cannot be named here.
    """
    project = open_for(session, actor, project_id, ProjectVerb.PLAN, seen_version=seen_version)
    require_after_start(due_on, project.starts_on)
    there = session.scalar(select(func.count()).where(col(ProjectMilestone.project_id) == project_id))
    if (there or 0) >= MOST_MILESTONES:
        raise BadInput("project_too_many", most=MOST_MILESTONES)
    require_candidate(session, actor, project, person_id)
    row = ProjectMilestone(
        project_id=project_id, title=line(title, TITLE, "milestone_missing"), first_due_on=due_on, due_on=due_on,
        person_id=person_id,
    )  # fmt: skip
    session.add(row)
    record(session, actor, project, ProjectVerb.PLAN, now=now, facts={"title": row.title, "due": due_on.isoformat()})
    return row.id or 0


def replan(
    session: Session, actor: Actor, project_id: int, milestone_id: int, title: str, due_on: date, *, now: datetime,
    person_id: int | None = None, reason: str = "", seen_version: int | None = None,
) -> None:  # fmt: skip
    """Change a milestone. Moving its day needs a reason, and the first day stays seen."""
    project = open_for(session, actor, project_id, ProjectVerb.REPLAN, seen_version=seen_version)
    row = _milestone(session, project_id, milestone_id)
    require_after_start(due_on, project.starts_on)
    if person_id != row.person_id:
        require_candidate(session, actor, project, person_id)
    if due_on != row.due_on and not reason.strip():
        raise BadInput("project_reason_missing")
    facts = {"title": row.title, "due": [row.due_on.isoformat(), due_on.isoformat()]}
    row.title, row.due_on, row.person_id = line(title, TITLE, "milestone_missing"), due_on, person_id
    record(session, actor, project, ProjectVerb.REPLAN, now=now, reason=reason, facts=facts)


def reach(
    session: Session, actor: Actor, project_id: int, milestone_id: int, done_on: date | None, *, now: datetime,
    reason: str = "", seen_version: int | None = None,
) -> None:  # fmt: skip
    """Say on which day a milestone was done; None, with a reason, that it was not done after all.

    Raises BadInput("day_to_come"), BadInput("milestone_before_start"), Refused("milestone_done").
    """
    verb = ProjectVerb.UNREACH if done_on is None else ProjectVerb.REACH
    project = open_for(session, actor, project_id, verb, seen_version=seen_version)
    row = _milestone(session, project_id, milestone_id)
    if (row.done_on is None) == (done_on is None):
        raise Refused("milestone_done")
    if done_on is not None:
        require_after_start(done_on, project.starts_on)
        _require_past(session, done_on, now)
    row.done_on = done_on
    facts = {"title": row.title} | ({"done": done_on.isoformat()} if done_on is not None else {})
    record(session, actor, project, verb, now=now, reason=reason, facts=facts)


def unplan(
    session: Session, actor: Actor, project_id: int, milestone_id: int, *, now: datetime, reason: str,
    seen_version: int | None = None,
) -> None:  # fmt: skip
    """Take a milestone out of the plan, with a reason; the history keeps what it was."""
    project = open_for(session, actor, project_id, ProjectVerb.UNPLAN, seen_version=seen_version)
    row = _milestone(session, project_id, milestone_id)
    facts = {"title": row.title, "due": row.due_on.isoformat()}
    session.delete(row)
    record(session, actor, project, ProjectVerb.UNPLAN, now=now, reason=reason, facts=facts)


def _milestone(session: Session, project_id: int, milestone_id: int) -> ProjectMilestone:
    row = session.get(ProjectMilestone, milestone_id)
    if row is None or row.project_id != project_id:
        raise NotFound("project_part_not_found")
    return row


def set_people(
    session: Session, actor: Actor, project_id: int, takings: Sequence[Taking], *, now: datetime,
    seen_version: int | None = None,
) -> None:  # fmt: skip
    """Say who leads and who assists: the whole list anew. Nobody stands in it twice.

    Raises NotFound for a person or department that cannot be named here, BadInput for a double or too many.
    """
    project = open_for(session, actor, project_id, ProjectVerb.PEOPLE, seen_version=seen_version)
    named = [(each.person_id, each.department_id) for each in takings]
    if len(set(named)) != len(named) or any((who is None) == (office is None) for who, office in named):
        raise BadInput("party_twice")
    if len(named) > MOST_PARTIES:
        raise BadInput("project_too_many", most=MOST_PARTIES)
    for each in takings:
        _require_party(session, actor, project, each)
    session.exec(delete(ProjectParty).where(col(ProjectParty.project_id) == project_id))
    session.add_all(
        ProjectParty(project_id=project_id, part=each.part, person_id=each.person_id, department_id=each.department_id)
        for each in takings
    )
    record(session, actor, project, ProjectVerb.PEOPLE, now=now, facts={"count": len(named)})


def _require_party(session: Session, actor: Actor, project: Project, taking: Taking) -> None:
    if taking.department_id is not None and session.get(Department, taking.department_id) is None:
        raise NotFound("department_not_found")
    require_candidate(session, actor, project, taking.person_id)


def link(
    session: Session, actor: Actor, project_id: int, reference: str, *, now: datetime, seen_version: int | None = None
) -> None:
    """Say that the project answers a demand, named by its reference. Raises NotFound outside the actor's scope."""
    project = open_for(session, actor, project_id, ProjectVerb.LINK, seen_version=seen_version)
    demand_id = demands.find(session, actor, reference)
    if session.get(ProjectDemand, (project_id, demand_id)) is not None:
        raise Refused("demand_linked")
    session.add(ProjectDemand(project_id=project_id, demand_id=demand_id))
    record(session, actor, project, ProjectVerb.LINK, now=now, facts={"demand": reference.strip()})


def unlink(
    session: Session, actor: Actor, project_id: int, reference: str, *, now: datetime, reason: str,
    seen_version: int | None = None,
) -> None:  # fmt: skip
    """Take a link to a demand away, with a reason."""
    project = open_for(session, actor, project_id, ProjectVerb.UNLINK, seen_version=seen_version)
    row = session.get(ProjectDemand, (project_id, demands.find(session, actor, reference)))
    if row is None:
        raise NotFound("project_part_not_found")
    session.delete(row)
    record(session, actor, project, ProjectVerb.UNLINK, now=now, reason=reason, facts={"demand": reference.strip()})
