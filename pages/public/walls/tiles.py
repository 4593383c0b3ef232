"""The six figures of a wall, each with what it is of and its trend over twelve weeks."""

from collections.abc import Sequence
from html import escape

from models.profiles import Profile
from pages.i18n import Words
from pages.public.walls.look import LATE
from pages.public.walls.parts import spark
from services import rates
from services.walls import SnapshotRow


def tiles(t: Words, profile: Profile, row: SnapshotRow) -> str:
    """Open, late, due today, settled in time, satisfied, whistles unanswered."""
    stock, counted, weeks = row.stock, row.counted, row.weeks
    late = t.duration(row.now - stock.oldest_due_at) if stock.overdue and stock.oldest_due_at else None
    waits = t.duration(row.now - row.unanswered_since) if row.unanswered_since else None
    satisfied = rates.satisfaction(counted, profile.rates.weights)
    soon = t("{n} within 2 hours", n=t.number(stock.soon))
    return "".join(
        (
            "<div class=tiles>",
            _tile(t("Open demands"), _number(t, stock.open), _against(t, row),
                  _trend(t, [week.open for week in weeks])),
            _tile(t("Late"), _number(t, stock.overdue), _since(t, late, t("none is late")),
                  _trend(t, [week.overdue for week in weeks], *_loud(stock.overdue)), "sq", loud=stock.overdue > 0),
            _tile(t("Due today"), _number(t, stock.later_today), escape(soon), _trend(t, [week.due for week in weeks]),
                  "tri" if stock.later_today else ""),
            _tile(_of_30_days(t, t("Settled in time")), _percent(t, rates.on_time(counted)),
                  _counts(t, counted.on_time, counted.due), _trend(t, [week.on_time_rate for week in weeks])),
            _tile(_of_30_days(t, t("Satisfied")), _percent(t, satisfied), _reached(t, counted.valid),
                  _trend(t, row.satisfied)),
            _tile(t("Whistles unanswered"), _number(t, row.unanswered), _since(t, waits, t("all answered")),
                  _trend(t, row.waiting, *_loud(row.unanswered)), "sq", loud=row.unanswered > 0),
            "</div>",
        )
    )  # fmt: skip


def _tile(label: str, value: str, foot: str, trend: str, shape: str = "", *, loud: bool | None = None) -> str:
    """One figure; what is a status and stands at none keeps calm, without its shape."""
    mark = f'<i class="{shape}"></i>' if shape and loud is not False else ""
    figures = len(value.replace("<small>%</small>", "."))
    size = "" if figures <= 3 else " m" if figures <= 5 else " s"
    return (
        f'<div><p class=l>{mark}{escape(label)}</p><p class="v{size}{" lt" if loud else ""}">{value}{trend}</p>'
        f"<p class=\"f clip\">{foot}</p></div>"
    )  # fmt: skip


def _trend(t: Words, values: Sequence[float | None], *colour: str) -> str:
    """A trend, and how far back it goes."""
    drawn = spark(values, *colour)
    return drawn and f"<span class=trend>{drawn}<small>{escape(t('{n} weeks', n=len(values)))}</small></span>"


def _of_30_days(t: Words, label: str) -> str:
    """A figure of a period says which: the others are of now."""
    return f"{label} · {t('30 days')}"


def _loud(count: int) -> tuple[str, ...]:
    return (LATE,) if count else ()


def _number(t: Words, count: int) -> str:
    return escape(t.number(count))


def _percent(t: Words, rate: float | None) -> str:
    if rate is None:
        return "–"
    return f"{escape(t.percent(rate, 0).removesuffix('%'))}<small>%</small>"


def _since(t: Words, span: str | None, none: str) -> str:
    return escape(none) if span is None else _bold(t("oldest {span}"), span=span)


def _counts(t: Words, part: int, whole: int) -> str:
    if not whole:
        return escape(t("nothing due in 30 days"))
    return f"<b>{t.number(part)}</b> / {t.number(whole)}"


def _reached(t: Words, valid: int) -> str:
    return _bold(t("of {n} reached"), n=t.number(valid)) if valid else escape(t("nobody asked in 30 days"))


def _against(t: Words, row: SnapshotRow) -> str:
    """How many more or fewer are open than a week ago."""
    more = row.stock.open - row.weeks[-2].open if len(row.weeks) > 1 else 0
    if not more:
        return escape(t("same as a week ago"))
    return _bold(t("{n} more in a week") if more > 0 else t("{n} fewer in a week"), n=t.number(abs(more)))


def _bold(sentence: str, **values: str) -> str:
    """The sentence with its value in bold."""
    return escape(sentence).format(**{name: f"<b>{escape(value)}</b>" for name, value in values.items()})
