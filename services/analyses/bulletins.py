"""The bulletin: all units of a level under one unit for a period, side by side, and what the rules ask of each."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from models.accounts import Permission
from models.profiles import Profile
from services import rankings, rates, sites, units
from services.access import Actor, require
from services.analyses.findings import satisfaction_of
from services.analyses.rules import Finding, share_of
from services.analyses.unit import level_below, ranked
from services.periods import Period
from services.rankings import RankRow
from services.rates import Counted
from services.units import UnitRow


@dataclass(frozen=True, slots=True)
class BulletinRow:
    """One unit: its place in the ranking, the counts of all its rates, and what the rules ask of it."""

    row: RankRow
    counted: Counted
    suggested: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Bulletin:
    """All units of `level` under `unit`, best first by what was settled in time, those without data last.

    `total` pools their counts; `elsewhere` came in at no unit of this level.
    """

    unit: UnitRow
    level: str
    period: Period
    now: datetime
    rows: tuple[BulletinRow, ...]
    total: RankRow
    counted: Counted
    elsewhere: int


def bulletin(
    session: Session, actor: Actor, unit_id: int, period: Period, *, now: datetime, level: str | None = None
) -> Bulletin | None:
    """The bulletin of a unit; of the ranking level where none is given. None where nothing lies below it.

    A fixed number of statements. Raises NotAllowed without sight of figures, NotFound outside the actor's scope.
    """
    require(actor, Permission.SEE_FIGURES)
    profile, here = sites.profile(session), units.one(session, actor, unit_id)
    level = level or level_below(session, actor, profile, here)
    if level is None:
        return None
    found = ranked(session, actor, unit_id, level, period, now)
    counts = rates.counted(session, actor, [unit_id, *(row.unit_id or 0 for row in found)], period, now=now)
    rows, pooled = [], Counted()
    for row in found:
        counted = counts[row.unit_id or 0]
        rows.append(BulletinRow(row, counted, _suggested(profile, row, counted)))
        pooled = pooled.plus(counted)
    elsewhere = counts[unit_id].received - pooled.received
    return Bulletin(here, level, period, now, tuple(rows), rankings.pooled(found), pooled, elsewhere)


def _suggested(profile: Profile, row: RankRow, counted: Counted) -> tuple[Finding, ...]:
    """The rules that can be held against what a ranking knows of a unit, and that ask for something."""
    late = row.due - row.on_time
    found = [
        share_of("in_time_low", counted.on_time, counted.due),
        share_of("rework_high", counted.reworked, counted.received),
        satisfaction_of(profile, counted),
        share_of("unreached_high", counted.called - counted.valid, counted.called),
    ]
    if row.why is not None:
        found += [
            share_of("late_subject", row.why.category_late, late, of=(row.why.category, row.why.category_en)),
            share_of("late_level", row.why.level_late, late, of=(row.why.level, row.why.level)),
        ]
    return tuple(each for each in found if each.fires)
