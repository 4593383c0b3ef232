"""Serving the screens, over the demonstration if that is asked for."""

import os
import runpy
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


@app.command(help=t("Serve the dashboard until it is stopped."))
def serve(
    address: Annotated[str, typer.Option(help=t("address to listen on"))] = "",
    port: Annotated[int, typer.Option(help=t("port to listen on"))] = 0,
    demo_profile: Annotated[
        str, typer.Option("--demo", help=t("first build this demonstration if the database is empty"))
    ] = "",
) -> None:
    """Serve the dashboard."""
    address, port = address or settings().address, port or settings().port
    if demo_profile:
        _show_demo(demo_profile)
    typer.echo(t("Open {address} in a browser.", address=f"http://{address}:{port}"))
    _become_streamlit(address, port)


def _show_demo(profile: str) -> None:
    """Build the demonstration where the database is empty, and say who may sign in: its one password is no secret."""
    with reading() as session:
        is_empty = not sites.exists(session)
    if is_empty:
        build_demo(profile, now=utc_now())
    with database.reading() as session:
        names = demo_accounts.of_site(session, SYSTEM)
    if names:
        password = demo_accounts.PASSWORD
        typer.echo(t("Demonstration accounts: {names}. Password: {password}", names=t.join(names), password=password))


def _become_streamlit(address: str, port: int) -> None:
    """Serve in this very process: who stops it stops the server, and nothing is imported twice."""
    os.chdir(ROOT)
    options = {"server.address": address, "server.port": port, "browser.serverAddress": address}
    flags = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    sys.argv = ["streamlit", "run", str(ROOT / "app.py"), "--server.headless", "true", *flags]
    sys.stdout.flush()
    runpy.run_module("streamlit", run_name="__main__")
