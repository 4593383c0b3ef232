"""What the demands of a period were about, against the period before; and which of them missed their limit."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, select
from sqlmodel import Session

from models.accounts import Permission
from models.counters import Kind
from models.demands import Category
from models.profiles import Profile
from services.access import IS_OPEN, Actor, require
from services.analyses.rows import LateRow, Subject, Subjects
from services.analyses.rules import BY_CODE
from services.counters.facts import C, limit_in
from services.figures import reading
from services.figures.counting import Scope
from services.figures.levels import in_order
from services.figures.ranges import days, numbers, span, today
from services.periods import Period

SHOWN, PLACES = 8, 3

Names = dict[int, tuple[str, str, str]]
Key = TypeVar("Key", int, str)


def names_of(session: Session, actor: Actor) -> Names:
    """Code, name and English name of every category. One statement. Raises NotAllowed without sight of figures."""
    require(actor, Permission.SEE_FIGURES)
    rows = session.connection().execute(select(Category.id, Category.code, Category.name, Category.name_en))  # type: ignore[call-overload]
    return {key: (code, zh, en) for key, code, zh, en in rows}


def subjects(
    session: Session, scope: Scope, below: Scope | None, period: Period, previous: Period, names: Names
) -> Subjects:
    """The eight categories most came in of, those with equal numbers by code. Three statements."""
    now, before = (_counted(session, scope, over) for over in (period, previous))
    ordered = sorted(now, key=lambda key: (-now[key], names[key][0]))
    shown = ordered[:SHOWN]
    where = _where(session, below, period, set(shown)) if below is not None and shown else {}
    rows = tuple(
        Subject(*names[key], now[key], before.get(key, 0), tuple(where.get(key, ())[:PLACES])) for key in shown
    )
    rest = set(shown)
    every = [Subject(*names[key], now[key], before.get(key, 0), ()) for key in ordered]
    return Subjects(
        rows, sum(number for key, number in now.items() if key not in rest),
        sum(number for key, number in before.items() if key not in rest), max(every, key=_growth, default=None),
    )  # fmt: skip


def _growth(row: Subject) -> tuple[bool, float]:
    """The order by growth: first whether there are cases enough to ask the rule of."""
    return row.received >= BY_CODE["subject_grew"].fewest, row.more / max(row.before, 1)


def _counted(session: Session, scope: Scope, period: Period) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for _, category, number in reading.cells(session, scope, (Kind.SUBJECT,), days(*numbers(period)), ("sub",)):
        if number:
            found[category] += number
    return dict(found)


def _where(session: Session, below: Scope, period: Period, wanted: set[int]) -> dict[int, list[tuple[str, str, int]]]:
    places = {place.id: place for place in below.places}
    found: dict[int, list[tuple[str, str, int]]] = defaultdict(list)
    over = days(*numbers(period))
    for unit, category, number in sorted(reading.cells(session, below, (Kind.SUBJECT,), over, ("sub",))):
        if category in wanted and number:
            found[category].append((places[unit].name, places[unit].name_en, number))
    return {key: sorted(rows, key=lambda row: (-row[2], row[0])) for key, rows in found.items()}


def late(
    session: Session, scope: Scope, profile: Profile, period: Period, names: Names, *, now: datetime
) -> tuple[tuple[LateRow, ...], tuple[LateRow, ...]]:
    """What missed its limit in the period, by category and by the level that held it: each adds up to due less kept.

    Settled too late at the level that settled it, open at the level that has it. Two statements.
    """
    first, last = numbers(period)
    over = span(first, min(last, today(period, now)))
    rows = list(reading.cells(session, scope, (Kind.LATE,), over, ("sub", "tag")))
    missed = (IS_OPEN, C.due_at < now, limit_in(period.start, period.end))
    rows += scope.live(session, (func.count(),), missed, (C.category_id, C.level))
    categories = _summed((category, number) for _, category, _, number in rows)
    levels = _summed((level, number) for _, _, level, number in rows)
    departments = _departments(profile)
    by_category = sorted(categories, key=lambda key: (-categories[key], names[key][0]))
    return (
        tuple(_late(names[key], categories[key], departments) for key in by_category),
        tuple(
            LateRow(level, level, level, levels[level]) for level in in_order(profile, set(levels)) if levels.get(level)
        ),
    )


def _summed(pairs: Iterable[tuple[Key, int]]) -> dict[Key, int]:
    found: dict[Key, int] = defaultdict(int)
    for key, number in pairs:
        if number:
            found[key] += number
    return dict(found)


def _late(names: tuple[str, str, str], number: int, departments: dict[str, tuple[str, str]]) -> LateRow:
    code, zh, en = names
    return LateRow(code, zh, en, number, departments.get(code) or departments.get(code.split(".")[0]))


def _departments(profile: Profile) -> dict[str, tuple[str, str]]:
    """The department usually called for each category, in both languages."""
    known = {each.code: (each.zh, each.en) for each in profile.departments}
    every = [entry for main in profile.categories for entry in (main, *main.parts)]
    return {each.code: known[each.department] for each in every if each.department}
