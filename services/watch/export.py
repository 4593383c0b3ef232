"""The watch-list as a workbook: typed cells, and nobody's text ever becomes a formula or a link."""

import io
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from services import sites, workbooks
from services.access import Actor
from services.watch.reads import ledger, sheet
from services.watch.rows import EntryRow, Sheet
from services.workbooks import Say, said

MOST = 500
"""The most entries in one workbook."""
WIDE = {"problem", "measure", "text", "reasons"}

_ENTRIES = (
    "reference", "unit", "state", "entered_on", "accepted_on", "ended_on", "relapse_of", "reasons", "measures", "done",
    "late", "missing", "helps",
)  # fmt: skip
_PARTS = {
    "measures": ("reference", "problem", "measure", "who", "due_on", "first_due_on", "done_on", "late_days"),
    "helps": ("reference", "kind", "who", "text", "day"),
    "evidence": ("reference", "week", "text", "by"),
}


def workbook(session: Session, actor: Actor, *, now: datetime, say: Say) -> bytes:
    """An XLSX of the entries the actor may read, on the list and over: entries, measures, help, evidence, a sheet each.

    `say` gives headings and words ("column.unit", "state.left", "help.leader", "sheet.helps"). Raises NotAllowed.
    """
    rows = [*ledger(session, actor, now=now), *ledger(session, actor, now=now, ended=True)][:MOST]
    found = [sheet(session, actor, row.id, now=now) for row in rows]
    zone, out = sites.profile(session).zone, io.BytesIO()
    with workbooks.opened(out) as book:
        said(book, say, "entries", _ENTRIES, [_entry(row, say, zone) for row in rows], WIDE)
        said(book, say, "measures", _PARTS["measures"], [row for each in found for row in _measures(each)], WIDE)
        said(book, say, "helps", _PARTS["helps"], [row for each in found for row in _helps(each, say)], WIDE)
        said(book, say, "evidence", _PARTS["evidence"], [row for each in found for row in _evidence(each)], WIDE)
    return out.getvalue()


def _entry(row: EntryRow, say: Say, zone: Any) -> list[Any]:
    language = say("language")
    days = [moment and moment.astimezone(zone).date() for moment in (row.entered_at, row.accepted_at, row.ended_at)]
    reasons = "\n".join(each.zh if language == "zh" else each.en for each in row.reasons)
    unit = row.unit if language == "zh" else row.unit_en
    return [
        row.reference, unit, say(f"state.{row.state.value}"), *days, row.relapse_of, reasons, row.measures, row.done,
        row.late, row.missing, row.helps,
    ]  # fmt: skip


def _measures(found: Sheet) -> list[list[Any]]:
    return [
        [found.row.reference, problem.text, row.text, row.who, row.due_on, row.first_due_on, row.done_on, row.late_days]
        for problem in found.plan.problems
        for row in problem.measures
        if row.dropped is None
    ]


def _helps(found: Sheet, say: Say) -> list[list[Any]]:
    return [[found.row.reference, say(f"help.{row.kind}"), row.who, row.text, row.given_on] for row in found.plan.helps]


def _evidence(found: Sheet) -> list[list[Any]]:
    weeks: list[tuple[date, str, str]] = [(row.week, row.text, row.by) for row in found.plan.evidence]
    return [[found.row.reference, *week] for week in sorted(weeks)]
