"""What someone may try who wants to see, change or stop what is not theirs: each try is refused and leaves no trace."""

import csv
import io
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from api.sign_in import own_path
from models.accounts import Role
from models.demands import Whistle
from models.people import Person, Post, PostRole
from services import accounts, checks, demands, imports, people, units
from services.access import SYSTEM
from services.database import reading, transaction
from services.errors import BadInput, NotFound, Refused, ServiceError
from services.imports import Kind
from tests.conftest import NOW
from tests.factories import town

HOUR = timedelta(hours=1)


@pytest.fixture
def site(sqlite_engine):
    return town(sqlite_engine)


def test_an_address_of_many_letters_is_read_in_one_go():
    """In a process of its own: trying every way to read it would take longer than anyone lives."""
    code = "from api.sign_in import own_path; print(own_path('/' + 'a' * 1900 + '!'))"
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True, cwd=root
    )
    assert done.stdout.strip() == "/"


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "/%2f/evil.example", "/a//evil",
     "javascript:alert(1)", "/a\r\nSet-Cookie: x=1", "/sign-out", "///evil.example/a", "/./evil", ""],
)  # fmt: skip
def test_signing_in_leads_to_no_other_server(target):
    assert own_path(target) == "/"


_CELL = "<c {at} t='str'><v>title</v></c>"
SHEETS = {
    "marks": ("<row r='1'>{a}</row><row r='1048576'>{b}</row>", "r='{}'", "worksheets/sheet1.xml"),
    "one row": ('<row r="1">{a}{b}</row>', 'r="{}"', "worksheets/sheet1.xml"),
    "spaces": ('<row r="1">{a}{b}</row>', "\n\t r \n=\n'{}'", "worksheets/sheet1.xml"),
    "elsewhere": ('<row r="1">{a}</row><row r="1048576">{b}</row>', 'r="{}"', "other/s.data"),
    "strings": ('<row r="1">{a}</row><row r="1048576">{b}</row>', 'r="{}"', "sharedStrings.xml"),
}  # fmt: skip


@pytest.mark.parametrize("kind", SHEETS)
def test_a_workbook_of_two_cells_far_apart_is_refused_however_it_is_written(tmp_path, kind):
    with pytest.raises(BadInput, match="xlsx_bomb"):
        imports.open_table(_book(tmp_path, *SHEETS[kind]), kind=Kind.DEMANDS)


def test_a_workbook_that_is_another_format_inside_is_refused(tmp_path):
    path = _book(tmp_path, *SHEETS["marks"])
    with zipfile.ZipFile(path, "w") as book:
        for name in ("xl/workbook.xml", "mimetype", "content.xml"):
            book.writestr(name, "application/vnd.oasis.opendocument.spreadsheet")
    with pytest.raises(BadInput, match="xlsx_broken"):
        imports.open_table(path, kind=Kind.DEMANDS)


def _book(folder, rows, place, target):
    """A workbook whose sheet has a cell at its first place and one at its last."""
    space = "http://schemas.openxmlformats.org/"
    cells = {name: _CELL.format(at=place.format(at)) for name, at in (("a", "A1"), ("b", "XFD1048576"))}
    relation = "<Relationship Id='r1' Type={kind} Target={target}/>"
    parts = {
        "xl/workbook.xml": f"<workbook xmlns='{space}spreadsheetml/2006/main' xmlns:r='{space}officeDocument/2006/"
        "relationships'><sheets><sheet name='s' sheetId='1' r:id='r1'/></sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships xmlns='{space}package/2006/relationships'>"
        + relation.format(kind=f"'{space}officeDocument/2006/relationships/worksheet'", target=f"'{target}'")
        + "</Relationships>",
        f"xl/{target}": f"<worksheet xmlns='{space}spreadsheetml/2006/main'><sheetData>{rows.format(**cells)}"
        "</sheetData></worksheet>",
    }  # fmt: skip
    path = folder / "book.xlsx"
    with zipfile.ZipFile(path, "w") as book:
        for name, written in parts.items():
            book.writestr(name, written)
    return path


def test_a_header_of_thousands_of_equal_columns_is_refused_at_once(tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text("title," + "x," * 10_000 + "text\na,b\n")
    with pytest.raises(BadInput, match="header_wrong"):
        imports.open_table(path, kind=Kind.DEMANDS)


def test_an_outline_file_whose_every_feature_has_a_column_of_its_own_is_refused(tmp_path):
    path = tmp_path / "wide.geojson"
    features = ",".join(f'{{"properties":{{"code":"1","k{number}":1}},"geometry":null}}' for number in range(1000))
    path.write_text(f'{{"features":[{features}]}}')
    with pytest.raises(BadInput, match="header_wrong"):
        imports.open_table(path, kind=Kind.OUTLINES)


def test_half_a_letter_in_an_outline_file_is_refused(tmp_path):
    path = tmp_path / "half.geojson"
    path.write_text('{"features":[{"properties":{"code":"1\\ud800"},"geometry":null}]}')
    with pytest.raises(BadInput, match="geojson_broken"):
        imports.open_table(path, kind=Kind.OUTLINES)


def test_a_key_of_another_persons_report_gives_no_receipt(site):
    with transaction(site.engine) as session:
        _report(session, site, "leader", "411622204201001", key="k1")
    with pytest.raises(BadInput, match="key_used"), transaction(site.engine) as session:
        _report(session, site, "member", "411622204202001", key="k1")
    with reading(site.engine) as session:
        assert demands.count(session, SYSTEM, demands.Filters(), now=NOW) == 1


def test_the_same_key_twice_by_the_same_person_gives_the_same_receipt(site):
    receipts = []
    for _ in range(2):
        with transaction(site.engine) as session:
            receipts.append(_report(session, site, "member", "411622204202001", key="k1"))
    assert receipts[0] == receipts[1]


def _report(session, site, who, grid, **options):
    return demands.report(
        session, site.actors[who], "路灯不亮", category_id=site.categories["utilities.lamps"],
        unit_id=site.units[grid], now=NOW, **options,
    )  # fmt: skip


def _accepted(site, grid="411622204202001"):
    number = site.report(grid=grid, by="leader")
    with transaction(site.engine) as session:
        demands.accept(session, site.actors["leader"], number, now=NOW + HOUR)
    return number


def test_a_person_who_serves_elsewhere_is_neither_given_a_demand_nor_named(site):
    number = _accepted(site)
    with transaction(site.engine) as session:
        stranger = Person(name="远处的人", phone="13911112222")
        session.add(stranger)
        session.flush()
        post = Post(person_id=stranger.id, unit_id=site.units["411622204201"], role=PostRole.CHIEF,
                    starts_on=NOW.date() - timedelta(days=9))  # fmt: skip
        session.add(post)
    found = {}
    for who in (stranger.id, 10**6):
        with pytest.raises(NotFound) as refused, transaction(site.engine) as session:
            demands.assign(
                session, site.actors["chief"], number, unit_id=site.units["411622204202001"], person_id=who,
                now=NOW + 2 * HOUR,
            )  # fmt: skip
        found[who] = refused.value.code
    assert set(found.values()) == {"person_not_found"}


def test_an_account_is_not_given_to_a_person_who_serves_elsewhere(site):
    with transaction(site.engine) as session:
        accounts.create(session, SYSTEM, "village_admin", "a long enough word", Role.ADMINISTRATOR, now=NOW,
                        unit_id=site.units["411622204201"])  # fmt: skip
        from models.accounts import Account
        from services import sessions

        row = session.exec(select(Account).where(Account.username == "village_admin")).one()
        actor = sessions.actor_of(session, row)
    with pytest.raises(NotFound, match="person_not_found"), transaction(site.engine) as session:
        accounts.create(session, actor, "spy", "a long enough word", Role.CHIEF, now=NOW,
                        unit_id=site.units["411622204201"], person_id=site.people["周网格"])  # fmt: skip


def test_merging_into_a_hidden_demand_tells_no_more_than_one_that_is_not_there(site):
    own, hidden = site.report(), site.report(by="leader", grid="411622204201001")
    told = []
    for into in (hidden, 10**6):
        with pytest.raises(NotFound) as refused, transaction(site.engine) as session:
            demands.merge(session, site.actors["chief"], own, into, now=NOW + HOUR, reason="一样的")
        told.append((refused.value.code, set(refused.value.facts)))
    assert told == [("demand_not_found", {"demand"})] * 2


def test_every_move_of_a_hidden_demand_is_refused_like_one_that_is_not_there(site):
    hidden = site.report(by="leader", grid="411622204201001")
    tries = {
        "accept": lambda s, a, n: demands.accept(s, a, n, now=NOW, seen_version=99, key="k"),
        "assign": lambda s, a, n: demands.assign(s, a, n, now=NOW, unit_id=site.units["411622204202001"]),
        "whistle": lambda s, a, n: demands.whistle(s, a, n, site.departments["water"], now=NOW),
        "return": lambda s, a, n: demands.return_(s, a, n, now=NOW, reason="x"),
        "settle": lambda s, a, n: demands.settle(s, a, n, now=NOW, reason="x"),
        "suspend": lambda s, a, n: demands.suspend(s, a, n, NOW + HOUR, now=NOW, reason="x"),
        "resume": lambda s, a, n: demands.resume(s, a, n, now=NOW),
        "reopen": lambda s, a, n: demands.reopen(s, a, n, now=NOW, reason="x"),
        "escalate": lambda s, a, n: demands.escalate(s, a, n, now=NOW, reason="x"),
        "rebuild": demands.rebuild,
        "similar": demands.similar,
        "detail": demands.detail,
    }  # fmt: skip
    found = {name: [_refusal(site, "chief", call, at) for at in (hidden, 10**6)] for name, call in tries.items()}
    assert found == dict.fromkeys(tries, ["demand_not_found"] * 2)


def _refusal(site, who, call, number):
    with pytest.raises(ServiceError) as refused, transaction(site.engine) as session:
        call(session, site.actors[who], number)
    return refused.value.code


def test_the_same_whistle_twice_calls_nobody_whom_no_event_names(site):
    number = _accepted(site)
    for department in ("water", "power"):
        with transaction(site.engine) as session:
            demands.whistle(session, site.actors["leader"], number, site.departments[department], now=NOW + 2 * HOUR,
                            key="w1")  # fmt: skip
    with reading(site.engine) as session:
        called = session.exec(select(Whistle.department_id).where(Whistle.demand_id == number)).all()
    assert called == [site.departments["water"]]


def test_a_clock_that_runs_backwards_settles_nothing_before_it_was_reported(site):
    number = site.report(at=NOW)
    leader = site.actors["leader"]
    with transaction(site.engine) as session:
        demands.accept(session, leader, number, now=NOW)
        demands.assign(session, leader, number, unit_id=site.units["411622204202001"], now=NOW)
        demands.sign(session, leader, number, now=NOW)
    with pytest.raises(Refused, match="clock_wrong"), transaction(site.engine) as session:
        demands.settle(session, leader, number, now=NOW - HOUR, reason="修好了")
    assert _agrees(site)


def _agrees(site):
    with reading(site.engine) as session:
        return checks.verify(session, SYSTEM).differences == ()


def test_a_reason_a_place_or_a_name_of_megabytes_is_refused(site):
    number, long = site.report(), "长" * 1_000_000
    for field in ("place", "reporter", "reporter_phone", "title"):
        with pytest.raises(BadInput, match="text_long"), transaction(site.engine) as session:
            _report(session, site, "member", "411622204202001", **{field: long})
    with pytest.raises(BadInput, match="text_long"), transaction(site.engine) as session:
        demands.ask_facts(session, site.actors["leader"], number, now=NOW, reason=long)


def test_an_account_disabled_meanwhile_keeps_no_session(site):
    from services import passwords, sessions

    with transaction(site.engine) as session:
        tried = sessions.count_try(session, "chief", "127.0.0.1", now=NOW)
    right = passwords.matches(tried.stored, "a long enough word")
    with transaction(site.engine) as session:
        token = sessions.sign_in(session, tried, right, now=NOW)
        found = sessions.signed_in(session, token, now=NOW)
        accounts.set_disabled(session, SYSTEM, found.account_id, True, now=NOW)
        assert sessions.signed_in(session, token, now=NOW + HOUR) is None


def test_a_big_screen_viewer_sees_no_whole_name_and_no_phone(site):
    unit = site.units["411622204202001"]
    with reading(site.engine) as session:
        viewer = site.actors["viewer"]
        posts = units.posts(session, viewer, unit, NOW.date())
        held = people.history(session, viewer, unit)
    assert [(post.name, post.phone) for post in (*posts, *held)] == [("周**", "139****1111")] * 2


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", " =", "\uff1d", "\n="])
def test_a_bad_row_handed_out_holds_no_formula(sign):
    from services.imports import ImportReport, Rejected, rejected_csv

    row = Rejected(2, "text", "missing", f"{sign}cmd|' /C calc'!A0")
    written = rejected_csv(ImportReport(Kind.DEMANDS, stored=False, dry_run=False, rejected=(row,)))
    cell = list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))[1][3]
    assert cell == f"'{row.value}"


def test_who_waits_too_long_for_an_import_is_told_so(site):
    with site.engine.execution_options(write=True).connect() as busy:
        busy.exec_driver_sql("SELECT 1")
        with pytest.raises(Refused, match="database_busy"), transaction(site.engine) as session:
            session.connection()
    site.report()


def test_an_error_of_the_database_tells_no_names_and_no_phones(site):
    with pytest.raises(IntegrityError) as told:
        site.report(latitude=999.0)
    assert "13800002207" not in str(told.value)


@pytest.mark.parametrize("moment", ["45981.123456789", "2026-11-01 10:00:00.123456", "2026-11-01T10:00:00.999+08:00"])
def test_demands_imported_with_fractions_of_seconds_agree_with_their_events(site, tmp_path, moment):
    path = tmp_path / "some.csv"
    path.write_text(f"external_id,text,reported_at,state\nX1,路灯不亮,{moment},\nX2,路灯坏了,{moment},\n", "utf-8")
    table = imports.open_table(path, kind=Kind.DEMANDS)
    with transaction(site.engine) as session:
        found = imports.run(session, SYSTEM, Kind.DEMANDS, table, imports.guess(Kind.DEMANDS, table.columns), now=NOW)
    assert (found.inserted, _agrees(site)) == (2, True)


def test_demands_imported_by_a_mapping_that_reads_fractions_agree_with_their_events(site, tmp_path):
    path = tmp_path / "some.csv"
    path.write_text("text,reported_at\n路灯不亮,2026-11-01 10:00:00.123456\n", "utf-8")
    table = imports.open_table(path, kind=Kind.DEMANDS)
    mapping = imports.ColumnMap({"text": "text", "reported_at": "reported_at"}, date_format="%Y-%m-%d %H:%M:%S%.f")
    with transaction(site.engine) as session:
        imports.run(session, SYSTEM, Kind.DEMANDS, table, mapping, now=NOW)
    assert _agrees(site)
