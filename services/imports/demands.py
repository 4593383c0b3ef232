"""Importing demands: checked rows become demands with imported events, or bring known ones up to date."""

from datetime import UTC, datetime
from typing import Any

import polars as pl

from models.demands import Category, Urgency
from models.limits import Limit, LimitUnit
from services import deadlines
from services.imports.context import Context, Seen, Tally
from services.imports.demand_rows import Checker
from services.imports.demand_writing import Known, Writer
from services.imports.labels import Categories, Departments
from services.imports.places import Places
from services.imports.report import PreviewRow, Rejected
from services.imports.tables import NUMBER, Table

SHOWN = (
    "external_id", "title", "text", "category", "unit_code", "reported_at", "due_at", "state", "settled_at",
    "department", "reporter", "phone", "longitude", "latitude", "place",
)  # fmt: skip


class DemandImporter:
    """One run over one file of demands."""

    def __init__(self, context: Context) -> None:
        self.tally = Tally()
        self._context = context
        session, actor = context.session, context.actor
        self._checker = Checker(context, Categories(session, actor), Departments(context), Places(session, actor))
        self._writer = Writer(context)
        self._keys, self._texts = Seen(), Seen()
        self._limits: dict[object, datetime] = {}
        self._by_category: dict[int, Limit] = {}

    def survey(self, table: Table) -> None:
        """Find out how the file writes its dates."""
        self._checker.survey(table)

    def take(self, frame: pl.DataFrame, *, writing: bool) -> None:
        """Check a chunk; store the new rows, bring the changed ones up to date."""
        good = self._checker.checked(frame, self.tally)
        repeated = self._keys.repeated(good.get_column("key_hash"))
        self.tally.repeated += int(repeated.sum())
        good = good.filter(~repeated)
        self.tally.same_text += int(self._texts.repeated(good.get_column("text_hash")).sum())
        known = Known.of(self._context, good)
        good = self._in_scope(good, known)
        self.tally.placeholders += int(good.get_column("placeholder").sum())
        self.tally.unplaced += int((~good.get_column("placed")).sum())
        good = self._with_deadlines(good)
        fresh, changed = known.split(good)
        self.tally.inserted += fresh.height
        self.tally.updated += changed.height
        self.tally.unchanged += good.height - fresh.height - changed.height
        self.tally.kept_states += int(changed.get_column("touched").sum())
        if writing:
            self._writer.insert(fresh)
            self._writer.update(changed)

    def finish(self, *, writing: bool) -> None:
        """Everything is stored already."""

    def shown(self, frame: pl.DataFrame) -> list[PreviewRow]:
        """A few rows as they would be stored; a bad one as it stands in the file."""
        tally = Tally()
        good = self._with_deadlines(self._checker.checked(frame, tally))
        zone = self._context.zone
        local = (
            pl.col(name).dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.strftime("%Y-%m-%d %H:%M:%S")
            for name in ("reported_at", "due_at", "settled_at")
        )
        values = {row[NUMBER]: row for row in good.with_columns(*local).iter_rows(named=True)}
        problems: dict[int, list[Rejected]] = {}
        for problem in tally.rejected:
            problems.setdefault(problem.number, []).append(problem)
        rows = []
        for given in frame.iter_rows(named=True):
            row = values.get(given[NUMBER], given)
            cells = {name: "" if row[name] is None else str(row[name]) for name in SHOWN}
            rows.append(PreviewRow(given[NUMBER], cells, tuple(problems.get(given[NUMBER], ()))))
        return rows

    def _in_scope(self, good: pl.DataFrame, known: Known) -> pl.DataFrame:
        """Refuse rows whose demand is known and lies outside the actor's scope."""
        hidden = good.get_column("external_id").is_in(list(known.hidden))
        hidden = hidden.fill_null(value=False)
        for number, value in good.filter(hidden).select(NUMBER, "external_id").iter_rows():
            self.tally.reject(number, "external_id", "outside_scope", value)
        return good.filter(~hidden)

    def _with_deadlines(self, good: pl.DataFrame) -> pl.DataFrame:
        """Fill the deadline of open rows without one, and name the limit it comes from.

        The limit is the solving limit of general urgency and the row's category, from the time reported.
        """
        without = pl.col("is_open") & pl.col("due_at").is_null()
        needed = good.filter(without).select("reported_at", "category_id").unique()
        found = [(*row, *self._limit(row[0].replace(tzinfo=UTC), row[1])) for row in needed.rows()]
        schema: dict[str, Any] = {
            "reported_at": pl.Datetime("us"), "category_id": pl.Int64, "computed": pl.Datetime("us"),
            "limit": pl.String,
        }  # fmt: skip
        lookup = pl.DataFrame(found, schema=schema, orient="row")
        keys = ["reported_at", "category_id"]
        good = good.join(lookup, on=keys, how="left", maintain_order="left", nulls_equal=True)
        return good.with_columns(
            due_at=pl.when(without).then("computed").otherwise("due_at"), limit=pl.when(without).then("limit")
        ).drop("computed")

    def _limit(self, at: datetime, category_id: int) -> tuple[datetime, str]:
        """The deadline (naive UTC) and the limit of a demand reported at `at`; whole days are reckoned once a day."""
        profile, limit = self._context.profile, self._limit_of(category_id)
        by_day = limit.unit in {LimitUnit.DAYS, LimitUnit.WORK_DAYS}
        key = (at.astimezone(profile.zone).date() if by_day else at, limit)
        if key not in self._limits:
            self._limits[key] = deadlines.due_at(profile, at, limit).astimezone(UTC).replace(tzinfo=None)
        return self._limits[key], str(limit)

    def _limit_of(self, category_id: int) -> Limit:
        if category_id not in self._by_category:
            category = self._context.session.get_one(Category, category_id).code
            self._by_category[category_id] = self._context.profile.clock(Urgency.GENERAL, category).solve
        return self._by_category[category_id]
