"""Checking the whole database against what it can be derived from."""

from dataclasses import asdict

import typer

from cli import options
from cli.sessions import reading, writing
from cli.terminal import print_json, progress, t
from services.access import SYSTEM

app = typer.Typer()


@app.command(help=t("Rebuild every demand from its history, check units and numbers; exit code 1 on any difference."))
def verify(as_json: options.Json = False) -> None:
    """Check the whole database."""
    from services import checks

    with progress() as told, reading() as session:
        report = checks.verify(session, SYSTEM, progress=told)
    if as_json:
        print_json(asdict(report))
    else:
        for row in report.differences:
            typer.echo(f"{row.what} {row.subject} {row.column}: {row.stored} ≠ {row.expected}")
        numbers = {"demands": report.demands, "units": report.units, "differences": report.total}
        sentence = t("{demands} demands and {units} units checked: {differences} differences.", **numbers)
        typer.echo(sentence)
    if report.total:
        raise typer.Exit(1)


@app.command(help=t("Count all counters anew: after verify named some, or once the profile counts otherwise."))
def recount(as_json: options.Json = False) -> None:
    """Count the counters anew."""
    from services import checks

    with writing() as session:
        done = checks.recount(session, SYSTEM)
    if as_json:
        print_json(asdict(done))
    else:
        counts = {"demands": done.demands, "differences": done.differences}
        typer.echo(t("{demands} demands counted anew: {differences} counters were different.", **counts))
