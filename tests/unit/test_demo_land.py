import re

import numpy as np
import pytest
import shapely

from services import sites
from services.demo import colours, gcj, ground, land, seasons, texts, tree

FACTS = {
    "dawangzhuang": ({"township": 1, "village": 20, "natural_village": 56, "grid": 381}, 36539, 11400, 41.98),
    "meizhou": ({"township": 1, "village": 11, "grid": 289, "unit": 1650}, 42000, 11300, 14.35),
}


@pytest.fixture(scope="module", params=sorted(FACTS))
def site(request):
    profile = sites.load(request.param)
    return profile, land.lay(profile, profile.demo, seed=1)


def outlines(places, level):
    return np.array([place.outline for place in places if place.level == level])


def test_every_level_has_exactly_the_published_number_of_units(site):
    profile, places = site
    found = {key: sum(place.level == key for place in places) for key in profile.level_keys}
    assert found == FACTS[profile.key][0]


def test_people_and_households_add_up_exactly_at_every_level(site):
    profile, places = site
    _, people, households, _ = FACTS[profile.key]
    for key in profile.level_keys:
        assert sum(place.population for place in places if place.level == key) == people
    assert sum(len(place.homes) for place in places) == households
    assert {place.level for place in places if place.homes} == {profile.levels[-1].key}
    assert min(min(place.homes) for place in places if place.homes) >= 1


def test_every_level_covers_the_township_with_no_gap_and_no_overlap(site):
    profile, places = site
    whole = places[0].outline
    for key in profile.level_keys[1:]:
        cells = outlines(places, key)
        assert shapely.is_valid(cells).all()
        assert shapely.coverage_is_valid(cells)
        joined = shapely.coverage_union_all(cells)
        assert joined.symmetric_difference(whole).area == 0
        assert sum(len(cell.interiors) for cell in cells) == 0


def test_the_children_of_every_unit_cover_exactly_that_unit(site):
    _, places = site
    below = {}
    for place in places[1:]:
        below.setdefault(place.parent, []).append(place.outline)
    for parent, cells in below.items():
        assert shapely.coverage_union_all(cells).normalize() == places[parent].outline.normalize()


def test_corners_are_rounded_to_six_decimals(site):
    _, places = site
    corners = shapely.get_coordinates(np.array([place.outline for place in places]))
    assert (np.round(corners, 6) == corners).all()


def test_the_area_is_the_published_one(site):
    profile, places = site
    square_km = FACTS[profile.key][3]
    lowest = sum(place.area_m2 for place in places if place.homes)
    assert places[0].area_m2 / 1e6 == pytest.approx(square_km, rel=1e-4)
    assert lowest / 1e6 == pytest.approx(square_km, rel=1e-4)


def test_the_township_lies_inside_the_real_outline_of_its_county(site):
    profile, places = site
    assert ground.county(profile.demo.outline).contains(places[0].outline)


def test_no_unit_is_a_sliver(site):
    profile, places = site
    flat = shapely.transform(outlines(places, profile.levels[-1].key), ground.of(profile.demo, 1).metres)
    roundness = 4 * np.pi * shapely.area(flat) / shapely.length(flat) ** 2
    assert roundness.min() > 0.1
    assert np.median(roundness) > 0.6


def test_neighbours_never_share_a_colour_and_four_colours_are_enough(site):
    profile, places = site
    for key in profile.level_keys[1:]:
        shades = [place.colour for place in places if place.level == key]
        pairs = touching_by_geometry(outlines(places, key))
        assert colours.conflicts(shades, pairs) == {}
        assert set(shades) == {0, 1, 2, 3}
    lowest = [place.colour for place in places if place.homes]
    used = [lowest.count(shade) for shade in range(4)]
    assert max(used) - min(used) <= len(lowest) * 0.05


def touching_by_geometry(cells):
    one, other = shapely.STRtree(cells).query(cells, predicate="intersects")
    keep = one < other
    shared = shapely.length(shapely.intersection(cells[one[keep]], cells[other[keep]])) > 0
    return list(zip(one[keep][shared].tolist(), other[keep][shared].tolist(), strict=True))


def test_villages_keep_their_official_codes_and_are_named_in_both_languages():
    profile = sites.load("dawangzhuang")
    places = land.lay(profile, profile.demo, seed=1)
    huopo = next(place for place in places if place.code == "411622204202")
    assert (huopo.name, huopo.short_name, huopo.name_en) == ("霍坡村民委员会", "霍坡村", "Huopo Village")
    grids = [place for place in places if place.level == "grid" and place.code.startswith(huopo.code)]
    assert [place.short_name for place in grids] == [f"第{number}网格" for number in range(1, len(grids) + 1)]
    assert [place.name_en for place in grids] == [f"Grid {number}" for number in range(1, len(grids) + 1)]
    assert all(re.fullmatch(r"411622204202\d{5}", place.code) for place in grids)


def test_another_seed_draws_other_borders():
    profile = sites.load("dawangzhuang")
    first, second = (land.lay(profile, profile.demo, seed=seed) for seed in (1, 2))
    assert [place.code for place in first[:21]] == [place.code for place in second[:21]]
    assert first[1].geojson() != second[1].geojson()


def test_shares_add_up_and_keep_the_least():
    assert tree.shares(10, [1, 1, 1], least=2) == [4, 3, 3]
    assert sum(tree.shares(36539, [0.3, 7.7, 2.1, 5.5])) == 36539
    with pytest.raises(ValueError, match="too few"):
        tree.shares(2, [1, 1, 1], least=1)


def test_gcj_02_is_brought_to_wgs_84():
    """The pair of points is the one the open-source project "eviltransform" checks itself with."""
    shifted = np.array([[121.531541859215, 31.17530398364597]])
    assert gcj.to_wgs84(shifted)[0].tolist() == pytest.approx([121.5272106, 31.1774276], abs=1e-7)


def test_every_category_has_at_least_eight_texts():
    for key in FACTS:
        for code in seasons.kinds(sites.load(key)):
            assert len(texts.TEMPLATES[code].strip().splitlines()) >= 8, code
    lines = {line for block in texts.TEMPLATES.values() for line in block.strip().splitlines()}
    assert len(lines) >= 150
