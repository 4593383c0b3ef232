"""How answers become points. Pure: answers and counts in, parts out; no data is None and takes no share."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from models.assessments import Assessing, AssessmentForm, AssessmentItem, Choice, Measured
from models.profiles import Weights
from services import rates
from services.assessments.rows import Answers, Listed, PartRow, ResultRow
from services.rates import Counted

_RATES: dict[Measured, tuple[Callable[[Counted], float | None], str, str]] = {
    Measured.SETTLEMENT: (rates.settlement, "settled", "received"),
    Measured.ON_TIME: (rates.on_time, "on_time", "due"),
    Measured.RESPONSE: (rates.response, "contacted", "valid"),
    Measured.FIRST_HOUR: (rates.first_hour, "first_hour", "awaited"),
}


def measured(item: AssessmentItem, counted: Counted, weights: Weights) -> PartRow:
    """An item that the engine knows: its maximum times the rate, with the counts the rate was taken of."""
    if item.measured is Measured.SATISFACTION:
        rate, whole = rates.satisfaction(counted, weights), counted.valid
        part = None if rate is None else round(rate * whole, 1)
        return _part(item, rate, part, whole, is_measured=True)
    function, part_name, whole_name = _RATES[item.measured or Measured.SETTLEMENT]
    return _part(
        item, function(counted), getattr(counted, part_name), getattr(counted, whole_name), is_measured=True
    )  # fmt: skip


def own(item: AssessmentItem, answers: Answers | None) -> PartRow:
    """An item that the unit gave itself points for."""
    points = None if answers is None else answers.get((item.key, ""))
    return _part(item, None if points is None else points / item.points, None, None)


def villagers(item: AssessmentItem, answers: Answers | None, choices: Sequence[Choice], fewest: int) -> PartRow:
    """An item villagers ticked: each choice counts its share; nothing below the fewest forms the site takes."""
    ticked = {choice.key: (answers or {}).get((item.key, choice.key), 0) for choice in choices}
    whole = sum(ticked.values())
    good = sum(choice.share * ticked[choice.key] for choice in choices)
    return _part(item, good / whole if whole >= fewest else None, round(good, 1), whole)


def mutual(item: AssessmentItem, sheets: Sequence[Answers], fewest: int) -> PartRow:
    """An item other units rated: the mean of their points; nothing below the fewest raters the site takes."""
    given = [points for answers in sheets if (points := answers.get((item.key, ""))) is not None]
    rate = sum(given) / (len(given) * item.points) if len(given) >= fewest else None
    return _part(item, rate, None, len(given))


def _part(
    item: AssessmentItem, rate: float | None, part: float | None, whole: int | None, *, is_measured: bool = False
) -> PartRow:
    points = None if rate is None else round(item.points * rate, 2)
    return PartRow(item.key, item.zh, item.en, item.points, points, part, whole, is_measured)


def total(parts: Sequence[PartRow]) -> float | None:
    """Points of the parts with data, from 0 to 100 of what these parts give at most; None without any."""
    known = [part for part in parts if part.points is not None]
    most = sum(part.most for part in known)
    return round(100 * sum(part.points or 0 for part in known) / most, 2) if most else None


def overall(form: AssessmentForm, name: str, words: tuple[str, str], results: Sequence[float | None]) -> PartRow:
    """One form's part of the overall result: its weight times the mean of its periods' points that are known."""
    known = [points for points in results if points is not None]
    most = 100 * form.weights[name]
    mean = sum(known) / len(known) if known else None
    points = None if mean is None else round(most * mean / 100, 2)
    return PartRow(name, *words, most, points, len(known), len(results))


def placed(rows: Sequence[ResultRow], assessing: Assessing) -> list[ResultRow]:
    """The rows, best first, with places and lists; those without points last. Equal points share a place (1, 1, 3)."""
    known = [row.points for row in rows if row.points is not None]
    found = [
        row if row.points is None else replace(
            row, place=1 + sum(other > row.points for other in known), of=len(known),
            listed=_listed(row.points, assessing),
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda row: (row.points is None, -(row.points or 0), row.code))


def _listed(points: float, assessing: Assessing) -> Listed | None:
    if points >= assessing.red:
        return Listed.RED
    return Listed.BLACK if points < assessing.black else None
