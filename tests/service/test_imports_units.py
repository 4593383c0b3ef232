"""Importing units, outlines, people and households: the real files, twice, and what a tree must not do."""

import csv
import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, func
from sqlmodel import select

from models.demands import Demand
from models.households import Household
from models.people import Person, Post, PostRole
from models.units import Unit, UnitAncestor
from services import imports, sites, units
from services.access import SYSTEM
from services.database import reading, transaction
from services.errors import BadInput
from services.imports import ImportReport, Kind
from tests.conftest import NOW, shared
from tests.factories import Town, town

FILES = {
    "heshan.csv": 156, "jiyuan.csv": 576, "putian_meizhou.csv": 15, "yancheng_dafeng.csv": 295,
    "xihua_county.csv": 507, "xihua_dawangzhuang.csv": 24,
}  # fmt: skip


def bring(engine: Engine, kind: Kind, path: Path, actor=SYSTEM, **options) -> ImportReport:
    table = imports.open_table(path, kind=kind)
    mapping = imports.guess(kind, table.columns, table.head())
    with transaction(engine) as session:
        return imports.run(session, actor, kind, table, mapping, now=NOW, **options)


def counts(report: ImportReport) -> tuple[int, ...]:
    return (
        report.read, report.inserted, report.updated, report.unchanged, report.repeated, report.rejected_rows,
    )  # fmt: skip


def bare(engine: Engine) -> Engine:
    with transaction(engine) as session:
        sites.build(session, SYSTEM, "dawangzhuang", now=NOW)
    return engine


def wrote(tmp_path: Path, name: str, *rows: str) -> Path:
    path = tmp_path / name
    path.write_text("\n".join((*rows, "")), encoding="utf-8")
    return path


def assert_closure_fits(engine: Engine) -> None:
    with reading(engine) as session:
        rows = session.exec(select(Unit.id, Unit.parent_id, Unit.depth)).all()
        above = {number: parent for number, parent, _ in rows}
        expected = set()
        for number, _, depth in rows:
            at, far = number, 0
            while at is not None:
                expected.add((number, at, far))
                at, far = above[at], far + 1
            assert far == depth
        found = session.exec(select(UnitAncestor.unit_id, UnitAncestor.ancestor_id, UnitAncestor.distance)).all()
        assert sorted(map(tuple, found)) == sorted(expected)


@pytest.mark.parametrize("name", FILES)
def test_each_real_unit_file_is_stored_whole_and_once(sqlite_engine: Engine, name: str) -> None:
    path = shared(f"data/units/{name}")
    bare(sqlite_engine)
    with reading(sqlite_engine) as session:
        before = {unit.code for unit in session.exec(select(Unit))}
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    known = len(before & {row["code"] for row in rows})
    first = bring(sqlite_engine, Kind.UNITS, path)
    assert (first.stored, first.read, first.inserted + first.updated + first.unchanged, first.rejected) == (
        True, FILES[name], FILES[name], (),
    )  # fmt: skip
    assert first.inserted == FILES[name] - known
    assert counts(bring(sqlite_engine, Kind.UNITS, path)) == (FILES[name], 0, 0, FILES[name], 0, 0)
    with reading(sqlite_engine) as session:
        levels = {unit.code: (unit.level, unit.name) for unit in session.exec(select(Unit))}
    assert {row["code"]: (row["level"], row["name"]) for row in rows}.items() <= levels.items()
    assert_closure_fits(sqlite_engine)


def test_names_are_said_as_on_site_in_both_scripts(engine: Engine) -> None:
    bare(engine)
    bring(engine, Kind.UNITS, shared("data/units/jiyuan.csv"))
    bring(engine, Kind.UNITS, shared("data/units/xihua_dawangzhuang.csv"))
    expected = {
        "419001001": ("沁园街道", "Qinyuan Subdistrict"), "419001102250": ("牛家庄村", "Niujiazhuang Village"),
        "419001002002": ("西街社区", "Xijie Community"), "419001102269": ("金桥村", "Jinqiao Village"),
        "411622204": ("大王庄乡", "Dawangzhuang Township"), "411622204202": ("霍坡村", "Huopo Village"),
    }  # fmt: skip
    with reading(engine) as session:
        rows = session.exec(select(Unit.code, Unit.short_name, Unit.name_en)).all()
        assert {code: (short, latin) for code, short, latin in rows if code in expected} == expected
        assert units.ancestors(session, SYSTEM, units.by_code(session, SYSTEM, "411622204202").id)[0].name == "河南省"
    assert_closure_fits(engine)


def test_a_county_laid_over_a_township_without_demands_moves_its_depths(engine: Engine) -> None:
    made = town(engine)
    report = bring(engine, Kind.UNITS, shared("data/units/xihua_dawangzhuang.csv"))
    assert counts(report) == (24, 21, 3, 0, 0, 0)
    with reading(engine) as session:
        depths = dict(session.exec(select(Unit.code, Unit.depth)).all())
    assert (depths["41"], depths["411622204"], depths["411622204202"], depths["411622204202001"]) == (1, 4, 5, 6)
    assert made.units["411622204202"] in made.units.values()
    assert_closure_fits(engine)


def test_a_county_is_not_laid_over_a_township_with_demands(engine: Engine) -> None:
    made = town(engine)
    made.report()
    with pytest.raises(BadInput) as refusal:
        bring(engine, Kind.UNITS, shared("data/units/xihua_dawangzhuang.csv"))
    assert (refusal.value.code, refusal.value.facts) == ("reroot_with_demands", {"demands": 1, "units": 7})
    with reading(engine) as session:
        assert session.exec(select(func.count()).select_from(Unit)).one() == 7


def test_a_grid_that_moves_to_another_village_leaves_its_demands_where_they_were_filed(
    engine: Engine, tmp_path: Path
) -> None:
    made = town(engine)
    number = made.report(grid="411622204202001")
    moved = wrote(tmp_path, "u.csv", "code,name,level,parent_code", "411622204202001,第9网格,网格,411622204201")
    assert counts(bring(engine, Kind.UNITS, moved)) == (1, 0, 1, 0, 0, 0)
    with reading(engine) as session:
        demand = session.get_one(Demand, number)
        assert (demand.a1_id, demand.a2_id, demand.a3_id) == (
            made.units["411622204"], made.units["411622204202"], made.units["411622204202001"],
        )  # fmt: skip
        unit = session.get_one(Unit, made.units["411622204202001"])
        assert (unit.parent_id, unit.short_name) == (made.units["411622204201"], "第9网格")
    assert_closure_fits(engine)


def test_bad_rows_of_a_tree_are_named_and_the_good_ones_kept_only_on_request(engine: Engine, tmp_path: Path) -> None:
    town(engine)
    path = wrote(
        tmp_path, "u.csv", "code,name,level,parent_code",
        "9001,甲村,village,411622204", "9002,乙村,village,nowhere", "9003,丙村,palace,411622204",
        ",丁村,village,411622204",
        "9004,戊,grid,9005", "9005,己,grid,9004", "9006,庚,township,411622204201", "9001,甲村,village,411622204",
        "9007,辛,grid,9002",
    )  # fmt: skip
    refused = bring(engine, Kind.UNITS, path)
    expected = [
        (3, "parent_code", "parent_unknown", "nowhere"), (4, "level", "level_unknown", "palace"),
        (5, "code", "missing", ""), (6, "parent_code", "tree_wrong", "9005"), (7, "parent_code", "tree_wrong", "9004"),
        (8, "level", "level_order", "9006"), (10, "parent_code", "parent_unknown", "9002"),
    ]  # fmt: skip
    assert [(row.number, row.column, row.reason, row.value) for row in refused.rejected] == expected
    assert (refused.stored, *counts(refused)) == (False, 9, 0, 0, 0, 1, 7)
    with reading(engine) as session:
        assert session.exec(select(func.count()).select_from(Unit)).one() == 7
    kept = bring(engine, Kind.UNITS, path, keep_good=True)
    assert (kept.stored, *counts(kept)) == (True, 9, 1, 0, 0, 1, 7)
    assert_closure_fits(engine)


def test_units_outside_the_supervisors_village_are_refused(sqlite_engine: Engine, tmp_path: Path) -> None:
    made = town(sqlite_engine)
    actor = village_supervisor(made)
    path = wrote(
        tmp_path, "u.csv", "code,name,level,parent_code", "8001,甲网格,grid,411622204202",
        "8002,乙网格,grid,411622204201", "411622204201,改名村,village,411622204",
    )  # fmt: skip
    report = bring(sqlite_engine, Kind.UNITS, path, actor, keep_good=True)
    assert [(row.number, row.reason) for row in report.rejected] == [(3, "outside_scope"), (4, "outside_scope")]
    assert report.inserted == 1


def village_supervisor(made: Town):
    from dataclasses import replace

    return replace(made.actors["supervisor"], unit_id=made.units["411622204202"], depth=2)


def test_outlines_are_matched_repaired_and_measured(engine: Engine, tmp_path: Path) -> None:
    made = town(engine)
    bow = [[114.50, 33.60], [114.51, 33.61], [114.51, 33.60], [114.50, 33.61], [114.50, 33.60]]
    square = [[114.6, 33.6], [114.61, 33.6], [114.61, 33.61], [114.6, 33.61], [114.6, 33.6]]
    features = [
        {"properties": {"code": "411622204201"}, "geometry": {"type": "Polygon", "coordinates": [square]}},
        {"properties": {"name": "霍坡村民委员会"}, "geometry": {"type": "Polygon", "coordinates": [bow]}},
        {"properties": {"code": "nowhere"}, "geometry": {"type": "Polygon", "coordinates": [square]}},
        {"properties": {"code": "411622204"}, "geometry": {"type": "LineString", "coordinates": square}},
        {"properties": {"code": "411622204"}, "geometry": None},
    ]
    for feature in features:
        feature["type"] = "Feature"
    path = wrote(tmp_path, "o.geojson", json.dumps({"type": "FeatureCollection", "features": features}))
    report = bring(engine, Kind.OUTLINES, path, keep_good=True)
    assert [(row.number, row.column, row.reason) for row in report.rejected] == [
        (4, "code", "unit_unknown"), (5, "geometry", "not_a_polygon"), (6, "geometry", "geometry_missing"),
    ]  # fmt: skip
    assert report.inserted == 2
    again = bring(engine, Kind.OUTLINES, path, keep_good=True)
    assert (again.inserted, again.updated, again.unchanged) == (0, 0, 2)
    with reading(engine) as session:
        whole, halved = (session.get_one(Unit, made.units[code]) for code in ("411622204201", "411622204202"))
        assert json.loads(halved.outline)["type"] == "MultiPolygon"
        assert whole.area_m2 == pytest.approx(927.9 * 1109.2, rel=2e-3)
        assert halved.area_m2 == pytest.approx(whole.area_m2 / 2, rel=1e-3)
        assert (whole.longitude, whole.latitude) == pytest.approx((114.605, 33.605), abs=1e-6)


def test_the_county_outline_is_converted_from_gcj_02(sqlite_engine: Engine) -> None:
    bare(sqlite_engine)
    bring(sqlite_engine, Kind.UNITS, shared("data/units/xihua_county.csv"))
    path = shared("data/outlines/five_counties.geojson")
    report = bring(sqlite_engine, Kind.OUTLINES, path, keep_good=True)
    assert (report.read, report.inserted, report.converted, report.rejected_rows) == (5, 1, 1, 4)
    with reading(sqlite_engine) as session:
        county = session.exec(select(Unit).where(Unit.code == "411622")).one()
    first = json.loads(county.outline)["coordinates"][0][0]
    given = json.loads(path.read_text(encoding="utf-8"))["features"][0]["geometry"]["coordinates"][0][0][0]
    east, north = (given[0] - first[0]) * 92_700, (given[1] - first[1]) * 110_900
    assert 300 < (east**2 + north**2) ** 0.5 < 700
    assert county.area_m2 == pytest.approx(1.194e9, rel=0.03)


def test_people_come_with_their_posts_and_twice_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    made = town(engine)
    path = wrote(
        tmp_path, "p.csv", "人员编号,姓名,联系电话,所属网格,职务,任职日期,离任日期,是否党员",
        "P1,甲某,13800000001,411622204202001,网格员,2025-01-01,,是",
        "P2,乙某,13800000002,霍坡村,村支书,2024/3/1,2025/3/1,否",
        "P1,甲某,13800000001,411622204202002,党员,2025-01-01,,是", "P3,丙某,,411622204202001,皇帝,2025-01-01,,",
        "P4,丁某,,无此村,网格员,2025-01-01,,", "P5,戊某,,霍坡村,网格员,2025-13-01,,",
    )  # fmt: skip
    first = bring(engine, Kind.PEOPLE, path, keep_good=True)
    assert [(row.number, row.column, row.reason) for row in first.rejected] == [
        (5, "role", "role_unknown"), (6, "unit_code", "unit_unknown"), (7, "starts_on", "date_wrong"),
    ]  # fmt: skip
    assert counts(first) == (6, 2, 1, 0, 0, 3)
    again = bring(engine, Kind.PEOPLE, path, keep_good=True)
    assert counts(again) == (6, 0, 0, 3, 0, 3)
    with reading(engine) as session:
        rows = session.exec(
            select(Person.external_id, Post.unit_id, Post.role, Post.ends_on.is_(None), Person.party_member)
            .join(Post, Post.person_id == Person.id)
            .where(Person.external_id.is_not(None))
            .order_by(Person.external_id, Post.role)
        ).all()  # fmt: skip
    assert [tuple(row) for row in rows] == [
        ("P1", made.units["411622204202001"], PostRole.GRID_MEMBER, True, True),
        ("P1", made.units["411622204202002"], PostRole.PARTY_MEMBER, True, True),
        ("P2", made.units["411622204202"], PostRole.CHIEF, False, False),
    ]


def test_households_come_once_by_number_or_by_content(engine: Engine, tmp_path: Path) -> None:
    made = town(engine)
    head = "户编号,所属网格,户主,联系电话,住址,人数,经度,纬度"
    path = wrote(
        tmp_path, "h.csv", head, "H1,411622204202001,甲某,13800000001,村东1号,4,114.5012,33.6034",
        ",411622204202001,乙某,,村东2号,3,,", ",411622204202001,乙某,,村东2号,3,,", "H2,411622204202001,丙某,,,很多,,",
    )  # fmt: skip
    first = bring(engine, Kind.HOUSEHOLDS, path, keep_good=True)
    assert counts(first) == (4, 2, 0, 0, 1, 1)
    assert [(row.number, row.column, row.reason, row.value) for row in first.rejected] == [
        (5, "people_count", "number_wrong", "很多")
    ]
    assert counts(bring(engine, Kind.HOUSEHOLDS, path, keep_good=True)) == (4, 0, 0, 2, 1, 1)
    changed = wrote(tmp_path, "h2.csv", head, "H1,411622204202002,甲某,13800000001,村东1号,5,114.5012,33.6034")
    assert counts(bring(engine, Kind.HOUSEHOLDS, changed)) == (1, 0, 1, 0, 0, 0)
    with reading(engine) as session:
        household = session.exec(select(Household).where(Household.external_id == "H1")).one()
    assert (household.unit_id, household.people_count, household.longitude) == (
        made.units["411622204202002"], 5, 114.5012,
    )  # fmt: skip
