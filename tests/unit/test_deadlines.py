"""The examples of the domain's own page, and the edges around them."""

from datetime import datetime

import pytest

from models.limits import Limit
from services import deadlines, sites

PROFILE = sites.load("dawangzhuang")


def local(text):
    return datetime.fromisoformat(text).replace(tzinfo=PROFILE.zone)


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        ("2025-09-26 10:00", "7 work days", "2025-10-13 17:30"),
        ("2026-02-13 16:00", "6 work hours", "2026-02-14 15:30"),
        ("2026-02-14 09:00", "3 work days", "2026-02-26 17:30"),
        ("2026-09-30 15:00", "7 days", "2026-10-08 00:00"),
        ("2026-11-20 23:50", "2 hours", "2026-11-21 01:50"),
        ("2026-11-20 17:30", "1 work hour", "2026-11-23 09:30"),
        ("2026-11-20 12:30", "2 work hours", "2026-11-20 16:30"),
        ("2026-11-21 03:00", "1 work day", "2026-11-23 17:30"),
    ],
)
def test_a_limit_ends_where_the_rules_say(start, limit, due):
    assert deadlines.due_at(PROFILE, local(start), Limit.parse(limit)) == local(due)


def test_a_year_without_a_published_calendar_is_known_as_such():
    assert (deadlines.knows_year(2026), deadlines.knows_year(2031)) == (True, False)


def test_make_up_workdays_are_worked_and_holidays_are_not():
    days = ["2025-09-28", "2025-10-11", "2025-10-01", "2026-10-10", "2026-11-22"]
    assert [deadlines.is_work_day(local(f"{day} 00:00").date()) for day in days] == [True, True, False, True, False]


@pytest.mark.parametrize("wrong", ["", "soon", "0 days", "7 weeks", "seven days", "-1 hours"])
def test_what_is_not_a_limit_is_refused(wrong):
    with pytest.raises(ValueError, match="not a limit"):
        Limit.parse(wrong)
