"""What a demand's history and a project's tiles say."""

from datetime import date, timedelta

import pytest

from models.demands import Verb
from pages.charts.demands import Day, strips
from pages.i18n import words
from pages.ui.demands.telling import PAST
from pages.ui.projects.telling import figure

ZH, EN = words("zh"), words("en")


def test_a_request_in_the_history_is_no_whistle_that_waits():
    assert (ZH(PAST[Verb.ASK]), ZH("asked")) == ("申请", "待应")


@pytest.mark.parametrize(
    ("t", "fen", "shown"),
    [
        (EN, 408_000_000, ("Budget", "¥4.08M")),
        (EN, 45_000, ("Budget", "¥450")),
        (ZH, 408_000_000, ("Budget（万元）", "408")),
        (ZH, 45_000, ("Budget（元）", "450")),
    ],
)
def test_a_sum_in_a_tile_is_as_short_as_a_phone_needs_it(t, fen, shown):
    assert figure(t, "Budget", fen) == shown


@pytest.mark.parametrize(("number", "lengths"), [(2, [2]), (17, [17]), (18, [9, 9]), (33, [17, 16])])
def test_many_days_to_a_deadline_stand_in_strips_of_even_length_each_with_its_month(number, lengths):
    first = date(2026, 9, 22)
    days = [
        Day(first + timedelta(days=place), is_work_day=True, holiday=False, number=place) for place in range(number)
    ]
    found = [strip["data"]["values"] for strip in strips(EN, days, days[-1].day, 17)]
    assert [len(cells) for cells in found] == lengths
    assert [cells[0]["date"].count("/") for cells in found] == [1] * len(lengths)
    assert found[0][0]["label"] == "in"
