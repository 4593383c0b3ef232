"""What a wall draws of its rows: colours, labels, rows that fit, and nobody's text as markup."""

import re
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from itertools import pairwise

import pytest
import shapely

from models.demands import Clock
from pages.i18n import words
from pages.public.walls import board, document, land, missing
from pages.public.walls.parts import short, spark
from pages.public.walls.places import starts_of
from services import sites
from services.fairness import Tier
from services.figures import LevelsRow, WeekRow
from services.figures.counting import Stock
from services.rates import Counted
from services.units import OutlineRow, UnitRow
from services.walls import AnswersRow, FeedRow, GroundRow, Happened, OpenRow, PlaceRow, SnapshotRow, WhistleRow
from tests.conftest import NOW

PROFILE = sites.load("dawangzhuang")
HOSTILE = "<img src=x onerror=alert(1)>\"'&"


def unit(key: int, name: str, level: str = "village") -> UnitRow:
    return UnitRow(key, str(key), name, f"{name} Village", level, 2, 1, key, 100, None, 0, None, None)


def place(key: int, name: str = "霍坡村", **options: object) -> PlaceRow:
    known = {"open": 3, "overdue": 0, "oldest_due_at": None, "due": 40, "on_time": 36, "tier": Tier.MIDDLE,
             "low": 1, "middle": 2, "high": 3, "estimate": 0.9}  # fmt: skip
    return PlaceRow(key, str(key), name, f"{name} Village", **(known | options))  # type: ignore[arg-type]


def snapshot(**options: object) -> SnapshotRow:
    weeks = tuple(
        WeekRow(date(2026, 9, 1), date(2026, 9, 7), n, n, 10, 9, 0.9, 20 + n, n) for n in range(12)
    )  # fmt: skip
    known = {
        "unit": unit(1, "大王庄乡", "township"), "smallest": 381, "smallest_level": "grid", "now": NOW,
        "from_day": date(2026, 10, 22), "to_day": date(2026, 11, 20), "stock": Stock(), "counted": Counted(),
        "weeks": weeks, "satisfied": (None,) * 12, "waiting": (0,) * 12, "unanswered": 0, "unanswered_since": None,
        "level": "village", "places": (place(2), place(3, "贾庄村")), "held": (), "whistles": (), "answers": (),
        "longest": (), "settled": LevelsRow(0, 0, None, ()), "feed": (),
    }  # fmt: skip
    return SnapshotRow(**(known | options))  # type: ignore[arg-type]


def texts(markup: str) -> list[str]:
    return [unescape(part) for part in re.split(r"<[^>]*>", markup) if part.strip()]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_name_and_no_category_becomes_markup(language):
    whistle = WhistleRow(HOSTILE, HOSTILE, HOSTILE, HOSTILE, NOW - timedelta(days=1), ((HOSTILE, HOSTILE),))
    longest = OpenRow(HOSTILE, HOSTILE, HOSTILE, HOSTILE, NOW, Clock.LATE, "village", HOSTILE, HOSTILE)
    feed = FeedRow(NOW, Happened.REPORTED, HOSTILE, HOSTILE, HOSTILE, HOSTILE, None)
    row = snapshot(
        unit=unit(1, HOSTILE, "township"), places=(place(2, HOSTILE, overdue=2), place(3, HOSTILE)),
        whistles=(whistle,), longest=(longest,), feed=(feed,), unanswered=1,
    )  # fmt: skip
    drawn = board(PROFILE, row, ground([HOSTILE, HOSTILE]), language)
    assert "<img" not in drawn
    assert drawn.count("&lt;img src=x") > 8


def ground(names: list[str], language: str = "zh"):
    """Land of square units side by side."""
    squares = [shapely.box(114 + 0.01 * n, 33, 114.01 + 0.01 * n, 33.01) for n in range(len(names))]
    rows = [OutlineRow(unit(n + 2, name), shapely.geometry.mapping(squares[n])) for n, name in enumerate(names)]
    units = tuple(row.unit for row in rows)
    return land(GroundRow(tuple(rows), {row.id: row.id for row in units}, units), PROFILE, language)


def test_every_label_stands_inside_its_outline_and_says_its_late_count():
    drawn = ground(["霍坡村", "贾庄村", "孔寨村"])
    assert [spot.named for spot in drawn.spots.values()] == [True] * 3
    assert drawn.seams == ""
    places = tuple(place(key, name, overdue=late) for key, name, late in ((2, "霍坡村", 4), (3, "贾庄村", 0)))
    picture = re.search(r"<div class=land>(.*?)</svg>", board(PROFILE, snapshot(places=places), drawn, "zh"))[1]
    assert texts(picture) == ["霍坡", "4", "贾庄"]
    assert re.findall(r'href="#u(\d+)" fill="([^"]+)"', picture) == [
        ("2", "#FF6B4A"), ("3", "#1A2A42"), ("4", "url(#none)"),
    ]  # fmt: skip


def test_a_name_that_does_not_fit_hangs_over_its_border_where_no_other_stands_and_else_gives_way():
    edges, names = (114, 114.001, 114.02, 114.024, 114.05), ("Wangjinzhuang", "Li", "Dawangzhuang", "Macha")
    strips = [shapely.box(west, 33, east, 33.01) for west, east in pairwise(edges)]
    rows = tuple(OutlineRow(unit(n + 2, name), shapely.geometry.mapping(strips[n])) for n, name in enumerate(names))
    units = tuple(row.unit for row in rows)
    spots = land(GroundRow(rows, {row.id: row.id for row in units}, units), PROFILE, "zh").spots
    assert [spots[key].named for key in (2, 3, 4, 5)] == [False, True, True, True]


@pytest.mark.parametrize(
    ("counts", "starts"), [([], [0]), ([0, 0], [0]), ([0, 1, 3], [0, 1, 2, 3]), ([0, 2, 40, 9, 70], [0, 1, 9, 40, 70])]
)
def test_few_late_have_a_colour_each_and_many_share_them_in_classes(counts, starts):
    assert starts_of(counts) == starts


def test_of_a_long_ranking_the_first_and_the_last_are_shown_and_the_rest_is_counted():
    many = tuple(place(n, f"第{n:02}村", low=n, middle=n, high=n) for n in range(1, 49))
    drawn = board(PROFILE, snapshot(places=many), None, "zh")
    panel = re.search(r'<div class="rank"><div class=head>.*?</section>', drawn, re.S)[0]
    named = re.findall(r"第(\d\d)<", panel)
    assert (named[0], named[9], named[10], named[-1], len(named)) == ("01", "10", "39", "48", 20)
    assert "还有 28 个" in panel


def test_two_long_names_of_one_beginning_are_told_apart():
    rows = (place(2, "霍坡后营"), place(3, "霍坡桥头"))
    drawn = board(PROFILE, snapshot(places=rows), None, "zh")
    assert ('class="rank roomy long"' in drawn, 'class="rank wide roomy long"' in drawn) == (True, True)
    assert "long" not in board(PROFILE, snapshot(), None, "zh")


def test_few_open_ones_fill_their_column():
    one = OpenRow("供水供电", "Water", "霍坡村", "Huopo Village", NOW, Clock.LATE, "village", "霍坡村", "Huopo Village")
    tall = {n: '"list tall"' in board(PROFILE, snapshot(longest=(one,) * n), None, "zh") for n in (1, 4, 5)}
    assert tall == {1: True, 4: True, 5: False}


def test_a_unit_without_enough_cases_is_named_and_not_ranked():
    none = {"low": None, "middle": None, "high": None}
    rows = (place(2), place(3, "贾庄村", due=0, on_time=0, tier=Tier.NONE, estimate=None, **none),
            place(4, "孔寨村", due=3, on_time=3, tier=Tier.FEW, estimate=0.93, **none))  # fmt: skip
    told = texts(board(PROFILE, snapshot(places=rows), None, "zh"))
    assert ("无到期，不排名" in told, "到期 3 件，太少不排名" in told) == (True, True)


@pytest.mark.parametrize(("language", "said"), [("zh", "没有在办"), ("en", "nothing is open")])
def test_nothing_is_said_in_words_and_no_status_is_loud(language, said):
    row = snapshot(level=None, places=(), smallest=0, smallest_level=None)
    drawn = board(PROFILE, row, None, language)
    assert said in drawn
    assert 'class="sq"' not in drawn
    assert re.findall(r'<div class="panel[^"]*"><h2>[^<]*(?:<small>[^<]*</small>)?</h2></div>', drawn) == []


def test_large_numbers_are_set_smaller_so_that_they_fit():
    drawn = board(PROFILE, snapshot(stock=Stock(open=20_019, overdue=1_234, oldest_due_at=NOW)), None, "zh")
    assert re.findall(r'<p class="v( \w)?(?: lt)?">([\d,]+)', drawn)[:3] == [
        (" s", "20,019"),
        (" m", "1,234"),
        ("", "0"),
    ]


@pytest.mark.parametrize(
    ("language", "zh", "en", "expected"),
    [
        ("zh", "霍坡村", "Huopo Village", "霍坡"), ("en", "霍坡村", "Huopo Village", "Huopo"),
        ("zh", "马村", "Ma Village", "马村"), ("zh", "第3网格", "Grid 3", "第3网格"),
    ],
)  # fmt: skip
def test_names_are_short_where_space_is_dear(language, zh, en, expected):
    assert short(words(language), PROFILE, "village", zh, en) == expected


@pytest.mark.parametrize(("waiting", "departments"), [(0, 12), (1, 10), (4, 4), (9, 4)])
def test_the_departments_fill_what_the_whistles_leave_of_their_view_and_the_rest_is_counted(waiting, departments):
    whistle = WhistleRow("供水供电", "Water", "霍坡村", "Huopo Village", NOW, (("县供水公司", "Water company"),))
    called = tuple(AnswersRow(f"第{n}办", f"Office {n}", 10, 9, 0) for n in range(14))
    row = snapshot(whistles=(whistle,) * waiting, unanswered=waiting, answers=called)
    told = texts(board(PROFILE, row, None, "zh").split('<section class="view whistles">')[1].split("</section>")[0])
    assert [name for name in told if name.endswith("办")] == [f"第{n}办" for n in range(departments)]
    assert any(f"另有 {14 - departments} 个" in each for each in told)
    assert ("另有 5 个" in told) == (waiting == 9)


def test_a_trend_says_how_far_back_it_goes():
    assert texts(board(PROFILE, snapshot(), None, "en")).count("12 weeks") == 4


def test_a_trend_of_nothing_is_not_drawn():
    assert [spark(values) for values in ([], [None] * 3, [0, 0, 0], [None, 2.0], [1.0, None])] == [""] * 5
    assert spark([1.0, None, 3.0]).startswith("<svg")


def test_the_document_holds_no_address_but_its_own_fonts_and_no_inline_style():
    page = missing("zh")
    assert re.findall(r"url\(([^)]*)\)", page) == ["/fonts/han.otf", "/fonts/latin.woff2"]
    assert "://" not in page
    assert document.__module__ == "pages.public.walls.document"


def test_the_same_rows_draw_the_same_picture():
    row = snapshot(places=(place(2, overdue=1), place(3, "贾庄村")))
    assert board(PROFILE, row, ground(["霍坡村", "贾庄村"]), "en") == board(
        PROFILE, replace(row), ground(["霍坡村", "贾庄村"]), "en"
    )
