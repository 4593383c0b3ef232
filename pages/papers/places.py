"""The ranking in an analysis: where the unit stands, and how the units below it stand. Pure."""

from collections.abc import Sequence
from datetime import datetime

from models.profiles import Profile
from pages.i18n import Words
from pages.papers import cells
from pages.papers.paper import Block, Cases, Cell, Column, Note, Section, Table
from services.analyses import Analysis
from services.demands import Filters
from services.fairness import FEWEST, Tier
from services.periods import Period
from services.rankings import RankRow, Why, pooled


def ranking(t: Words, profile: Profile, found: Analysis) -> Section:
    """Place and tier among its equals, then those below it; how few cases some have is said."""
    blocks: list[Block] = [_standing(t, found)]
    if found.below and found.below_level is not None:
        name = t("{units} by what was settled in time", units=cells.levels_words(t, profile, found.below_level))
        blocks += [table(t, profile, name, found.below, found), *few(t, found.below)]
    return Section(t("Ranking"), tuple(blocks))


def _standing(t: Words, found: Analysis) -> str:
    standing = found.standing
    if standing is None:
        return t("There is nothing beside this unit to compare it with, as far as you may see.")
    own, among = standing.own, [row for row in standing.rows if row.rank is not None]
    above = t.name(standing.above.name, standing.above.name_en)
    if own.rank is None:
        return t(
            "Not ranked in {above}: {due} fell due, and with fewer than {fewest} a rank says nothing.", above=above,
            due=t.number(own.due), fewest=t.number(FEWEST),
        )  # fmt: skip
    return t(
        "By what was settled in time place {place} of {all} in {above}, tier {tier}: {rate} ({kept} / {due}).",
        tier=cells.tier_words(t, own.tier), above=above, place=t.number(own.rank), all=t.number(len(among)),
        rate=t.percent(own.on_time_rate), kept=t.number(own.on_time), due=t.number(own.due),
    )  # fmt: skip


def table(t: Words, profile: Profile, name: str, rows: Sequence[RankRow], found: Analysis) -> Table:
    """Units with their counts, best first; the total pools the counts."""
    columns = (
        Column("", number=True), Column(t("Place")), Column(t("Tier"), narrow="beneath"),
        Column(t("In time"), number=True),
        Column(t("of due"), number=True, narrow="beneath"), Column(t("Settled"), number=True),
        Column(t("of received"), number=True, narrow="beneath"),
        Column(t("Late at the end"), number=True), Column(t("Held back by"), wide=True, narrow="below"),
    )  # fmt: skip
    total = pooled(rows)
    code = found.unit.code if _is_whole(total, found) else ""
    last = (
        cells.words(""), cells.words(t("All together")), cells.words(""), *_measures(t, total, found, code),
        cells.words(t("counts added up, not the mean of rates")),
    )  # fmt: skip
    return Table(name, columns, (*(_line(t, profile, row, found) for row in rows), last), strong=1)


def _is_whole(total: RankRow, found: Analysis) -> bool:
    """Whether the units' counts add up to the unit's own, so that its cases are theirs."""
    own = found.situation.figures
    return (total.received, total.due, total.overdue) == (own.received, own.due, own.overdue)


def _line(t: Words, profile: Profile, row: RankRow, found: Analysis) -> tuple[Cell, ...]:
    return (
        *first_cells(t, row, found.period), *_measures(t, row, found, row.code),
        cells.words(why_words(t, profile, row.why)),
    )  # fmt: skip


def first_cells(t: Words, row: RankRow, period: Period) -> tuple[Cell, Cell, Cell]:
    """Rank, name and tier of a unit; no rank for one with too few cases. The name opens the unit's own analysis."""
    own = {"unit": row.code, "period": period.key, "view": "analysis"}
    return (
        cells.number(t, row.rank), Cell(t.name(row.name, row.name_en), link=own, page="analyses"),
        cells.words(cells.tier_words(t, row.tier), loud=row.tier is Tier.BEHIND),
    )  # fmt: skip


def _measures(t: Words, row: RankRow, found: Analysis, code: str) -> tuple[Cell, ...]:
    cases = cells.cases_of(code, found.period, found.now)
    return (
        cells.share(t, row.on_time_rate), cells.counted(t, row.counted, ("on_time", "due"), cases),
        cells.share(t, row.settlement_rate), cells.counted(t, row.counted, ("settled", "received"), cases),
        late(t, row, code, found.period, found.now),
    )  # fmt: skip


def late(t: Words, row: RankRow, code: str, period: Period, now: datetime) -> Cell:
    """What is late at the end of the period; while it runs that is now, and opens its cases."""
    cases = Cases(code, Filters(overdue=True)) if code and period.end > now else None
    return cells.number(t, row.overdue, cases, loud=True)


def why_words(t: Words, profile: Profile, why: Why | None) -> str:
    """Where a unit is late: its subject and the level that held most."""
    if why is None:
        return ""
    subject, level = t.name(why.category, why.category_en), cells.level_words(t, profile, why.level)
    return f"{subject} {t.number(why.category_late)}/{t.number(why.late)} · {level} {t.number(why.level_late)}"


def few(t: Words, rows: Sequence[RankRow]) -> list[Note]:
    """What the tiers mean, and how many are not ranked for want of cases."""
    notes = [
        t("In front or behind only where the counts carry it; the middle is all that can be said of the others."),
        t("The order is by the estimate, which draws few cases towards all together."),
        t("Held back by: the subject and the level that most of what missed its limit belongs to."),
    ]
    unranked = sum(row.rank is None for row in rows)
    if unranked:
        notes.append(
            t.n("{n} has fewer than {fewest} due and no rank.", "{n} have fewer than {fewest} due and no rank.",
                unranked, fewest=t.number(FEWEST))
        )  # fmt: skip
    return [Note(cells.sentences(t, notes))]
