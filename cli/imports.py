"""Importing files: a template, a trial, the import itself, and what became of every row."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options
from cli.sessions import writing
from cli.terminal import print_json, print_table, progress, t
from pages.i18n.errors import REASONS
from services.access import SYSTEM
from services.clock import utc_now
from services.errors import BadInput

if TYPE_CHECKING:
    from services.imports import ImportReport, Rejected

app = typer.Typer()
COUNTS = {
    "read": t("Read"), "inserted": t("Added"), "updated": t("Changed"), "unchanged": t("Unchanged"),
    "repeated": t("Repeated"), "placeholders": t("Meaningless coordinates"), "unplaced": t("Without a known place"),
}  # fmt: skip
SHOWN = 100
"""So many bad rows are listed for a person; --json has all."""


@app.command("import", help=t("Import units, outlines, people, households or demands. A second run changes nothing."))
def import_(
    kind: Annotated[str, typer.Argument(help="units | outlines | people | households | demands")],
    file: Annotated[Path, typer.Argument(help=t("CSV, XLSX or GeoJSON; with --template the XLSX to write"))],
    mapping: Annotated[
        Path | None, typer.Option("--map", help=t("which column is which (TOML); guessed if left out"))
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=t("check only, store nothing"))] = False,
    unit: options.Unit = "",
    keep_good: Annotated[
        bool, typer.Option("--keep-good", help=t("store the other rows although some are bad"))
    ] = False,
    template: Annotated[bool, typer.Option("--template", help=t("write an empty XLSX with the columns"))] = False,
    as_json: options.Json = False,
) -> None:
    """Import a file, or write the template of a kind. Exit code 1 when bad rows kept all from being stored."""
    from services.imports import Kind

    if kind not in set(Kind):
        raise BadInput("kind_unknown", given=kind, known=", ".join(Kind))
    if template:
        _write_template(kind, file)
        return
    report = _imported(kind, file, mapping, dry_run=dry_run, keep_good=keep_good, unit=unit or None)
    _print(report, as_json=as_json)
    if not report.stored and not dry_run:
        raise typer.Exit(1)


def _write_template(kind: str, file: Path) -> None:
    from services.imports import Kind, template

    if file.exists():
        raise BadInput("file_exists", file=file)
    file.write_bytes(template(Kind(kind)))
    typer.echo(t("Empty template written: {file}", file=file))


def _imported(
    kind: str, file: Path, mapping: Path | None, *, dry_run: bool, keep_good: bool, unit: str | None
) -> "ImportReport":
    from services import imports

    table = imports.open_table(file, kind=imports.Kind(kind), any_header=mapping is not None)
    guessed = imports.guess(table.kind, table.columns, table.head())
    chosen = imports.load_mapping(mapping.read_text(encoding="utf-8")) if mapping else guessed
    with progress() as told, writing() as session:
        return imports.run(
            session, SYSTEM, table.kind, table, chosen, now=utc_now(), unit_code=unit, keep_good=keep_good,
            dry_run=dry_run, progress=lambda done, total, speed: told(file.name, done, total, f"{speed:,.0f}/s"),
        )  # fmt: skip


def _print(report: "ImportReport", *, as_json: bool) -> None:
    counts = {name: getattr(report, name) for name in COUNTS}
    if as_json:
        rejected = [{"number": row.number, "column": row.column, "reason": row.reason} for row in report.rejected]
        print_json(counts | {"rejected": rejected, "stored": report.stored, "dry_run": report.dry_run})
        return
    rows = [[COUNTS[name], value] for name, value in counts.items()]
    print_table(["", t("Rows")], [*rows, [t("Bad"), report.rejected_rows]])
    for row in report.rejected[:SHOWN]:
        typer.echo(_problem(row))
    if len(report.rejected) > SHOWN:
        typer.echo(t("The first {shown} are listed; --json has all.", shown=SHOWN))
    if not report.stored:
        typer.echo(t("A trial only: nothing was stored.") if report.dry_run else t("Nothing was stored."))


def _problem(row: "Rejected") -> str:
    """One bad row in a sentence; the value, where there is one, shows what to look for in the file."""
    reason = t(REASONS[row.reason]) if row.reason in REASONS else row.reason
    if not row.value:
        return t("Row {number}, {column}: {reason}", number=row.number, column=row.column, reason=reason)
    return t(
        "Row {number}, {column} “{value}”: {reason}",
        number=row.number, column=row.column, value=row.value, reason=reason,
    )  # fmt: skip
