"""Periods: whole days as a site counts them, as a moment range and as a key that lives in a page's address. Pure.

`zone` is the profile's `days`: the site's time zone, or one that also says when a day and a month begin.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from models.zones import DayZone
from services.errors import BadInput

DAY = timedelta(days=1)


class Preset(StrEnum):
    """A period named from today; its value is its key in an address."""

    THIS_MONTH = "month"
    LAST_MONTH = "last-month"
    THIS_WEEK = "week"
    THIS_QUARTER = "quarter"
    THIS_YEAR = "year"
    LAST_30_DAYS = "30-days"


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `from_day` to `to_day`, both included, in `zone`. `preset` when it was named from today."""

    from_day: date
    to_day: date
    zone: tzinfo
    preset: Preset | None = None

    @property
    def start(self) -> datetime:
        """The first moment (aware)."""
        return datetime.combine(self.from_day, time(), self.zone)

    @property
    def end(self) -> datetime:
        """The first moment after it (aware)."""
        return datetime.combine(self.to_day + DAY, time(), self.zone)

    def so_far(self, now: datetime) -> datetime:
        """Its end, or the end of today while it runs."""
        today = now.astimezone(self.zone).date()
        return min(self.end, datetime.combine(today + DAY, time(), self.zone))

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.to_day - self.from_day).days + 1

    @property
    def key(self) -> str:
        """What stands in an address: the preset, "2026-11" for a whole month, else "2026-11-01..2026-11-20"."""
        if self.preset is not None:
            return self.preset.value
        if self.is_month:
            return f"{self.to_day:%Y-%m}"
        return f"{self.from_day.isoformat()}..{self.to_day.isoformat()}"

    @property
    def is_month(self) -> bool:
        """Whether it is one whole month as the site counts them; it is named after the month of `to_day`."""
        return (self.from_day, self.to_day) == month_of(self.from_day, month_from(self.zone))

    def previous(self, today: date | None = None) -> "Period":
        """The period before it, for a trend: the month before a month, otherwise as many days directly before.

        With `today` inside the period, the one before is cut after as many days as have passed of this one, so that
        twenty days of November stand beside twenty days of October.
        """
        first, last = self._before()
        if today is not None and self.from_day <= today < self.to_day:
            last = min(last, first + (today - self.from_day))
        return Period(first, last, self.zone)

    def _before(self) -> tuple[date, date]:
        first = month_from(self.zone)
        if self.is_month:
            return month_of(self.from_day - DAY, first)
        if self.preset is Preset.THIS_QUARTER:
            return _quarter_of(self.from_day - DAY, first)
        if self.preset is Preset.THIS_YEAR:
            return _year_of(self.from_day - DAY, first)
        return self.from_day - self.days * DAY, self.from_day - DAY


def month_from(zone: tzinfo) -> int:
    """The day a month begins with where days are counted by `zone`."""
    return zone.month_from if isinstance(zone, DayZone) else 1


def month_of(day: date, first: int = 1) -> tuple[date, date]:
    """The first and the last day of the day's month; with `first` 19 a month lasts from the 19th to the 18th."""
    begins = (day if day.day >= first else day.replace(day=1) - DAY).replace(day=first)
    return begins, (begins.replace(day=1) + 32 * DAY).replace(day=first) - DAY


def _months(year: int, months: tuple[int, int], first: int) -> tuple[date, date]:
    """From the first day of one named month to the last of another: each is named after the month it ends in."""
    return month_of(date(year, months[0], 1), first)[0], month_of(date(year, months[1], 1), first)[1]


def _quarter_of(day: date, first: int) -> tuple[date, date]:
    ends = month_of(day, first)[1]
    begins = (ends.month - 1) // 3 * 3 + 1
    return _months(ends.year, (begins, begins + 2), first)


def _year_of(day: date, first: int) -> tuple[date, date]:
    return _months(month_of(day, first)[1].year, (1, 12), first)


def _week_of(day: date) -> tuple[date, date]:
    monday = day - day.weekday() * DAY
    return monday, monday + 6 * DAY


def preset(name: Preset, today: date, zone: tzinfo) -> Period:
    """The named period seen from `today`. Weeks begin on Monday; "30-days" ends today.

    Months, and with them quarters and years, begin on the day the zone says: a month from the 19th to the 18th is one
    month long on the 18th as on the 19th.
    """
    first = month_from(zone)
    days = {
        Preset.THIS_MONTH: month_of(today, first),
        Preset.LAST_MONTH: month_of(month_of(today, first)[0] - DAY, first),
        Preset.THIS_WEEK: _week_of(today),
        Preset.THIS_QUARTER: _quarter_of(today, first),
        Preset.THIS_YEAR: _year_of(today, first),
        Preset.LAST_30_DAYS: (today - 29 * DAY, today),
    }
    return Period(*days[name], zone, name)


def between(from_day: date, to_day: date, zone: tzinfo) -> Period:
    """The days from one to the other. Raises BadInput("period_reversed") when the end is before the start."""
    if to_day < from_day:
        raise BadInput("period_reversed", start=from_day.isoformat(), end=to_day.isoformat())
    if from_day.year < 1900 or to_day.year > 2200:
        raise BadInput("period_wrong", given=f"{from_day.isoformat()}..{to_day.isoformat()}")
    return Period(from_day, to_day, zone)


def parse(key: str, today: date, zone: tzinfo) -> Period:
    """The period of a key: a preset, "2026-11", "2026-11-01..2026-11-20". Raises BadInput("period_wrong")."""
    if key in set(Preset):
        return preset(Preset(key), today, zone)
    match = re.fullmatch(r"(\d{4}-\d{2})|(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})", key)
    try:
        if match is not None and match[1]:
            return between(*month_of(date.fromisoformat(f"{match[1]}-01"), month_from(zone)), zone)
        if match is not None:
            return between(date.fromisoformat(match[2]), date.fromisoformat(match[3]), zone)
    except (ValueError, OverflowError):  # also of the last month there is a date for
        pass
    raise BadInput("period_wrong", given=key)


def day(text: str) -> date:
    """A day written 2026-11-20. Raises BadInput("day_wrong")."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise BadInput("day_wrong", given=text) from error
