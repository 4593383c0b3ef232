"""Whole months, halves and years: over the turn of the year, and for months that do not begin on the 1st."""

from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from models.zones import DayZone
from services import terms

ZONE = ZoneInfo("Asia/Shanghai")
SHIFTED = DayZone(ZONE, month_from=19)


def days(*found):
    return [(each.from_day, each.to_day) for each in found]


def test_whole_periods_go_back_over_the_turn_of_the_year():
    found = {kind: days(*terms.before(kind, date(2026, 2, 10), ZONE, 2)) for kind in ("month", "quarter", "year")}
    assert found == {
        "month": [(date(2026, 1, 1), date(2026, 1, 31)), (date(2025, 12, 1), date(2025, 12, 31))],
        "quarter": [(date(2025, 10, 1), date(2025, 12, 31)), (date(2025, 7, 1), date(2025, 9, 30))],
        "year": [(date(2025, 1, 1), date(2025, 12, 31)), (date(2024, 1, 1), date(2024, 12, 31))],
    }


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        ("month", date(2026, 11, 1), date(2026, 11, 30)), ("half", date(2026, 7, 1), date(2026, 12, 31)),
        ("year", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)  # fmt: skip
def test_a_day_lies_in_one_period_of_each_kind(kind, first, last):
    assert days(terms.holding(kind, date(2026, 11, 20), ZONE)) == [(first, last)]


def test_a_month_from_the_19th_is_named_after_the_one_it_ends_in_and_years_follow_it():
    assert days(terms.holding("month", date(2026, 11, 20), SHIFTED)) == [(date(2026, 11, 19), date(2026, 12, 18))]
    assert days(terms.holding("month", date(2026, 11, 18), SHIFTED)) == [(date(2026, 10, 19), date(2026, 11, 18))]
    assert days(terms.holding("year", date(2026, 12, 20), SHIFTED)) == [(date(2026, 12, 19), date(2027, 12, 18))]


@pytest.mark.parametrize("zone", [ZONE, SHIFTED])
def test_the_parts_of_a_year_follow_one_another_without_a_gap(zone):
    year = terms.holding("year", date(2026, 7, 1), zone)
    months, halves = terms.parts("month", year), terms.parts("half", year)
    assert (len(months), len(halves)) == (12, 2)
    for found in (months, halves):
        assert (found[0].from_day, found[-1].to_day) == (year.from_day, year.to_day)
        assert all((after.from_day - first.to_day).days == 1 for first, after in pairwise(found))
