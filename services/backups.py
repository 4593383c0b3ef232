"""Backup to one file and restore into an empty database; the same file on SQLite and PostgreSQL.

The file is a ZIP: `<table>.ndjson`, one row a line as a JSON list, and `manifest.json` with the format, the structure's
revision, and for each table its columns, rows and SHA-256. So a site can move from one database to the other. Moments
are ISO in UTC, days ISO, bytes Base64; everything else is what JSON has.
"""

import base64
import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Date, LargeBinary, Table, bindparam, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from models.base import Base, UtcDateTime
from services import audit, counters, sites
from services.access import Actor
from services.errors import BadInput

FORMAT = "smallgrid-backup-1"
BATCH = 2_000
SKIPPED = frozenset(
    {"sign_in_sessions", "sign_in_failures", "unit_counts", "unit_cells", "left_out_counts", "left_out_cells"}
)
"""Not kept: who is signed in at this moment belongs to the running server; counters are counted from the demands."""

DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, IntegrityError)
"""What reading a damaged or changed file ends in."""

Progress = Callable[[str, int, int], None]
"""Called with a table's name, its rows done and its rows in all."""


@dataclass(frozen=True, slots=True)
class BackupRow:
    """What a backup holds: the revision of its structure, the rows of each table, and all rows."""

    revision: str
    tables: dict[str, int]
    rows: int


@dataclass(frozen=True, slots=True)
class _Content:
    """One table in the manifest."""

    columns: list[str]
    rows: int
    sha256: str


def backup(session: Session, actor: Actor, path: Path, *, now: datetime, progress: Progress | None = None) -> BackupRow:
    """Write the whole site to `path` from one consistent picture; first call of its read transaction.

    The file is readable by its owner only, for it holds names, phones and password hashes; it appears when it is
    complete. Sign-in sessions are left out. Raises NotAllowed, and BadInput("file_exists"): nothing is overwritten.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    sites.require_whole_site(session, actor)
    if path.exists():
        raise BadInput("file_exists", file=path.name)
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            made = _write(session, file, now, progress)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return made


def restore(
    session: Session, actor: Actor, path: Path, *, now: datetime, progress: Progress | None = None
) -> BackupRow:
    """Read a backup into an empty, migrated database inside the caller's transaction: all of it or nothing.

    Every checksum is compared before the first row is written. Raises NotAllowed, and BadInput: database_not_empty,
    backup_unknown (no backup at all), backup_damaged (which part), backup_revision (made by another structure).
    """
    _require_empty(session)
    sites.require_whole_site(session, actor)
    with _opened(path) as archive:
        revision, contents = _manifest(session, archive, path)
        for table in _tables():
            _require_whole(archive, table.name, contents[table.name], path)
        for table in _tables():
            with _damage(path, table.name):
                _fill(session, archive, table, contents[table.name], progress)
    _raise_identities(session)
    counters.recount(session)
    made = _summary(revision, contents)
    audit.record(session, actor, "sites.restore", now=now, rows=made.rows)
    session.flush()
    return made


def _tables() -> list[Table]:
    """The tables of a backup, each after those it refers to."""
    return [table for table in Base.metadata.sorted_tables if table.name not in SKIPPED]


def _summary(revision: str, contents: dict[str, _Content]) -> BackupRow:
    counts = {name: content.rows for name, content in contents.items()}
    return BackupRow(revision, counts, sum(counts.values()))


def _revision(session: Session) -> str:
    return str(session.connection().execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def _write(session: Session, file: Any, now: datetime, progress: Progress | None) -> BackupRow:
    revision, contents = _revision(session), {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in _tables():
            contents[table.name] = _write_table(session, archive, table, progress)
        tables = {
            name: {"columns": content.columns, "rows": content.rows, "sha256": content.sha256}
            for name, content in contents.items()
        }
        manifest = {"format": FORMAT, "revision": revision, "made_at": now.isoformat(), "tables": tables}
        archive.writestr("manifest.json", json.dumps(manifest, indent=1))
    return _summary(revision, contents)


def _write_table(
    session: Session, archive: zipfile.ZipFile, table: Table, progress: Progress | None
) -> _Content:  # fmt: skip
    connection = session.connection()
    total = connection.execute(select(func.count()).select_from(table)).scalar_one()
    digest, done = hashlib.sha256(), 0
    with archive.open(f"{table.name}.ndjson", "w", force_zip64=True) as out:
        rows = connection.execution_options(stream_results=True).execute(select(table).order_by(*table.primary_key))
        for part in rows.partitions(_batch(table)):
            lines = "".join(json.dumps([_told(value) for value in row], ensure_ascii=False) + "\n" for row in part)
            data = lines.encode()
            digest.update(data)
            out.write(data)
            done += len(part)
            if progress is not None:
                progress(table.name, done, total)
    return _Content([column.name for column in table.columns], done, digest.hexdigest())


def _told(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return value.isoformat() if isinstance(value, date | datetime) else value


def _require_empty(session: Session) -> None:
    for table in Base.metadata.sorted_tables:
        if session.connection().execute(select(1).select_from(table).limit(1)).first() is not None:
            raise BadInput("database_not_empty")


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    with path.open("rb") as file:
        start = file.read(2)
    if start != b"PK":
        raise BadInput("backup_unknown", file=path.name)
    with _damage(path, "zip"):
        archive = zipfile.ZipFile(path)
    with archive:
        yield archive


@contextmanager
def _damage(path: Path, part: str) -> Iterator[None]:
    try:
        yield
    except BadInput:
        raise
    except DAMAGE as error:
        raise BadInput("backup_damaged", file=path.name, part=part) from error


def _manifest(session: Session, archive: zipfile.ZipFile, path: Path) -> tuple[str, dict[str, _Content]]:
    if "manifest.json" not in archive.namelist():
        raise BadInput("backup_unknown", file=path.name)
    with _damage(path, "manifest.json"):
        told = json.loads(archive.read("manifest.json"))
        if told["format"] != FORMAT:
            raise BadInput("backup_unknown", file=path.name)
        contents = {table.name: _Content(**told["tables"][table.name]) for table in _tables()}
        revision = str(told["revision"])
    if revision != _revision(session):
        raise BadInput("backup_revision", found=revision, expected=_revision(session))
    return revision, contents


def _require_whole(archive: zipfile.ZipFile, name: str, content: _Content, path: Path) -> None:
    digest, lines = hashlib.sha256(), 0
    with _damage(path, name), archive.open(f"{name}.ndjson") as source:
        while data := source.read(1 << 20):
            digest.update(data)
            lines += data.count(b"\n")
    if (digest.hexdigest(), lines) != (content.sha256, content.rows):
        raise BadInput("backup_damaged", file=path.name, part=name)


def _fill(
    session: Session, archive: zipfile.ZipFile, table: Table, content: _Content, progress: Progress | None
) -> None:
    """Insert the rows of a table; references among its own rows are set afterwards, for a row may come before them."""
    own = [key.parent.name for key in table.foreign_keys if key.column.table is table]
    later: list[dict[str, Any]] = []
    done = 0
    with archive.open(f"{table.name}.ndjson") as source:
        for rows in _parts(_rows(source, table, content.columns), _batch(table)):
            for row in rows:
                if any(row[name] is not None for name in own):
                    later.append({f"new_{name}": row[name] for name in own} | {"row_id": row["id"]})
                    row.update(dict.fromkeys(own))
            session.connection().execute(insert(table), rows)
            done += len(rows)
            if progress is not None:
                progress(table.name, done, content.rows)
    if later:
        statement = update(table).where(table.c.id == bindparam("row_id"))
        session.connection().execute(statement.values({name: bindparam(f"new_{name}") for name in own}), later)


def _rows(source: Iterable[bytes], table: Table, columns: list[str]) -> Iterator[dict[str, Any]]:
    readers = [_reader(table, name) for name in columns]
    for line in source:
        values = json.loads(line)
        yield {name: read(value) for name, read, value in zip(columns, readers, values, strict=True)}


def _reader(table: Table, name: str) -> Callable[[Any], Any]:
    """What turns a JSON value back into the column's."""
    if isinstance(table.c[name].type, UtcDateTime):
        return lambda value: None if value is None else datetime.fromisoformat(value)
    if isinstance(table.c[name].type, Date):
        return lambda value: None if value is None else date.fromisoformat(value)
    if isinstance(table.c[name].type, LargeBinary):
        return lambda value: None if value is None else base64.b64decode(value, validate=True)
    return lambda value: value


def _batch(table: Table) -> int:
    """How many rows are held at a time: of a table with files few, for each may have megabytes."""
    return 4 if any(isinstance(column.type, LargeBinary) for column in table.columns) else BATCH


def _parts(rows: Iterator[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    while part := list(islice(rows, size)):
        yield part


def _raise_identities(session: Session) -> None:
    """On PostgreSQL, let each identity go on after the highest id restored; SQLite does so by itself."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table in _tables():
        if "id" in table.c:
            highest = session.connection().execute(select(func.max(table.c.id))).scalar_one()
            if highest is not None:
                session.connection().execute(
                    text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :value)"),
                    {"name": table.name, "value": highest},
                )
