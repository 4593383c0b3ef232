"""Accounts and sign-in: argon2 hashes, sessions kept on the server, guessing slowed down."""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from models.accounts import Account, Permission, Role, SignInFailure, SignInSession
from models.departments import Department
from models.people import Person
from models.units import Unit
from services import audit
from services.access import Actor, require, require_unit, sees_unit
from services.errors import BadInput, NotFound, Refused
from services.settings import settings

TRIES, LOCK = 5, timedelta(minutes=15)
SHORTEST = 8

_hasher = PasswordHasher()
_hashing = BoundedSemaphore(2)


@contextmanager
def _one_of_few() -> Iterator[None]:
    """A check costs half a second of a core: at most two run at once, the others wait."""
    with _hashing:
        yield


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as listed: who, as what, for which unit or department."""

    id: int
    username: str
    role: Role
    person: str | None
    unit_id: int | None
    unit: str | None
    unit_en: str | None
    department: str | None
    department_en: str | None
    disabled_at: datetime | None


def sign_in(session: Session, username: str, password: str, *, now: datetime, address: str) -> str:
    """Check a name and password and open a session; returns its token, for the cookie only.

    Raises Refused("sign_in_locked", minutes) after five failures in fifteen minutes for this name or address,
    and NotFound("sign_in_wrong") alike for an unknown name, a wrong password and a disabled account. The caller
    commits in both cases, so that the failure is counted: see `fail_sign_in`.
    """
    username = username.strip().lower()
    require_not_locked(session, username, address, now=now)
    account = session.exec(select(Account).where(Account.username == username)).first()
    if not _matches(account, password) or account is None or account.disabled_at:
        raise NotFound("sign_in_wrong")
    session.exec(delete(SignInFailure).where(col(SignInFailure.key) == _failure_key(username)))  # type: ignore[call-overload]
    token = secrets.token_urlsafe(32)
    session.add(
        SignInSession(
            token_hash=_digest(token),
            account_id=_id(account),
            created_at=now,
            expires_at=now + timedelta(days=settings().session_days),
        )
    )
    audit.record(session, actor_of(session, account), "accounts.sign_in", now=now, subject=username)
    return token


def fail_sign_in(session: Session, username: str, address: str, *, now: datetime) -> None:
    """Count one failed sign-in for the name and for the address. Called in its own transaction after a refusal."""
    session.exec(delete(SignInFailure).where(col(SignInFailure.at) < now - LOCK))  # type: ignore[call-overload]
    for key in (_failure_key(username.strip().lower()), _failure_key(f"address {address}")):
        session.add(SignInFailure(key=key, at=now))


def require_not_locked(session: Session, username: str, address: str, *, now: datetime) -> None:
    """Raise Refused("sign_in_locked") when the name failed five times, or the address forty, in fifteen minutes."""
    for name, most in ((username, TRIES), (f"address {address}", TRIES * 8)):
        count, first = session.exec(
            select(func.count(), func.min(SignInFailure.at)).where(
                SignInFailure.key == _failure_key(name), col(SignInFailure.at) >= now - LOCK
            )
        ).one()
        if count >= most:
            raise Refused("sign_in_locked", minutes=max(1, round((first + LOCK - now).total_seconds() / 60)))


def signed_in(session: Session, token: str | None, *, now: datetime) -> Actor | None:
    """Who the token's session belongs to, or None when there is none or it ended."""
    if not token:
        return None
    found = session.exec(
        select(Account, Unit.depth)
        .join(SignInSession, col(SignInSession.account_id) == Account.id)
        .join(Unit, col(Unit.id) == Account.unit_id, isouter=True)
        .where(
            SignInSession.token_hash == _digest(token),
            col(SignInSession.ended_at).is_(None),
            col(SignInSession.expires_at) > now,
            col(Account.disabled_at).is_(None),
        )
    ).first()
    return None if found is None else actor_of(session, *found)


def sign_out(session: Session, token: str | None, *, now: datetime) -> None:
    """End the token's session; nothing happens where there is none."""
    found = session.exec(select(SignInSession).where(SignInSession.token_hash == _digest(token or ""))).first()
    if found is not None and found.ended_at is None:
        found.ended_at = now


def create(
    session: Session,
    actor: Actor,
    username: str,
    password: str,
    role: Role,
    *,
    now: datetime,
    unit_id: int | None = None,
    department_id: int | None = None,
    person_id: int | None = None,
    must_change: bool = False,
) -> int:
    """Make an account in the actor's scope; returns its id. Raises BadInput for a taken name or a short password."""
    require(actor, Permission.MANAGE)
    username = username.strip().lower()
    if not username or session.exec(select(Account.id).where(Account.username == username)).first():
        raise BadInput("username_taken" if username else "username_missing", username=username)
    _require_place(session, actor, role, unit_id, department_id)
    account = Account(
        username=username, password_hash=hashed(password), role=role, person_id=person_id, unit_id=unit_id,
        department_id=department_id, created_at=now, must_change_password=must_change,
    )  # fmt: skip
    session.add(account)
    session.flush()
    audit.record(session, actor, "accounts.create", now=now, subject=username, role=role.value)
    return _id(account)


def _require_place(
    session: Session, actor: Actor, role: Role, unit_id: int | None, department_id: int | None
) -> None:
    if role is Role.DEPARTMENT:
        if department_id is None or session.get(Department, department_id) is None:
            raise BadInput("department_missing")
    elif unit_id is None:
        raise BadInput("unit_missing")
    else:
        require_unit(session, actor, unit_id)


def set_password(session: Session, actor: Actor, account_id: int, password: str, *, now: datetime) -> None:
    """Set a password: one's own, or any account's in scope for those who manage. Ends the account's sessions."""
    account = session.get(Account, account_id)
    if account is None or (account_id != actor.account_id and not _manages(session, actor, account)):
        raise NotFound("account_not_found", account=account_id)
    account.password_hash = hashed(password)
    account.must_change_password = account_id != actor.account_id and not actor.is_system
    _end_sessions(session, account_id, now)
    audit.record(session, actor, "accounts.set_password", now=now, subject=account.username)


def set_disabled(session: Session, actor: Actor, account_id: int, disabled: bool, *, now: datetime) -> None:
    """Disable or enable an account in scope; nobody disables their own. Ends its sessions."""
    account = session.get(Account, account_id)
    if account is None or not _manages(session, actor, account):
        raise NotFound("account_not_found", account=account_id)
    if account_id == actor.account_id:
        raise Refused("own_account")
    account.disabled_at = now if disabled else None
    _end_sessions(session, account_id, now)
    audit.record(session, actor, "accounts.set_disabled", now=now, subject=account.username, disabled=disabled)


def set_language(session: Session, actor: Actor, language: str) -> None:
    """Remember the actor's language ("zh" or "en")."""
    account = session.get(Account, actor.account_id)
    if account is not None:
        account.language = language


def listed(session: Session, actor: Actor) -> list[AccountRow]:
    """The accounts in the actor's scope, by name."""
    require(actor, Permission.MANAGE)
    rows = session.exec(
        select(Account, Person.name, Unit, Department)
        .join(Person, col(Person.id) == Account.person_id, isouter=True)
        .join(Unit, col(Unit.id) == Account.unit_id, isouter=True)
        .join(Department, col(Department.id) == Account.department_id, isouter=True)
        .order_by(Account.username)
    ).all()
    return [
        AccountRow(
            id=_id(account), username=account.username, role=account.role, person=person, unit_id=account.unit_id,
            unit=unit and unit.short_name, unit_en=unit and unit.name_en, department=department and department.name,
            department_en=department and department.name_en, disabled_at=account.disabled_at,
        )
        for account, person, unit, department in rows
        if _manages(session, actor, account)
    ]  # fmt: skip


def _manages(session: Session, actor: Actor, account: Account) -> bool:
    if not actor.may(Permission.MANAGE):
        return False
    return account.unit_id is None or sees_unit(session, actor, account.unit_id)


def actor_of(session: Session, account: Account, depth: int | None = None) -> Actor:
    """The actor an account acts as; `depth` of its unit where the caller knows it already."""
    if depth is None and account.unit_id is not None:
        depth = session.exec(select(Unit.depth).where(Unit.id == account.unit_id)).one()
    person = session.get(Person, account.person_id) if account.person_id else None
    return Actor(
        account_id=account.id, name=person.name if person else account.username, role=account.role,
        unit_id=account.unit_id, depth=depth or 0, department_id=account.department_id, person_id=account.person_id,
        language=account.language, must_change_password=account.must_change_password,
    )  # fmt: skip


def _matches(account: Account | None, password: str) -> bool:
    """Whether the password fits. An unknown name costs the same time as a known one."""
    with _one_of_few():
        try:
            return _hasher.verify(account.password_hash if account else _DUMMY, password)
        except (VerificationError, InvalidHashError):
            return False


def hashed(password: str) -> str:
    """The argon2 hash of a password. Raises BadInput where it is shorter than eight characters."""
    if len(password) < SHORTEST:
        raise BadInput("password_short", shortest=SHORTEST)
    with _one_of_few():
        return _hasher.hash(password)


def _end_sessions(session: Session, account_id: int, now: datetime) -> None:
    for row in session.exec(
        select(SignInSession).where(SignInSession.account_id == account_id, col(SignInSession.ended_at).is_(None))
    ):
        row.ended_at = now


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _failure_key(name: str) -> str:
    return _digest(f"sign-in {name}")


def _id(account: Account) -> int:
    if account.id is None:
        raise ValueError("the account is not stored yet")
    return account.id


_DUMMY = _hasher.hash(secrets.token_urlsafe(16))
