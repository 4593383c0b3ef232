import json

import pytest
import shapely
from shapely.geometry import box, mapping

from pages.i18n import words
from pages.maps import deck, fills, geometry, labels
from pages.maps.fills import Mode
from services.figures import MapRow
from services.units import OutlineRow, UnitRow

SIDE, STEP = 20, 0.004
"""A made-up township: SIDE by SIDE square grids, in villages of 5 by 5."""


def unit(unit_id, name, level="grid", colour=None, parent=None):
    return UnitRow(
        id=unit_id, code=str(unit_id), name=name, name_en=name, level=level, depth=3, parent_id=parent, sort=unit_id,
        population=90, area_m2=None, colour=colour, longitude=None, latitude=None,
    )  # fmt: skip


def village_of(column, row):
    return 10_000 + row // 5 * (SIDE // 5) + column // 5


@pytest.fixture(scope="module")
def township():
    """400 grids whose borders are crooked lines, each shared by two neighbours to the last corner."""
    cells = [(column, row) for row in range(SIDE) for column in range(SIDE)]
    rows = [OutlineRow(unit(place, f"第{place}网格"), mapping(crooked(*cell))) for place, cell in enumerate(cells)]
    group_of = {place: village_of(*cell) for place, cell in enumerate(cells)}
    groups = [unit(key, f"村{key}", "village") for key in sorted(set(group_of.values()))]
    return geometry.draw(rows, group_of, groups)


def crooked(column, row):
    """One cell: each side bulges a little where its middle is, the same way for both who share it."""

    def corner(x, y):
        return (114 + x * STEP, 33 + y * STEP)

    def bulge(x, y):
        return ((x * 7 + y * 3) % 5 - 2) * 0.06

    def along(x, y, dx, dy):
        middle = bulge(x + dx / 2, y + dy / 2)
        bulges = [(part, middle * (part > 0)) for part in (0, 0.3, 0.5, 0.7)]
        return [corner(x + dx * part - dy * out, y + dy * part + dx * out) for part, out in bulges]

    low, right = along(column, row, 1, 0), along(column + 1, row, 0, 1)
    high, left = along(column, row + 1, 1, 0), along(column, row, 0, 1)
    last = corner(column + 1, row + 1)
    return shapely.Polygon([*low, *right, last, *high[::-1], *left[:0:-1]])


def figures(**changed):
    return MapRow(**{
        "unit_id": 0, "code": "", "name": "", "name_en": "", "population": None, "received": 0, "settled": 0,
        "settlement_rate": None, "due": 0, "on_time": 0, "on_time_rate": None, "open": 0, "overdue": 0,
        "oldest_due_at": None, **changed,
    })  # fmt: skip


def filled(township, mode, rows=None):
    return fills.fill(words("zh"), mode, township.shapes, rows or {}, [str(one.unit.id) for one in township.shapes])


def pictured(township, mode=Mode.OWNER, rows=None):
    tips = tuple(("村", one.unit.name, 0, 0, "90") for one in township.shapes)
    names = tuple(unit.name for unit, _ in township.groups)
    return deck.Picture(township, filled(township, mode, rows), names, tips)


def layers(picture, selected=None, frame=deck.Frame(1000, 700)):  # noqa: B008
    spec = json.loads(deck.deck(picture, selected, frame, "").to_json())
    return {layer.get("id", "units"): layer for layer in spec["layers"]}


def test_simplified_shapes_leave_no_gap_and_no_overlap(township):
    areas = [one.area for one in township.shapes]
    assert shapely.coverage_is_valid(areas)
    assert shapely.union_all(areas).area == pytest.approx(sum(area.area for area in areas))


def test_the_borders_of_groups_run_along_those_of_their_shapes(township):
    seams = shapely.union_all([one.area.boundary for one in township.shapes])
    assert all(shapely.covers(seams, shapely.LineString(line)) for line in township.borders)


def test_a_map_is_measured_in_metres_round_its_middle(township):
    assert (township.longitude, township.latitude) == pytest.approx((114.04, 33.04), abs=0.001)
    assert township.height == pytest.approx(SIDE * STEP * geometry.METRES, rel=0.02)


def test_outlines_that_overlap_are_drawn_all_the_same():
    first, second = box(0, 0, 0.02, 0.02), box(0.01, 0, 0.03, 0.02)
    rows = [OutlineRow(unit(1, "甲"), mapping(first)), OutlineRow(unit(2, "乙"), mapping(second))]
    assert len(geometry.draw(rows, {}, []).shapes) == 2


def test_nothing_is_drawn_where_there_is_no_outline():
    assert geometry.draw([], {}, []) is None


def test_neighbours_without_a_colour_of_the_site_get_different_ones(township):
    colour = {one.unit.id: one.colour for one in township.shapes}
    pairs = [(place, place + 1) for place in range(SIDE * SIDE - 1) if place % SIDE != SIDE - 1]
    assert [pair for pair in pairs if colour[pair[0]] == colour[pair[1]]] == []


def test_a_unit_of_several_parts_and_one_with_a_hole_keep_them():
    parts = shapely.MultiPolygon([box(0, 0, 0.02, 0.02), box(0.03, 0, 0.035, 0.005)])
    ring = box(0, 0.03, 0.02, 0.05).difference(box(0.005, 0.035, 0.015, 0.045))
    drawn = geometry.draw([OutlineRow(unit(1, "岛"), mapping(parts)), OutlineRow(unit(2, "环"), mapping(ring))], {}, [])
    assert [[len(part) for part in one.parts] for one in drawn.shapes] == [[1, 1], [2]]


def test_no_two_labels_meet(township):
    sheet = labels.Sheet(10)
    taken = []
    keep = sheet.keep
    sheet.keep = lambda found: (taken.append(found), keep(found))
    labels.names(sheet, [(unit.id, area, unit.name) for unit, area in township.groups])
    labels.numbers(sheet, [(one, str(one.unit.id)) for one in township.shapes])
    boxes = [box(*found) for found in taken]
    assert len(boxes) > len(township.groups)
    first, second = shapely.STRtree(boxes).query(boxes, predicate="overlaps")
    assert list(zip(first, second, strict=True)) == []


def test_a_number_is_left_out_where_its_shape_is_too_small_and_a_chip_never(township):
    far = labels.Sheet(100)
    assert labels.numbers(far, [(one, "12") for one in township.shapes]) == []
    assert len(labels.chips(far, [(one, "12") for one in township.shapes])) == len(township.shapes)


def test_no_name_sticks_out_of_the_frame(township):
    def farthest(reach):
        wanted = [(each.id, area, "很长的村庄名字") for each, area in township.groups]
        put = labels.names(labels.Sheet(20, reach), wanted)
        return max(abs(each.x) + labels.width(each.text) * each.size / 2 for each in put)

    half = township.width / 2
    assert (farthest(float("inf")) > half - 200, farthest(half - 200) <= half - 200) == (True, True)


def test_late_is_shown_as_chips_with_their_number_and_the_rest_is_pale(township):
    rows = {3: figures(overdue=2), 5: figures(overdue=7)}
    fill = filled(township, Mode.LATE, rows)
    assert [(key.words, key.count) for key in fill.keys] == [("0", 398), ("2", 1), ("4+", 1)]
    chips = layers(pictured(township, Mode.LATE, rows))["chips"]["data"]
    assert sorted(row["t"] for row in chips) == ["2", "7"]


def test_a_unit_without_data_is_hatched_and_its_key_too_and_no_other(township):
    rows = {place: figures(received=1, settlement_rate=1.0) for place in range(1, SIDE * SIDE)}
    fill, drawn = filled(township, Mode.RATE, rows), layers(pictured(township, Mode.RATE, rows))
    ends = [end for row in drawn["hatches"]["data"] for end in (row["p"][:2], row["p"][-2:])]
    empty = next(one.area for one in township.shapes if one.unit.id == 0)
    assert [key.hatched for key in fill.keys] == [False, True]
    assert len(ends) > 10
    assert max(empty.distance(shapely.Point(end)) for end in ends) <= 1
    full = {place: figures(received=1, settlement_rate=1.0) for place in range(SIDE * SIDE)}
    assert "hatches" not in layers(pictured(township, Mode.RATE, full))


def test_no_data_has_a_grey_of_its_own_and_is_not_the_lowest_class(township):
    rows = {0: figures(settlement_rate=0.0), 1: figures(settlement_rate=1.0)}
    fill = filled(township, Mode.RATE, rows)
    assert [fill.palette[place] for place in fill.classes[:3]] == [fills.MUCH[0], fills.MUCH[-1], fills.NO_DATA]
    assert [(key.words, key.count) for key in fill.keys] == [("< 60%", 1), ("≥ 95%", 1), ("没有收到件", 398)]


def test_classes_of_open_cases_name_every_count_once(township):
    counts = {place: figures(open=place % 12) for place in range(SIDE * SIDE)}
    fill = filled(township, Mode.OPEN, counts)
    assert [key.words for key in fill.keys] == ["0", "1–2", "3–5", "6–8", "9+"]
    assert sum(key.count for key in fill.keys) == SIDE * SIDE


def test_classes_of_counts_tell_a_few_cases_from_one_however_many_units_have_one():
    found = [fills.steps(counts) for counts in ([], [0, 0], [0, 1, 1], [1] * 90 + [2, 3, 4], [1, 2, 3, 4, 5])]
    assert found == [[], [], [1], [1, 2, 3, 4], [1, 2, 3, 4]]


def test_the_chosen_unit_is_outlined_by_layers_of_its_own(township):
    picture = pictured(township)
    before, after = layers(picture), layers(picture, selected=7)
    assert [name for name in after if name not in before] == ["halo", "chosen"]
    assert {name: layer for name, layer in after.items() if name in before} == before


def test_only_the_units_can_be_clicked_and_each_says_which_it_is(township):
    found = layers(pictured(township))
    assert [name for name, layer in found.items() if layer["pickable"]] == ["units"]
    assert [row["k"] for row in found["units"]["data"]] == list(range(SIDE * SIDE))


def test_the_whole_map_fits_its_frame(township):
    spec = json.loads(deck.deck(pictured(township), None, deck.Frame(500, 900), "").to_json())
    metres = deck.metres_per_pixel(township, deck.Frame(500, 900))
    assert (township.width / metres <= 500, township.height / metres <= 900) == (True, True)
    assert spec["mapStyle"] == "__MAP_STYLE__"


def test_four_hundred_grids_stay_below_a_hundred_and_thirty_five_kilobytes(township):
    spec = deck.deck(pictured(township), 7, deck.Frame(1380, 900), "").to_json()
    assert len(township.shapes) == 400
    assert len(spec.encode()) < 135_000


def test_a_deck_names_no_map_provider(township):
    drawn = deck.deck(pictured(township), None, deck.Frame(800, 600), "<b>{n}</b>")
    assert (drawn.map_provider, drawn._tooltip["html"]) == (None, "<b>{n}</b>")
