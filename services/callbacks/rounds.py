"""Weekly rounds: whom to call of all that was settled in a week, all of them or a stratified sample with a seed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import Any

from sqlalchemy import and_, case, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from models.accounts import Permission
from models.demands import CallRound, CallRoundDemand, Category, Demand, Reached
from services import units
from services.access import Actor, path_column, require, require_unit
from services.errors import BadInput, Refused
from services.periods import Period


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round: whose, which week, how it was drawn, how many are on it and how many of them were called since."""

    id: int
    unit_id: int
    from_day: date
    to_day: date
    seed: int
    size: int | None
    population: int
    strata: int
    drawn_at: datetime
    drawn_by: str
    drawn: int
    called: int
    reached: int


def draw(
    session: Session, actor: Actor, unit_id: int, week: Period, *, now: datetime, seed: int, size: int | None = None
) -> int:
    """Draw the round of a unit and week: every demand settled in it, or `size` of them. Gives its id.

    The sample is stratified by village (the profile's ranking level) and class of the matter: each group gives its
    share, by largest remainders, and within it every demand has the same chance. The same ledger, seed and size give
    the same sample. Raises Refused("round_drawn") where there is one already, BadInput("round_size") for a size below
    one or a week that is not over.
    """
    require(actor, Permission.CLOSE)
    unit = require_unit(session, actor, unit_id)
    if (size is not None and size < 1) or week.end > now:
        raise BadInput("round_size")
    if found(session, actor, unit_id, week) is not None:
        raise Refused("round_drawn", day=week.from_day.isoformat())
    strata = _strata(session, unit_id, unit.depth, week)
    population = sum(map(len, strata.values()))
    taken = strata if size is None else sample(strata, size, seed)
    made = CallRound(
        unit_id=unit_id, from_day=week.from_day, to_day=week.to_day, seed=seed, size=size, population=population,
        strata=len(strata), drawn_at=now, drawn_by=actor.name,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:  # somebody else drew it at this very moment
        raise Refused("round_drawn", day=week.from_day.isoformat()) from error
    rows = [
        {"round_id": made.id, "demand_id": demand, "stratum": name} for name, ids in taken.items() for demand in ids
    ]
    if rows:
        session.connection().execute(insert(CallRoundDemand), rows)
    return made.id or 0


def found(session: Session, actor: Actor, unit_id: int, week: Period) -> RoundRow | None:
    """The round of a unit and week with how far it is; None before it is drawn. One statement."""
    require(actor, Permission.CLOSE)
    require_unit(session, actor, unit_id)
    later = and_(col(Demand.called_at).is_not(None), col(Demand.called_at) >= col(CallRound.drawn_at))
    counts: tuple[Any, ...] = (
        func.count(col(CallRoundDemand.demand_id)), func.count(case((later, 1))),
        func.count(case((and_(later, col(Demand.reached) == Reached.YES), 1))),
    )  # fmt: skip
    columns: tuple[Any, ...] = (
        CallRound.id, CallRound.unit_id, CallRound.from_day, CallRound.to_day, CallRound.seed, CallRound.size,
        CallRound.population, CallRound.strata, CallRound.drawn_at, CallRound.drawn_by,
    )  # fmt: skip
    row = (
        session.connection()
        .execute(
            select(*columns, *counts)
            .outerjoin(CallRoundDemand, col(CallRoundDemand.round_id) == CallRound.id)
            .outerjoin(Demand, col(Demand.id) == CallRoundDemand.demand_id)
            .where(col(CallRound.unit_id) == unit_id, col(CallRound.from_day) == week.from_day)
            .group_by(*columns)
        )
        .first()
    )
    return RoundRow(*row) if row is not None else None


def remaining(row: RoundRow) -> int:
    """How many of a round were not called yet."""
    return row.drawn - row.called


def sample(strata: Mapping[str, Sequence[int]], size: int, seed: int) -> dict[str, list[int]]:
    """`size` of the ids, from each stratum its proportional share; all of them where there are not as many."""
    shares = allocated({name: len(ids) for name, ids in strata.items()}, size)
    return {
        name: sorted(Random(f"{seed} {name}").sample(sorted(strata[name]), count))  # noqa: S311  to be drawn again
        for name, count in shares.items()
        if count
    }


def allocated(sizes: Mapping[str, int], size: int) -> dict[str, int]:
    """How many of each group make `size` together in proportion (Hamilton's method of largest remainders).

    Where there is room for it every group gives one at least.
    """
    whole = sum(sizes.values())
    if size >= whole:
        return dict(sizes)
    least = 1 if size >= len(sizes) else 0
    exact = {name: least + (size - least * len(sizes)) * (count - least) / max(1, whole - least * len(sizes))
             for name, count in sizes.items()}  # fmt: skip
    shares = {name: int(value) for name, value in exact.items()}
    rest = sorted(sizes, key=lambda name: (shares[name] - exact[name], name))
    for name in rest[: size - sum(shares.values())]:
        shares[name] += 1
    return shares


def _strata(session: Session, unit_id: int, depth: int, week: Period) -> dict[str, list[int]]:
    """The demands settled in the week by village and class of the matter."""
    ranking = units.depth_of_ranking(session)
    village: Any = path_column(ranking) if ranking else col(Demand.unit_id)
    statement = (
        select(col(Demand.id), village.label("village"), func.coalesce(col(Category.parent_id), col(Category.id)))
        .join(Category, col(Category.id) == Demand.category_id)
        .where(
            path_column(depth) == unit_id, col(Demand.settled_at) >= week.start, col(Demand.settled_at) < week.end
        )
    )  # fmt: skip
    groups: dict[str, list[int]] = defaultdict(list)
    for demand, place, category in session.connection().execute(statement):
        groups[f"{place or 0}/{category}"].append(demand)
    return dict(sorted(groups.items()))
