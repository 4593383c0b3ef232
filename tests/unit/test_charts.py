"""Charts as rows in, specification out: what they draw, in whose words."""

from base64 import b64decode
from datetime import date, timedelta

import altair as alt
import pytest
import shapely
from shapely.geometry import mapping, shape

from models.calendars import STATE_COUNCIL, Holiday, HolidayRow
from pages.charts.rankings import SIDES, Dot, plot
from pages.charts.spark import spark
from pages.charts.theme import FONT, styled
from pages.charts.today import Area, flow, plane, village_map
from pages.i18n import words
from pages.ui.rankings import told_apart
from pages.ui.style import IN_TIME, LATE, SUSPENDED
from services.fairness import Tier, funnel
from services.figures import DayRow
from services.units import UnitRow

ZH, EN = words("zh"), words("en")
WEST = mapping(shapely.box(114.50, 33.80, 114.55, 33.85))
EAST = mapping(shapely.box(114.55, 33.80, 114.60, 33.85))


def values(layer: dict) -> list[dict]:
    return layer["data"]["values"]


def days(*counts: tuple[int, int]) -> list[DayRow]:
    first = date(2026, 9, 30)
    return [
        DayRow(first + timedelta(days=number), came, went, due=0, on_time=0, open=0, overdue=0)
        for number, (came, went) in enumerate(counts)
    ]


def dots() -> list[Dot]:
    return [
        Dot("贾庄村", 50, 0.5, Tier.BEHIND),
        Dot("霍坡村", 40, 0.9, Tier.MIDDLE),
        Dot("邓营村", 10, 1.0, Tier.FEW),
    ]


@pytest.mark.parametrize(("t", "october"), [(ZH, "10月"), (EN, "Oct")])
def test_a_chart_speaks_the_reader_s_language_in_the_project_s_font(t, october):
    config = styled(alt.Chart(alt.Data(values=[])).mark_bar(), t).to_dict()["config"]
    assert (config["locale"]["time"]["shortMonths"][9], config["font"], config["background"]) == (
        october, FONT, "transparent",
    )  # fmt: skip


def test_every_format_of_a_locale_names_all_days_and_months():
    for t in (ZH, EN):
        time = styled(alt.Chart(alt.Data(values=[])).mark_bar(), t).to_dict()["config"]["locale"]["time"]
        assert [len(time[name]) for name in ("days", "shortDays", "months", "shortMonths")] == [7, 7, 12, 12]


def test_outlines_are_drawn_in_true_proportion_clockwise_with_a_point_inside():
    placed = plane({"west": WEST, "east": EAST})
    shapes = {code: shape(geometry) for code, (geometry, _) in placed.items()}
    assert {code: area.exterior.is_ccw for code, area in shapes.items()} == {"west": False, "east": False}
    west, south, east, north = shapes["west"].bounds
    assert (east - west) / (north - south) == pytest.approx(0.8309, abs=0.001)
    assert all(shapes[code].contains(shapely.Point(point)) for code, (_, point) in placed.items())


def test_a_square_counts_what_is_late_and_a_calm_place_only_has_its_name():
    areas = [Area("west", "霍坡村", open=9, late=4), Area("east", "贾庄村", open=2, late=0)]
    drawn = village_map(areas, plane({"west": WEST, "east": EAST}), ZH).to_dict()
    fills, calm, late, squares, numbers = drawn["layer"]
    assert [feature["properties"] for feature in values(fills)] == [
        {"name": "霍坡村", "open": 9, "late": 4}, {"name": "贾庄村", "open": 2, "late": 0},
    ]  # fmt: skip
    assert [[point["name"] for point in values(layer)] for layer in (calm, late, squares, numbers)] == [
        ["贾庄村"], ["霍坡村"], ["霍坡村"], ["霍坡村"],
    ]  # fmt: skip
    assert (squares["mark"]["text"], squares["mark"]["color"]) == ("■", LATE)
    assert numbers["encoding"]["text"]["field"] == "late"


def test_an_area_without_an_outline_is_left_out_of_the_map():
    drawn = village_map([Area("north", "李庄村", open=1, late=1)], plane({"west": WEST}), EN).to_dict()
    assert [values(layer) for layer in drawn["layer"]] == [[], [], [], [], []]


def test_no_outlines_place_nothing():
    assert plane({}) == {}


def test_the_flow_holds_each_day_as_local_time_and_shades_the_holidays():
    off = STATE_COUNCIL.holidays(date(2026, 9, 30), date(2026, 10, 3))
    assert off == [HolidayRow(Holiday.NATIONAL_DAY, date(2026, 10, 1), date(2026, 10, 3))]
    drawn = flow(days((3, 1), (2, 5)), [(each, ZH.term(each.holiday)) for each in off], ZH).to_dict()
    band, names, bars, line = drawn["layer"]
    assert values(bars) == [
        {"day": "2026-09-30T00:00:00", "received": 3, "settled": 1},
        {"day": "2026-10-01T00:00:00", "received": 2, "settled": 5},
    ]
    assert [(row["from"], row["to"], row["name"]) for row in values(band)] == [
        ("2026-10-01T00:00:00", "2026-10-04T00:00:00", "国庆节")
    ]
    assert values(names)[0]["middle"] == "2026-10-02T12:00:00"
    assert (bars["encoding"]["y"]["field"], line["encoding"]["y"]["field"]) == ("received", "settled")


def test_a_phone_s_flow_leaves_the_holidays_without_names():
    off = [(HolidayRow(Holiday.NATIONAL_DAY, date(2026, 10, 1), date(2026, 10, 3)), "National Day")]
    drawn = flow(days((3, 1)), off, EN, labels=False).to_dict()
    assert [layer["mark"]["type"] for layer in drawn["layer"]] == ["rect", "bar", "line"]


def test_a_year_without_a_calendar_has_no_holidays_to_shade():
    assert STATE_COUNCIL.holidays(date(2027, 10, 1), date(2027, 10, 7)) == []


def drawn_of(given, pooled=0.75, t=EN):
    limits = funnel(pooled, [1, 25, 50]) if pooled is not None else []
    return plot(given, limits, pooled, t, count_title="received", value_title="Settlement rate").to_dict()


def test_the_funnel_plot_shows_both_funnels_the_pooled_rate_and_names_who_is_behind():
    far, near, rule, points, *named = drawn_of(dots())["layer"]
    assert [row["count"] for row in values(far)] == [row["count"] for row in values(near)] == [1, 25, 50]
    assert all(one["low"] < other["low"] for one, other in zip(values(far)[1:], values(near)[1:], strict=True))
    assert values(rule) == [{"value": 0.75}]
    assert [(row["name"], row["tier"]) for row in values(points)] == [
        ("贾庄村", "behind"), ("霍坡村", "middle"), ("邓营村", "few"),
    ]  # fmt: skip
    assert points["encoding"]["color"]["scale"]["range"][:3] == [IN_TIME, SUSPENDED, LATE]
    assert points["encoding"]["shape"]["scale"]["range"][:3] == ["circle", "diamond", "square"]
    assert [[row["name"] for row in values(side)] for side in named] == [[], ["贾庄村"], [], []]
    assert (points["encoding"]["x"]["title"], points["encoding"]["y"]["title"]) == ("received", "Settlement rate")


@pytest.mark.parametrize("t", [ZH, EN])
def test_the_funnel_plot_speaks_the_reader_s_language(t):
    assert drawn_of(dots(), t=t)["config"]["locale"] == styled(alt.Chart().mark_bar(), t).to_dict()["config"]["locale"]


def test_two_names_never_cover_each_other():
    twins = [Dot("A", 50, 0.5, Tier.BEHIND), Dot("B", 49, 0.501, Tier.BEHIND), Dot("C", 48, 1.0, Tier.MIDDLE)]
    named = drawn_of(twins, 0.9)["layer"][4:]
    sides = dict(zip(SIDES, [[row["name"] for row in values(side)] for side in named], strict=True))
    assert sides == {"right": ["A"], "left": ["B"], "above": [], "below": []}


def test_a_name_without_room_is_left_out():
    crowd = [Dot("霍坡村", count, value / 25, Tier.BEHIND) for count in range(1, 40) for value in range(20)]
    assert [values(side) for side in drawn_of(crowd, 0.9, ZH)["layer"][4:]] == [[], [], [], []]


def test_an_empty_ranking_draws_no_line_for_the_total():
    assert [values(layer) for layer in drawn_of([], None)["layer"]] == [[]] * 7


def svg(image: str) -> str:
    return b64decode(image.split("base64,")[1].split('"', maxsplit=1)[0]).decode()


def test_a_spark_breaks_where_there_is_no_data_and_says_what_it_is():
    image = spark([0.5, 1.0, None, 0.5, 1.0], 'In time, "12" weeks', low=0.0, high=1.0)
    assert 'alt="In time, &quot;12&quot; weeks"' in image
    assert svg(image).count("<polyline") == 2
    assert "<line" not in svg(image)


def test_a_spark_marks_its_last_value_and_the_level_to_compare_with():
    drawn = svg(spark([0.0, None, 1.0, None], "trend", width=106, height=26, high=1.0, base=0.5))
    assert '<circle cx="69.7" cy="3.0"' in drawn
    assert '<line x1="0" x2="106" y1="13.0" y2="13.0"' in drawn


def test_a_spark_of_nothing_is_empty():
    assert "circle" not in svg(spark([None, None], "trend"))


def unit(number: int, name: str, level: str, parent: int | None) -> UnitRow:
    return UnitRow(number, str(number), name, name, level, 1, parent, 0, None, None, None, None, None)


def test_a_name_is_lengthened_only_as_far_as_it_takes_to_tell_it_apart():
    rows = {
        row.id: row
        for row in (
            unit(1, "宫下村", "village", None), unit(2, "北埭村", "village", None), unit(3, "第1网格", "grid", 1),
            unit(4, "第2网格", "grid", 1), unit(5, "第1网格", "grid", 2), unit(6, "第1单元", "unit", 3),
            unit(7, "第1单元", "unit", 4), unit(8, "第1单元", "unit", 5), unit(9, "第9单元", "unit", 5),
        )
    }  # fmt: skip
    told = told_apart(rows, [rows[number] for number in (6, 7, 8, 9)], "village")
    assert [[row.name for row in path] for path in told] == [
        ["宫下村", "第1网格", "第1单元"], ["宫下村", "第2网格", "第1单元"], ["北埭村", "第1单元"], ["第9单元"],
    ]  # fmt: skip
