"""Figures of a unit and the ranking of a level, in a period."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import typer
from sqlmodel import Session

from cli import options
from cli.sessions import reading
from cli.terminal import print_json, print_table, t
from models.profiles import Profile, Weights
from services import figures, periods, rankings, rates, sites
from services.access import SYSTEM
from services.clock import utc_now
from services.errors import BadInput
from services.periods import Period
from services.rates import Counted, Month, Scope

app = typer.Typer()
From = Annotated[str, typer.Option("--from", help=t("first day, such as 2026-11-01; this month if left out"))]
To = Annotated[str, typer.Option("--to", help=t("last day, included; today if left out"))]


In = Annotated[Scope, typer.Option("--scope", help=t("all demands, or only those an assessment counts"))]
Of = Annotated[Month, typer.Option("--month", help=t("rates of what was received in the period, or settled in it"))]


@app.command("figures", help=t("Print the figures and rates of a unit in a period."))
def figures_(
    unit: options.Unit = "",
    from_: From = "",
    to: To = "",
    scope: In = Scope.FULL,
    month: Of = Month.COHORT,
    as_json: options.Json = False,
) -> None:
    """Print the figures of a unit."""
    now = utc_now()
    with reading() as session:
        period = _period(session, from_, to, now)
        unit_id, profile = options.unit_id(session, unit), sites.profile(session)
        found = figures.of_unit(session, SYSTEM, unit_id, period, now=now)
        levels = figures.by_level(session, SYSTEM, unit_id, period).rows
        counted = rates.counted(session, SYSTEM, [unit_id], period, scope, now=now, month=month)[unit_id]
    facts = _figures(found, period)
    if as_json:
        rows = [{"level": row.level, "settled": row.settled, "share": row.share} for row in levels]
        print_json(facts | {"settled_by_level": rows, "rates": _rates(counted, scope, profile.rates.weights)})
    else:
        print_table(["", facts["name"]], list(facts.items()))
        print_table([t("Settled at"), t("settled"), t("Share"), t("Never left")], _by_level(levels, profile))
        told = _rates(counted, scope, profile.rates.weights)
        print_table([t("Rates"), ""], list(told.items()))


@app.command(help=t("Rank the units of a level in a period; those without data have no rank."))
def rank(
    level: Annotated[str, typer.Option(help=t("level of the site, such as village"))],
    from_: From = "",
    to: To = "",
    unit: options.Unit = "",
    sort: Annotated[rankings.Sort, typer.Option(help=t("what to rank by"))] = rankings.Sort.SETTLEMENT,
    scope: Annotated[rates.Scope, typer.Option(help=t("all cases, or those an assessment counts"))] = rates.Scope.FULL,
    fewest: Annotated[int, typer.Option(min=1, help=t("with fewer cases a unit is not ranked"))] = 1,
    as_json: options.Json = False,
) -> None:
    """Print a ranking."""
    now = utc_now()
    with reading() as session:
        _require_level(session, level)
        period = _period(session, from_, to, now)
        found = rankings.of_level(
            session, SYSTEM, options.unit_id(session, unit), level, period, now=now, sort=sort, scope=scope,
            fewest=fewest,
        )  # fmt: skip
        found = rankings.told(session, SYSTEM, found, period, now=now, sort=sort, scope=scope)
    rows = [_rank(row) for row in found]
    if as_json:
        print_json(rows)
    elif not rows:
        typer.echo(t("There are no units of this level here."))
    else:
        shown = ("rank", "code", "name", "rate", "cases", "estimate", "rank_low", "rank_high", "tier", "change")
        print_table(shown, [[row[key] for key in shown] for row in rows])


def _period(session: Session, from_: str, to: str, now: datetime) -> Period:
    days = sites.profile(session).days
    today = now.astimezone(days).date()
    if not from_ and not to:
        return periods.preset(periods.Preset.THIS_MONTH, today, days)
    last = periods.day(to) if to else today
    first = periods.day(from_) if from_ else periods.month_of(last, periods.month_from(days))[0]
    return periods.between(first, last, days)


def _require_level(session: Session, level: str) -> None:
    known = sites.profile(session).level_keys
    if level not in known:
        raise BadInput("level_unknown", given=level, known=", ".join(known))


def _figures(found: figures.FiguresRow, period: Period) -> dict[str, Any]:
    """The figures as they are printed: rates as fractions of 1, None where there is no data."""
    area = None if found.area_km2 is None else round(found.area_km2, 2 if found.area_km2 >= 1 else 4)
    return {
        "unit": found.code, "name": t.name(found.name, found.name_en), "from": period.from_day.isoformat(),
        "to": period.to_day.isoformat(), "units": dict(found.units), "population": found.population,
        "households": found.households, "area_km2": area, "received": found.received, "settled": found.settled,
        "open": found.open, "overdue": found.overdue, "settlement_rate": found.settlement_rate,
        "self_settled": found.self_settled, "due": found.due, "on_time": found.on_time,
        "on_time_rate": found.on_time_rate, "due_today": found.due_today,
    }  # fmt: skip


def _rates(counted: Counted, scope: Scope, weights: Weights) -> dict[str, Any]:
    """The counts and the rates of them: fractions of 1, the composite of 100, None where there is no data."""
    pure = (
        rates.settlement, rates.on_time, rates.closing, rates.rework, rates.first_hour, rates.valid_rate,
        rates.response, rates.resolution,
    )  # fmt: skip
    return {
        "scope": scope.value, "month": counted.month.value,
        **{name: getattr(counted, name) for name in counted.__dataclass_fields__ if name != "month"},
        **{f"{rate.__name__.removesuffix('_rate')}_rate": rate(counted) for rate in pure},
        "satisfaction_rate": rates.satisfaction(counted, weights),
        "satisfaction_interval": rates.satisfaction_interval(counted, weights),
        "composite": rates.composite(counted, weights),
    }  # fmt: skip


def _by_level(rows: Sequence[figures.LevelRow], profile: Profile) -> list[list[str]]:
    """The levels from below to above with their share, and the share that never went above each."""
    return [
        [_level_words(profile, row.level), t.number(row.settled), t.percent(row.share), t.percent(row.within)]
        for row in rows
    ]


def _level_words(profile: Profile, level: str) -> str:
    """What the site calls a level; its key where it has no word."""
    known = {words.key: t.name(words.zh, words.en) for words in (*profile.levels, *profile.outer_levels)}
    return known.get(level, level)


def _rank(row: rankings.RankRow) -> dict[str, Any]:
    standing = row.standing
    return {
        "code": row.code, "name": t.name(row.name, row.name_en), "received": row.received, "settled": row.settled,
        "settlement_rate": row.settlement_rate, "rank": row.rank, "self_settled": row.self_settled, "due": row.due,
        "on_time": row.on_time, "on_time_rate": row.on_time_rate, "open": row.open, "overdue": row.overdue,
        "rate": row.rate, "cases": row.cases, "estimate": standing.estimate, "low": standing.low,
        "high": standing.high, "rank_median": standing.ranks and standing.ranks.median,
        "rank_low": standing.ranks and standing.ranks.low, "rank_high": standing.ranks and standing.ranks.high,
        "tier": standing.tier.value, "change": row.change,
    }  # fmt: skip
