"""A site: made empty, built as a demonstration, its database brought up to date."""

from datetime import datetime
from typing import Annotated

import typer

from cli import options
from cli.sessions import writing
from cli.terminal import progress, t
from services import sites, units
from services.access import SYSTEM
from services.clock import utc_now

app = typer.Typer()


@app.command(help=t("Make an empty site from a profile: its categories, departments and top unit."))
def init(profile: options.Profile) -> None:
    """Make an empty site."""
    with writing(needs_site=False) as session:
        made = sites.build(session, SYSTEM, profile, now=utc_now())
        units.add_top(session, SYSTEM, now=utc_now())
    typer.echo(t("Site made: {name}. Next: smallgrid import units FILE", name=t.name(made.name.zh, made.name.en)))


@app.command(help=t("Build a demonstration site in an empty database: real villages, made-up people and demands."))
def demo(
    profile: options.Profile,
    seed: Annotated[int, typer.Option(help=t("the same number gives the same site"))] = 1,
    months: Annotated[int, typer.Option(min=1, max=60, help=t("how many months of demands"))] = 12,
    now: options.Now = "",
) -> None:
    """Build a demonstration site."""
    build_demo(profile, seed=seed, months=months, now=options.moment(now) if now else utc_now())


@app.command(help=t("Bring the database to the newest structure, and to the profile's categories and departments."))
def migrate() -> None:
    """Migrate the database, and follow the profile where a site was built."""
    with writing(needs_site=False) as session:
        new = sites.follow(session, SYSTEM) if sites.exists(session) else 0
    said = t.n("{n} category or department is new.", "{n} categories or departments are new.", new)
    typer.echo(f"{t('The database has the newest structure.')} {said}")


def build_demo(profile: str, *, seed: int = 1, months: int = 12, now: datetime) -> None:
    """Build the demonstration and say how large it became."""
    from services import demo as demonstration

    with progress() as told, writing(needs_site=False) as session:
        made = demonstration.build(session, SYSTEM, profile, now=now, seed=seed, months=months, progress=told)
    counts = {"people": made.population, "households": made.households, "demands": made.demands}
    counts["units"] = sum(made.units.values())
    numbers = {key: t.number(value) for key, value in counts.items()}
    done = t("Built: {units} units, {people} people in {households} households, {demands} demands.", **numbers)
    typer.echo(done)
