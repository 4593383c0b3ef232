"""Files that must be refused with a clear code and little memory, mappings, names and words."""

import os
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

from models.demands import State
from services import imports
from services.errors import BadInput
from services.imports import ColumnMap, Kind
from services.imports.outlines import to_gcj02, to_wgs84
from services.imports.places import short_name, spellings
from services.imports.states import state_of
from services.imports.tables import NUMBER
from tests.conftest import shared

DEMANDS = "留言编号,留言主题,留言时间\n1,路灯,2026-11-02\n"


def refusal(path: Path, kind: Kind = Kind.DEMANDS) -> str:
    with pytest.raises(BadInput) as refused:
        imports.open_table(path, kind=kind)
    return refused.value.code


def made(tmp_path: Path, content: bytes, name: str = "file.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def workbook(tmp_path: Path) -> Path:
    import xlsxwriter

    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(DEMANDS.splitlines()):
            sheet.write_row(number, 0, row.split(","))
    return path


def rezipped(path: Path, part: str, content) -> Path:
    """The workbook with one part replaced by pieces."""
    target = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            with new.open(name, "w", force_zip64=False) as out:
                for piece in content if name == part else [old.read(name)]:
                    out.write(piece)
    return target


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert refusal(made(tmp_path, b"")) == "file_empty"
    assert refusal(made(tmp_path, "留言编号,留言主题,留言时间\n".encode())) == "file_empty"
    assert refusal(tmp_path / "absent.csv") == "file_missing"


def test_a_file_of_300_mb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(300 * 1024 * 1024)
    tracemalloc.start()
    assert refusal(path) == "file_too_large"
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


def test_a_zip_bomb_is_refused_by_its_directory(tmp_path: Path) -> None:
    zeros = (b" " * 1024 * 1024 for _ in range(700))
    path = rezipped(workbook(tmp_path), "xl/sharedStrings.xml", zeros)
    assert path.stat().st_size < 2_000_000
    tracemalloc.start()
    assert refusal(path) == "xlsx_bomb"
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_one_cell_at_the_far_corner_is_a_bomb_too(tmp_path: Path) -> None:
    path = workbook(tmp_path)
    with zipfile.ZipFile(path) as book:
        sheet = book.read("xl/worksheets/sheet1.xml")
    far = sheet.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    assert refusal(rezipped(path, "xl/worksheets/sheet1.xml", [far])) == "xlsx_bomb"


def test_a_directory_that_lies_about_a_length_is_found_out(tmp_path: Path) -> None:
    path = rezipped(workbook(tmp_path), "xl/sharedStrings.xml", [b"<sst>", b" " * 5_000_000, b"</sst>"])
    content = path.read_bytes()
    honest = (5_000_011).to_bytes(4, "little")
    assert content.count(honest) >= 1
    path.write_bytes(content.replace(honest, (1000).to_bytes(4, "little")))
    assert refusal(path) == "xlsx_broken"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_workbook_is_refused(tmp_path: Path, share: float) -> None:
    whole = workbook(tmp_path).read_bytes()
    assert refusal(made(tmp_path, whole[: int(len(whole) * share)], "cut.xlsx")) == "xlsx_broken"


def test_what_only_looks_like_a_workbook_is_refused(tmp_path: Path) -> None:
    assert refusal(made(tmp_path, b"hello", "book.xlsx")) == "xlsx_broken"
    assert refusal(made(tmp_path, b"\xd0\xcf\x11\xe0" + bytes(100), "old.xls")) == "xls_old"
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as other:
        other.writestr("readme.txt", "no workbook")
    assert refusal(tmp_path / "other.xlsx") == "xlsx_broken"
    broken = rezipped(workbook(tmp_path), "xl/workbook.xml", [b"<workbook"])
    assert refusal(broken) == "xlsx_broken"


def test_a_wrong_header_is_refused_and_named(tmp_path: Path) -> None:
    path = made(tmp_path, b"apples,pears\n1,2\n")
    assert refusal(path) == "header_wrong"
    assert imports.open_table(path, kind=Kind.DEMANDS, any_header=True).columns == ("apples", "pears")


def test_bytes_in_no_known_encoding_are_refused(tmp_path: Path) -> None:
    assert refusal(made(tmp_path, b"id,title\n\xff\xff\xff\n")) == "encoding_unknown"
    assert refusal(made(tmp_path, os.urandom(5000))) in {"encoding_unknown", "header_wrong"}
    assert refusal(made(tmp_path, b"id,title,date\n" + bytes(range(256)))) == "encoding_unknown"


def test_geojson_that_is_none_is_refused(tmp_path: Path) -> None:
    assert refusal(made(tmp_path, b"{"), Kind.OUTLINES) == "geojson_broken"
    assert refusal(made(tmp_path, b'{"type": "Point"}'), Kind.OUTLINES) == "geojson_broken"
    assert refusal(made(tmp_path, b"[" * 100_000), Kind.OUTLINES) == "geojson_broken"


def test_rows_are_numbered_as_in_a_spreadsheet_across_chunks_and_empty_lines(tmp_path: Path) -> None:
    content = '单位台账,,\n\n编号,标题,上报时间\n1,a,2026-11-02\n,,\n2,"b\nc",2026-11-02\n3,d,2026-11-02\n'
    table = imports.open_table(made(tmp_path, content.encode()), kind=Kind.DEMANDS)
    numbers = [number for chunk in table.chunks(2) for number in chunk.get_column(NUMBER).to_list()]
    assert (table.columns, table.total, numbers) == (("编号", "标题", "上报时间"), 4, [4, 6, 7])
    assert table.head(2) == [
        {"编号": "1", "标题": "a", "上报时间": "2026-11-02"}, {"编号": "2", "标题": "b\nc", "上报时间": "2026-11-02"},
    ]  # fmt: skip


def test_semicolons_tabs_and_doubled_headings_are_read(tmp_path: Path) -> None:
    for separator in ";\t|":
        content = DEMANDS.replace(",", separator).replace("留言主题", "标题 ")
        table = imports.open_table(made(tmp_path, content.encode()), kind=Kind.DEMANDS)
        assert table.columns == ("留言编号", "标题", "留言时间")
    table = imports.open_table(made(tmp_path, b"id,id,,title,date\n1,2,3,4,5\n"), kind=Kind.DEMANDS)
    assert table.columns == ("id", "id 2", "column 3", "title", "date")


def test_temporary_files_go_with_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "t"))
    (tmp_path / "t").mkdir()
    table = imports.open_table(made(tmp_path, DEMANDS.encode("gbk")), kind=Kind.DEMANDS)
    assert len(list((tmp_path / "t").iterdir())) == 1
    del table
    assert list((tmp_path / "t").iterdir()) == []


def test_columns_of_the_real_files_are_guessed() -> None:
    def guessed(kind: Kind, path: str) -> dict[str, str]:
        table = imports.open_table(shared(path), kind=kind)
        return dict(imports.guess(kind, table.columns, table.head()).columns)

    assert guessed(Kind.DEMANDS, "data/messages/messages_4326.xlsx") == {
        "external_id": "留言编号", "title": "留言主题", "text": "留言详情", "reported_at": "留言时间",
        "reporter": "留言用户",
    }  # fmt: skip
    assert guessed(Kind.DEMANDS, "data/requests/baltimore_half.csv") == {
        "external_id": "SRRecordID", "title": "SRType", "category": "SRType", "unit_code": "Neighborhood",
        "reported_at": "CreatedDate", "due_at": "DueDate", "state": "SRStatus", "settled_at": "CloseDate",
        "department": "Agency", "longitude": "Longitude", "latitude": "Latitude", "status_at": "StatusDate",
        "place": "Address", "outcome": "Outcome",
    }  # fmt: skip


def test_a_hotline_export_is_guessed() -> None:
    columns = (
        "工单编号,工单类型,问题分类(一级->二级->三级),标签,标题,主要内容,工单状态,来电人,电话,被反映区,"
        "被反映街乡镇,办理结果,回复内容,办结时间,村/社区,点位,来电时间"
    )
    assert imports.guess(Kind.DEMANDS, columns.split(",")).columns == {
        "external_id": "工单编号", "title": "标题", "text": "主要内容", "category": "问题分类(一级->二级->三级)",
        "unit_code": "村/社区", "reported_at": "来电时间", "state": "工单状态", "settled_at": "办结时间",
        "reporter": "来电人",
        "phone": "电话", "place": "点位", "outcome": "办理结果",
    }  # fmt: skip


def test_every_kind_knows_its_own_template() -> None:
    for kind in imports.KINDS:
        names = [each.name for each in imports.FIELDS[kind] if not each.extra]
        assert imports.guess(kind, names).columns == {name: name for name in names}


def test_a_mapping_is_the_same_after_saving_and_loading() -> None:
    mapping = ColumnMap(
        {"text": '说 "什么"\\n', "reported_at": "时 间"},
        {"办\t完": "closed"},
        date_format="%d.%m.%y",
        timezone="Asia/Shanghai",
    )
    assert imports.load_mapping(imports.dump_mapping(mapping)) == mapping
    for wrong in ("columns = 1", "[columns", "[other]\na = 1"):
        with pytest.raises(BadInput) as refused:
            imports.load_mapping(wrong)
        assert refused.value.code == "mapping_broken"


def test_states_are_known_in_both_languages_and_brackets_refine() -> None:
    expected = {
        "Closed": State.CLOSED, "Closed (Duplicate)": State.MERGED, "Closed (Transferred)": State.CLOSED,
        "Open": State.REGISTERED, "Open (Duplicate)": State.MERGED, "New": State.PENDING_TRIAGE,
        "New (Duplicate)": State.MERGED, "In Progress": State.HANDLING, "Pending": State.REGISTERED,
        "Transferred": State.DISPATCHED, "已办结": State.CLOSED, "办理中": State.HANDLING,
        "pending_callback": State.PENDING_CALLBACK,
    }  # fmt: skip
    assert {word: state_of(word, {}) for word in expected} == expected
    assert (state_of("erledigt", {}), state_of("erledigt", {"erledigt": "closed"})) == (None, State.CLOSED)


def test_names_lose_committees_and_prefixes() -> None:
    expected = {
        "霍坡村民委员会": "霍坡村", "宫下村委会": "宫下村",
        "金桥村村民委员会": "金桥村", "雁山社区居民委员会": "雁山社区",
        "西街居民委员会": "西街社区", "大龙居委会": "大龙社区", "霍坡村": "霍坡村",
    }  # fmt: skip
    assert {name: short_name(name) for name in expected} == expected
    assert short_name("济源市承留镇", ["河南省", "济源市"]) == "承留镇"
    assert spellings("霍坡村民委员会")[:2] == ["霍坡村民委员会", "霍坡村"]
    assert "霍坡村" in spellings("霍坡")


def test_gcj_02_is_undone_to_a_millimetre() -> None:
    points = np.array([[114.5, 33.6], [119.1, 25.05], [120.5, 33.2]])
    shifted = to_gcj02(points)
    assert (np.abs(shifted - points).max(axis=1) > 0.001).all()
    assert np.abs(to_wgs84(shifted) - points).max() < 1e-8
