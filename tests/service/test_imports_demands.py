"""Importing demands: real files without a mapping, twice, dry, from four encodings, and what must be refused."""

import csv
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func
from sqlmodel import col, select

from models.audit import AuditEntry
from models.demands import Category, Demand, DemandEvent, Source, State, Verb
from models.departments import Department
from services import demands, imports
from services.access import SYSTEM
from services.database import reading, transaction
from services.errors import NotAllowed, NotFound
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
