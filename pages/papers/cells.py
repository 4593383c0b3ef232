"""Cells of papers in the reader's formats, and the words many papers share. Pure."""

from collections.abc import Callable, Iterable
from datetime import datetime

from models.profiles import Profile
from pages.i18n import Words
from pages.papers.paper import Cases, Cell
from services import rates
from services.fairness import Tier
from services.periods import Period, month_of
from services.rates import Counted


def words(text: str, *, loud: bool = False) -> Cell:
    """Words."""
    return Cell(text, loud=loud)


def number(t: Words, value: float | None, cases: Cases | None = None, *, loud: bool = False) -> Cell:
    """A count, which opens its cases; a dash where there is no data."""
    if value is None:
        return Cell("–")
    parts = ((t.number(value), cases),) if cases and value else ()
    return Cell(t.number(value), value, loud=loud and bool(value), parts=parts)


def share(t: Words, value: float | None) -> Cell:
    """A rate; a dash where there is no data."""
    return Cell(t.percent(value), value, share=True)


def counts(t: Words, found: Iterable[tuple[int, Cases | None]], mark: str = " / ") -> Cell:
    """Counts side by side, each of which opens its own cases: 540 / 560."""
    told = [((mark, None), (t.number(value), cases if value else None)) for value, cases in found]
    parts = tuple(part for each in told for part in each)[1:]
    return Cell("".join(text for text, _ in parts), parts=parts)


def counted(
    t: Words, row: Counted, names: Iterable[str], cases: Callable[[str], Cases] | None, mark: str = " / "
) -> Cell:
    """Such counts of one Counted, by their names."""
    return counts(t, [(getattr(row, name), cases(name) if cases else None) for name in names], mark)


def cases_of(unit: str, period: Period, now: datetime) -> Callable[[str], Cases] | None:
    """The cases of each count of a unit's Counted by its name; None where `unit` is empty."""
    return (lambda name: Cases(unit, rates.cases(name, period, now=now))) if unit else None


def signed(value: float, places: int = 2) -> str:
    """A difference with its sign; none has no sign."""
    shown = round(value, places)
    return f"{shown:+.{places}f}".replace("-", "−") if shown else f"{0:.{places}f}"


def points(value: float | None, before: float | None) -> Cell:
    """By how many points of a hundred a rate changed."""
    if value is None or before is None:
        return Cell("–")
    return Cell(signed((value - before) * 100), round((value - before) * 100, 6))


def change(t: Words, value: int, before: int) -> Cell:
    """By how many a count changed."""
    sign = "+" if value > before else "−" if value < before else ""
    return Cell(f"{sign}{t.number(abs(value - before))}", value - before)


def days_of(t: Words, period: Period, now: datetime | None = None) -> str:
    """The days of a period with their year; a whole month by its name. With `now`, only the days so far."""
    last = period.to_day if now is None else min(period.to_day, now.astimezone(period.zone).date())
    if (period.from_day, last) == month_of(period.from_day):
        return t.month(period.from_day)
    return f"{t.long_day(period.from_day)} – {t.long_day(last)}"


def sentences(t: Words, parts: Iterable[str]) -> str:
    """Sentences one after the other; Chinese has no space between them."""
    return ("" if t.language == "zh" else " ").join(parts)


def level_words(t: Words, profile: Profile, key: str) -> str:
    """What the site calls a level; its key where it has no word."""
    known = {each.key: t.name(each.zh, each.en) for each in (*profile.levels, *profile.outer_levels)}
    return known.get(key, key)


def levels_words(t: Words, profile: Profile, key: str) -> str:
    """What the site calls units of a level, several of them."""
    return t.name(profile.level(key).zh, profile.level(key).plural)


def tier_words(t: Words, tier: Tier) -> str:
    """The word for a tier."""
    return {
        Tier.FRONT: t("front"), Tier.MIDDLE: t("middle"), Tier.BEHIND: t("behind"),
        Tier.FEW: t("too few cases"), Tier.NONE: t("no data"),
    }[tier]  # fmt: skip
