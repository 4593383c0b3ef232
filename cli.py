"""The command `smallgrid`: one thin command a task, for whoever looks after the machine the site runs on."""

import json
import os
import runpy
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, select
from typer.core import TyperGroup

from models.accounts import Role
from models.departments import Department
from pages.i18n.words import language_of, words
from services import accounts, database, figures, periods, rankings, sites, units
from services.access import SYSTEM
from services.clock import utc_now
from services.errors import BadInput, NotFound, ServiceError
from services.periods import Period
from services.settings import ROOT, settings

if TYPE_CHECKING:
    from services.imports.report import ImportReport

t = words(language_of(os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "en"))


class Commands(TyperGroup):
    """All commands. What goes wrong for the person who calls one is a sentence on stderr and exit code 2."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except ServiceError as error:
            _stop(_sentence(error))
        except ValidationError as error:
            _stop("; ".join(str(problem["msg"]) for problem in error.errors()))
        except SQLAlchemyError as error:
            _stop(t("The database cannot be used: {detail}", detail=_first_line(error)))
        except OSError as error:
            _stop(t("The file cannot be used: {detail}", detail=error))


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help=t("Small Grid: grassroots grid governance. SMALLGRID_DATABASE_URL names the database."),
)
user = typer.Typer(no_args_is_help=True, help=t("Accounts: add, list, set a password, disable."))
app.add_typer(user, name="user")

Argument, Option = typer.Argument, typer.Option
ProfileArgument = Annotated[str, Argument(help=t("site profile, such as dawangzhuang"))]
NameArgument = Annotated[str, Argument(help=t("sign-in name"))]
UnitOption = Annotated[str, Option("--unit", help=t("official code of the unit; the site's top unit if left out"))]
FromOption = Annotated[str, Option("--from", help=t("first day, such as 2026-11-01; this month if left out"))]
ToOption = Annotated[str, Option("--to", help=t("last day, included; today if left out"))]
JsonOption = Annotated[bool, Option("--json", help=t("print JSON"))]
StdinOption = Annotated[bool, Option("--password-stdin", help=t("read the password from standard input"))]


@app.command(help=t("Make an empty site from a profile: its categories, departments and top unit."))
def init(profile: ProfileArgument) -> None:
    """Make an empty site."""
    with _writing() as session:
        made = sites.build(session, SYSTEM, profile, now=utc_now())
        units.add_top(session, SYSTEM, now=utc_now())
    typer.echo(t("Site made: {name}. Next: smallgrid import units FILE", name=t.name(made.name.zh, made.name.en)))


@app.command(help=t("Build a demonstration site in an empty database: real villages, made-up people and demands."))
def demo(
    profile: ProfileArgument,
    seed: Annotated[int, Option(help=t("the same number gives the same site"))] = 1,
    months: Annotated[int, Option(min=1, max=60, help=t("how many months of demands"))] = 12,
    now: Annotated[str, Option(help=t("the moment to take for now, such as 2026-11-20T14:00+08:00"))] = "",
) -> None:
    """Build a demonstration site."""
    _build_demo(profile, seed=seed, months=months, now=_moment(now) if now else utc_now())


@app.command("import", help=t("Import units, outlines, people, households or demands. A second run changes nothing."))
def import_(
    kind: Annotated[str, Argument(help="units | outlines | people | households | demands")],
    file: Annotated[Path, Argument(help=t("CSV, XLSX or GeoJSON; with --template the XLSX to write"))],
    mapping: Annotated[
        Path | None, Option("--map", help=t("which column is which (TOML); guessed if left out"))
    ] = None,
    dry_run: Annotated[bool, Option("--dry-run", help=t("check only, store nothing"))] = False,
    unit: UnitOption = "",
    keep_good: Annotated[bool, Option("--keep-good", help=t("store the other rows although some are bad"))] = False,
    template: Annotated[bool, Option("--template", help=t("write an empty XLSX with the columns"))] = False,
    as_json: JsonOption = False,
) -> None:
    """Import a file, or write the template of a kind. Exit code 1 when bad rows kept all from being stored."""
    from services.imports import Kind
    from services.imports import template as empty

    if kind not in set(Kind):
        raise BadInput("kind_unknown", given=kind, known=", ".join(Kind))
    if template:
        file.write_bytes(empty(Kind(kind)))
        return
    report = _imported(kind, file, mapping, dry_run=dry_run, keep_good=keep_good, unit=unit or None)
    _print_import(report, as_json=as_json)
    if not report.stored and not dry_run:
        raise typer.Exit(1)


@app.command("figures", help=t("Print the figures of a unit in a period."))
def figures_(unit: UnitOption = "", from_: FromOption = "", to: ToOption = "", as_json: JsonOption = False) -> None:
    """Print the figures of a unit."""
    now = utc_now()
    with _reading() as session:
        period = _period(session, from_, to, now)
        found = figures.of_unit(session, SYSTEM, _unit(session, unit), period, now=now)
    _print_figures(_figures(found, period), as_json=as_json)


@app.command(help=t("Rank the units of a level in a period; those without data have no rank."))
def rank(
    level: Annotated[str, Option(help="township | village | natural_village | grid | unit")],
    from_: FromOption = "",
    to: ToOption = "",
    unit: UnitOption = "",
    sort: Annotated[rankings.Sort, Option(help=t("what to rank by"))] = rankings.Sort.SETTLEMENT,
    as_json: JsonOption = False,
) -> None:
    """Print a ranking."""
    now = utc_now()
    with _reading() as session:
        _require_level(session, level)
        period = _period(session, from_, to, now)
        rows = rankings.of_level(session, SYSTEM, _unit(session, unit), level, period, now=now, sort=sort)
    _print_ranking(rows, as_json=as_json)


@user.command("add", help=t("Add an account; the password is asked for or read from standard input."))
def user_add(
    name: NameArgument,
    role: Annotated[Role, Option(help=t("what the account may do"))],
    unit: UnitOption = "",
    department: Annotated[str, Option(help=t("department code, for the account of a department"))] = "",
    password_stdin: StdinOption = False,
) -> None:
    """Add an account."""
    password = _password(password_stdin)
    with _writing() as session:
        is_department = role is Role.DEPARTMENT
        unit_id = None if is_department else _unit(session, unit)
        department_id = _department(session, department) if is_department else None
        accounts.create(
            session, SYSTEM, name, password, role, now=utc_now(), unit_id=unit_id, department_id=department_id
        )
    typer.echo(t("Account {name} added.", name=name))


@user.command("list", help=t("List the accounts."))
def user_list(as_json: JsonOption = False) -> None:
    """Print the accounts."""
    with _reading() as session:
        sites.site(session)
        rows = accounts.listed(session, SYSTEM)
    _print_accounts(rows, as_json=as_json)


@user.command("password", help=t("Set a password; signs the account out everywhere."))
def user_password(name: NameArgument, password_stdin: StdinOption = False) -> None:
    """Set a password."""
    password = _password(password_stdin)
    with _writing() as session:
        accounts.set_password(session, SYSTEM, _account(session, name), password, now=utc_now())
    typer.echo(t("The password of {name} is set.", name=name))


@user.command("disable", help=t("Disable an account, or enable it again with --enable."))
def user_disable(
    name: NameArgument, enable: Annotated[bool, Option("--enable", help=t("enable it again"))] = False
) -> None:
    """Disable or enable an account."""
    with _writing() as session:
        accounts.set_disabled(session, SYSTEM, _account(session, name), not enable, now=utc_now())
    done = t("Account {name} enabled.", name=name) if enable else t("Account {name} disabled.", name=name)
    typer.echo(done)


@app.command(help=t("Back up to one file, which restores on SQLite and PostgreSQL alike."))
def backup(file: Annotated[Path, Argument(help=t("file to write"))]) -> None:
    """Write a backup."""
    from services import backups

    with _progress() as told, _reading() as session:
        made = backups.backup(session, SYSTEM, file, now=utc_now(), progress=told)
    typer.echo(t("{rows} rows backed up to {file}.", rows=t.number(made.rows), file=file))


@app.command(help=t("Restore a backup into an empty database: all of it or nothing."))
def restore(file: Annotated[Path, Argument(help=t("the backup"))]) -> None:
    """Restore a backup."""
    from services import backups

    with _progress() as told, _writing() as session:
        made = backups.restore(session, SYSTEM, file, now=utc_now(), progress=told)
    typer.echo(t("{rows} rows restored.", rows=t.number(made.rows)))


@app.command(help=t("Rebuild every demand from its history, check units and numbers; exit code 1 on any difference."))
def verify(as_json: JsonOption = False) -> None:
    """Check the whole database."""
    from services import checks

    with _progress() as told, _reading() as session:
        sites.site(session)
        report = checks.verify(session, SYSTEM, progress=told)
    if as_json:
        _print_json(asdict(report))
    else:
        for row in report.differences:
            typer.echo(f"{row.what} {row.subject} {row.column}: {row.stored} ≠ {row.expected}")
        numbers = {"demands": report.demands, "units": report.units, "differences": report.total}
        sentence = t("{demands} demands and {units} units checked: {differences} differences.", **numbers)
        typer.echo(sentence)
    if report.total:
        raise typer.Exit(1)


@app.command(help=t("Serve the dashboard until it is stopped."))
def serve(
    address: Annotated[str, Option(help=t("address to listen on"))] = "",
    port: Annotated[int, Option(help=t("port to listen on"))] = 0,
    demo_profile: Annotated[
        str, Option("--demo", help=t("first build this demonstration if the database is empty"))
    ] = "",
) -> None:
    """Serve the dashboard."""
    address, port = address or settings().address, port or settings().port
    if demo_profile:
        _show_demo(demo_profile)
    typer.echo(t("Open {address} in a browser.", address=f"http://{address}:{port}"))
    _become_streamlit(address, port)


@app.command(help=t("Bring the database to the newest structure."))
def migrate() -> None:
    """Migrate the database."""
    database.migrate()
    typer.echo(t("The database has the newest structure."))


@contextmanager
def _reading() -> Iterator[Session]:
    database.migrate()
    with database.reading() as session:
        yield session


@contextmanager
def _writing() -> Iterator[Session]:
    database.migrate()
    with database.transaction() as session:
        yield session


@contextmanager
def _progress() -> Iterator[Callable[..., None]]:
    """A bar on stderr, where that is a terminal; told the step, how many are done, of how many, and the speed."""
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[speed]}")
    silent = not sys.stderr.isatty()
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), disable=silent) as bar:
        tasks: dict[str, Any] = {}

        def told(step: str, done: int, total: int, speed: str = "") -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(step, total=total, speed=speed)
            bar.update(tasks[step], completed=done, total=total, speed=speed)

        yield told


def _build_demo(profile: str, *, seed: int, months: int, now: datetime) -> None:
    from services import demo as demonstration

    with _progress() as told, _writing() as session:
        made = demonstration.build(session, SYSTEM, profile, now=now, seed=seed, months=months, progress=told)
    counts = {"people": made.population, "households": made.households, "demands": made.demands}
    counts["units"] = sum(made.units.values())
    numbers = {key: t.number(value) for key, value in counts.items()}
    done = t("Built: {units} units, {people} people in {households} households, {demands} demands.", **numbers)
    typer.echo(done)


def _show_demo(profile: str) -> None:
    """Build the demonstration where the database is empty, and say who may sign in: its one password is no secret."""
    from services.demo import PASSWORD

    with _reading() as session:
        is_empty = not sites.exists(session)
    if is_empty:
        _build_demo(profile, seed=1, months=12, now=utc_now())
    with database.reading() as session:
        names = [row.username for row in accounts.listed(session, SYSTEM) if row.disabled_at is None]
    typer.echo(t("Demonstration accounts: {names}. Password: {password}", names=t.join(names), password=PASSWORD))


def _imported(
    kind: str, file: Path, mapping: Path | None, *, dry_run: bool, keep_good: bool, unit: str | None
) -> "ImportReport":
    from services import imports

    table = imports.open_table(file, kind=imports.Kind(kind), any_header=mapping is not None)
    guessed = imports.guess(table.kind, table.columns, table.head())
    chosen = imports.load_mapping(mapping.read_text(encoding="utf-8")) if mapping else guessed
    with _progress() as told, _writing() as session:
        sites.site(session)
        return imports.run(
            session, SYSTEM, table.kind, table, chosen, now=utc_now(), unit_code=unit, keep_good=keep_good,
            dry_run=dry_run, progress=lambda done, total, speed: told(file.name, done, total, f"{speed:,.0f}/s"),
        )  # fmt: skip


def _period(session: Session, from_: str, to: str, now: datetime) -> Period:
    zone = sites.profile(session).zone
    today = now.astimezone(zone).date()
    month = periods.preset(periods.Preset.THIS_MONTH, today, zone)
    if not from_ and not to:
        return month
    last = periods.day(to) if to else today
    return periods.between(periods.day(from_) if from_ else periods.month_of(last)[0], last, zone)


def _require_level(session: Session, level: str) -> None:
    known = sites.profile(session).level_keys
    if level not in known:
        raise BadInput("level_unknown", given=level, known=", ".join(known))


def _unit(session: Session, code: str) -> int:
    return (units.by_code(session, SYSTEM, code) if code else units.top(session, SYSTEM)).id


def _account(session: Session, name: str) -> int:
    found = {row.username: row.id for row in accounts.listed(session, SYSTEM)}
    if name.strip().lower() not in found:
        raise NotFound("account_not_found", account=name)
    return found[name.strip().lower()]


def _department(session: Session, code: str) -> int:
    found = session.exec(select(Department.id).where(Department.code == code)).first()
    if found is None:
        raise NotFound("department_not_found", department=code)
    return found


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise BadInput("password_no_terminal")
    return str(typer.prompt(t("Password"), hide_input=True, confirmation_prompt=True, err=True))


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput("moment_wrong", given=text) from error
    if moment.tzinfo is None:
        raise BadInput("moment_wrong", given=text)
    return moment


def _figures(found: figures.FiguresRow, period: Period) -> dict[str, Any]:
    """The figures as they are printed: rates as fractions of 1, None where there is no data."""
    area = None if found.area_km2 is None else round(found.area_km2, 2 if found.area_km2 >= 1 else 4)
    return {
        "unit": found.code, "name": t.name(found.name, found.name_en), "from": period.from_day.isoformat(),
        "to": period.to_day.isoformat(), "units": dict(found.units), "population": found.population,
        "households": found.households, "area_km2": area, "received": found.received, "settled": found.settled,
        "open": found.open, "overdue": found.overdue, "settlement_rate": found.settlement_rate,
        "self_settled": found.self_settled, "due": found.due, "on_time": found.on_time,
        "on_time_rate": found.on_time_rate, "due_today": found.due_today,
    }  # fmt: skip


def _rank(row: rankings.RankRow) -> dict[str, Any]:
    return {
        "code": row.code, "name": t.name(row.name, row.name_en), "received": row.received, "settled": row.settled,
        "settlement_rate": row.settlement_rate, "rank": row.rank, "self_settled": row.self_settled, "due": row.due,
        "on_time": row.on_time, "on_time_rate": row.on_time_rate, "median_hours": row.median_hours, "open": row.open,
        "overdue": row.overdue, "change": row.change,
    }  # fmt: skip


def _print_figures(facts: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        _print_json(facts)
    else:
        _print_table(["", facts["name"]], [[key, _shown(value)] for key, value in facts.items()])


def _print_ranking(rows: list[rankings.RankRow], *, as_json: bool) -> None:
    if as_json:
        _print_json([_rank(row) for row in rows])
        return
    shown = ("rank", "code", "name", "received", "settled", "settlement_rate", "due", "on_time", "median_hours")
    _print_table(list(shown), [[_shown(_rank(row)[key]) for key in shown] for row in rows])


def _print_accounts(rows: list[accounts.AccountRow], *, as_json: bool) -> None:
    facts = [
        {
            "username": row.username, "role": row.role.value, "unit": row.unit, "department": row.department,
            "disabled": row.disabled_at is not None,
        }
        for row in rows
    ]  # fmt: skip
    if as_json:
        _print_json(facts)
    else:
        heads = ["username", "role", "unit", "department", "disabled"]
        _print_table(heads, [[_shown(fact[key]) for key in heads] for fact in facts])


def _print_import(report: "ImportReport", *, as_json: bool) -> None:
    names = ("read", "inserted", "updated", "unchanged", "repeated", "placeholders", "unplaced")
    counts = {name: getattr(report, name) for name in names}
    if as_json:
        rejected = [{"number": row.number, "column": row.column, "reason": row.reason} for row in report.rejected]
        _print_json(counts | {"rejected": rejected, "stored": report.stored, "dry_run": report.dry_run})
        return
    _print_table(["", ""], [[key, _shown(value)] for key, value in counts.items()])
    for row in report.rejected:
        bad = t("Row {number}, {column}: {reason}", number=row.number, column=row.column, reason=row.reason)
        typer.echo(bad)
    if not report.stored:
        typer.echo(t("Nothing was stored."))


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def _print_table(heads: list[str], rows: list[list[str]]) -> None:
    """A table as wide as the terminal, or as wide as it needs where the output goes to a file or a pipe."""
    table = Table()
    for head in heads:
        table.add_column(head, no_wrap=True)
    for row in rows:
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else 300).print(table)


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, dict):
        return ", ".join(f"{key} {number}" for key, number in value.items())
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _sentence(error: ServiceError) -> str:
    """The error in words; for a code without a sentence its code and facts, which still say what happened."""
    try:
        return t.error(error)
    except KeyError:
        return f"{error.code} ({', '.join(f'{key}: {value}' for key, value in error.facts.items())})"


def _first_line(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]


def _stop(sentence: str) -> None:
    typer.echo(sentence, err=True)
    raise typer.Exit(2)


def _become_streamlit(address: str, port: int) -> None:
    """Serve in this very process: who stops it stops the server, and nothing is imported twice."""
    os.chdir(ROOT)
    options = {"server.address": address, "server.port": port, "browser.serverAddress": address}
    flags = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    sys.argv = ["streamlit", "run", str(ROOT / "app.py"), "--server.headless", "true", *flags]
    sys.stdout.flush()
    runpy.run_module("streamlit", run_name="__main__")


if __name__ == "__main__":
    app()
