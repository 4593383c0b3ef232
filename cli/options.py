"""Arguments and options that several commands take, and what is meant by them."""

from datetime import datetime
from typing import Annotated

import typer
from sqlmodel import Session

from cli.terminal import t
from services import units
from services.access import SYSTEM
from services.errors import BadInput

Profile = Annotated[str, typer.Argument(help=t("site profile, such as dawangzhuang"))]
Unit = Annotated[str, typer.Option("--unit", help=t("official code of the unit; the site's top unit if left out"))]
Json = Annotated[bool, typer.Option("--json", help=t("print JSON"))]
Now = Annotated[str, typer.Option("--now", help=t("the moment to take for now, such as 2026-11-20T14:00+08:00"))]


def unit_id(session: Session, code: str) -> int:
    """The unit of `--unit`. Raises NotFound for an unknown code."""
    return (units.by_code(session, SYSTEM, code) if code else units.top(session, SYSTEM)).id


def moment(text: str) -> datetime:
    """A moment such as that of `--now`. Raises BadInput without a time zone: nothing is guessed."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput("moment_wrong", given=text) from error
    if found.tzinfo is None:
        raise BadInput("moment_wrong", given=text)
    return found
