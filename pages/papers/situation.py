"""The first sections of an analysis: the figures beside the period before, and the levels that settled. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from models.profiles import Profile
from pages.i18n import Words
from pages.papers import cells
from pages.papers.paper import Cases, Cell, Column, Note, Section, Table
from services import rates
from services.analyses import Analysis
from services.demands import Filters
from services.periods import Period
from services.rates import Counted

Row = tuple[Cell, ...]


def situation(t: Words, profile: Profile, found: Analysis) -> Section:
    """What came in, what was settled and in time, what the people called back said, what lies open."""
    notes = [*_how_sure(t, profile, found.situation.counted), _how_counted(t)]
    return Section(t("The situation"), (_summary(t, found), _figures(t, profile, found), *map(Note, notes)))


def _summary(t: Words, found: Analysis) -> str:
    now, before = found.situation, found.before
    row = now.figures
    parts = [
        t("Received {received} demands, {before} in the period before ({days}).", received=t.number(row.received),
          before=t.number(before.figures.received), days=cells.days_of(t, found.previous)),
        t("Settled {settled}, {rate} of those received.", settled=t.number(row.settled),
          rate=t.percent(row.settlement_rate)),
        t("{due} fell due, {kept} were settled in time: {rate}.", due=t.number(row.due), kept=t.number(row.on_time),
          rate=t.percent(row.on_time_rate)),
        t("Open at the end: {open}, of them late: {late}.", open=t.number(row.open), late=t.number(row.overdue)),
    ]  # fmt: skip
    return cells.sentences(t, parts)


def _figures(t: Words, profile: Profile, found: Analysis) -> Table:
    columns = (
        Column(t("Indicator"), wide=True), Column(t("This period"), number=True),
        Column(t("Counts"), number=True, narrow="beneath"),
        Column(t("Period before"), number=True),
        Column(t("Counts"), number=True, narrow="beneath"), Column(t("Change"), number=True),
    )  # fmt: skip
    now, before = found.situation, found.before
    sides = _Side(now.counted, _cases(found, found.period)), _Side(before.counted, _cases(found, found.previous))
    running = found.period.end > found.now
    opened = Cases(found.unit.code, Filters()) if running else None
    late = Cases(found.unit.code, Filters(overdue=True)) if running else None
    rows = [
        _count(t, t("received"), "received", sides),
        _rate(t, t("settlement rate"), sides, rates.settlement, "settled", "received"),
        _count(t, t("settled on the spot"), "self_settled", sides),
        _rate(t, t("settled in time"), sides, rates.on_time, "on_time", "due"),
        _rate(t, t("closing rate"), sides, rates.closing, "closed", "due"),
        _rate(t, t("answered in the first hour"), sides, rates.first_hour, "first_hour", "awaited"),
        _rate(t, t("sent back to work"), sides, rates.rework, "reworked", "received"),
        _rate(t, t("call-backs that reached the person"), sides, rates.valid_rate, "valid", "called"),
        _rate(t, t("response rate"), sides, rates.response, "contacted", "valid"),
        _rate(t, t("resolution rate"), sides, rates.resolution, "solved", "valid"),
        _satisfaction(t, profile, sides),
        _composite(t, profile, now.counted, before.counted),
        _stock(t, t("open at the end"), now.figures.open, before.figures.open, opened),
        _stock(t, t("late at the end"), now.figures.overdue, before.figures.overdue, late),
    ]
    return Table(t("Figures"), columns, tuple(rows))


@dataclass(frozen=True, slots=True)
class _Side:
    """What was counted in one of the two periods, and the cases of each count."""

    counted: Counted
    cases: Callable[[str], Cases] | None


def _cases(found: Analysis, period: Period) -> Callable[[str], Cases] | None:
    return cells.cases_of(found.unit.code, period, found.now)


def _count(t: Words, words: str, name: str, sides: tuple[_Side, _Side]) -> Row:
    now, before = (getattr(side.counted, name) for side in sides)
    first, second = (cells.number(t, getattr(side.counted, name), side.cases and side.cases(name)) for side in sides)
    return cells.words(words), first, cells.words(""), second, cells.words(""), cells.change(t, now, before)


def _stock(t: Words, words: str, now: int, before: int, cases: Cases | None) -> Row:
    """What stood there at the end; how it was then no queue can list."""
    return (
        cells.words(words), cells.number(t, now, cases), cells.words(""), cells.number(t, before), cells.words(""),
        cells.change(t, now, before),
    )  # fmt: skip


def _rate(
    t: Words, words: str, sides: tuple[_Side, _Side], rate: Callable[[Counted], float | None], part: str, whole: str
) -> Row:
    value, was = (rate(side.counted) for side in sides)
    counts, counts_before = (cells.counted(t, side.counted, (part, whole), side.cases) for side in sides)
    return (
        cells.words(words), cells.share(t, value), counts, cells.share(t, was), counts_before,
        cells.points(value, was),
    )  # fmt: skip


ANSWERS = ("satisfied", "basically", "dissatisfied", "no_opinion")


def _satisfaction(t: Words, profile: Profile, sides: tuple[_Side, _Side]) -> Row:
    """What people said, one count for each answer: no count beneath the rate adds up to it without the weight."""
    value, was = (rates.satisfaction(side.counted, profile.rates.weights) for side in sides)
    said, said_before = (cells.counted(t, side.counted, ANSWERS, side.cases, " · ") for side in sides)
    return (
        cells.words(t("satisfaction")), cells.share(t, value), said, cells.share(t, was), said_before,
        cells.points(value, was),
    )  # fmt: skip


def _composite(t: Words, profile: Profile, now: Counted, before: Counted) -> Row:
    value, was = (rates.composite(each, profile.rates.weights) for each in (now, before))
    shown = [Cell("–") if each is None else Cell(f"{each:.2f}", round(each, 6)) for each in (value, was)]
    changed = Cell("–")
    if value is not None and was is not None:
        changed = Cell(cells.signed(value - was), round(value - was, 6))
    return cells.words(t("composite")), shown[0], cells.words(""), shown[1], cells.words(""), changed


def _how_sure(t: Words, profile: Profile, counted: Counted) -> list[str]:
    """Between what satisfaction lies where few were reached."""
    if not 0 < counted.valid < profile.rates.few:
        return []
    low, high = rates.satisfaction_interval(counted, profile.rates.weights) or (0.0, 1.0)
    said = t(
        "Satisfaction rests on {n} people reached: of all it lies between {low} and {high} (95%).",
        n=t.number(counted.valid), low=t.percent(low), high=t.percent(high),
    )  # fmt: skip
    return [said]


def _how_counted(t: Words) -> str:
    return cells.sentences(
        t,
        (
            t("All cases count; none is left out."),
            t("Received, settled, on the spot, first hour and sent back are of those that came in during the period."),
            t("In time and closed are of those whose limit passed in it, whenever they came in."),
            t("Call-backs count by the day of the last answer; satisfaction: satisfied, basically, not, no opinion."),
        ),
    )


def levels(t: Words, profile: Profile, found: Analysis) -> Section:
    """At which level what came in was settled, and what never left each."""
    row = found.levels
    title = t("Settled at which level")
    if not row.settled:
        return Section(title, (t("Nothing that came in during the period is settled yet."),))
    settled = Cases(found.unit.code, rates.cases("settled", found.period, now=found.now))
    lines = tuple(
        (
            cells.words(cells.level_words(t, profile, each.level)),
            cells.number(t, each.settled, Cases(settled.unit, replace(settled.filters, level=each.level))),
            cells.share(t, each.share), cells.share(t, each.within),
            Cell("", bar=each.share or 0),
        )
        for each in row.rows
    )  # fmt: skip
    total = (
        cells.words(t("All together")), cells.number(t, row.settled, settled), cells.share(t, 1.0), cells.words(""),
        cells.words(""),
    )  # fmt: skip
    columns = (
        Column(t("Level")), Column(t("settled"), number=True), Column(t("Share"), number=True),
        Column(t("Never left"), number=True), Column("", wide=True),
    )  # fmt: skip
    return Section(title, (Table(title, columns, (*lines, total), strong=1),))
