"""What goes wrong for the person who calls a command: one sentence on stderr and exit code 2, never a traceback."""

from typing import Any

import typer
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from typer.core import TyperGroup

from cli.terminal import t
from services.errors import ServiceError


class Commands(TyperGroup):
    """All commands."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except ServiceError as error:
            _stop(_sentence(error))
        except ValidationError as error:
            _stop("; ".join(_setting(problem) for problem in error.errors()))
        except SQLAlchemyError as error:
            _stop(t("The database cannot be used: {detail}", detail=_first_line(error)))
        except OSError as error:
            _stop(t("The file cannot be used: {detail}", detail=_of_file(error)))


def _sentence(error: ServiceError) -> str:
    """The error in words; for a code without a sentence its code and facts, which still say what happened."""
    try:
        return t.error(error)
    except KeyError:
        return f"{error.code} ({', '.join(f'{key}: {value}' for key, value in error.facts.items())})"


def _setting(problem: Any) -> str:
    """What is wrong with a setting, and which one it is where only one is meant."""
    name = "".join(f"SMALLGRID_{part}: ".upper() for part in problem["loc"])
    return f"{name}{problem['msg'].removeprefix('Value error, ')}"


def _of_file(error: OSError) -> str:
    return t.join([str(part) for part in (error.filename, error.strerror) if part]) or str(error)


def _first_line(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]


def _stop(sentence: str) -> None:
    typer.echo(sentence, err=True)
    raise typer.Exit(2)
