"""Importing demands: real files without a mapping, twice, dry, from four encodings, and what must be refused."""

import csv
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func
from sqlmodel import col, select

from models.audit import AuditEntry
from models.demands import Category, Demand, DemandEvent, Source, State, Verb
from models.departments import Department
from services import counters, demands, imports
from services.access import SYSTEM
from services.database import reading, transaction
from services.errors import BadInput, NotAllowed, NotFound
from services.imports import ColumnMap, ImportReport, Kind
from tests.conftest import NOW, shared
from tests.factories import Town, town

HEADER = (
    "external_id,title,text,category,unit_code,reported_at,due_at,state,settled_at,department,reporter,phone,"
    "longitude,latitude"
)


@pytest.fixture
def place(sqlite_engine: Engine) -> Town:
    return town(sqlite_engine)


def load(made: Town, path: Path, by: str | None = None, mapping: ColumnMap | None = None, **options) -> ImportReport:
    table = imports.open_table(path, kind=Kind.DEMANDS, any_header=mapping is not None)
    chosen = mapping or imports.guess(Kind.DEMANDS, table.columns, table.head())
    with transaction(made.engine) as session:
        actor = made.actors[by] if by else SYSTEM
        return imports.run(session, actor, Kind.DEMANDS, table, chosen, now=options.pop("now", NOW), **options)


def wrote(tmp_path: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
    path = tmp_path / "demands.csv"
    path.write_bytes("\r\n".join((header, *rows, "")).encode(encoding))
    return path


def stored(made: Town, external_id: str) -> Demand:
    with reading(made.engine) as session:
        return session.exec(select(Demand).where(Demand.external_id == external_id)).one()


def size(made: Town) -> dict[str, int]:
    with reading(made.engine) as session:
        tables = (Demand, DemandEvent, Category, Department, AuditEntry)
        return {table.__name__: session.exec(select(func.count()).select_from(table)).one() for table in tables}


def assert_rebuilt(made: Town, every: int = 1) -> None:
    with reading(made.engine) as session:
        ids = session.exec(select(Demand.id).order_by(Demand.id)).all()[::every]
        assert [demands.rebuild(session, SYSTEM, number) for number in ids] == [{}] * len(ids)
        assert list(counters.differences(session)) == []


def test_the_citizen_messages_come_in_whole_without_a_mapping_and_twice_changes_nothing(engine: Engine) -> None:
    made = town(engine)
    path = shared("data/messages/messages_4326.xlsx")
    first = load(made, path)
    counts = (first.stored, first.read, first.inserted, first.updated, first.repeated, first.rejected, first.unplaced)
    assert counts == (True, 4326, 4326, 0, 0, (), 4326)
    before = size(made)
    second = load(made, path, now=NOW.replace(hour=8))
    assert (second.inserted, second.updated, second.unchanged, second.repeated) == (0, 0, 4326, 0)
    assert size(made) | {"AuditEntry": 0} == before | {"AuditEntry": 0}
    with reading(engine) as session:
        texts = session.exec(select(Demand.text)).all()
        assert not [text for text in texts if re.search("_x000D_|\t|\u3000|\r", text) or text != text.strip()]
        assert set(session.exec(select(Demand.source)).all()) == {Source.IMPORT}
    assert_rebuilt(made, every=173)


def test_dates_of_the_messages_are_local_times_whether_cells_or_text(place: Town) -> None:
    import fastexcel

    path = shared("data/messages/messages_4326.xlsx")
    load(place, path)
    sheet = fastexcel.read_excel(path).load_sheet(0, dtypes="string").to_polars()
    expected = {}
    for number, written in zip(sheet["留言编号"], sheet["留言时间"], strict=True):
        year, month, day, hour, minute, second = map(int, re.findall(r"\d+", written))
        local = datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp() - 8 * 3600
        expected[number] = datetime.fromtimestamp(local, UTC)
    with reading(place.engine) as session:
        assert dict(session.exec(select(Demand.external_id, Demand.reported_at)).all()) == expected


def test_the_city_requests_come_in_with_their_times_states_and_deadlines(engine: Engine) -> None:
    made = town(engine)
    path = shared("data/requests/baltimore_half.csv")
    with path.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    first = load(made, path)
    points = [(float(row["Latitude"]), float(row["Longitude"])) for row in rows if row["Latitude"]]
    whole = [point for point in points if point[0] % 1 == 0 and point[1] % 1 == 0]
    assert (first.read, first.inserted, first.rejected) == (len(rows), len(rows), ())
    assert (first.placeholders, first.unplaced) == (len(whole), len(rows))
    states = Counter(row["SRStatus"] for row in rows)
    merged = sum(count for status, count in states.items() if "Duplicate" in status)
    with reading(engine) as session:
        found = Counter(session.exec(select(Demand.state)).all())
        assert found == {
            State.CLOSED: states["Closed"] + states["Closed (Transferred)"], State.MERGED: merged,
            State.REGISTERED: states["Open"] + states["Pending"], State.PENDING_TRIAGE: states["New"],
        }  # fmt: skip
        made_here = set(session.exec(select(Department.name).where(col(Department.code).startswith("x-"))).all())
        assert made_here == {row["Agency"] for row in rows} - {"Housing"}, "housing is the code of a known department"
        assert session.exec(select(func.count()).select_from(Demand).where(Demand.longitude == -77)).one() == 0
        late = select(func.count()).select_from(Demand).where(col(Demand.settled_at) > col(Demand.due_at))
        assert session.exec(late).one() == sum(
            day(row["CloseDate"]) > day(row["DueDate"])
            for row in rows
            if row["CloseDate"] and row["DueDate"] and "Duplicate" not in row["SRStatus"]
        )
    assert_rebuilt(made, every=61)
    again = load(made, path)
    assert (again.inserted, again.updated, again.unchanged) == (0, 0, len(rows))


def day(written: str) -> datetime:
    return datetime.strptime(written, "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=UTC)


def test_a_settled_request_keeps_its_two_moments_as_imported_events(place: Town) -> None:
    load(place, shared("data/requests/baltimore_half.csv"))
    demand = stored(place, "18-00275429")
    assert (demand.reported_at, demand.due_at, demand.settled_at, demand.closed_at, demand.longitude) == (
        datetime(2018, 4, 15, 21, 30, 13, tzinfo=UTC), datetime(2018, 4, 22, 21, 30, 13, tzinfo=UTC),
        datetime(2018, 4, 19, 22, 25, 33, tzinfo=UTC), datetime(2018, 4, 19, 22, 25, 33, tzinfo=UTC), None,
    )  # fmt: skip
    with reading(place.engine) as session:
        of_it = select(DemandEvent).where(DemandEvent.demand_id == demand.id)
        events = session.exec(of_it.order_by(DemandEvent.seq)).all()
    assert [(event.verb, event.from_state, event.to_state, event.at, event.reason) for event in events] == [
        (Verb.IMPORT, None, State.REPORTED, demand.reported_at, None),
        (Verb.IMPORT, State.REPORTED, State.CLOSED, demand.settled_at, "Closed"),
    ]


def test_a_repeated_number_in_the_labelled_messages_is_stored_once(place: Town) -> None:
    report = load(place, shared("data/messages/labelled_half.csv"))
    assert (report.read, report.inserted, report.repeated, report.rejected) == (241, 240, 1, ())


def test_a_row_keeps_what_the_file_says_and_gets_what_it_leaves_out(engine: Engine, tmp_path: Path) -> None:
    made = town(engine)
    path = wrote(
        tmp_path,
        'A1,,"路灯不亮。_x000D_\n　　请来看看	吧！",,霍坡村民委员会,2026-11-02,,待受理,,,霍某,,114.5012,33.6034',
        "A2,垃圾没清,垃圾没清,环境卫生->垃圾清运,411622204201001,2026年11月3日 9时30分,2026/11/05,已办结,2026-11-05,"
        "县供水公司,,,0,0",
        "A3,狗叫,狗叫,噪声扰民,火星村,2026-11-04T08:00:00Z,,处置中,,宠物办,,,,",
    )  # fmt: skip
    report = load(made, path)
    assert (report.read, report.inserted, report.unplaced, report.placeholders, report.rejected) == (3, 3, 1, 1, ())
    first, second, third = (stored(made, number) for number in ("A1", "A2", "A3"))
    assert (first.title, first.text, first.state, first.unit_id, first.placed) == (
        "路灯不亮", "路灯不亮。\n请来看看 吧！", State.PENDING_TRIAGE, made.units["411622204202"], True,
    )  # fmt: skip
    assert (first.category_id, first.reported_at, first.due_at, first.longitude) == (
        made.categories["utilities.lamps"], datetime(2026, 11, 1, 16, tzinfo=UTC),
        datetime(2026, 11, 11, 9, 30, tzinfo=UTC), 114.5012,
    )  # fmt: skip
    assert (second.category_id, second.department_id, second.unit_id, second.longitude) == (
        made.categories["sanitation.rubbish"], made.departments["water"], made.units["411622204201001"], None,
    )  # fmt: skip
    assert (second.due_at, second.settled_at, second.settled_level) == (
        datetime(2026, 11, 5, 16, tzinfo=UTC), datetime(2026, 11, 4, 16, tzinfo=UTC), "county",
    )  # fmt: skip
    assert (third.placed, third.unit_id, third.state, third.reported_at) == (
        False, made.units["411622204"], State.HANDLING, datetime(2026, 11, 4, 8, tzinfo=UTC),
    )  # fmt: skip
    with reading(engine) as session:
        category = session.get_one(Category, third.category_id)
        department = session.get_one(Department, third.department_id)
        assert (category.name, category.parent_id, department.name) == ("噪声扰民", made.categories["other"], "宠物办")
    assert_rebuilt(made)


def test_a_row_without_a_place_lands_at_the_unit_that_was_named(place: Town, tmp_path: Path) -> None:
    path = wrote(tmp_path, "A1,狗叫,狗叫,,火星村,2026-11-02,,,,,,,,")
    assert load(place, path, unit_code="411622204201").unplaced == 1
    demand = stored(place, "A1")
    assert (demand.unit_id, demand.a2_id, demand.placed) == (
        place.units["411622204201"], place.units["411622204201"], False,
    )  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le"])
def test_a_file_is_read_in_every_usual_encoding(place: Town, tmp_path: Path, encoding: str) -> None:
    report = load(place, wrote(tmp_path, "A1,路灯不亮,村西头路灯不亮,,,2026-11-02,,,,,霍某,,,", encoding=encoding))
    assert (report.inserted, report.rejected) == (1, ())
    demand = stored(place, "A1")
    assert (demand.title, demand.text, demand.reporter) == ("路灯不亮", "村西头路灯不亮", "霍某")


BAD = (
    "B1,好,好,,,2026-11-02,,,,,,,,", "B2,坏,坏,,,2026-02-30,,,,,,,,",
    "B3,坏,坏,,,,,,,,,,,", "B4,,,,,2026-11-02,,,,,,,,",
    "B5,坏,坏,,,2026-11-02,,奇怪,,,,,,",
    "B6,坏,坏,,,2026-11-02,,已办结,,,,,,",
    "B7,坏,坏,,,2026-11-02,,已办结,2026-11-01,,,,,", "B8,坏,坏,,,2026-11-02,明天,,,,,,,",
    "B9,坏,坏,,,2026-12-01,,,,,,,,",
)  # fmt: skip
WHY = [
    (3, "reported_at", "date_wrong", "2026-02-30"), (4, "reported_at", "missing", ""), (5, "text", "missing", ""),
    (6, "state", "state_unknown", "奇怪"), (7, "settled_at", "missing", "已办结"),
    (8, "settled_at", "settled_before_reported", "2026-11-01"), (9, "due_at", "date_wrong", "明天"),
    (10, "reported_at", "in_future", "2026-12-01"),
]  # fmt: skip


def test_one_bad_row_means_that_nothing_is_stored(engine: Engine, tmp_path: Path) -> None:
    made = town(engine)
    before = size(made)
    report = load(made, wrote(tmp_path, *BAD))
    assert [(row.number, row.column, row.reason, row.value) for row in report.rejected] == WHY
    assert (report.stored, report.read, report.inserted) == (False, 9, 0)
    assert size(made) == before


def test_good_rows_are_kept_on_request_and_the_bad_ones_can_be_downloaded(engine: Engine, tmp_path: Path) -> None:
    made = town(engine)
    report = load(made, wrote(tmp_path, *BAD), keep_good=True)
    assert (report.stored, report.inserted, report.rejected_rows) == (True, 1, 8)
    assert [(row.number, row.column, row.reason, row.value) for row in report.rejected] == WHY
    assert stored(made, "B1").title == "好"
    lines = imports.rejected_csv(report, {"state_unknown": "不认识的状态"}).decode("utf-8-sig").splitlines()
    assert (lines[0], lines[4]) == ("row,column,reason,value", "6,state,不认识的状态,奇怪")


def test_a_dry_run_counts_everything_and_stores_nothing(engine: Engine, tmp_path: Path) -> None:
    made = town(engine)
    before = size(made)
    path = wrote(tmp_path, "A1,狗叫,狗叫,噪声扰民,,2026-11-02,,,,宠物办,,,,", "A1,狗叫,狗叫,,,2026-11-02,,,,,,,,")
    report = load(made, path, dry_run=True)
    assert (report.stored, report.dry_run, report.inserted, report.repeated) == (False, True, 1, 1)
    assert size(made) == before


def test_rows_without_a_number_are_known_again_by_their_content(engine: Engine, tmp_path: Path) -> None:
    made = town(engine)
    rows = (
        ",路灯,路灯不亮,,霍坡村,2026-11-02,,,,,,,,",
        ",路灯,路灯 不亮,,霍坡村,2026-11-02,,,,,,,,",
        ",路灯,路灯不亮,,霍坡村,2026-11-03,,,,,,,,",
    )
    first = load(made, wrote(tmp_path, *rows))
    assert (first.inserted, first.repeated) == (2, 1)
    second = load(made, wrote(tmp_path, *rows))
    assert (second.inserted, second.updated, second.unchanged, second.repeated) == (0, 0, 2, 1)


def test_a_later_file_brings_known_demands_up_to_date(engine: Engine, tmp_path: Path) -> None:
    made = town(engine)
    load(
        made,
        wrote(tmp_path, "A1,路灯,路灯不亮,,火星村,2026-11-02,,待受理,,,,,,", "A2,狗叫,狗叫,,,2026-11-02,,待受理,,,,,,"),
    )
    report = load(
        made,
        wrote(
            tmp_path,
            "A1,路灯,路灯不亮,,霍坡村,2026-11-02,,已办结,2026-11-04 09:00,,,,,",
            "A2,狗叫,狗叫,,,2026-11-02,,待受理,,,,,,",
        ),
    )
    assert (report.updated, report.unchanged, report.kept_states) == (1, 1, 0)
    demand = stored(made, "A1")
    assert (demand.state, demand.settled_at, demand.unit_id, demand.a2_id, demand.placed, demand.version) == (
        State.CLOSED, datetime(2026, 11, 4, 1, tzinfo=UTC), made.units["411622204202"], made.units["411622204202"],
        True, 2,
    )  # fmt: skip
    assert_rebuilt(made)


def test_what_was_moved_here_keeps_its_state_against_a_later_file(engine: Engine, tmp_path: Path) -> None:
    made = town(engine)
    load(made, wrote(tmp_path, "A1,路灯,路灯不亮,,霍坡村,2026-11-02,,待受理,,,,,,"))
    number = stored(made, "A1").id
    with transaction(engine) as session:
        demands.accept(session, made.actors["chief"], number, now=NOW)
    again = load(made, wrote(tmp_path, "A1,路灯,路灯不亮,,霍坡村,2026-11-02,,待受理,,,,,,"))
    assert (again.unchanged, again.updated) == (1, 0)
    report = load(made, wrote(tmp_path, "A1,路灯,路灯还是不亮,,霍坡村,2026-11-02,,已办结,2026-11-03,,,,,"))
    assert (report.updated, report.kept_states) == (1, 1)
    demand = stored(made, "A1")
    assert (demand.state, demand.text) == (State.REGISTERED, "路灯还是不亮")
    assert_rebuilt(made)
    last = load(made, wrote(tmp_path, "A1,路灯,路灯还是不亮,,霍坡村,2026-11-02,,已办结,2026-11-03,,,,,"))
    assert (last.unchanged, last.updated) == (1, 0)


def test_rows_outside_the_importers_scope_are_refused(engine: Engine, tmp_path: Path) -> None:
    made = town(engine)
    load(made, wrote(tmp_path, "A1,路灯,路灯不亮,,411622204201001,2026-11-02,,,,,,,,"))
    made.actors["narrow"] = replace(made.actors["supervisor"], unit_id=made.units["411622204202"], depth=2)
    path = wrote(
        tmp_path, "A1,路灯,改了,,411622204202001,2026-11-02,,,,,,,,",
        "A2,路灯,路灯不亮,,411622204201001,2026-11-02,,,,,,,,",
        "A3,路灯,路灯不亮,,411622204202001,2026-11-02,,,,,,,,", "A4,路灯,路灯不亮,,,2026-11-02,,,,,,,,",
    )  # fmt: skip
    report = load(made, path, by="narrow", keep_good=True)
    assert [(row.number, row.column, row.reason) for row in report.rejected] == [
        (2, "external_id", "outside_scope"), (3, "unit_code", "outside_scope"),
    ]  # fmt: skip
    assert (report.inserted, stored(made, "A4").unit_id, stored(made, "A1").text) == (
        2, made.units["411622204202"], "路灯不亮",
    )  # fmt: skip


def test_only_who_may_import_imports_and_only_into_their_own_units(place: Town, tmp_path: Path) -> None:
    path = wrote(tmp_path, "A1,路灯,路灯不亮,,,2026-11-02,,,,,,,,")
    for role in ("leader", "chief", "member", "department", "viewer"):
        with pytest.raises(NotAllowed):
            load(place, path, by=role)
    place.actors["narrow"] = replace(place.actors["supervisor"], unit_id=place.units["411622204202"], depth=2)
    with pytest.raises(NotFound):
        load(place, path, by="narrow", unit_code="411622204201")
    assert load(place, path, by="supervisor").inserted == 1


def test_the_audit_log_tells_of_a_run_without_personal_data(place: Town, tmp_path: Path) -> None:
    load(place, wrote(tmp_path, "A1,路灯,路灯不亮,,,2026-11-02,,,,,霍某某,13800002207,,"), by="supervisor")
    with reading(place.engine) as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.action == "import.demands")).all()
    assert [entry.account_id for entry in entries] == [place.actors["supervisor"].account_id]
    assert entries[0].facts == (
        '{"inserted": 1, "read": 1, "rejected": 0, "repeated": 0, "unchanged": 0, "updated": 0}'
    )


def test_formulas_stay_text_and_are_disarmed_in_the_download(place: Town, tmp_path: Path) -> None:
    path = wrote(tmp_path, 'A1,=1+1,"=HYPERLINK(""http://x"")",,,2026-11-02,,,,,,,,', "A2,x,x,,,=NOW(),,,,,,,,")
    report = load(place, path, keep_good=True)
    demand = stored(place, "A1")
    assert (demand.title, demand.text) == ("=1+1", '=HYPERLINK("http://x")')
    assert imports.rejected_csv(report).decode("utf-8-sig").splitlines()[1] == "3,reported_at,date_wrong,'=NOW()"


def test_one_value_that_can_only_be_day_first_settles_the_whole_column(place: Town, tmp_path: Path) -> None:
    load(place, wrote(tmp_path, "A1,x,x,,,04/12/2018 11:11:26 AM,,,,,,,,", "A2,x,x,,,26/12/2018 11:11 PM,,,,,,,,"))
    assert (stored(place, "A1").reported_at, stored(place, "A2").reported_at) == (
        datetime(2018, 12, 4, 3, 11, 26, tzinfo=UTC), datetime(2018, 12, 26, 15, 11, tzinfo=UTC),
    )  # fmt: skip


def test_a_mapping_made_by_hand_names_columns_states_format_and_zone(place: Town, tmp_path: Path) -> None:
    path = wrote(tmp_path, "7,x,05.11.26 10:00,erledigt,05.11.26 12:00", header="Nr,Was,Wann,Stand,Ende")
    mapping = imports.load_mapping(
        'date_format = "%d.%m.%y %H:%M"\ntimezone = "Europe/Berlin"\n[states]\nerledigt = "closed"\n'
        '[columns]\nexternal_id = "Nr"\ntext = "Was"\nreported_at = "Wann"\nstate = "Stand"\nsettled_at = "Ende"\n'
    )
    assert load(place, path, mapping=mapping).inserted == 1
    demand = stored(place, "7")
    assert (demand.reported_at, demand.settled_at, demand.state) == (
        datetime(2026, 11, 5, 9, tzinfo=UTC), datetime(2026, 11, 5, 11, tzinfo=UTC), State.CLOSED,
    )  # fmt: skip


def test_a_preview_shows_rows_as_they_would_be_stored_and_stores_nothing(place: Town, tmp_path: Path) -> None:
    before = size(place)
    table = imports.open_table(wrote(tmp_path, *BAD), kind=Kind.DEMANDS)
    mapping = imports.guess(Kind.DEMANDS, table.columns, table.head())
    with transaction(place.engine) as session:
        rows = imports.preview(session, place.actors["supervisor"], Kind.DEMANDS, table, mapping, now=NOW, limit=3)
    assert [(row.number, row.values["title"], [each.reason for each in row.problems]) for row in rows] == [
        (2, "好", []), (3, "坏", ["date_wrong"]), (4, "坏", ["missing"]),
    ]  # fmt: skip
    assert (rows[0].values["state"], rows[0].values["reported_at"]) == ("pending_triage", "2026-11-02 00:00:00")
    assert size(place) == before


def test_the_same_workbook_filled_in_from_the_template_comes_in(place: Town, tmp_path: Path) -> None:
    import fastexcel
    import xlsxwriter

    path = tmp_path / "template.xlsx"
    path.write_bytes(imports.template(Kind.DEMANDS))
    book = fastexcel.read_excel(path)
    assert book.sheet_names == ["demands", "说明 notes"]
    assert book.load_sheet(0, header_row=None).to_polars().row(0) == tuple(HEADER.split(","))
    with pytest.raises(BadInput) as refusal:
        imports.open_table(path, kind=Kind.DEMANDS)
    assert refusal.value.code == "file_empty"
    with xlsxwriter.Workbook(path) as filled:
        sheet = filled.add_worksheet()
        sheet.write_row(0, 0, ["大王庄乡诉求台账"])
        sheet.write_row(2, 0, HEADER.split(","))
        sheet.write_row(3, 0, [411622001, "路灯", "路灯不亮", "", "霍坡村"])
        sheet.write_datetime(
            3, 5, datetime.fromisoformat("2026-11-02T10:13:37"), filled.add_format({"num_format": "yyyy/m/d h:mm"})
        )
        sheet.write_row(5, 0, ["B", "x", "x", "", "", "never"])
    report = load(place, path, keep_good=True)
    assert [(row.number, row.column, row.value) for row in report.rejected] == [(6, "reported_at", "never")]
    assert stored(place, "411622001").reported_at == datetime(2026, 11, 2, 2, 13, 37, tzinfo=UTC)


def test_progress_tells_rows_done_of_all_and_rows_a_second(place: Town, tmp_path: Path) -> None:
    rows = [f"A{number},x,x {number},,,2026-11-02,,,,,,,," for number in range(20_001)]
    told = []
    report = load(place, wrote(tmp_path, *rows), progress=lambda *step: told.append(step))
    assert report.inserted == 20_001
    assert [(done, total) for done, total, _ in told] == [(20_000, 20_001), (20_001, 20_001)]
    assert all(speed > 0 for *_, speed in told)
