"""Who is acting, and what they may see and change. The one place where scope is checked."""

from dataclasses import dataclass

from sqlalchemy import BindParameter, ColumnElement, exists, false, literal_column, select, true
from sqlalchemy.orm import defer
from sqlalchemy.types import NullType
from sqlmodel import Session, col

from models.accounts import PERMISSIONS, Permission, Role
from models.demands import Demand, Whistle
from models.units import Unit, UnitAncestor
from services.errors import NotAllowed, NotFound


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account with its role and scope. `unit_id` None with the system role means the whole site.

    `depth` is the depth of the scope's unit, which names the ancestor column that holds it on a demand.
    """

    account_id: int | None
    name: str
    role: Role
    unit_id: int | None = None
    depth: int = 0
    department_id: int | None = None
    person_id: int | None = None
    language: str | None = None
    must_change_password: bool = False
    is_system: bool = False

    def may(self, permission: Permission) -> bool:
        """Whether the role has this permission at all."""
        return permission in PERMISSIONS[self.role]


SYSTEM = Actor(account_id=None, name="system", role=Role.ADMINISTRATOR, is_system=True)
"""The operator at the command line of the machine that holds the database: the whole site."""


def scope_of(actor: Actor) -> Actor:
    """The actor without what says who it is: on this depends what it may see. The key of what is built or kept once."""
    return Actor(
        None, "", actor.role, unit_id=actor.unit_id, depth=actor.depth, department_id=actor.department_id,
        is_system=actor.is_system,
    )  # fmt: skip


def require(actor: Actor, permission: Permission) -> None:
    """Raise NotAllowed unless the actor's role has the permission."""
    if not actor.may(permission):
        raise NotAllowed("not_allowed", permission=permission.value, role=actor.role.value)


IS_OPEN: ColumnElement[bool] = literal_column("(demands.is_open AND demands.is_open = TRUE)", NullType())  # type: ignore[arg-type]
"""The condition on Demand for open ones, said twice for SQLite: once as the partial indexes write it, or it would not
see that they hold them all, and once as an equation, or it would take an index of all demands for as narrow as theirs.
"""


def path_column(depth: int) -> ColumnElement[int | None]:
    """The column of a demand that holds its ancestor of this depth."""
    column: ColumnElement[int | None] = getattr(Demand, f"a{depth}_id")
    return column


def lies_in(depth: int, unit: int | BindParameter[int], *, leading: bool = True) -> ColumnElement[bool]:
    """The condition on Demand for the subtree of a unit (its id, or a bound one) of this depth.

    `leading` False says that another condition names fewer demands: the database shall find the rows by that one and
    only check this one, so this one is written such that no index serves it.
    """
    inside: ColumnElement[bool] = (path_column(depth) if leading else path_column(depth) + 0) == unit
    return inside


def demands_seen(actor: Actor, *, leading: bool = True) -> ColumnElement[bool]:
    """The condition on Demand for what the actor may see: a subtree, or what was put to a department.

    `leading` as in lies_in.
    """
    if actor.is_system:
        return true()
    if not actor.may(Permission.SEE_DEMANDS):
        return false()
    return _demands_in_scope(actor, leading)


def demands_counted(actor: Actor, *, leading: bool = True) -> ColumnElement[bool]:
    """The condition on Demand for what the actor's figures count; a viewer sees figures but no demand.

    `leading` as in lies_in.
    """
    if actor.is_system:
        return true()
    if not (actor.may(Permission.SEE_FIGURES) or actor.may(Permission.SEE_DEMANDS)):
        return false()
    return _demands_in_scope(actor, leading)


def _demands_in_scope(actor: Actor, leading: bool) -> ColumnElement[bool]:
    if actor.department_id is not None:
        called = exists().where(
            col(Whistle.demand_id) == col(Demand.id), col(Whistle.department_id) == actor.department_id
        )
        return (col(Demand.department_id) == actor.department_id) | called
    if actor.unit_id is None:
        return false()
    return lies_in(actor.depth, actor.unit_id, leading=leading)


def units_seen(actor: Actor) -> ColumnElement[bool]:
    """The condition on Unit for the subtree the actor may see."""
    if actor.is_system:
        return true()
    if actor.unit_id is None:
        return false()
    below = select(col(UnitAncestor.unit_id)).where(col(UnitAncestor.ancestor_id) == actor.unit_id)
    return col(Unit.id).in_(below)


def sees_unit(session: Session, actor: Actor, unit_id: int) -> bool:
    """Whether the unit lies in the actor's subtree."""
    if actor.is_system or actor.unit_id == unit_id:
        return True
    return actor.unit_id is not None and session.get(UnitAncestor, (unit_id, actor.unit_id)) is not None


def stands_above(session: Session, actor: Actor, unit_id: int) -> bool:
    """Whether the actor's post lies above the unit, for what is never the unit's own affair."""
    return actor.is_system or (actor.unit_id != unit_id and sees_unit(session, actor, unit_id))


_WITHOUT_OUTLINE = (defer(Unit.outline),)  # type: ignore[arg-type]
"""An outline is long and nobody who is let in asks for it: it is read only where it is touched."""


def require_unit(session: Session, actor: Actor, unit_id: int) -> Unit:
    """The unit, if it exists and lies in the actor's subtree. Raises NotFound otherwise, alike for both."""
    unit = session.get(Unit, unit_id, options=_WITHOUT_OUTLINE)
    if unit is None or not sees_unit(session, actor, unit_id):
        raise NotFound("unit_not_found", unit=unit_id)
    return unit


def require_demand(session: Session, actor: Actor, demand_id: int) -> Demand:
    """The demand, if the actor may see it. Raises NotFound otherwise, alike for missing and hidden."""
    found = session.exec(select(Demand).where(col(Demand.id) == demand_id, demands_seen(actor))).scalar_one_or_none()  # type: ignore[call-overload]
    if found is None:
        raise NotFound("demand_not_found", demand=demand_id)
    demand: Demand = found
    return demand


def mask_name(name: str | None) -> str | None:
    """The family name, the rest starred: 张**."""
    return name[:1] + "**" if name else name


def mask_phone(phone: str | None) -> str | None:
    """The first three and last four digits: 138****2207; short numbers are starred whole."""
    if not phone:
        return phone
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 9 else "****"
