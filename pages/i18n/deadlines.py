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
    steps = {step.kind: step for step in total.steps}
    start, given = steps.get(StepKind.START), steps.get(StepKind.LIMIT)
    if start is None or start.at is None or given is None or given.limit is None:
        return t("due {when}, as imported", when=day_and_clock(t, total.due_at))
    counted = limit(t, given.limit)
    more = steps.get(StepKind.EXTENSION)
    if more is not None and more.limit is not None:
        counted = t("{limit} and {more} more granted", limit=counted, more=limit(t, more.limit))
    local, until = start.at.astimezone(t.zone), total.due_at.astimezone(t.zone)
    years = local.year != (until - timedelta(microseconds=1)).year
    # midnight is 00:00 here: the day of filing is the one that begins, and it is the one that is not counted
    begin = f"{t.full_day(local) if years else weekday(t, local.date())} {t.clock(local)}"
    return t("due {when} = {limit} after {start}", when=day_and_clock(t, until, year=years), limit=counted, start=begin)


def answering(t: Words, total: Sum, start: datetime, answered_at: datetime | None, now: datetime) -> str:
    """How a demand stands to its answer limit, in Markdown: ● answered, in time or not; ○ to be answered, ■ late."""
    if answered_at is not None:
        span, late = t.duration(answered_at - start), answered_at - total.due_at
        if late <= timedelta():
            return t("● first answer after {span}, in time", span=span)
        return t("● first answer after {span}, {late} past its limit", span=span, late=t.duration(late))
    if now > total.due_at:
        late = now - total.due_at
        return t(":red[■ no answer yet, {late} past its limit]: {sum}", late=t.duration(late), sum=line(t, total))
    return t("○ to answer: {sum}", sum=line(t, total))


def day_and_clock(t: Words, moment: datetime, *, year: bool = False) -> str:
    """10月13日 周一 17:30 / Mon 13 Oct 17:30, with the year if asked; midnight as 24:00 of the day before."""
    local, clock = moment.astimezone(t.zone), t.clock(moment)
    if (local.hour, local.minute) == (0, 0):
        local, clock = local - timedelta(days=1), "24:00"
    return f"{t.full_day(local) if year else weekday(t, local.date())} {clock}"


def weekday(t: Words, day: date) -> str:
    """10月13日 周一 / Mon 13 Oct."""
    return str(format_date(day, "M月d日 EEE" if t.language == "zh" else "EEE d MMM", t.locale))


def _rest(t: Words, steps: Sequence[Step]) -> list[str]:
    said, start = _holidays(t, steps), next((step.at for step in steps if step.kind is StepKind.START), None)
    made_up = [weekday(t, step.day) for step in steps if step.kind is StepKind.MAKE_UP_WORKDAY and step.day]
    if made_up:
        said.append(t("{days} made up as work days", days=t.join(made_up)))
    for step in steps:
        if step.kind is StepKind.NO_CALENDAR:
            said.append(t("no calendar for {year} yet: Monday to Friday counted", year=str(step.year)))
        elif step.kind is StepKind.PAUSE and step.at and step.until:
            begin, end = t.moment(step.at, start), t.moment(step.until, start)
            said.append(t("suspended {start} to {end}, not counted", start=begin, end=end))
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
