"""Signing in: sessions kept on the server, guessing slowed down. docs/decisions/sign-in.md says why."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, update
from sqlmodel import Session, col, select

from models.accounts import Account, SignInFailure, SignInSession
from models.people import Person
from models.units import Unit
from services import audit, passwords
from services.access import Actor
from services.errors import BadInput, NotFound, Refused
from services.passwords import Hashed
from services.settings import settings

TRIES, LOCK = 5, timedelta(minutes=15)
TRIES_OF_ADDRESS = 40
KEPT = timedelta(days=30)
"""How long the row of an ended session is kept."""


@dataclass(frozen=True, slots=True)
class Try:
    """A counted try to prove who one is: the hash to match, and the rows to take back when it does."""

    username: str
    account_id: int | None
    stored: Hashed = field(repr=False)
    failures: tuple[int, ...] = ()


def count_try(session: Session, username: str, address: str, *, now: datetime) -> Try:
    """Count a try to sign in before its password is looked at, so that many at once count as many.

    Commit this, check the password outside of any transaction (`passwords.matches(found.stored, ...)`), then call
    `sign_in`. Raises Refused("sign_in_locked", minutes) when the name failed five times, or the address forty, in the
    last fifteen minutes; known and unknown names alike.
    """
    username = clean(username)
    session.exec(delete(SignInFailure).where(col(SignInFailure.at) < now - LOCK))
    keys = ((_failure_key(username), TRIES), (_failure_key(f"address {address}"), TRIES_OF_ADDRESS))
    for key, most in keys:
        _require_not_locked(session, key, most, now)
    rows = [SignInFailure(key=key, at=now) for key, _ in keys]
    session.add_all(rows)
    session.flush()
    account = session.exec(select(Account).where(Account.username == username)).first()
    return Try(
        username=username,
        account_id=account.id if account else None,
        stored=Hashed(account.password_hash) if account else passwords.NOBODY,
        failures=tuple(row.id for row in rows if row.id is not None),
    )


def _require_not_locked(session: Session, key: str, most: int, now: datetime) -> None:
    count, first = session.exec(
        select(func.count(), func.min(SignInFailure.at)).where(
            SignInFailure.key == key, col(SignInFailure.at) >= now - LOCK
        )
    ).one()
    if count >= most:
        raise Refused("sign_in_locked", minutes=max(1, round((first + LOCK - now).total_seconds() / 60)))


def sign_in(session: Session, tried: Try, right: bool, *, now: datetime, replaces: str | None = None) -> str:
    """Open a session after a try whose password was right; returns its token, for the cookie only.

    `replaces` is the token the browser had before: that session ends. Raises NotFound("sign_in_wrong") alike for an
    unknown name, a wrong password and a disabled account.
    """
    account = _proven(session, tried, right)
    token = secrets.token_urlsafe(32)
    sign_out(session, replaces, now=now)
    session.exec(delete(SignInSession).where(col(SignInSession.expires_at) < now - KEPT))
    session.add(
        SignInSession(
            token_hash=_digest(token), account_id=_id(account), created_at=now,
            expires_at=now + timedelta(days=settings().session_days),
        )
    )  # fmt: skip
    audit.record(session, actor_of(session, account), "accounts.sign_in", now=now, subject=account.username)
    return token


def _proven(session: Session, tried: Try, right: bool) -> Account:
    """The account of a right try; forgets the name's failures and this try of the address."""
    account = session.get(Account, tried.account_id) if tried.account_id is not None else None
    if not right or account is None or account.disabled_at or account.password_hash != tried.stored.value:
        raise NotFound("sign_in_wrong")
    forgiven = (col(SignInFailure.key) == _failure_key(tried.username)) | col(SignInFailure.id).in_(tried.failures)
    session.exec(delete(SignInFailure).where(forgiven))
    return account


_SIGNED_IN = (
    select(
        Account.id, Account.username, Account.role, Account.unit_id, Account.department_id, Account.person_id,
        Account.language, Account.must_change_password, Unit.depth, Person.name,
    )  # type: ignore[call-overload, misc]
    .join(SignInSession, col(SignInSession.account_id) == Account.id)
    .join(Unit, col(Unit.id) == Account.unit_id, isouter=True)
    .join(Person, col(Person.id) == Account.person_id, isouter=True)
    .where(
        SignInSession.token_hash == bindparam("token_hash"),
        col(SignInSession.ended_at).is_(None),
        col(SignInSession.expires_at) > bindparam("now", type_=SignInSession.__table__.c.expires_at.type),  # type: ignore[attr-defined]
        col(Account.disabled_at).is_(None),
    )
)  # fmt: skip
"""Built once and read without the ORM: every rerun of every screen asks it first."""


def signed_in(session: Session, token: str | None, *, now: datetime) -> Actor | None:
    """Who the token's session belongs to, or None when there is none or it ended. One query."""
    if not token:
        return None
    found = session.connection().execute(_SIGNED_IN, {"token_hash": _digest(token), "now": now}).first()
    if found is None:
        return None
    account_id, username, role, unit_id, department_id, person_id, language, must_change, depth, person = found
    return Actor(
        account_id=account_id, name=person or username, role=role, unit_id=unit_id, depth=depth or 0,
        department_id=department_id, person_id=person_id, language=language, must_change_password=must_change,
    )  # fmt: skip


def sign_out(session: Session, token: str | None, *, now: datetime) -> None:
    """End the token's session; nothing happens where there is none."""
    ended = (
        update(SignInSession)
        .where(col(SignInSession.token_hash) == _digest(token or ""), col(SignInSession.ended_at).is_(None))
        .values(ended_at=now)
    )
    session.exec(ended)


def count_own_try(session: Session, actor: Actor, *, now: datetime) -> Try:
    """Count a try to prove one's own password before changing it: as slow to guess as signing in. See `count_try`."""
    account = session.get(Account, actor.account_id) if actor.account_id is not None else None
    if account is None:
        raise NotFound("account_not_found")
    return count_try(session, account.username, f"account {account.id}", now=now)


def change_password(
    session: Session, actor: Actor, tried: Try, right: bool, fresh: Hashed, *, now: datetime, keep: str | None = None
) -> None:
    """Change one's own password after a right try with the old one; ends one's other sessions, keeps the token `keep`.

    Raises BadInput("old_password_wrong").
    """
    if not right:
        raise BadInput("old_password_wrong")
    account = _proven(session, tried, right)
    if account.id != actor.account_id:
        raise NotFound("account_not_found")
    account.password_hash, account.must_change_password = fresh.value, False
    end_all(session, _id(account), now, keep=keep)
    audit.record(session, actor, "accounts.change_password", now=now, subject=account.username)


def actor_of(session: Session, account: Account) -> Actor:
    """The actor an account acts as."""
    depth = session.exec(select(Unit.depth).where(col(Unit.id) == account.unit_id)).first()
    person = session.get(Person, account.person_id) if account.person_id else None
    return _actor(account, depth, person.name if person else None)


def _actor(account: Account, depth: int | None, person: str | None) -> Actor:
    return Actor(
        account_id=account.id, name=person or account.username, role=account.role, unit_id=account.unit_id,
        depth=depth or 0, department_id=account.department_id, person_id=account.person_id, language=account.language,
        must_change_password=account.must_change_password,
    )  # fmt: skip


def end_all(session: Session, account_id: int, now: datetime, keep: str | None = None) -> None:
    """End an account's sessions, but for the one of the token `keep`."""
    ended = (
        update(SignInSession)
        .where(
            col(SignInSession.account_id) == account_id, col(SignInSession.ended_at).is_(None),
            col(SignInSession.token_hash) != _digest(keep or ""),
        )
        .values(ended_at=now)
    )  # fmt: skip
    session.exec(ended)


def forget_failures(session: Session, username: str) -> None:
    """Lift the lock of a name: whoever manages the account has just given it a new password."""
    session.exec(delete(SignInFailure).where(col(SignInFailure.key) == _failure_key(username)))


def clean(username: str) -> str:
    """A name as compared. What no database takes (NUL) is taken out: it then is a name that nobody has."""
    return username.strip().lower().replace("\0", "\ufffd")


def _failure_key(name: str) -> str:
    return _digest(f"sign-in {name}")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _id(account: Account) -> int:
    if account.id is None:
        raise ValueError("the account is not stored yet")
    return account.id
