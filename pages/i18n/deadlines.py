"""Deadlines in words: a limit, a moment with its weekday, the one line in which a deadline explains itself. Pure."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from babel.dates import format_date

from models.calendars import DAY
from models.limits import Limit, LimitUnit
from pages.i18n.words import Words
from services.deadlines import Step, StepKind, Sum


def limit(t: Words, given: Limit) -> str:
    """A limit: 7 work days / 7 个工作日."""
    match given.unit:
        case LimitUnit.HOURS:
            return t.n("{n} hour", "{n} hours", given.amount)
        case LimitUnit.WORK_HOURS:
            return t.n("{n} work hour", "{n} work hours", given.amount)
        case LimitUnit.DAYS:
            return t.n("{n} day", "{n} days", given.amount)
        case LimitUnit.WORK_DAYS:
            return t.n("{n} work day", "{n} work days", given.amount)


def line(t: Words, total: Sum) -> str:
    """The whole sum in one line: due …, = limit after start; what was skipped, made up and paused."""
    return t.semicolons([due(t, total), *_rest(t, total.steps)])


def rest(t: Words, total: Sum) -> str:
    """What follows the first part: holidays, make-up workdays, unknown calendars, pauses; empty without any."""
    return t.semicolons(_rest(t, total.steps))


def due(t: Words, total: Sum) -> str:
    """The first part alone: due when, and by which limit from when."""
    when = day_and_clock(t, total.due_at)
    steps = {step.kind: step for step in total.steps}
    start, given = steps.get(StepKind.START), steps.get(StepKind.LIMIT)
    if start is None or start.at is None or given is None or given.limit is None:
        return t("due {when}, as imported", when=when)
    counted = limit(t, given.limit)
    more = steps.get(StepKind.EXTENSION)
    if more is not None and more.limit is not None:
        counted = t("{limit} and {more} more granted", limit=counted, more=limit(t, more.limit))
    return t("due {when} = {limit} after {start}", when=when, limit=counted, start=day_and_clock(t, start.at))


def day_and_clock(t: Words, moment: datetime) -> str:
    """10月13日 周一 17:30 / Mon 13 Oct 17:30; midnight as 24:00 of the day before."""
    local = moment.astimezone(t.zone)
    if (local.hour, local.minute) == (0, 0):
        return f"{weekday(t, (local - timedelta(days=1)).date())} 24:00"
    return f"{weekday(t, local.date())} {t.clock(moment)}"


def weekday(t: Words, day: date) -> str:
    """10月13日 周一 / Mon 13 Oct."""
    return str(format_date(day, "M月d日 EEE" if t.language == "zh" else "EEE d MMM", t.locale))


def _rest(t: Words, steps: Sequence[Step]) -> list[str]:
    said = _holidays(t, steps)
    made_up = [weekday(t, step.day) for step in steps if step.kind is StepKind.MAKE_UP_WORKDAY and step.day]
    if made_up:
        said.append(t("{days} made up as work days", days=t.join(made_up)))
    for step in steps:
        if step.kind is StepKind.NO_CALENDAR:
            said.append(t("no calendar for {year} yet: Monday to Friday counted", year=str(step.year)))
        elif step.kind is StepKind.PAUSE and step.at and step.until:
            said.append(t("suspended {start} to {end}, not counted", start=t.moment(step.at), end=t.moment(step.until)))
    return said


def _holidays(t: Words, steps: Sequence[Step]) -> list[str]:
    """Public holidays; those that follow each other day by day in one, as people speak of them."""
    runs: list[list[Step]] = []
    for step in (step for step in steps if step.kind is StepKind.HOLIDAY):
        if runs and runs[-1][-1].to_day + DAY == step.day:  # type: ignore[operator]
            runs[-1].append(step)
        else:
            runs.append([step])
    return [t("{name} {days} not counted", name=_names(t, run), days=_days(t, run)) for run in runs]


def _names(t: Words, run: Sequence[Step]) -> str:
    return t.join(list(dict.fromkeys(t.term(step.holiday) for step in run if step.holiday)))


def _days(t: Words, run: Sequence[Step]) -> str:
    first, last = run[0].day, run[-1].to_day
    if first is None or last is None or first == last:
        return t.day(first) if first else ""
    if first.month == last.month:
        return f"{first.day}–{t.day(last)}" if t.language == "en" else f"{t.day(first)}–{last.day}日"
    return f"{t.day(first)}–{t.day(last)}"
