"""The ledger of projects as a workbook: typed cells, and nobody's text ever becomes a formula or a link."""

import io
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlmodel import Session

from services import workbooks
from services.access import Actor
from services.projects.opened import detail
from services.projects.reads import listed
from services.projects.rows import ProjectDetail

MOST = 500
"""The most projects in one workbook."""

Say = Callable[[str], str]
"""Gives the word for a column's key or a state, in the reader's language."""

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
        _sheet(book, say, "projects", _PROJECTS, [_project(each, say) for each in found])
        _sheet(book, say, "milestones", _PARTS["milestones"], [row for each in found for row in _milestones(each)])
        _sheet(book, say, "money", _PARTS["money"], [row for each in found for row in _money(each, say)])
        _sheet(book, say, "linked", _PARTS["linked"], [row for each in found for row in _linked(each)])
    return out.getvalue()


class Yuan(int):
    """Fen that a cell shows in yuan."""


def _sheet(book: Any, say: Say, name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    bold = workbooks.heading(book)
    formats = {
        Yuan: book.add_format({"num_format": "#,##0.00"}),
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
        str: book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
    }
    sheet = book.add_worksheet(say(f"sheet.{name}"))
    sheet.freeze_panes(1, 0)
    for number, column in enumerate(columns):
        sheet.set_column(number, number, 40 if column in {"title", "problem", "measures", "purpose"} else 16)
        sheet.write_string(0, number, say(f"column.{column}"), bold)
    for line, row in enumerate(rows, start=1):
        for number, value in enumerate(row):
            _write(sheet, line, number, value, formats)


def _write(sheet: Any, line: int, number: int, value: Any, formats: dict[type, Any]) -> None:
    if isinstance(value, str):
        sheet.write_string(line, number, value[:32_000], formats[str])
    elif isinstance(value, Yuan):
        sheet.write_number(line, number, int(value) / 100, formats[Yuan])
    elif isinstance(value, int):
        sheet.write_number(line, number, value)
    elif isinstance(value, date):
        sheet.write_datetime(line, number, value, formats[date])


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
