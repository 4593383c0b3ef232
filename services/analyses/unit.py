"""The analysis of one unit."""

from datetime import datetime

from sqlmodel import Session

from models.accounts import Permission
from models.profiles import Profile
from services import figures, rankings, rates, sites, units
from services.access import Actor, require
from services.analyses import cases, problems, subjects
from services.analyses.findings import findings
from services.analyses.rows import Analysis, Situation, Standing
from services.figures import counting, needs
from services.periods import Period
from services.rankings import Sort
from services.units import UnitRow


def of_unit(session: Session, actor: Actor, unit_id: int, period: Period, *, now: datetime) -> Analysis:
    """The analysis of a unit for a period; the same for the same ledger, actor and `now`.

    A fixed number of statements. Raises NotAllowed without sight of figures, NotFound outside the actor's scope.
    """
    require(actor, Permission.SEE_FIGURES)
    profile, here = sites.profile(session), units.one(session, actor, unit_id)
    today = now.astimezone(period.zone).date()
    previous = period.previous(today)
    scope = counting.of_unit(session, actor, unit_id)
    level = level_below(session, actor, profile, here)
    below = counting.of_level(session, actor, unit_id, level, since=period.from_day) if level else None
    names = subjects.names_of(session, actor)
    about = subjects.subjects(session, scope, below, period, previous, names)
    by_category, by_level = subjects.late(session, scope, profile, period, names, now=now)
    sees = actor.may(Permission.SEE_DEMANDS)
    situation = _situation(session, actor, unit_id, period, now)
    before = _situation(session, actor, unit_id, previous, now)
    levels = figures.by_level(session, actor, unit_id, period)
    listed = problems.problems(session, actor, scope, period, names, now=now) if sees else None
    vacant = needs.vacant(session, profile, scope, on=today)
    return Analysis(
        unit=here, spoken=tuple((row.name, row.name_en) for row in units.spoken(session, actor, unit_id)),
        period=period, previous=previous, now=now, situation=situation, before=before, levels=levels,
        standing=_standing(session, actor, profile, here, period, now),
        below_level=level, below=ranked(session, actor, unit_id, level, period, now) if level else (),
        subjects=about, late_by_category=by_category, late_by_level=by_level,
        cases=cases.cases(session, actor, scope.unit, period, about, now=now) if sees else None, problems=listed,
        findings=findings(
            profile, situation, before, levels, about, by_category, by_level,
            oldest=(listed or situation.figures).oldest_due_at, now=now, vacant=vacant[0].count if vacant else 0,
        ),
    )  # fmt: skip


def level_below(session: Session, actor: Actor, profile: Profile, unit: UnitRow) -> str | None:
    """The ranking level where it lies below the unit, else the next level that has units below it."""
    counts = units.counts(session, actor, unit.id)
    keys = profile.level_keys
    deeper = [key for key in keys[keys.index(unit.level) + 1 :] if counts.get(key)]
    return profile.ranking_level if profile.ranking_level in deeper else next(iter(deeper), None)


def _situation(session: Session, actor: Actor, unit_id: int, period: Period, now: datetime) -> Situation:
    return Situation(
        figures.of_unit(session, actor, unit_id, period, now=now),
        rates.counted(session, actor, [unit_id], period, now=now)[unit_id],
    )


def ranked(
    session: Session, actor: Actor, unit_id: int, level: str, period: Period, now: datetime
) -> tuple[rankings.RankRow, ...]:
    """The ranking of a level below a unit by what was in time, each row with what is late there."""
    rows = rankings.of_level(session, actor, unit_id, level, period, now=now, sort=Sort.ON_TIME)
    return tuple(rankings.told(session, actor, rows, period, now=now, sort=Sort.ON_TIME))


def _standing(
    session: Session, actor: Actor, profile: Profile, unit: UnitRow, period: Period, now: datetime
) -> Standing | None:
    """Among the units of its level under its parent, or, below the ranking level, under its village.

    None for the top of the actor's scope: what lies beside it is not theirs to see.
    """
    above = units.ancestors(session, actor, unit.id)[:-1]
    if not above:
        return None
    within = next((each for each in above if each.level == profile.ranking_level), above[-1])
    rows = ranked(session, actor, within.id, unit.level, period, now)
    return Standing(within, next(row for row in rows if row.unit_id == unit.id), rows)
