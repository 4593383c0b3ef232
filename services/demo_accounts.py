"""Who may sign in at a demonstration. Apart from what builds one, which takes seconds only to be loaded."""

from sqlmodel import Session, col, select

from models.accounts import Account, Role
from models.audit import AuditEntry
from services import sites
from services.access import Actor

PASSWORD = "xiaowangge"  # noqa: S105  documented, for demonstrations only
"""The one password of all demonstration accounts; README names it."""

BUILT = "sites.demo"
"""What the audit log calls the building of a demonstration."""

OFFICE = "water"
ROLES = (
    ("leader", Role.LEADER), ("supervisor", Role.SUPERVISOR), ("chief", Role.CHIEF), ("member", Role.GRID_MEMBER),
    (OFFICE, Role.DEPARTMENT), ("viewer", Role.VIEWER), ("admin", Role.ADMINISTRATOR),
)  # fmt: skip
"""User names of the demonstration accounts; the department's is its code."""


def of_site(session: Session, actor: Actor) -> list[str]:
    """The names of the demonstration accounts that may sign in; none where the site is no demonstration.

    Raises NotAllowed unless the actor manages the whole site.
    """
    sites.require_whole_site(session, actor)
    if session.exec(select(AuditEntry.id).where(AuditEntry.action == BUILT)).first() is None:
        return []
    known = [name for name, _ in ROLES]
    asked = select(Account.username).where(col(Account.username).in_(known), col(Account.disabled_at).is_(None))
    return sorted(session.exec(asked), key=known.index)
