"""What holds units back: the category and the level of what missed its limit."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from models.counters import Kind
from models.demands import Category
from services.access import IS_OPEN
from services.counters.facts import C, limit_in
from services.figures import reading
from services.figures.ranges import numbers, span, today
from services.figures.scopes import Scope
from services.periods import Period


@dataclass(frozen=True, slots=True)
class Why:
    """Where a unit is late: the category with most late demands in the period, and the level that held most of them."""

    late: int
    category: str
    category_en: str
    category_late: int
    level: str
    level_late: int


def causes(session: Session, scope: Scope, period: Period, now: datetime) -> dict[int, Why]:
    """Of those whose limit passed in the period unkept: how many by category, and by the level that held them.

    All of them, in either scope. Three statements.
    """
    late = (IS_OPEN, C.due_at < now, limit_in(period.start, period.end))
    over = span(numbers(period)[0], min(numbers(period)[1], today(period, now)))
    rows = list(reading.cells(session, scope, (Kind.LATE,), over, ("sub", "tag")))
    rows += scope.live(session, (func.count(),), late, (C.category_id, C.level))
    categories: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    levels: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for unit, category, level, number in rows:
        if number:
            categories[unit][category] += number
            levels[unit][level] += number
    names = _names(session)
    return {
        unit: _why(by_category, levels[unit], names)
        for unit, by_category in categories.items()
    }  # fmt: skip


def _why(categories: dict[int, int], levels: dict[str, int], names: dict[int, tuple[str, str]]) -> Why:
    category, most = min(categories.items(), key=lambda item: (-item[1], item[0]))
    level, held = min(levels.items(), key=lambda item: (-item[1], item[0]))
    zh, en = names[category]
    return Why(sum(categories.values()), zh, en, most, level, held)


def _names(session: Session) -> dict[int, tuple[str, str]]:
    rows = session.connection().execute(select(Category.id, Category.name, Category.name_en).order_by(col(Category.id)))  # type: ignore[call-overload]
    return {key: (zh, en) for key, zh, en in rows}
