"""Work days by the State Council's calendar, make-up workdays included; nothing is guessed silently."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

import chinese_calendar

DAY = timedelta(days=1)


class Holiday(StrEnum):
    """The public holidays of the State Council's calendar."""

    NEW_YEAR = "New Year's Day"
    SPRING_FESTIVAL = "Spring Festival"
    TOMB_SWEEPING = "Tomb-sweeping Day"
    LABOUR_DAY = "Labour Day"
    DRAGON_BOAT = "Dragon Boat Festival"
    MID_AUTUMN = "Mid-autumn Festival"
    NATIONAL_DAY = "National Day"


@dataclass(frozen=True, slots=True)
class HolidayRow:
    """Days off in a row, both ends included, for one public holiday."""

    holiday: Holiday
    from_day: date
    to_day: date


def holidays(from_day: date, to_day: date) -> list[HolidayRow]:
    """The public holidays that touch the days from one to the other, cut to them; none in a year not yet published."""
    found: list[HolidayRow] = []
    for number in range((to_day - from_day).days + 1):
        day = from_day + number * DAY
        name = chinese_calendar.get_holiday_detail(day)[1] if knows_year(day.year) and not is_work_day(day) else None
        if name not in set(Holiday):
            continue
        if found and found[-1].holiday == name and found[-1].to_day + DAY == day:
            found[-1] = HolidayRow(found[-1].holiday, found[-1].from_day, day)
        else:
            found.append(HolidayRow(Holiday(name), day, day))
    return found


@lru_cache(maxsize=8192)
def is_work_day(day: date) -> bool:
    """Whether people work on `day`, make-up workdays included. Without a published calendar: Monday to Friday."""
    if not knows_year(day.year):
        return day.weekday() < 5
    return bool(chinese_calendar.is_workday(day))


@lru_cache(maxsize=256)
def knows_year(year: int) -> bool:
    """Whether the State Council's calendar of this year is known."""
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True
