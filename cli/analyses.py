"""The analysis of a unit, or the bulletin of those below it, as a file."""

import json
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from cli import options
from cli.sessions import reading
from cli.terminal import t
from models.profiles import Profile
from pages.i18n import Words, words
from pages.papers.paper import Paper
from services import periods, sites
from services.access import SYSTEM
from services.clock import utc_now
from services.errors import NotFound
from services.periods import Period

app = typer.Typer()


class Format(StrEnum):
    """How it is written."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    TEXT = "txt"
    JSON = "json"


class Language(StrEnum):
    """In which language."""

    ZH = "zh"
    EN = "en"


@app.command(help=t("Write the analysis of a unit for a period, or the bulletin of all units below it."))
def analysis(
    unit: Annotated[str, typer.Argument(help=t("official code of the unit"))],
    period: Annotated[str, typer.Option(help=t("such as 2026-11, 2026-11-01..2026-11-20 or last-month"))] = "month",
    format_: Annotated[Format, typer.Option("--format", help=t("how it is written"))] = Format.PDF,
    out: Annotated[Path | None, typer.Option(help=t("file to write; named after unit and days if left out"))] = None,
    bulletin: Annotated[bool, typer.Option("--bulletin", help=t("all units below it, side by side"))] = False,
    language: Annotated[Language | None, typer.Option(help=t("language; the terminal's if left out"))] = None,
    now: options.Now = "",
) -> None:
    """Write one paper; text and JSON go to the terminal where no file is named."""
    moment = options.moment(now) if now else utc_now()
    with reading() as session:
        profile = sites.profile(session)
        days = periods.parse(period, moment.astimezone(profile.days).date(), profile.days)
        say, unit_id = words(language or t.language, profile.timezone), options.unit_id(session, unit)
        read = _bulletin if bulletin else _analysis
        paper = read(session, say, profile, unit_id, days, moment)
    made = _drawn(paper, format_, profile)
    if out is None and format_ in (Format.TEXT, Format.JSON):
        typer.echo(made.decode(), nl=False)
        return
    path = out or Path(f"{paper.name}.{format_}")
    path.write_bytes(made)
    typer.echo(t("Wrote {path}.", path=path))


def _analysis(session: Session, say: Words, profile: Profile, unit_id: int, days: Period, now: datetime) -> Paper:
    from pages.papers import analyses as written
    from services import analyses

    return written.paper(say, profile, analyses.of_unit(session, SYSTEM, unit_id, days, now=now))


def _bulletin(session: Session, say: Words, profile: Profile, unit_id: int, days: Period, now: datetime) -> Paper:
    from pages.papers import bulletins
    from services import analyses

    found = analyses.bulletin(session, SYSTEM, unit_id, days, now=now)
    if found is None:
        raise NotFound("nothing_below")
    return bulletins.paper(say, profile, found)


def _drawn(paper: Paper, format_: Format, profile: Profile) -> bytes:
    from pages.papers import data, pdf, sheets, word
    from pages.papers.paper import text_of

    match format_:
        case Format.PDF:
            return pdf.drawn(paper)
        case Format.DOCX:
            return word.drawn(paper)
        case Format.XLSX:
            return sheets.drawn(paper.tables, paper.made_at, profile.zone)
        case Format.TEXT:
            return text_of(paper).encode()
        case Format.JSON:
            return (json.dumps(data.of(paper), ensure_ascii=False, indent=2) + "\n").encode()
