"""Hot subjects: which categories grew this week, and where."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session

from models.counters import Kind
from models.demands import Category
from services.figures import reading
from services.figures.counting import Place, Scope
from services.figures.ranges import days
from services.figures.spans import WEEK

WEEKS = 8
SHOWN = 6


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """A category: how many came in during the last seven days, the change from the seven before, eight weeks, where.

    Seven days are whole days and end with today.
    `villages` are the units with most of this week's, (unit id, name, English name, count).
    """

    category_id: int
    code: str
    name: str
    name_en: str
    this_week: int
    change: int
    weeks: tuple[int, ...]
    villages: tuple[tuple[int, str, str, int], ...]


def hot(session: Session, scope: Scope, villages: Scope | None, today: int) -> list[SubjectRow]:
    """The categories that grew most this week against the week before, at most six. `today` is a day's number.

    Three statements.
    """
    start = today + 1 - WEEKS * WEEK
    series: dict[int, list[int]] = defaultdict(lambda: [0] * WEEKS)
    kinds, by = (Kind.SUBJECT,), ("sub", "week")
    for _, category, week, number in reading.cells(session, scope, kinds, days(start, today), by, start=start):
        series[category][week] += number
    best = sorted((key for key in series if series[key][-1]), key=lambda key: _heat(series[key], key))[:SHOWN]
    where = _where(session, villages, best, today) if villages and best else {}
    names = {
        row.id: row
        for row in session.connection().execute(
            select(Category.id, Category.code, Category.name, Category.name_en).where(Category.id.in_(best))  # type: ignore
        )
    }
    return [
        SubjectRow(
            category_id=key, code=names[key].code, name=names[key].name, name_en=names[key].name_en,
            this_week=series[key][-1], change=series[key][-1] - series[key][-2], weeks=tuple(series[key]),
            villages=tuple(where.get(key, ())),
        )
        for key in best
    ]  # fmt: skip


def _heat(weeks: list[int], category_id: int) -> tuple[int, int, int]:
    """Most grown first, then the largest, then by category."""
    return weeks[-2] - weeks[-1], -weeks[-1], category_id


def _where(
    session: Session, villages: Scope, categories: list[int], today: int
) -> dict[int, list[tuple[int, str, str, int]]]:
    places: dict[int, Place] = {place.id: place for place in villages.places}
    found: dict[int, list[tuple[int, str, str, int]]] = defaultdict(list)
    week = days(today + 1 - WEEK, today)
    for unit, category, number in reading.cells(session, villages, (Kind.SUBJECT,), week, ("sub",)):
        if category in categories and number:
            found[category].append((unit, places[unit].name, places[unit].name_en, number))
    return {key: sorted(rows, key=lambda row: (-row[3], row[1]))[:3] for key, rows in found.items()}
