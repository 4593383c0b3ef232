"""Assessments as a workbook: typed cells, and nobody's text ever becomes a formula or a link."""

import io
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from services import workbooks
from services.access import Actor
from services.assessments.beside import honours, incomes
from services.assessments.reading import form_of, results
from services.assessments.rows import ResultRow
from services.workbooks import Say, Yuan, said


def workbook(session: Session, actor: Actor, key: str, unit_id: int, day: date, *, now: datetime, say: Say) -> bytes:
    """An XLSX of a form's results in the period that holds a day, and of the year's honours and incomes beside them.

    Points as numbers, money in yuan. `say` gives words ("column.unit", "list.red", "honour.civilised_village",
    "sheet.results"). Raises NotAllowed, NotFound.
    """
    zh, form, out = say("language") == "zh", form_of(session, actor, key), io.BytesIO()
    rows = results(session, actor, key, day, now=now)
    parts = [part.zh if zh else part.en for part in rows[0].parts] if rows else []
    named = [*(say(f"column.{name}") for name in ("unit", "place", "points", "list")), *parts]
    with workbooks.opened(out) as book:
        name = form.zh if zh else form.en
        widths = [max(14, 2 * len(word)) for word in named]
        workbooks.table(book, name, named, [_result(row, say, zh=zh) for row in rows], widths)
        held = [
            [row.unit if zh else row.unit_en, say(f"honour.{row.kind}"), row.year, row.households]
            for row in honours(session, actor, unit_id, day.year)
        ]
        said(book, say, "honours", ("unit", "honour", "year", "households"), held)
        money = [
            [row.unit if zh else row.unit_en, day.year, None if row.income is None else Yuan(row.income)]
            for row in incomes(session, actor, unit_id, day.year)
        ]
        said(book, say, "incomes", ("unit", "year", "income"), money)
    return out.getvalue()


def _result(row: ResultRow, say: Say, *, zh: bool) -> list[Any]:
    listed = say(f"list.{row.listed.value}") if row.listed else None
    return [row.unit if zh else row.unit_en, row.place, row.points, listed, *(part.points for part in row.parts)]
