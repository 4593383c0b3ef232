"""Importing households: matched by their number, or without one by unit, head and address."""

from typing import Any

import polars as pl
from sqlmodel import col, select

from models.households import Household
from models.units import Unit
from services.access import units_seen
from services.imports import bulk, rows, values
from services.imports.context import Context, Seen, Tally
from services.imports.places import Places
from services.imports.report import PreviewRow
from services.imports.tables import NUMBER, Table

STORED = ("external_id", "unit_id", "head", "phone", "address", "people_count", "longitude", "latitude")
_TEXTS = ("external_id", "unit_code", "head", "phone", "address")
_CONTENT = ("unit_id", "head", "address")


class HouseholdImporter:
    """One run over one file of households."""

    def __init__(self, context: Context) -> None:
        self.tally = Tally()
        self._context = context
        self._places = Places(context.session, context.actor)
        self._seen = Seen()

    def survey(self, table: Table) -> None:
        """Nothing to find out beforehand."""

    def take(self, frame: pl.DataFrame, *, writing: bool) -> None:
        """Check a chunk, then insert or update."""
        good = list(self._checked(frame, self.tally).values())
        keys = pl.Series([repr(_key(row)) for row in good], dtype=pl.String)
        repeated = self._seen.repeated(keys.hash())
        self.tally.repeated += int(repeated.sum())
        once = [row for row, again in zip(good, repeated, strict=True) if not again]
        known = self._known(once)
        fresh, changed = [], []
        for row in once:
            found = known.get(_key(row))
            if found is None:
                fresh.append(row)
            elif found[0] is None:
                self.tally.reject(row[NUMBER], "external_id", "outside_scope", row["external_id"])
            elif found[1] != tuple(row[name] for name in STORED):
                changed.append((found[0], row))
            else:
                self.tally.unchanged += 1
        self.tally.inserted += len(fresh)
        self.tally.updated += len(changed)
        if writing:
            self._write(fresh, changed)

    def finish(self, *, writing: bool) -> None:
        """Everything is stored already."""

    def shown(self, frame: pl.DataFrame) -> list[PreviewRow]:
        """A few rows as they would be stored."""
        return rows.shown(frame, self._checked)

    def _write(self, fresh: list[dict[str, Any]], changed: list[tuple[int, dict[str, Any]]]) -> None:
        table: Any = Household.__table__  # type: ignore[attr-defined]
        session = self._context.session
        ids = bulk.take_ids(session, table, len(fresh))
        new = [(number, *(row[name] for name in STORED)) for number, row in zip(ids, fresh, strict=True)]
        bulk.insert(session, table, ("id", *STORED), new)
        bulk.update(session, table, STORED, [(*(row[name] for name in STORED), number) for number, row in changed])

    def _known(self, once: list[dict[str, Any]]) -> dict[Any, tuple[int | None, tuple[Any, ...]]]:
        """The households that the rows speak of: key to (id, stored values); id None where it is out of scope."""
        columns = [getattr(Household, name) for name in ("id", *STORED)]
        statement = select(*columns, col(Household.unit_id).in_(self._seen_units()))  # type: ignore[call-overload]
        numbers = [row["external_id"] for row in once if row["external_id"]]
        units = sorted({row["unit_id"] for row in once if not row["external_id"]})
        found: dict[Any, tuple[int | None, tuple[Any, ...]]] = {}
        for column, asked in ((Household.external_id, numbers), (Household.unit_id, units)):
            for some in bulk.parts(asked):
                for number, *told, seen in self._context.session.execute(statement.where(col(column).in_(some))):
                    row = dict(zip(STORED, told, strict=True))
                    found[_key(row)] = (number if seen else None, tuple(told))
        return found

    def _seen_units(self) -> Any:
        return select(Unit.id).where(units_seen(self._context.actor))

    def _checked(self, frame: pl.DataFrame, tally: Tally) -> dict[int, dict[str, Any]]:
        frame = values.coordinates(frame.with_columns(values.line(pl.col(name)) for name in _TEXTS))
        frame = frame.with_columns(people=values.number(pl.col("people_count")))
        tally.placeholders += int(frame.get_column("placeholder").sum())
        places = rows.places_in(frame, self._places)
        good = {}
        for row in frame.iter_rows(named=True):
            written = (row["people_count"] or "").strip()
            if written and (row["people"] is None or row["people"] < 0):
                tally.reject(row[NUMBER], "people_count", "number_wrong", written)
            elif (place := rows.place_of(row, places, self._context, tally)) is not None:
                row |= {"unit_id": place.id, "people_count": int(row["people"] or 0)}
                good[row[NUMBER]] = row
        return good


def _key(row: dict[str, Any]) -> Any:
    return row["external_id"] or tuple(row[name] for name in _CONTENT)
