"""The ledger of projects as a workbook: typed cells, and nobody's text ever becomes a formula or a link."""

import io
from datetime import date
from typing import Any

from sqlmodel import Session

from services import workbooks
from services.access import Actor
from services.projects.opened import detail
from services.projects.reads import listed
from services.projects.rows import ProjectDetail
from services.workbooks import Say, Yuan, said

MOST = 500
"""The most projects in one workbook."""
WIDE = {"title", "problem", "measures", "purpose"}

_PROJECTS = (
    "reference", "title", "unit", "state", "problem", "measures", "starts_on", "ends_on", "budget", "raised", "spent",
    "left", "people", "households", "milestones", "done", "late", "demands",
)  # fmt: skip
_PARTS = {
    "milestones": ("reference", "milestone", "due_on", "first_due_on", "done_on", "person", "late_days"),
    "money": ("reference", "kind", "amount", "day", "purpose", "party", "reason"),
    "linked": ("reference", "demand", "title"),
}


def ledger(session: Session, actor: Actor, unit_id: int | None, today: date, say: Say) -> bytes:
    """An XLSX of the projects the actor sees in a subtree: projects, milestones, money, demands, a sheet each.

    Sums in yuan as numbers with two decimals, days as days; `say` gives headings and words ("column.budget",
    "state.approved", "kind.upper", "sheet.money"). Raises NotAllowed, NotFound for a unit outside the scope.
    """
    rows = listed(session, actor, unit_id, today)[:MOST]
    found = [detail(session, actor, row.id, today) for row in rows]
    out = io.BytesIO()
    with workbooks.opened(out) as book:
        said(book, say, "projects", _PROJECTS, [_project(each, say) for each in found], WIDE)
        said(book, say, "milestones", _PARTS["milestones"], [row for each in found for row in _milestones(each)])
        said(book, say, "money", _PARTS["money"], [row for each in found for row in _money(each, say)], WIDE)
        said(book, say, "linked", _PARTS["linked"], [row for each in found for row in _linked(each)], WIDE)
    return out.getvalue()


def _project(project: ProjectDetail, say: Say) -> list[Any]:
    row, money = project.row, project.row.money
    return [
        row.reference, row.title, row.unit, say(f"state.{row.state.value}"), project.problem,
        "\n".join(project.measures), row.starts_on, row.ends_on, Yuan(money.budget), Yuan(money.raised),
        Yuan(money.spent), Yuan(money.left), row.people, row.households, row.milestones, row.done, row.late,
        row.demands,
    ]  # fmt: skip


def _milestones(project: ProjectDetail) -> list[list[Any]]:
    return [
        [project.row.reference, row.title, row.due_on, row.first_due_on, row.done_on, row.person, row.late_days]
        for row in project.milestones
    ]


def _money(project: ProjectDetail, say: Say) -> list[list[Any]]:
    """Money raised with its plus, payments with a minus; what was withdrawn is left out."""
    reference = project.row.reference
    raised = [
        [reference, say(f"kind.{row.kind.value}"), Yuan(row.amount), row.raised_on, "", row.giver, ""]
        for row in project.sources
        if row.withdrawn_at is None
    ]
    paid = [
        [reference, say("kind.payment"), Yuan(-row.amount), row.paid_on, row.purpose, row.payee, row.over_reason or ""]
        for row in project.payments
        if row.withdrawn_at is None
    ]
    return raised + paid


def _linked(project: ProjectDetail) -> list[list[Any]]:
    return [[project.row.reference, row.reference, row.title] for row in project.demands]
