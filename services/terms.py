"""Whole months, quarters, halves and years as periods, by the zone a site counts its days in. Pure."""

from datetime import date, timedelta, tzinfo

from services.periods import Period, month_from

MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
"""How many months each kind has."""


def holding(kind: str, day: date, zone: tzinfo) -> Period:
    """The month, quarter, half or year a day lies in; a month from the 19th is named after the one it ends in."""
    size = MONTHS[kind]
    return _period(_month(day, zone) // size * size, size, zone)


def before(kind: str, today: date, zone: tzinfo, count: int) -> list[Period]:
    """The last whole ones before the one `today` lies in, the newest first."""
    size = MONTHS[kind]
    running = _month(today, zone) // size
    return [_period((running - back) * size, size, zone) for back in range(1, count + 1)]


def parts(kind: str, whole: Period) -> list[Period]:
    """The ones of a kind that make up a longer period, the oldest first."""
    size = MONTHS[kind]
    first, last = _month(whole.from_day, whole.zone), _month(whole.to_day, whole.zone)
    return [_period(month, size, whole.zone) for month in range(first, last + 1, size)]


def _month(day: date, zone: tzinfo) -> int:
    """The number of the month that holds a day, from the year 0; one from the 19th on is named after its end."""
    return day.year * 12 + day.month - 1 + (1 < month_from(zone) <= day.day)


def _period(month: int, size: int, zone: tzinfo) -> Period:
    return Period(_first(month, zone), _first(month + size, zone) - timedelta(days=1), zone)


def _first(month: int, zone: tzinfo) -> date:
    """The first day of a month: where it begins with the 19th, the 19th of the calendar's month before."""
    day = month_from(zone)
    start = month if day == 1 else month - 1
    return date(start // 12, start % 12 + 1, day)
