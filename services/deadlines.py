"""How limits run: hours, work hours, days and work days, by the State Council's calendar (domain.md section 3)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

import chinese_calendar

from models.demands import Urgency
from models.limits import Limit, LimitUnit
from models.profiles import Profile

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


def due_at(profile: Profile, start: datetime, limit: Limit) -> datetime:
    """The end of `limit` begun at `start` (aware), in the site's zone. Whole days end at closing time or at 24:00."""
    local = start.astimezone(profile.zone)
    match limit.unit:
        case LimitUnit.HOURS:
            return start + timedelta(hours=limit.amount)
        case LimitUnit.WORK_HOURS:
            return _after_work_hours(profile, local, timedelta(hours=limit.amount))
        case LimitUnit.DAYS:
            return _midnight_after(profile, local.date() + limit.amount * DAY)
        case LimitUnit.WORK_DAYS:
            closing = profile.opening[-1][1]
            return datetime.combine(_nth_work_day(local.date(), limit.amount), closing, profile.zone)


def solve_due_at(profile: Profile, start: datetime, urgency: Urgency) -> datetime:
    """The deadline to settle a demand of this urgency filed at `start`."""
    return due_at(profile, start, profile.limits[urgency].solve)


def answer_due_at(profile: Profile, start: datetime, urgency: Urgency) -> datetime:
    """The deadline to answer: to sign for it, or for a department to answer a whistle."""
    return due_at(profile, start, profile.limits[urgency].answer)


def _midnight_after(profile: Profile, day: date) -> datetime:
    return datetime.combine(day + DAY, time(), profile.zone)


@lru_cache(maxsize=8192)
def _nth_work_day(filed: date, amount: int) -> date:
    day = filed
    while amount:
        day += DAY
        amount -= is_work_day(day)
    return day


def _after_work_hours(profile: Profile, start: datetime, left: timedelta) -> datetime:
    day = start.date()
    while True:
        for opens, closes in profile.opening if is_work_day(day) else ():
            begin = max(start, datetime.combine(day, opens, profile.zone))
            end = datetime.combine(day, closes, profile.zone)
            if end > begin:
                if begin + left <= end:
                    return begin + left
                left -= end - begin
        day += DAY
