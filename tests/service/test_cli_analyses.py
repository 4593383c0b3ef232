"""`smallgrid analysis` as an operator runs it."""

import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner

import cli
from services import database
from services.settings import settings
from tests.conftest import NOW
from tests.factories import town

TOWN, WHEN = "411622204", "2026-11-20T14:32+08:00"


@pytest.fixture
def site(tmp_path, monkeypatch):
    """The small township with two demands, in a database that the command finds in its settings."""
    url = f"sqlite:///{tmp_path / 'site.db'}"
    monkeypatch.setenv("SMALLGRID_DATABASE_URL", url)
    settings.cache_clear()
    engine = database.engine_for(url)
    database.migrate(engine)
    made = town(engine)
    made.report(at=NOW - timedelta(days=3), settled_on_the_spot="换了灯泡")
    made.report(at=NOW - timedelta(days=15))
    yield made
    engine.dispose()
    settings.cache_clear()


def run(*words):
    return CliRunner().invoke(cli.app, ["analysis", *words, "--now", WHEN])


@pytest.mark.parametrize(
    ("kind", "begins"), [("pdf", b"%PDF"), ("docx", b"PK"), ("xlsx", b"PK"), ("txt", b"Analysis of")]
)
def test_each_format_is_written_to_the_file_that_is_named_and_twice_alike(site, tmp_path, kind, begins):
    for name in ("one", "two"):
        done = run(TOWN, "--period", "2026-11", "--format", kind, "--out", str(tmp_path / name))
        assert (done.exit_code, done.stderr) == (0, "")
    one, two = ((tmp_path / name).read_bytes() for name in ("one", "two"))
    assert one == two
    assert one.startswith(begins)


def test_json_goes_to_the_terminal_with_numbers_as_numbers(site):
    told = json.loads(run(TOWN, "--period", "2026-11", "--format", "json", "--language", "zh").stdout)
    figures = next(block for block in told["sections"][0]["blocks"] if "table" in block)
    assert (told["title"], figures["rows"][0][:2], figures["rows"][1][1]) == ("大王庄乡分析报告", ["收到", 2], 0.5)


def test_a_bulletin_lists_the_units_below_and_refuses_where_there_are_none(site):
    told = json.loads(run(TOWN, "--period", "2026-11", "--format", "json", "--bulletin").stdout)
    rows = told["sections"][0]["blocks"][1]["rows"]
    assert [row[1] for row in rows] == ["Huopo Village", "Jiazhuang Village", "All together"]
    done = run("411622204201001", "--period", "2026-11", "--bulletin")
    assert (done.exit_code, done.stderr.strip()) == (2, "There is nothing below this unit to put side by side.")


def test_a_period_or_unit_that_is_none_is_said(site):
    for words in ((TOWN, "--period", "2026-13"), ("999", "--period", "2026-11")):
        assert run(*words).exit_code == 2
