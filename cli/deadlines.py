"""Deadlines: what a limit comes to, why a demand is due when it is, and the sweep that warns and escalates."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer

from cli import options
from cli.sessions import reading, writing
from cli.terminal import print_json, print_table, t
from models.limits import Limit
from pages.i18n import deadlines as words
from services import database, deadlines, demands, sites, sweeps
from services.access import SYSTEM
from services.clock import utc_now
from services.deadlines import Hours, Pause, Step, Sum, UsualHours
from services.errors import BadInput, NotFound

app = typer.Typer()


@app.command(help=t("Say when a limit ends and how that comes about."))
def deadline(
    from_: Annotated[str, typer.Option("--from", help=t("when it begins, such as 2025-09-26T10:00"))],
    limit: Annotated[str, typer.Option(help=t("24 hours, 6 work hours, 7 days or 7 work days"))],
    pause: Annotated[list[str] | None, typer.Option(help=t("a suspension FROM/TO; may be given several times"))] = None,
    as_json: options.Json = False,
) -> None:
    """Run a limit by the site's working hours, or the usual ones where there is no site."""
    hours = _hours()
    pauses = [_pause(text, hours) for text in pause or ()]
    total = deadlines.of_limit(hours, options.moment(from_, hours.zone), _limit(limit), pauses)
    if as_json:
        print_json(_sum(total, hours))
    else:
        typer.echo(words.line(t, total))


@app.command(help=t("Explain the deadlines of a demand from its events."))
def explain(
    reference: Annotated[str, typer.Argument(help=t("the demand's number"))], as_json: options.Json = False
) -> None:
    """Print each clock of a demand as a sum."""
    with reading() as session:
        profile = sites.profile(session)
        demand = demands.detail(session, SYSTEM, demands.find(session, SYSTEM, reference))
    running = demands.clocks_of(demand.events, demand.row.reported_at)
    clocks = {} if running is None else {"answer": running.answer, "solve": running.solve, "level": running.level}
    sums = {name: total for name, clock in clocks.items() if (total := clock.sum(profile)) is not None}
    if as_json:
        facts = {name: _sum(total, profile) for name, total in sums.items()}
        stored = demand.row.due_at.astimezone(profile.zone).isoformat() if demand.row.due_at else None
        print_json({"reference": demand.row.reference, "due_at": stored, **facts})
        return
    names = {"answer": t("to answer"), "solve": t("to settle"), "level": t("this level")}
    for name, total in sums.items():
        typer.echo(t("{name}: {line}", name=names[name], line=words.line(t, total)))
    if not sums:
        typer.echo(t("No deadline."))


@app.command(help=t("Run deadlines again by the calendar known now, after a year's calendar was added."))
def restate(
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help=t("the first deadline to look at; today without it"))
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=t("only say what would be done"))] = False,
    as_json: options.Json = False,
) -> None:
    """Restate deadlines, each by an event of its own."""
    now = utc_now()
    with writing() as session:
        profile = sites.profile(session)
        day = since.date() if since is not None else now.astimezone(profile.zone).date()
        rows = demands.restate(session, SYSTEM, since=day, now=now, dry_run=dry_run)
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    lines = [[row.reference, t.moment(row.before), t.moment(row.after)] for row in rows]
    print_table([t("Demand"), t("was due"), t("now due")], lines)


@app.command(help=t("Warn before limits and move what is past them one level up."))
def sweep(
    now: options.Now = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help=t("only say what would be done"))] = False,
    as_json: options.Json = False,
) -> None:
    """Sweep the ledger once."""
    database.migrate()
    at = options.moment(now, _hours().zone) if now else utc_now()
    done = sweeps.run(SYSTEM, now=at, clock=utc_now, dry_run=dry_run)
    facts = {"warned": done.warned, "escalated": done.escalated, "at_top": done.at_top, "skipped": done.skipped}
    if as_json:
        print_json(facts)
        return
    facts["resumed"] = done.resumed
    print_table(list(facts), [list(facts.values())])


def _hours() -> Hours:
    try:
        if not database.is_ready():
            return UsualHours()
        with database.reading() as session:
            return sites.profile(session)
    except NotFound:
        return UsualHours()


def _limit(text: str) -> Limit:
    try:
        return Limit.parse(text)
    except ValueError as error:
        raise BadInput("limit_wrong", given=text) from error


def _pause(text: str, hours: Hours) -> Pause:
    start, slash, end = text.partition("/")
    if not slash:
        raise BadInput("pause_wrong", given=text)
    found = Pause(options.moment(start, hours.zone), options.moment(end, hours.zone))
    if found.end < found.start:
        raise BadInput("pause_wrong", given=text)
    return found


def _sum(total: Sum, hours: Hours) -> dict[str, Any]:
    """A sum for a program: moments ISO in the site's zone; `line` as a person reads it."""
    return {
        "due_at": _iso(total.due_at, hours), "line": words.line(t, total),
        "steps": [_step(step, hours) for step in total.steps],
    }  # fmt: skip


def _step(step: Step, hours: Hours) -> dict[str, Any]:
    facts: Sequence[tuple[str, Any]] = (
        ("at", _iso(step.at, hours)), ("until", _iso(step.until, hours)), ("from", step.day), ("to", step.to_day),
        ("limit", None if step.limit is None else str(step.limit)), ("holiday", step.holiday), ("year", step.year),
    )  # fmt: skip
    return {"step": step.kind, **{name: value for name, value in facts if value is not None}}


def _iso(at: datetime | None, hours: Hours) -> str | None:
    return None if at is None else at.astimezone(hours.zone).isoformat()
