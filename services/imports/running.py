"""Running an import: one walk through the file inside a savepoint, so that all good rows are stored or none."""

from collections.abc import Callable
from datetime import datetime
from time import perf_counter

from sqlmodel import Session

from models.accounts import Permission
from services import audit, sites, units
from services.access import Actor, require
from services.errors import NotFound
from services.imports.columns import ColumnMap, checked
from services.imports.context import Context, Importer, canonical
from services.imports.demands import DemandImporter
from services.imports.fields import Kind, field_names
from services.imports.households import HouseholdImporter
from services.imports.outlines import OutlineImporter
from services.imports.people import PeopleImporter
from services.imports.places import Place, Places
from services.imports.report import ImportReport, PreviewRow
from services.imports.tables import NUMBER, Table
from services.imports.units import UnitImporter

IMPORTERS: dict[Kind, Callable[[Context], Importer]] = {
    Kind.UNITS: UnitImporter,
    Kind.OUTLINES: OutlineImporter,
    Kind.PEOPLE: PeopleImporter,
    Kind.HOUSEHOLDS: HouseholdImporter,
    Kind.DEMANDS: DemandImporter,
}

Progress = Callable[[int, int, float], None]
"""Called after each chunk with rows done, rows in all, and rows a second so far."""


def run(
    session: Session,
    actor: Actor,
    kind: Kind,
    table: Table,
    mapping: ColumnMap,
    *,
    now: datetime,
    unit_code: str | None = None,
    keep_good: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a table into the caller's transaction; a second run of the same file changes nothing.

    Bad rows are listed, never stored. With `keep_good` the others are stored all the same; without, one bad row
    means that nothing is (`stored` False). `dry_run` stores nothing and counts what would be. `unit_code` is where
    rows land whose place is not known; else the actor's top unit. Raises NotAllowed, NotFound (the unit), BadInput
    (the mapping does not fit the file; header_wrong where a needed column is missing; units: reroot_with_demands).
    """
    require(actor, Permission.IMPORT)
    importer = IMPORTERS[kind](_context(session, actor, kind, table, mapping, now, unit_code))
    savepoint = session.begin_nested()
    try:
        _walk(importer, kind, table, mapping, keep_good=keep_good, dry_run=dry_run, progress=progress)
    except BaseException:
        savepoint.rollback()
        raise
    stored = not dry_run and (keep_good or not importer.tally.rejected)
    report = importer.tally.report(kind, stored=stored, dry_run=dry_run)
    if not stored:
        savepoint.rollback()
        return report
    savepoint.commit()
    _record(session, actor, report, now)
    return report


def preview(
    session: Session,
    actor: Actor,
    kind: Kind,
    table: Table,
    mapping: ColumnMap,
    *,
    now: datetime,
    unit_code: str | None = None,
    limit: int = 20,
) -> list[PreviewRow]:
    """The first rows as they would be stored, each with its problems. Stores nothing. Raises as `run` does."""
    require(actor, Permission.IMPORT)
    importer = IMPORTERS[kind](_context(session, actor, kind, table, mapping, now, unit_code))
    savepoint = session.begin_nested()
    try:
        importer.survey(table)
        first = next(table.chunks(max(limit * 2, 100)), None)
        return [] if first is None else importer.shown(canonical(first.head(limit), mapping, field_names(kind)))
    finally:
        savepoint.rollback()


def _walk(
    importer: Importer, kind: Kind, table: Table, mapping: ColumnMap, *, keep_good: bool, dry_run: bool,
    progress: Progress | None,
) -> None:  # fmt: skip
    names = field_names(kind)
    begun = perf_counter()

    def writing() -> bool:
        return not dry_run and (keep_good or not importer.tally.rejected)

    importer.survey(table)
    for chunk in table.chunks():
        if chunk.height:
            importer.tally.read += chunk.height
            importer.take(canonical(chunk, mapping, names), writing=writing())
            done = int(chunk.get_column(NUMBER)[-1]) - table.first_number + 1
            if progress is not None:
                progress(done, table.total, done / max(perf_counter() - begun, 1e-6))
    importer.finish(writing=writing())


def _context(
    session: Session, actor: Actor, kind: Kind, table: Table, mapping: ColumnMap, now: datetime, unit_code: str | None
) -> Context:
    fallback = _fallback(session, actor, unit_code)
    return Context(session, actor, checked(kind, mapping, table.columns), now, sites.profile(session), fallback)


def _fallback(session: Session, actor: Actor, unit_code: str | None) -> Place | None:
    if unit_code:
        return Places(session, actor).by_id(units.by_code(session, actor, unit_code).id)
    try:
        return Places(session, actor).by_id(units.top(session, actor).id)
    except NotFound:
        return None


def _record(session: Session, actor: Actor, report: ImportReport, now: datetime) -> None:
    audit.record(
        session, actor, f"import.{report.kind.value}", now=now, read=report.read, inserted=report.inserted,
        updated=report.updated, unchanged=report.unchanged, repeated=report.repeated, rejected=report.rejected_rows,
    )  # fmt: skip
