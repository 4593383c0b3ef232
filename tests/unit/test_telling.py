"""What a demand's history and a project's tiles say."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from models.demands import Verb
from models.profiles import Weights
from models.projects import ProjectVerb
from models.watch import WatchState, WatchVerb
from pages.charts.demands import Day, strips
from pages.charts.projects import Label, Step, timeline
from pages.i18n import words
from pages.ui import callbacks
from pages.ui.demands.telling import PAST
from pages.ui.projects import telling
from pages.ui.projects.telling import figure
from pages.ui.watch import telling as watch_telling
from services.projects import MilestoneRow
from services.rates import Counted
from services.watch import EventRow

ZH, EN = words("zh"), words("en")


def test_a_request_in_the_history_is_no_whistle_that_waits():
    assert (ZH(PAST[Verb.ASK]), ZH("asked")) == ("申请", "待应")


def test_a_project_s_history_says_what_was_done_and_not_what_to_do():
    assert set(telling.PAST) == set(ProjectVerb)
    past = {verb: EN(telling.PAST[verb]) for verb in (ProjectVerb.FUND, ProjectVerb.APPROVE, ProjectVerb.LINK)}
    assert list(past.values()) == ["Money raised", "Approved", "Demand linked"]
    assert ZH(telling.PAST[ProjectVerb.FUND]) == "登记到位资金"
    assert set(watch_telling.PAST) == set(WatchVerb)


def test_the_watch_list_s_history_names_the_measure_that_was_done():
    row = EventRow(
        9, datetime(2026, 10, 22, 2, tzinfo=UTC), WatchVerb.DONE, WatchState.ON_LIST, 1, "张三", "", 3,
        date(2026, 10, 22), None, None, None, None, {},
    )  # fmt: skip
    user = SimpleNamespace(t=EN, now=datetime(2026, 11, 23, tzinfo=UTC), profile=SimpleNamespace(zone=UTC))
    assert watch_telling.event(user, row, {}, {3: "补选村支书"}) == "Measure done · 补选村支书 · 22 Oct"


def test_no_line_of_the_milestones_runs_through_their_words():
    today = date(2026, 11, 23)
    row = MilestoneRow(1, "桥面", today, today + timedelta(days=20), None, None, None, 0)
    drawn = timeline(EN, [row], [Label(Step.AHEAD, "due 13 Dec")], today).to_dict()
    texts = [layer for layer in drawn["layer"] if layer["mark"].get("fontSize") == 13]
    assert [layer["mark"].get("stroke") for layer in texts] == ["#FFFFFF", "#FFFFFF", None, None]


def test_the_desk_weighs_the_basically_satisfied_as_the_site_does(monkeypatch):
    shown = {}
    monkeypatch.setattr(callbacks, "_rate", lambda _t, key, _label, rate, _counts: shown.update({key: rate}))
    site = SimpleNamespace(rates=SimpleNamespace(weights=Weights(basically=0.5)))
    said = Counted(called=10, valid=10, satisfied=6, basically=4)
    callbacks.rates_of(SimpleNamespace(t=ZH, phone=False, profile=site), said)
    assert shown["satisfied"] == 0.8


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
