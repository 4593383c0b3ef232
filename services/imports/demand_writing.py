"""Storing imported demands: what is known already, the rows of three tables, and the events' facts as JSON."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from sqlmodel import col, select

from models.demands import PATH, Demand, DemandEvent, Source, State, Urgency, Verb
from services import counters, listed, sites
from services.access import path_column
from services.demands.history import PROJECTED
from services.imports import bulk
from services.imports.context import Context

MOMENTS = ("due_at", "level_since", "level_due_at", "settled_at", "closed_at")
DESCRIBED = (
    "title",
    "text",
    "category_id",
    "unit_id",
    *PATH,
    "placed",
    "place",
    "longitude",
    "latitude",
    "reporter",
    "reporter_phone",
)
STATED = (
    "reported_at", "state", "is_open", "received", "level", "holder_unit_id", "department_id", "due_at", "level_since",
    "level_due_at", "settled_at", "settled_level", "self_settled", "closed_at",
)  # fmt: skip
INSERTED = (
    "id",
    "reference",
    "external_id",
    "content_key",
    *DESCRIBED,
    *STATED,
    "urgency",
    "source",
    "event_count",
    "version",
)
EVENT = ("demand_id", "seq", "at", "verb", "from_state", "to_state", "account_id", "actor_name", "reason", "facts")
_FINGERPRINT = re.compile(r'"import": "([0-9a-f]+)"')


@dataclass(slots=True)
class Known:
    """The demands a chunk speaks of that are here already: by key, with what their last import said."""

    rows: pl.DataFrame
    hidden: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, context: Context, good: pl.DataFrame) -> "Known":
        """Look a chunk's rows up, by number or else by content."""
        numbers = good.get_column("external_id").drop_nulls().to_list()
        contents = good.get_column("content_key").drop_nulls().to_list()
        found = [*_found(context, Demand.external_id, numbers), *_found(context, Demand.content_key, contents)]
        hidden = {row[0] for row in found if not row[-1]}
        prints = _fingerprints(context, [row[1] for row in found])
        schema = {
            "known_key": pl.String, "known_id": pl.Int64, "known_state": pl.String, "known_events": pl.Int64,
            "known_unit_id": pl.Int64, "known_print": pl.String, "touched": pl.Boolean,
        }  # fmt: skip
        rows = [
            (
                key,
                number,
                state.value,
                events,
                unit_id,
                prints.get(number, ("", 0))[0],
                prints.get(number, ("", 0))[1] != events,
            )
            for key, number, state, events, unit_id, _ in found
        ]
        return cls(pl.DataFrame(rows, schema=schema, orient="row"), hidden)

    def split(self, good: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The rows that are new, and those that are known and say something else than last time."""
        keyed = good.with_columns(known_key=pl.coalesce("external_id", "content_key"))
        joined = keyed.join(self.rows, on="known_key", how="left", maintain_order="left")
        return joined.filter(pl.col("known_id").is_null()), joined.filter(
            pl.col("known_print") != pl.col("fingerprint")
        )


def _dialect(context: Context) -> str:
    return context.session.get_bind().dialect.name


def _found(context: Context, key: Any, values: Iterable[str]) -> list[tuple[str, int, State, int, int, bool]]:
    seen: Any = path_column(context.actor.depth) if not context.actor.is_system else col(Demand.unit_id)
    mine = None if context.actor.is_system else context.actor.unit_id
    columns: list[Any] = [key, Demand.id, Demand.state, Demand.event_count, Demand.unit_id, seen]
    statement = select(*columns).where(listed.one_of(_dialect(context), col(key), values))
    if key is Demand.content_key:
        statement = statement.where(col(Demand.external_id).is_(None))
    return [(*row[:5], mine is None or row[5] == mine) for row in context.session.execute(statement)]


def _fingerprints(context: Context, ids: list[int]) -> dict[int, tuple[str, int]]:
    """Of each demand: the fingerprint its last import left, and how many of its events are imports."""
    found: dict[int, tuple[str, int]] = {}
    rows = context.session.execute(
        select(DemandEvent.demand_id, DemandEvent.facts)
        .where(listed.one_of(_dialect(context), col(DemandEvent.demand_id), ids), DemandEvent.verb == Verb.IMPORT)
        .order_by(col(DemandEvent.demand_id), col(DemandEvent.seq))
    )
    for demand_id, facts in rows:
        before, count = found.get(demand_id, ("", 0))
        match = _FINGERPRINT.search(facts)
        found[demand_id] = (match[1] if match else before, count + 1)
    return found


class Writer:
    """Stores demands and their events, a chunk at a time."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._format = bulk.moment_format(context.session)
        self._demands = Demand.__table__  # type: ignore[attr-defined]
        self._events = DemandEvent.__table__  # type: ignore[attr-defined]

    def insert(self, fresh: pl.DataFrame) -> None:
        """Store new demands, each with its event of arrival and, where the file says how it ended, one of that."""
        if not fresh.height:
            return
        session = self._context.session
        ids = bulk.take_ids(session, self._demands, fresh.height)
        fresh = _projected(fresh).with_columns(
            id=pl.Series(ids, dtype=pl.Int64), reference=self._references(fresh), version=pl.lit(1),
            event_count=pl.when("ends").then(2).otherwise(1),
            urgency=pl.lit(Urgency.GENERAL.value), source=pl.lit(Source.IMPORT.value),
        )  # fmt: skip
        bulk.insert(session, self._demands, INSERTED, self._written(fresh, INSERTED))
        bulk.insert(session, self._events, EVENT, self._events_of(fresh))
        counters.apply(session, ids, 1)

    def update(self, changed: pl.DataFrame) -> None:
        """Bring known demands up to date: what describes them, and the state of those that nobody moved here since."""
        if not changed.height:
            return
        rows = _projected(changed).with_columns(id=pl.col("known_id"), event_count=pl.col("known_events") + 1)
        ids = rows.get_column("id").to_list()
        counters.apply(self._context.session, ids, -1)
        for touched, columns in ((False, (*DESCRIBED, *STATED)), (True, DESCRIBED)):
            some = rows.filter(pl.col("touched") == touched)
            same = some.get_column("unit_id") == some.get_column("known_unit_id")
            for stays, kept in ((True, [name for name in columns if name not in PATH]), (False, columns)):
                part = some.filter(same == stays)
                bulk.update(
                    self._context.session,
                    self._demands,
                    [*kept, "event_count"],
                    self._written(part, (*kept, "event_count", "id")),
                )
        self._bump(ids)
        bulk.insert(self._context.session, self._events, EVENT, self._update_events(rows))
        counters.apply(self._context.session, ids, 1)

    def _bump(self, ids: list[int]) -> None:
        session, columns = self._context.session, self._demands.c
        moved = self._demands.update().where(listed.one_of(_dialect(self._context), columns.id, ids))
        session.execute(moved.values(version=columns.version + 1))

    def _references(self, fresh: pl.DataFrame) -> pl.Series:
        """A reference for each row, numbered within the local year it was reported in."""
        zone = self._context.profile.timezone
        local = pl.col("reported_at").dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
        years = fresh.select(local.dt.year()).to_series()
        counts = {year: int((years == year).sum()) for year in years.unique().sort().to_list()}
        taken = {year: iter(sites.references(self._context.session, year, count)) for year, count in counts.items()}
        return pl.Series([next(taken[year]) for year in years.to_list()], dtype=pl.String)

    def _written(self, rows: pl.DataFrame, columns: Iterable[str]) -> list[tuple[Any, ...]]:
        moments = [name for name in ("reported_at", *MOMENTS) if name in columns]
        return rows.select(columns).with_columns(pl.col(moments).dt.strftime(self._format)).rows()

    def _events_of(self, rows: pl.DataFrame) -> list[tuple[Any, ...]]:
        """The event of arrival of each row, and after it the event of its end where there is one."""
        reported = State.REPORTED.value
        start = rows.with_columns(
            self._event(pl.lit(1), pl.col("reported_at"), pl.lit(None, pl.String)),
            to_state=pl.when("ends").then(pl.lit(reported)).otherwise("state"),
            reason=pl.when("ends").then(None).otherwise("reason"),
            facts=pl.when("ends").then(_facts(rows, ended=False)).otherwise(_facts(rows, ended=True)),
        )  # fmt: skip
        end = rows.filter("ends")
        end = end.with_columns(
            self._event(pl.lit(2), pl.col("ended_at"), pl.lit(reported)), to_state=pl.col("state"),
            facts=_facts(end, ended=True),
        )  # fmt: skip
        return [*start.select(EVENT).rows(), *end.select(EVENT).rows()]

    def _update_events(self, rows: pl.DataFrame) -> list[tuple[Any, ...]]:
        now = pl.lit(self._context.now.replace(tzinfo=None) - self._context.now.utcoffset(), pl.Datetime("us"))  # type: ignore[operator]
        kept = pl.concat_str(pl.lit('{"import": "'), "fingerprint", pl.lit('"}'))
        written = rows.with_columns(
            self._event(pl.col("event_count"), now, pl.col("known_state")),
            to_state=pl.when("touched").then("known_state").otherwise("state"),
            facts=pl.when("touched").then(kept).otherwise(_facts(rows, ended=True)),
        )
        return written.select(EVENT).rows()

    def _event(self, seq: pl.Expr, at: pl.Expr, before: pl.Expr) -> list[pl.Expr]:
        """The columns all imported events share."""
        actor = self._context.actor
        return [
            pl.col("id").alias("demand_id"), seq.alias("seq"), at.dt.strftime(self._format).alias("at"),
            pl.lit(Verb.IMPORT.value).alias("verb"), before.alias("from_state"),
            pl.lit(actor.account_id, pl.Int64).alias("account_id"), pl.lit(actor.name).alias("actor_name"),
        ]  # fmt: skip


def _projected(rows: pl.DataFrame) -> pl.DataFrame:
    """The columns of a demand that follow from the checked row. `ends`: it has an event of its end."""
    closed = pl.col("state").is_in([State.CLOSED.value, State.ARCHIVED.value])
    by_department = pl.col("department_id").is_not_null()
    label = pl.when(pl.col("outcome").is_not_null() & pl.col("state_label").is_not_null()).then(
        pl.concat_str("state_label", "outcome", separator=": ")
    )
    return rows.with_columns(
        ends=pl.col("ended_at").is_not_null(), reporter_phone=pl.col("phone"),
        holder_unit_id=pl.when(by_department).then(None).otherwise("unit_id"),
        level_since=pl.col("reported_at"), level_due_at=pl.col("due_at"),
        settled_level=pl.when("is_settled").then("level"), self_settled=pl.col("state") == State.SELF_HANDLED.value,
        closed_at=pl.when(closed).then("ended_at"), reason=pl.coalesce(label, "outcome", "state_label"),
    )  # fmt: skip


def _facts(rows: pl.DataFrame, *, ended: bool) -> pl.Expr:
    """The facts of an event as history.encode writes them: every projected column, as at arrival or as it is now.

    All values are numbers, moments or our own words, so no quoting is needed.
    """
    fields = {name: _json(rows, name) for name in PROJECTED if name in rows.columns}
    empty = {name: pl.lit("null") for name in PROJECTED if name not in fields}
    fields |= empty | {name: _json(rows, "limit") for name in ("limit", "level_limit")}
    if ended:
        fields["import"] = _json(rows, "fingerprint")
    else:
        fields |= {name: pl.lit("null") for name in ("settled_at", "settled_level", "closed_at")}
        fields |= {"state": pl.lit(f'"{State.REPORTED.value}"'), "self_settled": pl.lit("false")}
    pieces = [piece for name in sorted(fields) for piece in (pl.lit(f', "{name}": '), fields[name])]
    pieces[0] = pl.lit("{" + f'"{sorted(fields)[0]}": ')
    return pl.concat_str(*pieces, pl.lit("}"))


def _json(rows: pl.DataFrame, name: str) -> pl.Expr:
    value = pl.col(name)
    if rows.schema[name] == pl.Datetime("us"):
        value = value.dt.strftime('"%Y-%m-%dT%H:%M:%S+00:00"')
    elif rows.schema[name] == pl.String:
        value = pl.concat_str(pl.lit('"'), value, pl.lit('"'))
    else:
        value = value.cast(pl.String)
    return value.fill_null("null")
