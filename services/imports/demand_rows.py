"""The rows of a demand file, checked: text columns in, ids and moments out, every bad row named."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

import polars as pl

from models.demands import OPEN, PATH, SETTLED, State
from services.demands.filing import TEXT_LENGTH, title_of
from services.errors import BadInput
from services.imports import values
from services.imports.context import Context, Tally
from services.imports.labels import Categories, Departments
from services.imports.places import Places
from services.imports.states import state_of
from services.imports.tables import NUMBER, Table
from services.imports.values import DateStyle

MOMENTS = ("reported_at", "due_at", "settled_at", "status_at")
LINES = ("external_id", "title", "category", "unit_code", "state", "department", "reporter", "phone", "place")
TITLE_LENGTH = 120
EXTERNAL_LENGTH = 120
UNKNOWN = "?"
_OPEN = sorted(state.value for state in OPEN)
_SETTLED = sorted(state.value for state in SETTLED)
_TOLD = (
    "title", "text", "category_id", "unit_id", "placed", "reported_at", "filed_due_at", "state", "settled_at",
    "department_id", "reporter", "phone", "longitude", "latitude", "place", "outcome",
)  # fmt: skip
"""What of a row counts as its content: when none of it changed, the row is unchanged."""


@dataclass(slots=True)
class Checker:
    """Checks chunks of one file. `survey` must have seen the whole file before the first chunk is checked."""

    context: Context
    categories: Categories
    departments: Departments
    places: Places
    styles: dict[str, DateStyle] = field(default_factory=dict)

    def survey(self, table: Table) -> None:
        """Find out how each date column writes its days: one that holds 26/12/2018 anywhere is day first throughout."""
        mapping = self.context.mapping
        mapped = {name: mapping.columns[name] for name in MOMENTS if name in mapping.columns}
        found = dict.fromkeys(mapped, False)
        if mapping.date_format is None and mapped:
            seen = table.rows.select(**{name: values.day_first_seen(pl.col(source)) for name, source in mapped.items()})
            found = {name: bool(first) for name, first in seen.collect().row(0, named=True).items()}
        self.styles = {
            name: DateStyle(self.context.zone, found.get(name, False), mapping.date_format) for name in MOMENTS
        }

    def checked(self, frame: pl.DataFrame, tally: Tally) -> pl.DataFrame:
        """The good rows; the bad ones are listed in the tally."""
        frame = self._cleaned(frame)
        frame = self._stated(frame)
        frame = self._placed(frame)
        frame = _without_bad(frame, tally, self.context.now.astimezone(UTC).replace(tzinfo=None))
        return _with_keys(self._labelled(frame))

    def _cleaned(self, frame: pl.DataFrame) -> pl.DataFrame:
        given = [pl.col(name).alias(f"{name}_given") for name in MOMENTS]
        frame = frame.with_columns(
            *given, *(values.line(pl.col(name)) for name in (*LINES, *MOMENTS)),
            text=values.paragraphs(pl.col("text")), outcome=values.line(pl.col("outcome")),
        )  # fmt: skip
        frame = frame.with_columns(pl.col(name).is_not_null().alias(f"{name}_filled") for name in MOMENTS)
        for name in MOMENTS:
            frame = values.moments(frame, name, self.styles[name])
        frame = values.coordinates(frame)
        text = pl.coalesce("text", pl.concat_str([pl.col("title"), pl.col("place")], separator="\n", ignore_nulls=True))
        frame = frame.with_columns(text=pl.when(text.str.len_bytes() > 0).then(text))
        titles = [title or title_of(text or "") for title, text in frame.select("title", "text").iter_rows()]
        return frame.with_columns(title=pl.Series(titles, dtype=pl.String).str.slice(0, TITLE_LENGTH))

    def _stated(self, frame: pl.DataFrame) -> pl.DataFrame:
        """State, settlement and deadline. A settled row without a time takes the state's time."""
        own = self.context.mapping.states
        words = frame.get_column("state").drop_nulls().unique().to_list()
        known = {word: (found.value if (found := state_of(word, own)) else UNKNOWN) for word in words}
        absent = (
            pl.when(pl.col("settled_at").is_not_null()).then(pl.lit(State.CLOSED.value))
            .otherwise(pl.lit(State.PENDING_TRIAGE.value))
        )  # fmt: skip
        mapped = (
            pl.col("state").replace_strict(known, default=None, return_dtype=pl.String)
            if known
            else pl.lit(None, pl.String)
        )
        frame = frame.with_columns(
            state_label=pl.col("state"), state=pl.coalesce(mapped, absent), parsed_settled_at=pl.col("settled_at")
        )
        state = pl.col("state")
        ends = ~state.is_in([*_OPEN, State.DRAFT.value, UNKNOWN])
        at_day = (pl.col("settled_at") + pl.duration(days=1) > pl.col("reported_at")) & pl.col("settled_at_day")
        settled = pl.when(at_day).then(pl.max_horizontal("settled_at", "reported_at")).otherwise(pl.col("settled_at"))
        due = pl.when(pl.col("due_at_day")).then(pl.col("due_at") + pl.duration(days=1)).otherwise(pl.col("due_at"))
        return frame.with_columns(
            is_open=state.is_in(_OPEN), is_settled=state.is_in(_SETTLED),
            received=~state.is_in([State.DRAFT.value, State.VOID.value]), filed_due_at=due,
            ended_at=pl.when(ends).then(pl.coalesce(settled, pl.col("status_at"))), due_at=due,
        ).with_columns(settled_at=pl.when("is_settled").then("ended_at"))  # fmt: skip

    def _placed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The unit of each row, its level and path; rows without a known place land at the fallback, not placed."""
        fallback = self.context.fallback
        if fallback is None:
            raise BadInput("no_units")
        words = frame.get_column("unit_code").drop_nulls().unique().to_list()
        found = {word: place for word, place in self.places.of(words).items() if place is not None}
        every = {place.id: place for place in (*found.values(), fallback)}
        ids = {word: place.id for word, place in found.items()}
        unit = (
            pl.col("unit_code").replace_strict(ids, default=None, return_dtype=pl.Int64)
            if ids
            else pl.lit(None, pl.Int64)
        )
        lookup = pl.DataFrame(
            [(place.id, place.level, place.seen, *place.path) for place in every.values()], orient="row",
            schema={"unit_id": pl.Int64, "unit_level": pl.String, "seen": pl.Boolean, **dict.fromkeys(PATH, pl.Int64)},
        )  # fmt: skip
        frame = frame.with_columns(unit_id=unit).with_columns(placed=pl.col("unit_id").is_not_null())
        frame = frame.with_columns(pl.col("unit_id").fill_null(fallback.id))
        return frame.join(lookup, on="unit_id", how="left", maintain_order="left")

    def _labelled(self, frame: pl.DataFrame) -> pl.DataFrame:
        labels = frame.get_column("category").drop_nulls().unique(maintain_order=True).to_list()
        known = self.categories.of_labels(labels)
        category = (
            pl.col("category").replace_strict(known, default=None, return_dtype=pl.Int64)
            if known
            else pl.lit(None, pl.Int64)
        )
        frame = frame.with_columns(category_id=category)
        if frame.get_column("category_id").null_count():
            words = self.categories.suggested(frame.select(pl.concat_str("title", "text", separator="\n")).to_series())
            frame = frame.with_columns(pl.col("category_id").fill_null(words))
        return self._with_departments(frame)

    def _with_departments(self, frame: pl.DataFrame) -> pl.DataFrame:
        found = self.departments.of_labels(
            frame.get_column("department").drop_nulls().unique(maintain_order=True).to_list()
        )
        lookup = pl.DataFrame(
            [(label, number, level) for label, (number, level) in found.items()], orient="row",
            schema={"department": pl.String, "department_id": pl.Int64, "department_level": pl.String},
        )  # fmt: skip
        frame = frame.join(lookup, on="department", how="left", maintain_order="left")
        return frame.with_columns(level=pl.coalesce("department_level", "unit_level"))


def _rules(now: datetime) -> list[tuple[str, str, pl.Expr, str]]:
    """Each check: the column and reason to name, when it fails, and the column whose value to show."""
    parsed = {"reported_at": "reported_at", "due_at": "due_at", "settled_at": "parsed_settled_at"}
    rules = [
        (name, "date_wrong", pl.col(f"{name}_filled") & pl.col(column).is_null(), f"{name}_given")
        for name, column in parsed.items()
    ]
    timeless = pl.col("is_settled") & pl.col("settled_at").is_null() & ~pl.col("settled_at_filled")
    return [
        *rules,
        ("reported_at", "missing", ~pl.col("reported_at_filled"), "reported_at_given"),
        ("reported_at", "in_future", pl.col("reported_at") > now, "reported_at_given"),
        ("settled_at", "in_future", pl.col("ended_at") > now, "settled_at_given"),
        ("text", "missing", pl.col("text").is_null(), "text"),
        ("text", "too_long", pl.col("text").str.len_chars() > TEXT_LENGTH, "title"),
        ("external_id", "too_long", pl.col("external_id").str.len_chars() > EXTERNAL_LENGTH, "external_id"),
        ("state", "state_unknown", pl.col("state") == UNKNOWN, "state_label"),
        ("settled_at", "missing", timeless, "state_label"),
        ("settled_at", "settled_before_reported", pl.col("ended_at") < pl.col("reported_at"), "settled_at_given"),
        ("unit_code", "outside_scope", ~pl.col("seen"), "unit_code"),
    ]  # fmt: skip


def _without_bad(frame: pl.DataFrame, tally: Tally, now: datetime) -> pl.DataFrame:
    rules = _rules(now)
    failed = frame.with_columns(
        failing.fill_null(value=False).alias(f"bad {number}") for number, (_, _, failing, _) in enumerate(rules)
    )
    for number, (column, reason, _, shown) in enumerate(rules):
        for row, value in failed.filter(f"bad {number}").select(NUMBER, shown).iter_rows():
            tally.reject(row, column, reason, value)
    bad = [f"bad {number}" for number in range(len(rules))]
    return failed.filter(~pl.any_horizontal(bad)).drop(bad)


def _with_keys(frame: pl.DataFrame) -> pl.DataFrame:
    """The content key of rows without a number, the fingerprint of all, and the hashes that find repeated rows.

    The content key is the SHA-256 of text (without white space), title, time reported, place as written and who
    reported. A row is repeated when its number, or without one its content key, stood in the file before.
    """

    def joined(names: tuple[str, ...]) -> pl.Expr:
        return pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in names], separator="\x1f")

    bare = pl.col("text").str.replace_all(r"\s", "").str.to_lowercase().alias("bare")
    frame = frame.with_columns(bare)
    content = joined(("bare", "title", "reported_at", "unit_code", "place", "reporter", "phone"))
    told, contents = frame.select(told=joined(_TOLD), content=content).get_columns()
    without = frame.get_column("external_id").is_null().to_list()
    keys = [
        hashlib.sha256(content.encode()).hexdigest() if no_id else None
        for content, no_id in zip(contents, without, strict=True)
    ]
    prints = [hashlib.sha256(row.encode()).hexdigest()[:24] for row in told]
    frame = frame.with_columns(
        content_key=pl.Series(keys, dtype=pl.String), fingerprint=pl.Series(prints, dtype=pl.String)
    )
    return frame.with_columns(
        key_hash=pl.concat_str(
            pl.col("external_id").is_null().cast(pl.String), pl.coalesce("external_id", "content_key")
        ).hash(),
        text_hash=pl.col("bare").hash(),
    ).drop("bare")
