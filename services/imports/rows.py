"""What the row-by-row importers (people, households) share: units of rows, days, flags, and previews."""

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from services.imports import values
from services.imports.context import Context, Tally
from services.imports.places import Place, Places
from services.imports.report import PreviewRow, Rejected
from services.imports.tables import NUMBER

YES = frozenset({"是", "有", "yes", "y", "true", "t", "1", "党员", "中共党员"})
NO = frozenset({"否", "无", "no", "n", "false", "f", "0", "群众"})


def place_of(
    row: Mapping[str, Any], places: Mapping[str, Place | None], context: Context, tally: Tally
) -> Place | None:
    """The unit of a row, by code or name; a row without one, or with one outside the actor's scope, is rejected."""
    place = places.get(row["unit_code"])
    if place is None and row["unit_code"] is None:
        place = context.fallback
    if place is None:
        tally.reject(row[NUMBER], "unit_code", "unit_unknown", row["unit_code"])
        return None
    if not place.seen:
        tally.reject(row[NUMBER], "unit_code", "outside_scope", row["unit_code"])
        return None
    return place


def places_in(frame: pl.DataFrame, places: Places) -> dict[str, Place | None]:
    """The units that a chunk names."""
    return places.of(frame.get_column("unit_code").drop_nulls().unique().to_list())


def with_days(frame: pl.DataFrame, names: tuple[str, ...], style: values.DateStyle) -> pl.DataFrame:
    """The columns as days; `name_given` is what was written."""
    frame = frame.with_columns(pl.col(name).alias(f"{name}_given") for name in names)
    for name in names:
        frame = values.moments(frame, name, values.DateStyle("UTC", style.day_first, style.written)).drop(f"{name}_day")
    return frame.with_columns(pl.col(name).dt.date() for name in names)


def flag(written: str | None) -> bool | None:
    """Yes or no; None where it is neither. Nothing written means no."""
    if written is None:
        return False
    word = written.casefold()
    return True if word in YES else False if word in NO else None


def shown(
    frame: pl.DataFrame, check: Callable[[pl.DataFrame, Tally], Mapping[int, Mapping[str, Any]]]
) -> list[PreviewRow]:
    """Rows for a preview: as they would be stored where good, as they are with their problems where not."""
    tally = Tally()
    good = check(frame, tally)
    problems: dict[int, list[Rejected]] = {}
    for problem in tally.rejected:
        problems.setdefault(problem.number, []).append(problem)
    rows = []
    for given in frame.iter_rows(named=True):
        row = good.get(given[NUMBER], given)
        cells = {name: "" if row.get(name) is None else str(row[name]) for name in given if name != NUMBER}
        rows.append(PreviewRow(given[NUMBER], cells, tuple(problems.get(given[NUMBER], ()))))
    return rows
