"""Settled by level: at which level what came in was settled, and the share that never left it (domain.md section 4)."""

from dataclasses import dataclass

from sqlmodel import Session

from models.profiles import Profile
from services import sites
from services.access import Actor
from services.figures import counting, reading
from services.figures.ranges import numbers, span
from services.periods import Period
from services.shares import share


@dataclass(frozen=True, slots=True)
class LevelRow:
    """One level: how many it settled and their share of all settled; `within` is the share that never went above it.

    Shares are fractions of 1, None where nothing was settled.
    """

    level: str
    settled: int
    share: float | None
    within: float | None


@dataclass(frozen=True, slots=True)
class LevelsRow:
    """A unit's cohort by the level that settled it, from below to above.

    `received` came in during the period, `settled` of those before its end; the rows' counts add up to `settled`.
    """

    received: int
    settled: int
    settlement_rate: float | None
    rows: tuple[LevelRow, ...]


def by_level(session: Session, actor: Actor, unit_id: int, period: Period) -> LevelsRow:
    """How many of a unit's cohort each level settled. Two statements for the counts; NotFound outside the scope.

    The cohort is that of the settlement rate. A demand counts at the level that held it when it was settled, a
    department at the level it stands at; what a grid or linked member settled on the spot counts at theirs. Every level
    of the profile's chain is listed, and any other level that settled something.
    """
    scope = counting.of_unit(session, actor, unit_id)
    over = span(*numbers(period))
    received = sum(number for _, number in reading.counts(session, scope, ("received",), over))
    counts = {level: settled for _, level, settled, _ in reading.cohort(session, scope, over, ("tag",)) if settled}
    return _row(sites.profile(session), received, counts)


def _row(profile: Profile, received: int, counts: dict[str, int]) -> LevelsRow:
    settled, so_far, rows = sum(counts.values()), 0, []
    for level in in_order(profile, set(counts)):
        so_far += counts.get(level, 0)
        rows.append(LevelRow(level, counts.get(level, 0), share(counts.get(level, 0), settled), share(so_far, settled)))
    return LevelsRow(received, settled, share(settled, received), tuple(rows))


def in_order(profile: Profile, present: set[str]) -> list[str]:
    """The levels from below to above: those of the chain, and whatever else is present. Pure."""
    order = [*reversed(profile.level_keys), *(level.key for level in profile.outer_levels)]
    return [level for level in order if level in profile.chain or level in present] + sorted(present - set(order))
