"""From report to scene: how long it took until the first person was there (three minutes in one village)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from models.accounts import Permission
from models.demands import Demand
from models.units import Unit
from services import units
from services.access import Actor, demands_counted, lies_in, path_column, require, require_unit
from services.counters.days import Epoch
from services.figures.spans import median

C = Demand.__table__.c  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class SceneRow:
    """One unit: to how many of its demands somebody came, and the median time from report to scene.

    `there` are those where somebody was on the scene within the minute of the report: they tell nothing of the way and
    are not in the median. `median` is None where nobody had to come.
    """

    unit_id: int
    code: str
    name: str
    name_en: str
    came: int
    there: int
    median: timedelta | None


def to_scene(
    session: Session, actor: Actor, unit_id: int, start: datetime, end: datetime
) -> tuple[SceneRow, list[SceneRow]]:
    """A unit's own row, and those of the units of the ranking level under it, of what was reported in [start, end).

    Minutes are counted whole; the median of an even number lies between the middle two. Two statements. Raises NotFound
    outside the actor's scope, NotAllowed without sight of figures.
    """
    require(actor, Permission.SEE_FIGURES)
    top = require_unit(session, actor, unit_id)
    depth = max(units.depth_of_ranking(session), top.depth)
    key, minutes = path_column(depth), (Epoch(C.on_scene_at) - Epoch(C.reported_at)) // 60
    rows = session.connection().execute(
        select(key, minutes.label("minutes"), func.count())
        .where(
            lies_in(top.depth, unit_id, leading=False), demands_counted(actor, leading=False),
            C.on_scene_at.is_not(None), C.reported_at >= start, C.reported_at < end,
        )
        .group_by(key, "minutes")
    )  # fmt: skip
    taken: dict[int | None, list[tuple[int, int]]] = defaultdict(list)
    for place, spent, number in rows:
        taken[place].append((int(spent), number))
    named = session.connection().execute(
        select(Unit.id, Unit.code, Unit.short_name, Unit.name_en)  # type: ignore[call-overload]
        .where(col(Unit.id).in_(taken))
        .order_by(Unit.code)
    )
    every = [counted for spans in taken.values() for counted in spans]
    total = SceneRow(unit_id, top.code, top.short_name, top.name_en, *_summed(every))
    return total, [
        SceneRow(row.id, row.code, row.short_name, row.name_en, *_summed(taken[row.id])) for row in named
    ]  # fmt: skip


def _summed(counted: list[tuple[int, int]]) -> tuple[int, int, timedelta | None]:
    """How many in all, how many were there at once, and the median of the others, of (minutes, how many)."""
    under_way = [row for row in counted if row[0] > 0]
    came, middle = sum(number for _, number in counted), median(under_way)
    there = came - sum(number for _, number in under_way)
    return came, there, None if middle is None else timedelta(minutes=middle)
