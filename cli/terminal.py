"""What commands say: their language, tables and JSON on stdout, and how far they are on stderr."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from pages.i18n.words import language_of, words

t = words(language_of(os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "en"))


@contextmanager
def progress() -> Iterator[Callable[..., None]]:
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


def print_json(value: Any) -> None:
    """Print for a program: Chinese stays readable, moments are ISO."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def print_table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print a table as wide as the terminal, or as wide as it needs where the output goes to a file or a pipe."""
    table = Table()
    for head in heads:
        table.add_column(head, no_wrap=True)
    for row in rows:
        table.add_row(*(_shown(value) for value in row))
    Console(width=None if sys.stdout.isatty() else 300).print(table)


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return t("yes") if value else t("no")
    if isinstance(value, dict):
        return t.join([f"{key} {number}" for key, number in value.items()])
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
