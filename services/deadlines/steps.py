"""The sum behind a deadline, step by step: start, limit, what was skipped, what was paused, and where it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from models.calendars import DAY, Holiday
from models.limits import Limit, LimitUnit
from services.deadlines.running import Hours, Pause, Run, run, shifted

WORKING = frozenset({LimitUnit.WORK_DAYS, LimitUnit.WORK_HOURS})


class StepKind(StrEnum):
    """What one step of the sum says."""

    START = "start"
    LIMIT = "limit"
    GIVEN = "given"
    EXTENSION = "extension"
    HOLIDAY = "holiday"
    MAKE_UP_WORKDAY = "make_up_workday"
    PAUSE = "pause"
    NO_CALENDAR = "no_calendar"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `at` and `until` for moments, `day` and `to_day` for whole days (both included)."""

    kind: StepKind
    at: datetime | None = None
    until: datetime | None = None
    day: date | None = None
    to_day: date | None = None
    limit: Limit | None = None
    holiday: Holiday | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """A deadline and the steps that lead to it, the last of them the deadline itself."""

    due_at: datetime
    steps: tuple[Step, ...]


def of_limit(hours: Hours, start: datetime, limit: Limit, pauses: Sequence[Pause] = (), *, extended_by: int = 0) -> Sum:
    """The sum of a limit (its extension included, of which `extended_by` units) from `start` round the pauses."""
    found = run(hours, start, limit, pauses)
    told = [Step(StepKind.START, at=start), Step(StepKind.LIMIT, limit=Limit(limit.amount - extended_by, limit.unit))]
    if extended_by:
        told.append(Step(StepKind.EXTENSION, limit=Limit(extended_by, limit.unit)))
    if limit.unit in WORKING:
        told += _skipped(hours, start, limit, found)
    return _summed(told, found)


def of_given(given: datetime, pauses: Sequence[Pause] = ()) -> Sum:
    """The sum of a deadline that came with the demand (from an import)."""
    return _summed([Step(StepKind.GIVEN, at=given)], shifted(given, pauses))


def _summed(told: list[Step], found: Run) -> Sum:
    paused = [Step(StepKind.PAUSE, at=pause.start, until=pause.end) for pause in found.pauses]
    return Sum(found.due_at, (*told, *paused, Step(StepKind.DUE, at=found.due_at)))


def _skipped(hours: Hours, start: datetime, limit: Limit, found: Run) -> list[Step]:
    """The public holidays and make-up workdays between the first day that may count and the last."""
    first = start.astimezone(hours.zone).date() + (DAY if limit.unit is LimitUnit.WORK_DAYS else timedelta())
    last = found.due_at.astimezone(hours.zone).date()
    days = [first + number * DAY for number in range((last - first).days + 1)]
    off = [
        Step(StepKind.HOLIDAY, day=row.from_day, to_day=row.to_day, holiday=row.holiday)
        for row in hours.calendar.holidays(first, last)
    ]
    made_up = [
        Step(StepKind.MAKE_UP_WORKDAY, day=day) for day in days if day.weekday() > 4 and hours.calendar.is_work_day(day)
    ]
    unknown = sorted({day.year for day in days if not hours.calendar.knows_year(day.year)})
    return [*off, *made_up, *(Step(StepKind.NO_CALENDAR, year=year) for year in unknown)]
