"""Backups: what goes in comes out, on either database; a damaged file or a full database changes nothing."""

import json
import stat
import zipfile

import pytest
from sqlalchemy import func, select

from models.base import Base
from models.demands import Demand
from services import backups, checks, database, demands
from services.access import SYSTEM
from services.database import reading, transaction
from services.errors import BadInput, NotAllowed
from tests.conftest import NOW
from tests.factories import town


@pytest.fixture
def site(engine):
    made = town(engine)
    first, second = made.report(), made.report(text="停水三天了。")
    with transaction(engine) as session:
        demands.move(
            session, made.actors["chief"], first, demands.moves.Verb.MERGE, now=NOW, reason="重复",
            changes={"merged_into_id": second},
        )  # fmt: skip
        demands.accept(session, made.actors["chief"], second, now=NOW)
        demands.whistle(session, made.actors["chief"], second, made.departments["water"], now=NOW)
    return made


@pytest.fixture
def empty(tmp_path):
    made = database.engine_for(f"sqlite:///{tmp_path / 'other.db'}")
    database.migrate(made)
    yield made
    made.dispose()


def content(engine):
    """Every row of every table, but for the audit entry of the restoring itself."""
    with reading(engine) as session:
        return {
            table.name: [tuple(row) for row in session.connection().execute(select(table).order_by(*table.primary_key))]
            for table in Base.metadata.sorted_tables
            if table.name != "audit_entries"
        }


def back_up(site, tmp_path):
    path = tmp_path / "site.backup"
    with reading(site.engine) as session:
        made = backups.backup(session, SYSTEM, path, now=NOW)
    return path, made


def restore(engine, path):
    with transaction(engine) as session:
        return backups.restore(session, SYSTEM, path, now=NOW)


def test_a_site_restored_elsewhere_is_the_same_row_by_row(site, empty, tmp_path):
    path, made = back_up(site, tmp_path)
    assert restore(empty, path) == made
    assert content(empty) == content(site.engine)
    with reading(empty) as session:
        assert checks.verify(session, SYSTEM).total == 0


def test_a_backup_of_sqlite_restores_on_the_other_database_and_goes_on_counting(sqlite_engine, engine, tmp_path):
    if engine.dialect.name == "sqlite":
        pytest.skip("the same database on both sides: tested above")
    source = town(sqlite_engine)
    source.report()
    path, _ = back_up(source, tmp_path)
    restore(engine, path)
    assert content(engine) == content(sqlite_engine)
    source.engine = engine
    source.report()
    with reading(engine) as session:
        assert session.connection().execute(select(func.count()).select_from(Demand)).scalar_one() == 2


def test_a_backup_can_be_read_by_its_owner_only_and_leaves_nothing_half_written(site, tmp_path):
    path, _ = back_up(site, tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [found.name for found in tmp_path.iterdir() if "partial" in found.name] == []


def test_who_is_signed_in_is_not_backed_up(site, tmp_path):
    path, _ = back_up(site, tmp_path)
    with zipfile.ZipFile(path) as archive:
        assert [name for name in archive.namelist() if name.startswith("sign_in")] == []


def test_a_file_that_is_there_is_not_overwritten(site, tmp_path):
    path, _ = back_up(site, tmp_path)
    with pytest.raises(BadInput, match="file_exists"):
        back_up(site, tmp_path)
    assert zipfile.is_zipfile(path)


def test_a_database_that_holds_anything_is_not_restored_into(site, tmp_path):
    path, _ = back_up(site, tmp_path)
    before = content(site.engine)
    with pytest.raises(BadInput, match="database_not_empty"):
        restore(site.engine, path)
    assert content(site.engine) == before


def changed(path, name, change):
    """The backup with one part changed."""
    target = path.with_name("changed.backup")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as out:
        for part in source.namelist():
            data = source.read(part)
            out.writestr(part, change(data) if part == name else data)
    return target


def test_a_changed_row_is_found_before_anything_is_written(site, empty, tmp_path):
    path, _ = back_up(site, tmp_path)
    forged = changed(path, "demands.ndjson", lambda data: data.replace("霍某某".encode(), "霍某人".encode(), 1))
    with pytest.raises(BadInput, match="backup_damaged") as caught:
        restore(empty, forged)
    assert caught.value.facts["part"] == "demands"
    assert sum(map(len, content(empty).values())) == 0


def test_a_backup_whose_rows_do_not_hold_together_restores_nothing(site, empty, tmp_path):
    import hashlib

    path, _ = back_up(site, tmp_path)
    lost = changed(path, "departments.ndjson", lambda data: b"")

    def forget(data):
        manifest = json.loads(data)
        manifest["tables"]["departments"] |= {"rows": 0, "sha256": hashlib.sha256(b"").hexdigest()}
        return json.dumps(manifest).encode()

    with pytest.raises(BadInput, match="backup_damaged"):
        restore(empty, changed(lost.rename(tmp_path / "lost.backup"), "manifest.json", forget))
    assert sum(map(len, content(empty).values())) == 0


@pytest.mark.parametrize("kept", [0, 1, 100, 0.5, 0.99])
def test_a_file_cut_short_is_refused(site, empty, tmp_path, kept):
    path, _ = back_up(site, tmp_path)
    data = path.read_bytes()
    cut = tmp_path / "cut.backup"
    cut.write_bytes(data[: int(kept * len(data)) if isinstance(kept, float) else kept])
    with pytest.raises(BadInput, match=r"backup_(damaged|unknown)"):
        restore(empty, cut)
    assert sum(map(len, content(empty).values())) == 0


def test_a_backup_of_another_structure_is_refused(site, empty, tmp_path):
    path, made = back_up(site, tmp_path)
    older = changed(path, "manifest.json", lambda data: data.replace(made.revision.encode(), b"0000"))
    with pytest.raises(BadInput, match="backup_revision") as caught:
        restore(empty, older)
    assert caught.value.facts == {"found": "0000", "expected": made.revision}


@pytest.mark.parametrize("who", ["leader", "supervisor", "chief", "member", "department", "viewer"])
def test_only_who_manages_the_whole_site_backs_it_up(site, tmp_path, who):
    with reading(site.engine) as session, pytest.raises(NotAllowed):
        backups.backup(session, site.actors[who], tmp_path / "no.backup", now=NOW)
    assert not (tmp_path / "no.backup").exists()


def test_the_administrator_of_the_top_unit_may_back_up(site, tmp_path):
    with reading(site.engine) as session:
        made = backups.backup(session, site.actors["administrator"], tmp_path / "yes.backup", now=NOW)
    assert made.tables["demands"] == 2
