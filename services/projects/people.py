"""Who may be named in a project: whoever serves at its unit, above it, or at a department."""

from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import Session, col

from models.accounts import Permission
from models.departments import Department
from models.people import Person, Post
from models.projects import Project
from models.units import Unit, UnitAncestor
from services.access import Actor, require, require_unit
from services.errors import NotFound
from services.people import held_on
from services.projects.rows import Candidate

MOST = 400


def candidates(session: Session, actor: Actor, unit_id: int, on: date) -> list[Candidate]:
    """Who may be named for a unit's project: those with a post at it, above it, or at a department, on a day.

    Each person once, the nearest first; at most 400. Raises NotAllowed, NotFound out of scope.
    """
    require(actor, Permission.TRIAGE)
    require_unit(session, actor, unit_id)
    rows = session.connection().execute(
        select(Person.id, Person.name, Unit.short_name, Unit.name_en, Department.name, Department.name_en)  # type: ignore[call-overload]
        .join(Post, col(Post.person_id) == Person.id)
        .join(Unit, col(Unit.id) == Post.unit_id, isouter=True)
        .join(Department, col(Department.id) == Post.department_id, isouter=True)
        .where(_reachable(unit_id), held_on(on))
        .order_by(col(Unit.depth).desc().nulls_last(), Post.role, Department.code, Person.name, Person.id)
        .limit(MOST)
    )
    found: dict[int, Candidate] = {}
    for person_id, name, unit, unit_en, office, office_en in rows:
        found.setdefault(person_id, Candidate(person_id, name, unit or office or "", unit_en or office_en or ""))
    return list(found.values())


def _reachable(unit_id: int) -> ColumnElement[bool]:
    above = select(col(UnitAncestor.ancestor_id)).where(col(UnitAncestor.unit_id) == unit_id)
    return or_(col(Post.unit_id).in_(above), col(Post.department_id).is_not(None))


def require_candidate(session: Session, actor: Actor, project: Project, person_id: int | None) -> None:
    """Raise NotFound("person_not_found") unless the person holds or held a post they could be named from."""
    require(actor, Permission.TRIAGE)
    if person_id is None:
        return
    posts = select(col(Post.id)).where(col(Post.person_id) == person_id, _reachable(project.unit_id))
    if session.connection().execute(posts.limit(1)).first() is None:
        raise NotFound("person_not_found", person=person_id)
