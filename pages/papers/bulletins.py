"""The bulletin put into words: one table of all units a leader reads at a glance, then who needs what. Pure."""

from models.profiles import Profile
from pages.i18n import Words
from pages.papers import cells, places, rules
from pages.papers.paper import Block, Cell, Column, Note, Paper, Points, Section, Table
from services import rates
from services.analyses import Bulletin, BulletinRow
from services.rankings import RankRow
from services.rates import Counted


def paper(t: Words, profile: Profile, found: Bulletin) -> Paper:
    """The whole bulletin on one wide page or two."""
    units = cells.levels_words(t, profile, found.level)
    days = cells.days_of(t, found.period, found.now)
    sections = (
        Section(t("At a glance"), _glance(t, profile, found, units)),
        Section(t("Who needs what"), _needs(t, profile, found)),
    )
    clock = t("as of {day} {clock}", day=t.long_day(found.now), clock=t.clock(found.now))
    return Paper(
        title=t("Bulletin of {unit}: {units}", unit=t.name(found.unit.name, found.unit.name_en), units=units),
        subtitle=f"{days} · {clock}", language=t.language, made_at=found.now,
        name=f"{t('bulletin')}-{found.unit.code}-{found.period.from_day:%Y%m%d}-{found.period.to_day:%Y%m%d}",
        sections=sections, foot=t("Every figure is counted from the ledger within what its reader may see."),
        product=t("Small Grid"), wide=True,
    )  # fmt: skip


def _glance(t: Words, profile: Profile, found: Bulletin, units: str) -> tuple[Block, ...]:
    total, many = found.total, len(found.rows)
    said = t(
        "{many} {units}: received {received}, settled {settled} ({rate}), in time {kept} of {due} ({in_time}), late "
        "at the end {late}.",
        many=t.number(many), units=units, received=t.number(total.received), settled=t.number(total.settled),
        rate=t.percent(total.settlement_rate), kept=t.number(total.on_time), due=t.number(total.due),
        in_time=t.percent(total.on_time_rate), late=t.number(total.overdue),
    )  # fmt: skip
    notes = [*places.few(t, [each.row for each in found.rows])]
    notes.append(Note(t("90% between: nine times out of ten the true place lies between these two.")))
    if found.elsewhere:
        notes.append(Note(t("{n} more received stand at no unit of this level.", n=t.number(found.elsewhere))))
    return (said, _table(t, profile, found, units), *notes)


def _table(t: Words, profile: Profile, found: Bulletin, units: str) -> Table:
    columns = (
        Column("", number=True), Column(t("Place")), Column(t("Tier"), narrow="beneath"),
        Column(t("90% between"), narrow="below"), Column(t("In time"), number=True),
        Column(t("of due"), number=True, narrow="beneath"), Column(t("Settled"), number=True),
        Column(t("Received"), number=True, narrow="beneath"),
        Column(t("Late at the end"), number=True), Column(t("Satisfaction"), number=True, narrow="below"),
        Column(t("Reached"), number=True, narrow="below"), Column(t("Sent back"), number=True, narrow="below"),
        Column(t("Held back by"), wide=True, narrow="below"),
    )  # fmt: skip
    lines = tuple(_line(t, profile, found, each) for each in found.rows)
    none = cells.words("")
    note = cells.words(t("counts added up, not the mean of rates"))
    total = (
        none,
        cells.words(t("All together")),
        none,
        none,
        *_figures(t, profile, found, found.total, found.counted),
        note,
    )
    return Table(units, columns, (*lines, total), strong=1)


def _line(t: Words, profile: Profile, found: Bulletin, each: BulletinRow) -> tuple[Cell, ...]:
    return (
        *places.first_cells(t, each.row, found.period), _could_be(t, each.row),
        *_figures(t, profile, found, each.row, each.counted),
        cells.words(places.why_words(t, profile, each.row.why)),
    )  # fmt: skip


def _figures(t: Words, profile: Profile, found: Bulletin, row: RankRow, counted: Counted) -> tuple[Cell, ...]:
    """Counts and rates of a unit or of all, which open their cases; those of all not where some stand elsewhere."""
    code = row.code or ("" if found.elsewhere else found.unit.code)
    cases = cells.cases_of(code, found.period, found.now)
    return (
        cells.share(t, row.on_time_rate), cells.counted(t, row.counted, ("on_time", "due"), cases),
        cells.share(t, row.settlement_rate), cells.number(t, row.received, cases and cases("received")),
        places.late(t, row, code, found.period, found.now),
        cells.share(t, rates.satisfaction(counted, profile.rates.weights)),
        cells.number(t, counted.valid, cases and cases("valid")),
        cells.number(t, counted.reworked, cases and cases("reworked")),
    )  # fmt: skip


def _could_be(t: Words, row: RankRow) -> Cell:
    """Between which places it lies as far as its counts can tell."""
    ranks = row.standing.ranks
    return cells.words("–" if ranks is None else f"{t.number(ranks.low)}–{t.number(ranks.high)}")


def _needs(t: Words, profile: Profile, found: Bulletin) -> tuple[Block, ...]:
    """What the rules ask of each unit; those they ask nothing of are left out."""
    rows = tuple(_asked(t, profile, each) for each in found.rows if each.suggested)
    return (Points(rows),) if rows else (t("No rule asks for anything in this period."),)


def _asked(t: Words, profile: Profile, each: BulletinRow) -> tuple[str, str]:
    said = cells.sentences(t, [rules.advice(t, profile, finding) for finding in each.suggested])
    small = cells.sentences(t, [rules.named(t, finding) for finding in each.suggested])
    return t("{unit}: {advice}", unit=t.name(each.row.name, each.row.name_en), advice=said), small
