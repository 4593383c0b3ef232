"""Assessment months: from the 19th to the 18th, days from noon to noon, and never six weeks long."""

import pickle
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from models.profiles import Rates
from models.zones import DayZone
from services.errors import BadInput
from services.periods import Preset, between, month_of, parse, preset

SHANGHAI = ZoneInfo("Asia/Shanghai")
FROM_19 = DayZone(SHANGHAI, timedelta(), 19)
FROM_NOON = DayZone(SHANGHAI, timedelta(hours=12), 19)
DAY = timedelta(days=1)


def test_a_period_never_stretches_to_six_weeks_after_the_19th():
    """Seen in real code: after the 19th the month began with last month's 19th and ended with this month's end."""
    for number in range(800):
        today = date(2025, 12, 1) + number * DAY
        this = preset(Preset.THIS_MONTH, today, FROM_19)
        last = preset(Preset.LAST_MONTH, today, FROM_19)
        assert this.from_day <= today <= this.to_day
        assert 28 <= this.days <= 31
        assert (this.from_day.day, this.to_day.day, last.to_day) == (19, 18, this.from_day - DAY)
        assert (last.from_day, last.to_day) == (this.previous().from_day, this.previous().to_day)


@pytest.mark.parametrize(
    ("name", "today", "first", "last"),
    [
        (Preset.THIS_MONTH, "2026-11-18", "2026-10-19", "2026-11-18"),
        (Preset.THIS_MONTH, "2026-11-19", "2026-11-19", "2026-12-18"),
        (Preset.THIS_MONTH, "2026-12-31", "2026-12-19", "2027-01-18"),
        (Preset.LAST_MONTH, "2026-11-20", "2026-10-19", "2026-11-18"),
        (Preset.THIS_QUARTER, "2026-11-20", "2026-09-19", "2026-12-18"),
        (Preset.THIS_QUARTER, "2026-12-19", "2026-12-19", "2027-03-18"),
        (Preset.THIS_YEAR, "2026-11-20", "2025-12-19", "2026-12-18"),
        (Preset.THIS_WEEK, "2026-11-20", "2026-11-16", "2026-11-22"),
    ],
)
def test_months_quarters_and_years_begin_where_the_profile_says(name, today, first, last):
    found = preset(name, date.fromisoformat(today), FROM_19)
    assert (found.from_day.isoformat(), found.to_day.isoformat()) == (first, last)


def test_a_month_of_assessment_is_named_after_the_month_it_ends_in():
    november = parse("2026-11", date(2026, 11, 20), FROM_19)
    assert (november.from_day, november.to_day) == (date(2026, 10, 19), date(2026, 11, 18))
    assert (november.is_month, november.key, november.previous().key) == (True, "2026-11", "2026-10")
    assert between(date(2026, 11, 1), date(2026, 11, 30), FROM_19).is_month is False


def test_twelve_months_of_assessment_are_the_year_without_a_gap():
    year = preset(Preset.THIS_YEAR, date(2026, 6, 1), FROM_19)
    months = [parse(f"2026-{number:02d}", date(2026, 6, 1), FROM_19) for number in range(1, 13)]
    assert (months[0].from_day, months[-1].to_day) == (year.from_day, year.to_day)
    assert all(one.to_day + DAY == other.from_day for one, other in pairwise(months))


def test_a_calendar_month_is_as_long_as_ever():
    assert month_of(date(2026, 2, 28)) == (date(2026, 2, 1), date(2026, 2, 28))
    assert month_of(date(2026, 12, 31)) == (date(2026, 12, 1), date(2026, 12, 31))


def test_days_from_noon_to_noon_begin_at_noon():
    november = parse("2026-11", date(2026, 11, 20), FROM_NOON)
    assert november.start.astimezone(UTC) == datetime(2026, 10, 19, 4, tzinfo=UTC)
    assert november.end.astimezone(UTC) == datetime(2026, 11, 19, 4, tzinfo=UTC)
    before, after = datetime(2026, 11, 19, 3, 59, tzinfo=UTC), datetime(2026, 11, 19, 4, tzinfo=UTC)
    assert [moment.astimezone(FROM_NOON).date().day for moment in (before, after)] == [18, 19]


@pytest.mark.parametrize("place", ["America/New_York", "Australia/Lord_Howe", "Asia/Shanghai"])
def test_a_shifted_zone_says_the_same_moment_both_ways(place):
    zone = DayZone(ZoneInfo(place), timedelta(hours=12))
    for hours in range(0, 24 * 400, 5):
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
        there = moment.astimezone(zone)
        assert there.replace(fold=there.fold).astimezone(UTC) == moment
        wall = moment.astimezone(ZoneInfo(place)).replace(tzinfo=None)
        assert there.replace(tzinfo=None) == wall - timedelta(hours=12)
    assert pickle.loads(pickle.dumps(zone)) == zone


@pytest.mark.parametrize("key", ["2026-13", "9999-12", "0001-01", "2026-11-01..9999-12-31"])
def test_a_key_that_is_no_period_of_these_centuries_is_refused(key):
    for days in (SHANGHAI, FROM_19):
        with pytest.raises(BadInput):
            parse(key, date(2026, 11, 20), days)


@pytest.mark.parametrize(
    "wrong", [{"month_from": 0}, {"month_from": 29}, {"day_from": "25:00"}, {"weights": {"basically": 2}}]
)
def test_a_profile_that_counts_impossibly_is_refused(wrong):
    with pytest.raises(ValidationError):
        Rates(**wrong)
