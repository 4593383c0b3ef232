"""Hot subjects: which categories grew this week, and where."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session

from models.demands import Category
from services.figures.counting import C, Place, Scope
from services.figures.spans import WEEK, week_of

WEEKS = 8
SHOWN = 6


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """A category: how many came in during the last seven days, the change from the seven before, eight weeks, where.

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


def hot(session: Session, scope: Scope, villages: Scope | None, *, now: datetime) -> list[SubjectRow]:
    """The categories that grew most this week against the week before, at most six. Three statements."""
    start = now - WEEKS * WEEK
    series: dict[int, list[int]] = defaultdict(lambda: [0] * WEEKS)
    inside = (C.reported_at >= start, C.reported_at < now, C.received)
    by = (C.category_id, week_of(C.reported_at, start))
    for _, category, week, number in scope.rows(session, (func.count(),), inside, by):
        series[category][min(int(week), WEEKS - 1)] += number
    best = sorted((key for key in series if series[key][-1]), key=lambda key: _heat(series[key], key))[:SHOWN]
    where = _where(session, villages, best, now) if villages and best else {}
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
    session: Session, villages: Scope, categories: list[int], now: datetime
) -> dict[int, list[tuple[int, str, str, int]]]:
    places: dict[int, Place] = {place.id: place for place in villages.places}
    inside = (C.reported_at >= now - WEEK, C.reported_at < now, C.received, C.category_id.in_(categories))
    found: dict[int, list[tuple[int, str, str, int]]] = defaultdict(list)
    for unit, category, number in villages.rows(session, (func.count(),), inside, (C.category_id,)):
        if unit in places:
            found[category].append((unit, places[unit].name, places[unit].name_en, number))
    return {key: sorted(rows, key=lambda row: (-row[3], row[1]))[:3] for key, rows in found.items()}
