"""Serving the screens, over the demonstration if that is asked for."""

import os
import runpy
import socket
import sys
from typing import Annotated

import typer

from cli.sessions import reading
from cli.sites import build_demo
from cli.terminal import t
from services import database, demo_accounts, sites
from services.access import SYSTEM
from services.clock import utc_now
from services.settings import ROOT, settings

app = typer.Typer()
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  compared with, not listened on


@app.command(help=t("Serve the dashboard until it is stopped."))
def serve(
    address: Annotated[str, typer.Option(help=t("address to listen on"))] = "",
    port: Annotated[int | None, typer.Option(min=1, max=65535, help=t("port to listen on"))] = None,
    demo_profile: Annotated[
        str, typer.Option("--demo", help=t("first build this demonstration if the database is empty"))
    ] = "",
) -> None:
    """Serve the dashboard."""
    address, port = address or settings().address, port or settings().port
    if demo_profile:
        _show_demo(demo_profile)
    _require_free(address, port)
    typer.echo(t("Open {address} in a browser.", address=f"http://{_named(address)}:{port}"))
    _become_streamlit(address, port)


def _show_demo(profile: str) -> None:
    """Build the demonstration where the database is empty, and say who may sign in: its one password is no secret."""
    with reading(needs_site=False) as session:
        is_empty = not sites.exists(session)
    if is_empty:
        build_demo(profile, now=utc_now())
    with database.reading() as session:
        names = demo_accounts.of_site(session, SYSTEM)
    if names:
        password = demo_accounts.PASSWORD
        typer.echo(t("Demonstration accounts: {names}. Password: {password}", names=t.join(names), password=password))


def _require_free(address: str, port: int) -> None:
    """Stop with a sentence where nothing can listen there; the server itself would say it in a traceback."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
    except OSError as error:
        place = f"{address}:{port}"
        typer.echo(t("Nothing can listen at {place}: {detail}", place=place, detail=error.strerror), err=True)
        raise typer.Exit(2) from error


def _named(address: str) -> str:
    """What people type: this machine's name where the server listens on all its addresses."""
    return socket.gethostname() if address in EVERYWHERE else address


def _become_streamlit(address: str, port: int) -> None:
    """Serve in this very process: who stops it stops the server, and nothing is imported twice."""
    os.chdir(ROOT)
    options = {"server.address": address, "server.port": port, "browser.serverAddress": _named(address)}
    flags = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    sys.argv = [
        "streamlit",
        "run",
        str(ROOT / "app.py"),
        "--server.headless",
        "true",
        "--logger.hideWelcomeMessage",
        "true",
        *flags,
    ]
    sys.stdout.flush()
    runpy.run_module("streamlit", run_name="__main__")
