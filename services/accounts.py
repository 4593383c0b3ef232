"""Accounts: making, listing, disabling them in the scope of those who manage. Signing in is services/sessions.py."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, false, func, true
from sqlmodel import Session, col, select

from models.accounts import Account, Permission, Role, SignInSession
from models.departments import Department
from models.people import Person
from models.units import Unit, UnitAncestor
from services import audit, passwords, people, sessions, sites
from services.access import Actor, require, require_unit, sees_unit
from services.errors import BadInput, NotFound, Refused
from services.passwords import Hashed


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as listed: who, as what, for which unit or department, and when somebody last signed in with it."""

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
    must_change_password: bool
    last_sign_in: datetime | None


def hashed(password: str) -> str:
    """The hash of a password as an account stores it, for builders that give many accounts one password."""
    return passwords.hashed(password).value


def create(
    session: Session,
    actor: Actor,
    username: str,
    password: str | Hashed,
    role: Role,
    *,
    now: datetime,
    unit_id: int | None = None,
    department_id: int | None = None,
    person_id: int | None = None,
    must_change: bool = False,
) -> int:
    """Make an account in the actor's scope; returns its id. The place that does not belong to the role is ignored.

    Raises BadInput for a name that is taken or cannot be typed, a password that is too short, a missing place; NotFound
    for a place out of scope or an unknown person. Hash the password beforehand where others wait for the transaction.
    """
    require(actor, Permission.MANAGE)
    username = _usable(session, username)
    unit_id, department_id = _place(session, actor, role, unit_id, department_id)
    _require_person(session, actor, person_id)
    account = Account(
        username=username, password_hash=passwords.hashed(password).value, role=role, person_id=person_id,
        unit_id=unit_id, department_id=department_id, created_at=now, must_change_password=must_change,
    )  # fmt: skip
    session.add(account)
    session.flush()
    audit.record(session, actor, "accounts.create", now=now, subject=username, role=role.value)
    return _id(account)


def _usable(session: Session, username: str) -> str:
    clean = sessions.clean(username)
    if not clean:
        raise BadInput("username_missing")
    if len(clean) > 80 or not clean.isprintable() or " " in clean:
        raise BadInput("username_wrong")
    if session.exec(select(Account.id).where(Account.username == clean)).first():
        raise BadInput("username_taken", username=clean)
    return clean


def _place(
    session: Session, actor: Actor, role: Role, unit_id: int | None, department_id: int | None
) -> tuple[int | None, int | None]:
    """Unit and department of a new account. Only who has the whole site gives out a department's."""
    if role is Role.DEPARTMENT:
        if department_id is None or session.get(Department, department_id) is None:
            raise BadInput("department_missing")
        if not _whole_site(session, actor):
            raise NotFound("department_not_found")
        return None, department_id
    if unit_id is None:
        raise BadInput("unit_missing")
    require_unit(session, actor, unit_id)
    return unit_id, None


def set_password(session: Session, actor: Actor, account_id: int, password: str | Hashed, *, now: datetime) -> None:
    """Set another's password, to be changed at the next sign-in; ends the account's sessions and its lock.

    One's own is changed by `change_password`, which asks for the old one: Refused("own_password") here.
    """
    account = _managed(session, actor, account_id)
    if account_id == actor.account_id:
        raise Refused("own_password")
    account.password_hash = passwords.hashed(password).value
    account.must_change_password = not actor.is_system
    sessions.end_all(session, account_id, now)
    sessions.forget_failures(session, account.username)
    audit.record(session, actor, "accounts.set_password", now=now, subject=account.username)


def set_disabled(session: Session, actor: Actor, account_id: int, disabled: bool, *, now: datetime) -> None:
    """Disable or enable an account in scope; nobody disables their own. Ends its sessions."""
    account = _managed(session, actor, account_id)
    if account_id == actor.account_id:
        raise Refused("own_account")
    account.disabled_at = now if disabled else None
    sessions.end_all(session, account_id, now)
    audit.record(session, actor, "accounts.set_disabled", now=now, subject=account.username, disabled=disabled)


def set_language(session: Session, actor: Actor, language: str) -> None:
    """Remember the actor's language ("zh" or "en")."""
    account = session.get(Account, actor.account_id)
    if account is not None:
        account.language = language


def listed(session: Session, actor: Actor) -> list[AccountRow]:
    """The accounts in the actor's scope, by name; two queries however many there are."""
    require(actor, Permission.MANAGE)
    rows = session.exec(
        select(Account, Person.name, Unit, Department)
        .join(Person, col(Person.id) == Account.person_id, isouter=True)
        .join(Unit, col(Unit.id) == Account.unit_id, isouter=True)
        .join(Department, col(Department.id) == Account.department_id, isouter=True)
        .where(_manages(session, actor))
        .order_by(Account.username)
    ).all()
    last = dict(
        session.exec(
            select(SignInSession.account_id, func.max(SignInSession.created_at)).group_by(col(SignInSession.account_id))
        ).all()
    )
    return [
        AccountRow(
            id=_id(account), username=account.username, role=account.role, person=person, unit_id=account.unit_id,
            unit=unit.short_name if unit else None, unit_en=unit.name_en if unit else None,
            department=department.name if department else None,
            department_en=department.name_en if department else None, disabled_at=account.disabled_at,
            must_change_password=account.must_change_password, last_sign_in=last.get(_id(account)),
        )
        for account, person, unit, department in rows
    ]  # fmt: skip


def _manages(session: Session, actor: Actor) -> ColumnElement[bool]:
    """The condition on Account for those the actor manages: of the subtree, and departments' with the whole site."""
    if actor.is_system:
        return true()
    if actor.unit_id is None:
        return false()
    below = select(UnitAncestor.unit_id).where(col(UnitAncestor.ancestor_id) == actor.unit_id)
    managed = col(Account.unit_id).in_(below)
    return managed | col(Account.department_id).is_not(None) if _whole_site(session, actor) else managed


def _managed(session: Session, actor: Actor, account_id: int) -> Account:
    require(actor, Permission.MANAGE)
    found = session.exec(select(Account).where(col(Account.id) == account_id, _manages(session, actor))).first()
    if found is None:
        raise NotFound("account_not_found", account=account_id)
    return found


def _require_person(session: Session, actor: Actor, person_id: int | None) -> None:
    """Whoever has the whole site gives any person an account, others those who serve with them."""
    if person_id is None:
        return
    if not _whole_site(session, actor):
        people.require_person(session, actor, person_id)
    elif session.get(Person, person_id) is None:
        raise NotFound("person_not_found")


def _whole_site(session: Session, actor: Actor) -> bool:
    """Whether the actor's scope holds the site's top unit."""
    if actor.is_system or actor.depth == 1:
        return True
    top = session.exec(select(Unit.id).where(Unit.code == sites.profile(session).top)).first()
    return top is not None and sees_unit(session, actor, top)


def _id(account: Account) -> int:
    if account.id is None:
        raise ValueError("the account is not stored yet")
    return account.id
