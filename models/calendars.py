"""Work days by the State Council's calendar, make-up workdays included; nothing is guessed silently."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Self

import chinese_calendar
from pydantic import BaseModel, ConfigDict, model_validator

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


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DaysOff(_Part):
    """Days off in a row as a site writes them down, both ends included."""

    holiday: Holiday
    from_day: date
    to_day: date


class CalendarYear(_Part):
    """One year's public holidays and make-up workdays, as the State Council's notice gives them."""

    year: int
    holidays: tuple[DaysOff, ...]
    workdays: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        turned = [row.from_day for row in self.holidays if row.from_day > row.to_day]
        strange = [day for row in self.holidays for day in (row.from_day, row.to_day) if day.year != self.year]
        strange += [day for day in self.workdays if day.year != self.year]
        weekdays = [day for day in self.workdays if day.weekday() < 5]
        if turned or strange or weekdays:
            told = ", ".join(str(day) for day in (*turned, *strange, *weekdays))
            raise ValueError(f"calendar of {self.year}: in another year, ends before it begins, or no weekend: {told}")
        return self

    def holiday(self, day: date) -> Holiday | None:
        """The public holiday `day` is off for."""
        return next((row.holiday for row in self.holidays if row.from_day <= day <= row.to_day), None)

    def is_work_day(self, day: date) -> bool:
        """Whether people work on `day` of this year."""
        return day in self.workdays or (day.weekday() < 5 and self.holiday(day) is None)


class Calendar(_Part):
    """The State Council's calendar as `chinesecalendar` knows it, and the years a site wrote down itself.

    A site's own year counts before the library's: an office without internet need not wait for an update.
    """

    years: tuple[CalendarYear, ...] = ()

    def knows_year(self, year: int) -> bool:
        """Whether the public holidays of this year are known."""
        return self._own(year) is not None or _published(year)

    def is_work_day(self, day: date) -> bool:
        """Whether people work on `day`, make-up workdays included. Without a known calendar: Monday to Friday."""
        own = self._own(day.year)
        return own.is_work_day(day) if own else _is_work_day(day)

    def holidays(self, from_day: date, to_day: date) -> list[HolidayRow]:
        """The public holidays that touch the days from one to the other, cut to them; none in a year not known."""
        found: list[HolidayRow] = []
        for day in _days(from_day, to_day):
            holiday = self._holiday(day)
            if holiday is None:
                continue
            if found and found[-1].holiday == holiday and found[-1].to_day + DAY == day:
                found[-1] = HolidayRow(holiday, found[-1].from_day, day)
            else:
                found.append(HolidayRow(holiday, day, day))
        return found

    def _own(self, year: int) -> CalendarYear | None:
        return next((each for each in self.years if each.year == year), None)

    def _holiday(self, day: date) -> Holiday | None:
        own = self._own(day.year)
        return own.holiday(day) if own else _holiday(day)


STATE_COUNCIL = Calendar()
"""The calendar of a place that wrote down no year of its own."""


def _days(first: date, last: date) -> Iterator[date]:
    return (first + number * DAY for number in range((last - first).days + 1))


@lru_cache(maxsize=8192)
def _is_work_day(day: date) -> bool:
    return bool(chinese_calendar.is_workday(day)) if _published(day.year) else day.weekday() < 5


def _holiday(day: date) -> Holiday | None:
    if not _published(day.year) or _is_work_day(day):
        return None
    name = chinese_calendar.get_holiday_detail(day)[1]
    return Holiday(name) if name in set(Holiday) else None


@lru_cache(maxsize=256)
def _published(year: int) -> bool:
    """Whether the library knows the State Council's calendar of this year."""
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True
