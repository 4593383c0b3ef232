"""What each unit opens: chosen by its leader, chief or supervisor, otherwise as the unit above says, else closed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select as select_rows
from sqlmodel import Session, col, select

from models.accounts import Permission
from models.sites import Sequence
from models.sunshine import FEWEST_DAYS, MOST_DAYS, Opened, Openness
from models.units import Unit
from services import audit, sites, units
from services.access import Actor, require, require_unit
from services.errors import BadInput

DAYS = 30
"""How many days back a page looks where nobody says otherwise."""

VERSION = "sunshine"
"""The counter that grows with every change of what is public: pages kept by it are drawn anew."""


@dataclass(frozen=True, slots=True)
class OpenRow:
    """What is open in effect, and how many days back it looks."""

    opened: frozenset[Opened]
    days: int


CLOSED = OpenRow(frozenset(), DAYS)


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """What a unit says itself (None: as the unit above), what holds above it, and what holds for it."""

    own: Mapping[Opened, bool | None]
    own_days: int | None
    above: OpenRow
    effective: OpenRow


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A unit that may have a page, with what it opens."""

    id: int
    code: str
    name: str
    name_en: str
    level: str
    depth: int
    parent_id: int | None
    open: OpenRow


def choice(session: Session, actor: Actor, unit_id: int) -> ChoiceRow:
    """What a unit chose and what holds. Raises NotAllowed, NotFound, BadInput("open_too_small") below the villages."""
    unit = _require_place(session, actor, unit_id)
    found = {place.id: place for place in places(session, actor)}
    said = _said(session).get(unit_id)
    own: dict[Opened, bool | None] = {item: getattr(said, item.value) if said else None for item in Opened}
    above = found[unit.parent_id].open if unit.parent_id in found else CLOSED
    return ChoiceRow(own, said.days if said else None, above, found[unit_id].open)


def choose(
    session: Session,
    actor: Actor,
    unit_id: int,
    *,
    now: datetime,
    opened: Mapping[Opened, bool | None],
    days: int | None,
) -> None:
    """Say what a unit opens; None, also for a missing item: as the unit above. Holds from the next view of its page.

    Raises NotAllowed, NotFound, BadInput("open_days", "open_too_small").
    """
    unit = _require_place(session, actor, unit_id)
    if days is not None and not FEWEST_DAYS <= days <= MOST_DAYS:
        raise BadInput("open_days", fewest=FEWEST_DAYS, most=MOST_DAYS)
    row = _said(session).get(unit_id) or Openness(unit_id=unit_id, changed_at=now)
    for item in Opened:
        setattr(row, item.value, opened.get(item))
    row.days, row.changed_at, row.changed_by_id = days, now, actor.account_id
    session.add(row)
    facts = {item.value: opened.get(item) for item in Opened}
    audit.record(session, actor, "sunshine.choose", now=now, subject=unit.code, days=days, **facts)
    changed(session)
    session.flush()


def places(session: Session, actor: Actor) -> list[PlaceRow]:
    """Every unit that may have a page, from the top down, with what it opens; names of units are no secret.

    Grids and what lies below have none: of some thirty households a matter would name its own. Two statements.
    """
    require(actor, Permission.PUBLISH)
    return places_of_all(session)


def places_of_all(session: Session) -> list[PlaceRow]:
    """As `places`, for the open page, which shows to everybody what is open."""
    said, found = _said(session), dict[int, PlaceRow]()
    lowest = units.depth_of_ranking(session) or 1
    columns = (Unit.id, Unit.code, Unit.short_name, Unit.name_en, Unit.level, Unit.depth, Unit.parent_id)
    statement = (
        select_rows(*columns)  # type: ignore[call-overload]
        .where(col(Unit.depth) <= lowest, col(Unit.valid_to).is_(None))
        .order_by(Unit.depth, Unit.sort, Unit.code)
    )
    for row in session.connection().execute(statement):
        above = found[row.parent_id].open if row.parent_id in found else CLOSED
        found[row.id] = PlaceRow(*row, _effective(said.get(row.id), above))  # type: ignore[call-arg]
    return list(found.values())


def changed(session: Session) -> None:
    """Say that something public changed."""
    sites.next_numbers(session, VERSION)


def version(session: Session) -> int:
    """How often something public was changed: the key of pages that are kept. One statement."""
    statement = select_rows(Sequence.value).where(col(Sequence.name) == VERSION)  # type: ignore[call-overload]
    found: int | None = session.connection().execute(statement).scalar()
    return found or 0


def _effective(said: Openness | None, above: OpenRow) -> OpenRow:
    if said is None:
        return above
    own = {item: getattr(said, item.value) for item in Opened}
    opened = {item for item in Opened if (item in above.opened if own[item] is None else own[item])}
    return OpenRow(frozenset(opened), said.days or above.days)


def _said(session: Session) -> dict[int, Openness]:
    return {row.unit_id: row for row in session.exec(select(Openness))}


def _require_place(session: Session, actor: Actor, unit_id: int) -> Unit:
    require(actor, Permission.PUBLISH)
    unit = require_unit(session, actor, unit_id)
    if unit.depth > max(1, units.depth_of_ranking(session)):
        raise BadInput("open_too_small", unit=unit.short_name)
    return unit
