"""The bulletin put into words: one table of all units a leader reads at a glance, then who needs what. Pure."""

from models.profiles import Profile
from pages.i18n import Words
from pages.papers import cells, places, rules
from pages.papers.paper import Block, Cell, Column, Note, Paper, Points, Section, Table
from services import rates
from services.analyses import Bulletin, BulletinRow


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
    notes = [*places.few(t, [row.ranked for row in found.rows])]
    if found.elsewhere:
        notes.append(Note(t("{n} more received stand at no unit of this level.", n=t.number(found.elsewhere))))
    return (said, _table(t, profile, found, units), *notes)


def _table(t: Words, profile: Profile, found: Bulletin, units: str) -> Table:
    columns = (
        Column("", number=True), Column(t("Place")), Column(t("Tier")), Column(t("In time"), number=True),
        Column(t("of due"), number=True), Column(t("Settled"), number=True), Column(t("Received"), number=True),
        Column(t("Late at the end"), number=True), Column(t("Satisfaction"), number=True),
        Column(t("Reached"), number=True), Column(t("Sent back"), number=True), Column(t("Held back by"), wide=True),
    )  # fmt: skip
    lines = tuple(_line(t, profile, found, row) for row in found.rows)
    total = (
        cells.words(""), cells.words(t("All together")), cells.words(""), cells.share(t, found.total.on_time_rate),
        cells.of(t, found.total.on_time, found.total.due), cells.share(t, found.total.settlement_rate),
        cells.number(t, found.total.received), cells.number(t, found.total.overdue, loud=True),
        cells.share(t, rates.satisfaction(found.counted, profile.rates.weights)), cells.number(t, found.counted.valid),
        cells.number(t, found.counted.reworked), cells.words(t("counts added up, not the mean of rates")),
    )  # fmt: skip
    return Table(units, columns, (*lines, total), strong=1)


def _line(t: Words, profile: Profile, found: Bulletin, each: BulletinRow) -> tuple[Cell, ...]:
    row, counted, key = each.ranked.row, each.counted, found.period.key
    return (
        *places.first_cells(t, each.ranked), cells.share(t, row.on_time_rate), cells.of(t, row.on_time, row.due),
        cells.share(t, row.settlement_rate), cells.number(t, row.received, {"unit": row.code, "period": key}),
        places.late(t, row, found.period, found.now),
        cells.share(t, rates.satisfaction(counted, profile.rates.weights)), cells.number(t, counted.valid),
        cells.number(t, counted.reworked), cells.words(places.why_words(t, profile, row.why)),
    )  # fmt: skip


def _needs(t: Words, profile: Profile, found: Bulletin) -> tuple[Block, ...]:
    asked = [row for row in found.rows if row.suggested]
    if not asked:
        return (t("No rule asks for anything in this period."),)
    rows = tuple(
        (
            t("{unit}: {advice}", unit=t.name(row.ranked.row.name, row.ranked.row.name_en),
              advice=cells.sentences(t, [rules.advice(t, profile, each) for each in row.suggested])),
            t.semicolons([
                t("Rule: {rule}. Figure: {figure}.", rule=rules.rule_words(t, each.rule),
                  figure=rules.figure_words(t, each)).rstrip("。.")
                for each in row.suggested
            ]),
        )
        for row in asked
    )  # fmt: skip
    return (Points(rows),)
