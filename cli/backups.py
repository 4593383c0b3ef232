"""Backups: a site written to one file, and restored from it."""

from pathlib import Path
from typing import Annotated

import typer

from cli.sessions import reading, writing
from cli.terminal import progress, t
from services.access import SYSTEM
from services.clock import utc_now
from services.errors import BadInput

app = typer.Typer()


@app.command(help=t("Back up to one file, which restores on SQLite and PostgreSQL alike."))
def backup(file: Annotated[Path, typer.Argument(help=t("file to write"))]) -> None:
    """Write a backup."""
    from services import backups

    with progress() as told, reading() as session:
        made = backups.backup(session, SYSTEM, file, now=utc_now(), progress=told)
    typer.echo(t("{rows} rows backed up to {file}.", rows=t.number(made.rows), file=file))


@app.command(help=t("Restore a backup into an empty database: all of it or nothing."))
def restore(file: Annotated[Path, typer.Argument(help=t("the backup"))]) -> None:
    """Restore a backup."""
    from services import backups

    if not file.is_file():
        raise BadInput("file_missing", file=file)
    with progress() as told, writing(needs_site=False) as session:
        made = backups.restore(session, SYSTEM, file, now=utc_now(), progress=told)
    typer.echo(t("{rows} rows restored.", rows=t.number(made.rows)))
