"""Accounts: added, listed, given a password, disabled. A password never stands in the arguments."""

import sys
from typing import Annotated

import typer
from sqlmodel import Session, select

from cli import options
from cli.sessions import reading, writing
from cli.terminal import print_json, print_table, t
from models.accounts import Role
from models.departments import Department
from services import accounts
from services.access import SYSTEM
from services.clock import utc_now
from services.errors import BadInput, NotFound

app = typer.Typer(name="user", no_args_is_help=True, help=t("Accounts: add, list, set a password, disable."))
Name = Annotated[str, typer.Argument(help=t("sign-in name"))]
Stdin = Annotated[bool, typer.Option("--password-stdin", help=t("read the password from standard input"))]


@app.command("add", help=t("Add an account; the password is asked for or read from standard input."))
def add(
    name: Name,
    role: Annotated[Role, typer.Option(help=t("what the account may do"))],
    unit: options.Unit = "",
    department: Annotated[str, typer.Option(help=t("department code, for the account of a department"))] = "",
    password_stdin: Stdin = False,
) -> None:
    """Add an account."""
    password = _password(password_stdin)
    with writing() as session:
        is_department = role is Role.DEPARTMENT
        unit_id = None if is_department else options.unit_id(session, unit)
        department_id = _department_id(session, department) if is_department else None
        accounts.create(
            session, SYSTEM, name, password, role, now=utc_now(), unit_id=unit_id, department_id=department_id
        )
    typer.echo(t("Account {name} added.", name=name))


@app.command("list", help=t("List the accounts."))
def list_(as_json: options.Json = False) -> None:
    """Print the accounts."""
    with reading() as session:
        rows = accounts.listed(session, SYSTEM)
    facts = [
        {
            "username": row.username, "role": row.role.value, "unit": row.unit, "department": row.department,
            "disabled": row.disabled_at is not None,
        }
        for row in rows
    ]  # fmt: skip
    if as_json:
        print_json(facts)
    else:
        heads = ["username", "role", "unit", "department", "disabled"]
        print_table(heads, [[fact[key] for key in heads] for fact in facts])


@app.command("password", help=t("Set a password; signs the account out everywhere."))
def password(name: Name, password_stdin: Stdin = False) -> None:
    """Set a password."""
    given = _password(password_stdin)
    with writing() as session:
        accounts.set_password(session, SYSTEM, _account_id(session, name), given, now=utc_now())
    typer.echo(t("The password of {name} is set.", name=name))


@app.command("disable", help=t("Disable an account, or enable it again with --enable."))
def disable(
    name: Name, enable: Annotated[bool, typer.Option("--enable", help=t("enable it again"))] = False
) -> None:  # fmt: skip
    """Disable or enable an account."""
    with writing() as session:
        accounts.set_disabled(session, SYSTEM, _account_id(session, name), not enable, now=utc_now())
    done = t("Account {name} enabled.", name=name) if enable else t("Account {name} disabled.", name=name)
    typer.echo(done)


def _account_id(session: Session, name: str) -> int:
    found = {row.username: row.id for row in accounts.listed(session, SYSTEM)}
    if name.strip().lower() not in found:
        raise NotFound("account_not_found", account=name)
    return found[name.strip().lower()]


def _department_id(session: Session, code: str) -> int:
    found = dict(session.exec(select(Department.code, Department.id)).all())
    if code not in found:
        known = t.join(sorted(found))
        raise typer.BadParameter(t("There is no department “{given}”. Known: {known}.", given=code, known=known))
    return found[code] or 0


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise BadInput("password_no_terminal")
    return str(typer.prompt(t("Password"), hide_input=True, confirmation_prompt=True, err=True))
