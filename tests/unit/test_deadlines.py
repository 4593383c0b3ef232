"""The examples of the domain's own page, and the edges around them."""

import tomllib
from datetime import date, datetime

import pytest
from pydantic import ValidationError

from models.calendars import STATE_COUNCIL, Calendar, CalendarYear
from models.demands import Urgency
from models.limits import Limit
from models.profiles import LimitRule
from pages.i18n import deadlines as lines
from pages.i18n import words
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
    assert (STATE_COUNCIL.knows_year(2026), STATE_COUNCIL.knows_year(2031)) == (True, False)


def test_make_up_workdays_are_worked_and_holidays_are_not():
    days = ["2025-09-28", "2025-10-11", "2025-10-01", "2026-10-10", "2026-11-22"]
    assert [STATE_COUNCIL.is_work_day(date.fromisoformat(day)) for day in days] == [True, True, False, True, False]


YEAR = """
year = 2031
workdays = [2031-01-11]
[[holidays]]
holiday = "New Year's Day"
from_day = 2031-01-01
to_day = 2031-01-03
"""


def test_a_site_without_internet_writes_down_the_year_the_notice_came_for():
    own = PROFILE.model_copy(update={"calendar": Calendar(years=(CalendarYear(**tomllib.loads(YEAR)),))})
    start, limit = local("2030-12-31 10:00"), Limit.parse("7 work days")
    assert deadlines.due_at(PROFILE, start, limit) == local("2031-01-09 17:30")
    assert deadlines.due_at(own, start, limit) == local("2031-01-13 17:30")
    total = deadlines.of_limit(own, start, limit)
    assert lines.line(words("en"), total) == (
        "due Mon 13 Jan 2031 17:30 = 7 work days after Tue 31 Dec 2030 10:00; New Year's Day 1–3 Jan not counted; "
        "Sat 11 Jan made up as work days"
    )


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"year": 2032}, "2031-01-01, 2031-01-03, 2031-01-11"),
        ({"workdays": [date(2031, 1, 8)]}, "2031-01-08"),
        ({"holidays": [{"holiday": "New Year's Day", "from_day": "2031-01-03", "to_day": "2031-01-01"}]}, "2031-01-03"),
    ],
)
def test_a_year_that_cannot_be_is_refused_with_its_days(changed, named):
    with pytest.raises(ValidationError, match=named):
        CalendarYear(**tomllib.loads(YEAR) | changed)


@pytest.mark.parametrize("wrong", ["", "soon", "0 days", "7 weeks", "seven days", "-1 hours"])
def test_what_is_not_a_limit_is_refused(wrong):
    with pytest.raises(ValueError, match="not a limit"):
        Limit.parse(wrong)


@pytest.mark.parametrize(
    ("start", "limit", "pauses", "due"),
    [
        ("2025-09-26 10:00", "7 work days", [("2025-09-29 11:00", "2025-10-09 09:00")], "2025-10-16 17:30"),
        ("2026-11-20 10:00", "24 hours", [("2026-11-20 12:00", "2026-11-20 15:00")], "2026-11-21 13:00"),
        ("2026-11-20 10:00", "2 work hours", [("2026-11-20 11:00", "2026-11-20 15:00")], "2026-11-20 16:00"),
        ("2026-11-20 10:00", "3 days", [("2026-11-21 08:00", "2026-11-22 00:00")], "2026-11-25 00:00"),
        ("2026-11-20 10:00", "1 day", [("2026-11-22 00:00", "2026-11-25 00:00")], "2026-11-22 00:00"),
        ("2026-11-20 10:00", "1 day", [("2026-11-20 11:00", "2026-11-20 11:00")], "2026-11-22 00:00"),
    ],
)
def test_a_suspension_stands_outside_the_count(start, limit, pauses, due):
    stood = [deadlines.Pause(local(begin), local(end)) for begin, end in pauses]
    assert deadlines.due_at(PROFILE, local(start), Limit.parse(limit), stood) == local(due)


def test_a_suspension_that_begins_after_the_limit_makes_nothing_punctual():
    late = [deadlines.Pause(local("2025-10-13 17:30"), local("2025-10-20 09:00"))]
    assert deadlines.run(PROFILE, local("2025-09-26 10:00"), Limit.parse("7 work days"), late) == deadlines.Run(
        local("2025-10-13 17:30"), ()
    )


def test_the_sum_names_holidays_make_up_workdays_and_pauses_in_both_languages():
    pause = deadlines.Pause(local("2025-09-29 11:00"), local("2025-10-09 09:00"))
    total = deadlines.of_limit(PROFILE, local("2025-09-26 10:00"), Limit.parse("7 work days"), [pause])
    assert lines.line(words("en"), total) == (
        "due Thu 16 Oct 17:30 = 7 work days after Fri 26 Sept 10:00; "
        "National Day, Mid-autumn Festival 1–8 Oct not counted; Sun 28 Sept, Sat 11 Oct made up as work days; "
        "suspended 29 Sept 11:00 to 9 Oct 09:00, not counted"
    )
    assert lines.line(words("zh"), total) == (
        "10月16日 周四 17:30 到期 = 9月26日 周五 10:00 起 7 个工作日；国庆节、中秋节 10月1日–8日 不计；"
        "9月28日 周日、10月11日 周六 调休上班，照计；9月29日 11:00 至 10月9日 09:00 挂账，不计"
    )


@pytest.mark.parametrize(
    ("answered", "now", "en", "zh"),
    [
        (None, "10:30", "○ to answer: due Thu 27 Aug 12:00 = 2 hours after Thu 27 Aug 10:00",
         "○ 待应答：8月27日 周四 12:00 到期 = 8月27日 周四 10:00 起 2 小时"),
        (None, "13:30", ":red[■ no answer yet, 1 h 30 min past its limit]: due Thu 27 Aug 12:00 = 2 hours after Thu 27 "
         "Aug 10:00",
         ":red[■ 尚未应答，超时限 1 小时 30 分钟]：8月27日 周四 12:00 到期 = 8月27日 周四 10:00 起 2 小时"),
        ("12:00", "13:30", "● first answer after 2 h, in time", "● 2 小时后首次应答，按时"),
        ("12:20", "13:30", "● first answer after 2 h 20 min, 20 min past its limit",
         "● 2 小时 20 分钟后首次应答，超时限 20 分钟"),
    ],
)  # fmt: skip
def test_the_answer_clock_says_whether_somebody_answered_in_time(answered, now, en, zh):
    start = local("2026-08-27 10:00")
    total = deadlines.of_limit(PROFILE, start, Limit.parse("2 hours"))
    at = None if answered is None else local(f"2026-08-27 {answered}")
    for language, said in (("en", en), ("zh", zh)):
        assert lines.answering(words(language), total, start, at, local(f"2026-08-27 {now}")) == said


def test_what_is_filed_at_midnight_is_told_of_the_day_that_begins():
    total = deadlines.of_limit(PROFILE, local("2025-09-26 00:00"), Limit.parse("1 day"))
    assert lines.line(words("en"), total) == "due Sat 27 Sept 24:00 = 1 day after Fri 26 Sept 00:00"
    assert lines.line(words("zh"), total) == "9月27日 周六 24:00 到期 = 9月26日 周五 00:00 起 1 天"


def test_a_deadline_of_another_year_says_the_years():
    pause = deadlines.Pause(local("2025-11-13 14:00"), local("2026-11-13 14:00"))
    total = deadlines.of_limit(PROFILE, local("2025-11-12 09:00"), Limit.parse("24 hours"))
    later = deadlines.of_limit(PROFILE, local("2025-11-12 15:00"), Limit.parse("24 hours"), [pause])
    new_year = deadlines.of_limit(PROFILE, local("2025-12-30 09:00"), Limit.parse("1 day"))
    assert [lines.line(words("en"), each) for each in (total, later, new_year)] == [
        "due Thu 13 Nov 09:00 = 24 hours after Wed 12 Nov 09:00",
        "due Fri 13 Nov 2026 15:00 = 24 hours after Wed 12 Nov 2025 15:00; "
        "suspended 13 Nov 14:00 to 13 Nov 2026 14:00, not counted",
        "due Wed 31 Dec 24:00 = 1 day after Tue 30 Dec 09:00",
    ]


def test_a_year_without_a_calendar_is_said_in_the_sum():
    total = deadlines.of_limit(PROFILE, local("2026-12-30 10:00"), Limit.parse("5 work days"))
    assert [step.year for step in total.steps if step.kind is deadlines.StepKind.NO_CALENDAR] == [2027]
    assert "no calendar for 2027 yet" in lines.line(words("en"), total)


def test_a_rule_of_category_and_level_goes_before_the_urgency_and_the_narrower_wins():
    rules = [
        LimitRule(category="hazards", solve="2 days"),
        LimitRule(category="hazards", level="village", solve="12 hours"),
        LimitRule(urgency="general", answer="4 work hours"),
    ]
    profile = PROFILE.model_copy(update={"limit_rules": rules})
    found = [
        profile.clock(Urgency.GENERAL, category, level)
        for category, level in ((None, None), ("hazards.fire", None), ("hazards", "village"), ("roads", "village"))
    ]
    assert [(str(clock.answer), str(clock.solve)) for clock in found] == [
        ("4 work hours", "7 work days"), ("4 work hours", "2 days"), ("4 work hours", "12 hours"),
        ("4 work hours", "7 work days"),
    ]  # fmt: skip
