"""Arguments and options that several commands take, and what is meant by them."""

from datetime import datetime, tzinfo
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

YEARS = range(1900, 2200)
"""The years a moment may lie in."""


def unit_id(session: Session, code: str) -> int:
    """The unit of `--unit`. Raises NotFound for an unknown code."""
    return (units.by_code(session, SYSTEM, code) if code else units.top(session, SYSTEM)).id


def moment(text: str, zone: tzinfo | None = None) -> datetime:
    """A moment such as that of `--now`; without an offset it is one of `zone`.

    Raises BadInput where no zone is known: nothing is guessed. Also for a year so far off that no limit can be run.
    """
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise BadInput("moment_wrong", given=text) from error
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone)
    if found.tzinfo is None or found.year not in YEARS:
        raise BadInput("moment_wrong", given=text)
    return found
