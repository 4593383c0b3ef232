"""The base every table stands on: its own registry, named constraints, and times that are always aware UTC."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, Integer, MetaData, TypeDecorator
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

BigId = BigInteger().with_variant(Integer(), "sqlite")
"""BIGINT identity; on SQLite INTEGER, which is the 64-bit rowid."""


class Base(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMING))):
    """Base of every table. Its own registry: a hot reload would otherwise define each table twice."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment. Only aware datetimes go in, only aware UTC comes out, on SQLite and PostgreSQL alike."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive moment; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone: {value.isoformat()}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give back aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def enum_type(enum: type[StrEnum], name: str) -> Enum:
    """A StrEnum stored as VARCHAR with a named CHECK; `name` is the constraint's."""
    return Enum(
        enum,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


def id_field() -> Any:
    """The primary key. Nothing orders by it or reads meaning from it; outward a row has its `reference`."""
    return Field(default=None, primary_key=True, sa_type=BigId)


def key_to(target: str, *, nullable: bool = False, index: bool = False) -> Any:
    """A foreign key to `target` ("table.column")."""
    default: dict[str, Any] = {"default": None} if nullable else {}
    return Field(foreign_key=target, nullable=nullable, index=index, sa_type=BigId, **default)


def moment_field(*, nullable: bool = False, index: bool = False) -> Any:
    """A moment column (aware UTC)."""
    default: dict[str, Any] = {"default": None} if nullable else {}
    return Field(sa_type=UtcDateTime, nullable=nullable, index=index, **default)
