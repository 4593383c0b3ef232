"""Who may see and change which entry of the watch-list."""

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlmodel import Session, col

from models.accounts import Permission
from models.units import UnitAncestor
from models.watch import WatchEntry, WatchEvent
from services.access import Actor, require, require_unit, sees_unit, stands_above
from services.errors import NotAllowed, NotFound


def entries_seen(actor: Actor) -> ColumnElement[bool]:
    """The condition on WatchEntry for what the actor may read: the subtree of their post.

    A department reads the entries where it is named for a measure or for help.
    """
    if not actor.may(Permission.SEE_DEMANDS):
        return false()
    if actor.is_system:
        return true()
    found: list[ColumnElement[bool]] = []
    if actor.unit_id is not None:
        below = select(col(UnitAncestor.unit_id)).where(col(UnitAncestor.ancestor_id) == actor.unit_id)
        found.append(col(WatchEntry.unit_id).in_(below))
    if actor.department_id is not None:
        named = select(col(WatchEvent.entry_id)).where(col(WatchEvent.department_id) == actor.department_id)
        found.append(col(WatchEntry.id).in_(named))
    return or_(*found) if found else false()


def require_entry(session: Session, actor: Actor, entry_id: int) -> WatchEntry:
    """The entry, if the actor may read it. Raises NotAllowed, NotFound alike for missing and hidden."""
    require(actor, Permission.SEE_DEMANDS)
    found: WatchEntry | None = session.scalars(
        select(WatchEntry).where(col(WatchEntry.id) == entry_id, entries_seen(actor))
    ).one_or_none()
    if found is None:
        raise NotFound("watch_not_found", entry=entry_id)
    return found


def require_above(session: Session, actor: Actor, unit_id: int) -> None:
    """Who enters, accepts and lets go is never the unit itself.

    Raises NotAllowed without the permission or for the unit itself, NotFound for a unit outside the scope.
    """
    require(actor, Permission.TRIAGE)
    unit = require_unit(session, actor, unit_id)
    if not stands_above(session, actor, unit_id):
        raise NotAllowed("watch_own_unit", unit=unit.short_name)


def may_write(session: Session, actor: Actor, unit_id: int) -> bool:
    """Whether the actor may write the plan of a unit: by role, and in the subtree of their post."""
    return actor.may(Permission.TRIAGE) and sees_unit(session, actor, unit_id)
