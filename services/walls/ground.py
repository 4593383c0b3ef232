"""The outlines that a wall's map is drawn from: the smallest units that have one each, by the units shown."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from models.profiles import Profile
from services import sites, units
from services.access import Actor
from services.units import OutlineRow, UnitRow
from services.walls.snapshot import level_below


@dataclass(frozen=True, slots=True)
class GroundRow:
    """The outlines, the unit shown (by id) that each one's unit lies in, and the units shown."""

    outlines: tuple[OutlineRow, ...]
    group_of: Mapping[int, int]
    groups: tuple[UnitRow, ...]


def ground(session: Session, actor: Actor, unit_id: int) -> GroundRow | None:
    """What the map of a unit is drawn from, None where nothing below it has an outline. NotFound outside the scope.

    The smallest level of which every unit has an outline gives the borders, so that theirs and those of the units shown
    are the same lines; where there is none such, the level shown gives what it has.
    """
    profile, unit = sites.profile(session), units.one(session, actor, unit_id)
    present = units.counts(session, actor, unit_id)
    level = level_below(profile, unit, present)
    if level is None:
        return None
    for key in _finest(profile, level, present):
        outlines = units.outlines(session, actor, unit_id, key)
        if outlines and (key == level or len(outlines) == present[key]):
            return _grouped(units.below(session, actor, unit_id), outlines, level)
    return None


def _finest(profile: Profile, level: str, present: Mapping[str, int]) -> list[str]:
    """The levels from the smallest up to the one shown."""
    keys = profile.level_keys
    return [key for key in reversed(keys[keys.index(level) :]) if present.get(key)]


def _grouped(below: list[UnitRow], outlines: list[OutlineRow], level: str) -> GroundRow | None:
    by_id = {row.id: row for row in below}

    def group(row: UnitRow | None) -> int | None:
        while row is not None and row.level != level:
            row = by_id.get(row.parent_id or 0)
        return row.id if row is not None else None

    found = [(row, key) for row in outlines if (key := group(by_id.get(row.unit.id))) is not None]
    if not found:
        return None
    inside = {key for _, key in found}
    return GroundRow(
        tuple(row for row, _ in found), {row.unit.id: key for row, key in found},
        tuple(row for row in below if row.id in inside),
    )  # fmt: skip
