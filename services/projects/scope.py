"""Who may see and change which project."""

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlmodel import Session, col

from models.accounts import Permission
from models.projects import Project, ProjectMilestone, ProjectParty
from models.units import UnitAncestor
from services.access import Actor, require, sees_unit
from services.errors import NotAllowed, NotFound


def projects_seen(actor: Actor) -> ColumnElement[bool]:
    """The condition on Project for what the actor may read: the subtree of their post, and where they take part.

    A department takes part where it is named; a person where they are named or answer for a milestone.
    """
    return _in_scope(actor) if actor.may(Permission.SEE_DEMANDS) else false()


def projects_counted(actor: Actor) -> ColumnElement[bool]:
    """The condition on Project for what the actor's figures count; a viewer sees sums but no project."""
    return _in_scope(actor) if actor.may(Permission.SEE_FIGURES) or actor.may(Permission.SEE_DEMANDS) else false()


def _in_scope(actor: Actor) -> ColumnElement[bool]:
    if actor.is_system:
        return true()
    found: list[ColumnElement[bool]] = []
    if actor.unit_id is not None:
        found.append(below(actor.unit_id))
    if actor.department_id is not None:
        named = select(col(ProjectParty.project_id)).where(col(ProjectParty.department_id) == actor.department_id)
        found.append(col(Project.id).in_(named))
    if actor.person_id is not None:
        for table in (ProjectParty, ProjectMilestone):
            named = select(col(table.project_id)).where(col(table.person_id) == actor.person_id)
            found.append(col(Project.id).in_(named))
    return or_(*found) if found else false()


def below(unit_id: int) -> ColumnElement[bool]:
    """The condition on Project for those of a unit's subtree."""
    inside = select(col(UnitAncestor.unit_id)).where(col(UnitAncestor.ancestor_id) == unit_id)
    return col(Project.unit_id).in_(inside)


def require_project(session: Session, actor: Actor, project_id: int) -> Project:
    """The project, if the actor may read it. Raises NotFound otherwise, alike for missing and hidden."""
    require(actor, Permission.SEE_DEMANDS)
    found: Project | None = session.scalars(
        select(Project).where(col(Project.id) == project_id, projects_seen(actor))
    ).one_or_none()
    if found is None:
        raise NotFound("project_not_found", project=project_id)
    return found


def require_writable(session: Session, actor: Actor, project_id: int) -> Project:
    """The project, if the actor may change it: by role, and in the subtree of their post.

    Raises NotAllowed for the role, and for who only takes part; NotFound for what they cannot see.
    """
    require(actor, Permission.TRIAGE)
    project = require_project(session, actor, project_id)
    if not sees_unit(session, actor, project.unit_id):
        raise NotAllowed("project_elsewhere", reference=project.reference)
    return project
