"""Hanging a wall, taking it down, and who looks when its link is opened. docs/decisions/wall.md says why."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, func, true
from sqlmodel import Session, col, select

from models.accounts import Account, Permission, Role, SignInFailure
from models.units import Unit, UnitAncestor
from models.walls import LONGEST_NAME, View, Wall
from services import accounts, audit, passwords
from services.access import Actor, require, require_unit, sees_unit
from services.errors import BadInput, NotFound

LANGUAGES = ("zh", "en")
TOKEN_LENGTH = 43
"""Letters of a token: 32 bytes from the machine's random source."""
TRIES, LOCK = 40, timedelta(minutes=15)
"""So many wrong links one address may open before it gets no answer for a while."""


@dataclass(frozen=True, slots=True)
class WallRow:
    """A wall as listed. Its link is told once, when it is hung, and kept nowhere."""

    id: int
    name: str
    unit: str
    unit_en: str
    account: str
    views: tuple[View, ...]
    language: str
    created_at: datetime
    revoked_at: datetime | None
    disabled: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """Who looks at an opened wall, at which unit, and how it is shown."""

    actor: Actor
    unit_id: int
    views: tuple[View, ...]
    language: str


def hang(
    session: Session, actor: Actor, unit_id: int, name: str, views: Sequence[View], language: str, *, now: datetime
) -> str:
    """Make a wall for a unit with a viewer account of its own; gives its link's token, which is kept nowhere.

    Nobody can sign in with that account: its password is nobody's. Raises NotAllowed, NotFound outside the scope,
    BadInput without a name or a view.
    """
    require(actor, Permission.MANAGE)
    require_unit(session, actor, unit_id)
    name, shown = name.strip(), tuple(view for view in View if view in views)
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadInput("wall_name_wrong", longest=LONGEST_NAME)
    if not shown or language not in LANGUAGES:
        raise BadInput("wall_views_missing")
    username = f"wall-{secrets.token_hex(4)}"
    account_id = accounts.create(
        session, actor, username, passwords.NOBODY, Role.VIEWER, now=now, unit_id=unit_id
    )  # fmt: skip
    token = secrets.token_urlsafe(32)
    session.add(
        Wall(
            name=name, token_hash=_digest(token), account_id=account_id, unit_id=unit_id, views=",".join(shown),
            language=language, created_at=now, created_by_id=actor.account_id,
        )
    )  # fmt: skip
    audit.record(session, actor, "walls.hang", now=now, subject=username, wall=name)
    session.flush()
    return token


def take_down(session: Session, actor: Actor, wall_id: int, *, now: datetime) -> None:
    """End a wall's link and disable its account, for good. Raises NotFound outside the scope or when it has ended."""
    require(actor, Permission.MANAGE)
    wall = session.exec(select(Wall).where(Wall.id == wall_id, _managed(actor))).first()
    if wall is None or wall.revoked_at is not None:
        raise NotFound("wall_not_found")
    wall.revoked_at = now
    accounts.set_disabled(session, actor, wall.account_id, True, now=now)
    audit.record(session, actor, "walls.take_down", now=now, wall=wall.name)
    session.flush()


_LISTED: tuple[Any, ...] = (
    Wall.id, Wall.name, Unit.short_name, Unit.name_en, Account.username, Wall.views, Wall.language, Wall.created_at,
    Wall.revoked_at, Account.disabled_at,
)  # fmt: skip


def listed(session: Session, actor: Actor, unit_id: int) -> list[WallRow]:
    """The walls of a unit's subtree, the newest first, those taken down last. Raises NotAllowed, NotFound."""
    require(actor, Permission.MANAGE)
    require_unit(session, actor, unit_id)
    rows = session.connection().execute(
        select(*_LISTED)
        .join(Unit, col(Unit.id) == Wall.unit_id)
        .join(Account, col(Account.id) == Wall.account_id)
        .where(col(Wall.unit_id).in_(_below(unit_id)))
        .order_by(col(Wall.revoked_at).is_not(None), col(Wall.created_at).desc(), col(Wall.name))
    )
    return [
        WallRow(wall_id, name, zh, en, username, _views(views), language, created_at, revoked_at, disabled is not None)
        for wall_id, name, zh, en, username, views, language, created_at, revoked_at, disabled in rows
    ]


_ENTERED = (
    select(Wall.unit_id, Wall.views, Wall.language, Account.id, Account.username, Account.unit_id, Unit.depth)  # type: ignore[call-overload]
    .join(Account, col(Account.id) == Wall.account_id)
    .join(Unit, col(Unit.id) == Account.unit_id)
    .where(
        Wall.token_hash == bindparam("token_hash"), col(Wall.revoked_at).is_(None),
        col(Account.disabled_at).is_(None), col(Account.role) == Role.VIEWER,
    )
)  # fmt: skip
"""Built once and read without the ORM: every refresh of every screen asks it."""


def entered(session: Session, token: str) -> Entry:
    """Who looks through this link: its viewer account as an actor. One statement, and one for the unit's scope.

    Raises NotFound("wall_not_found") alike for a link that never was, was taken down, or whose account is disabled or
    no viewer's any more, and for a unit outside the account's scope.
    """
    found = None
    if len(token) == TOKEN_LENGTH:
        found = session.connection().execute(_ENTERED, {"token_hash": _digest(token)}).first()
    if found is None:
        raise NotFound("wall_not_found")
    unit_id, views, language, account_id, username, scope_id, depth = found
    actor = Actor(account_id=account_id, name=username, role=Role.VIEWER, unit_id=scope_id, depth=depth)
    if not sees_unit(session, actor, unit_id):
        raise NotFound("wall_not_found")
    return Entry(actor, unit_id, _views(views), language)


def locked(session: Session, address: str, *, now: datetime) -> bool:
    """Whether so many wrong links were opened from an address in the last fifteen minutes that it gets no answer.

    Links that are right are answered all the same: whoever guesses cannot darken the walls of the same house.
    """
    recent = select(func.count()).where(SignInFailure.key == _key(address), col(SignInFailure.at) >= now - LOCK)
    return session.exec(recent).one() >= TRIES


def count_wrong(session: Session, address: str, *, now: datetime) -> None:
    """Count a link that was none."""
    session.exec(delete(SignInFailure).where(col(SignInFailure.at) < now - LOCK))
    session.add(SignInFailure(key=_key(address), at=now))


def _key(address: str) -> str:
    return hashlib.sha256(f"wall {address}".encode()).hexdigest()


def _managed(actor: Actor) -> ColumnElement[bool]:
    """The condition on Wall for those in the actor's scope."""
    return true() if actor.is_system else col(Wall.unit_id).in_(_below(actor.unit_id))


def _below(unit_id: int | None) -> Any:
    return select(UnitAncestor.unit_id).where(col(UnitAncestor.ancestor_id) == unit_id)


def _views(stored: str) -> tuple[View, ...]:
    return tuple(View(each) for each in stored.split(","))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
