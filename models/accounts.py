"""Accounts, what each role may do, and sign-in sessions kept on the server."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Index
from sqlmodel import Field

from models.base import Base, enum_type, id_field, key_to, moment_field


class Role(StrEnum):
    """What an account is for. What each may do stands in PERMISSIONS."""

    LEADER = "leader"
    SUPERVISOR = "supervisor"
    CHIEF = "chief"
    GRID_MEMBER = "grid_member"
    DEPARTMENT = "department"
    VIEWER = "viewer"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """Something a role may do, within its own scope."""

    SEE_FIGURES = "see_figures"
    SEE_DEMANDS = "see_demands"
    SEE_PERSONAL = "see_personal"
    REPORT = "report"
    TRIAGE = "triage"
    HANDLE = "handle"
    WHISTLE = "whistle"
    CLOSE = "close"
    PUBLISH = "publish"
    IMPORT = "import"
    MANAGE = "manage"


_ALL = frozenset(Permission)
_WORK = _ALL - {Permission.IMPORT, Permission.MANAGE}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.LEADER: _WORK,
    Role.SUPERVISOR: _WORK | {Permission.IMPORT},
    Role.CHIEF: _WORK,
    Role.GRID_MEMBER: frozenset(
        {Permission.SEE_FIGURES, Permission.SEE_DEMANDS, Permission.SEE_PERSONAL, Permission.REPORT, Permission.HANDLE}
    ),
    Role.DEPARTMENT: frozenset({Permission.SEE_DEMANDS, Permission.HANDLE}),
    Role.VIEWER: frozenset({Permission.SEE_FIGURES}),
    Role.ADMINISTRATOR: _ALL,
}
"""The one table of who may do what. A test walks every role over every permission and every unit."""


class Account(Base, table=True):
    """A local account. Its scope is the subtree of `unit_id`, or the demands put to `department_id`."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("(role = 'department') = (department_id IS NOT NULL)", name="department"),
        CheckConstraint("(role = 'department') = (unit_id IS NULL)", name="unit"),
    )

    id: int | None = id_field()
    username: str = Field(unique=True, max_length=80)
    password_hash: str
    role: Role = Field(sa_column=Column(enum_type(Role, "role"), nullable=False))
    person_id: int | None = key_to("people.id", nullable=True)
    unit_id: int | None = key_to("units.id", nullable=True)
    department_id: int | None = key_to("departments.id", nullable=True)
    language: str | None = Field(default=None, max_length=8)
    must_change_password: bool = False
    created_at: datetime = moment_field()
    disabled_at: datetime | None = moment_field(nullable=True)


class SignInSession(Base, table=True):
    """A signed-in browser. Only the SHA-256 of its token is kept; ended by time, by sign-out or with the account."""

    __tablename__ = "sign_in_sessions"
    __table_args__ = (Index("ix_sign_in_sessions_account_id", "account_id"),)

    id: int | None = id_field()
    token_hash: str = Field(unique=True, max_length=64)
    account_id: int = key_to("accounts.id")
    created_at: datetime = moment_field()
    expires_at: datetime = moment_field()
    ended_at: datetime | None = moment_field(nullable=True)


class SignInFailure(Base, table=True):
    """A failed sign-in, counted per name and per address to slow down guessing; `key` is a hash, never the name."""

    __tablename__ = "sign_in_failures"
    __table_args__ = (Index("ix_sign_in_failures_key_at", "key", "at"),)

    id: int | None = id_field()
    key: str = Field(max_length=64)
    at: datetime = moment_field()
