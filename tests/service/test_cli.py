"""The command `smallgrid` as an operator runs it: what it prints, what it refuses, and in which language."""

import json
import os
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner

import cli
from models.demands import Category, Demand, State
from models.departments import Department
from services import counters, database
from services.database import transaction
from services.settings import settings
from tests.conftest import NOW
from tests.factories import PASSWORD, town

COMMANDS = (
    "init", "demo", "import", "figures", "rank", "user", "backup", "restore", "verify", "recount", "serve", "migrate",
)  # fmt: skip
TOWN = "411622204"
NOVEMBER = ("--from", "2026-11-01", "--to", "2026-11-30", "--json")


@pytest.fixture
def site(url):
    """The small township with three demands: one settled by the grid, one settled late, one open."""
    engine = database.engine_for(url)
    database.migrate(engine)
    made = town(engine)
    made.report(at=NOW - timedelta(days=3), settled_on_the_spot="换了灯泡")
    late = made.report(at=NOW - timedelta(days=9))
    made.report(at=NOW - timedelta(days=1), by="leader", grid="411622204201001")
    with transaction(engine) as session:
        demand = session.get_one(Demand, late)
        demand.state, demand.is_open, demand.settled_level = State.CLOSED, False, "village"
        demand.settled_at, demand.due_at = NOW - timedelta(days=1), NOW - timedelta(days=2)
        session.flush()
        counters.recount(session)
    return made


def run(*words, given=None):
    """The command in this process."""
    return CliRunner().invoke(cli.app, [str(word) for word in words], input=given)


def smallgrid(url, *words, language="C"):
    """The real command, as a process of its own."""
    environment = os.environ | {"SMALLGRID_DATABASE_URL": url, "LANG": language, "LC_ALL": language}
    command = Path(sys.executable).with_name("smallgrid")
    return subprocess.run([command, *words], env=environment, capture_output=True, text=True, timeout=300)


def test_the_real_command_prints_one_object_of_figures(site, url):
    done = smallgrid(url, "figures", "--unit", TOWN, *NOVEMBER)
    assert (done.returncode, done.stderr) == (0, "")
    facts = json.loads(done.stdout)
    told = facts.pop("rates")
    by_the_clock = {"due", "on_time_rate", "closing_rate"}
    assert {name: value for name, value in told.items() if value and name not in by_the_clock} == {
        "scope": "full", "month": "cohort", "received": 3, "settled": 2, "self_settled": 1, "awaited": 2,
        "first_hour": 1, "settlement_rate": 2 / 3, "first_hour_rate": 1 / 2,
    }  # fmt: skip
    assert (told["rework_rate"], told["satisfaction_rate"], told["composite"]) == (0.0, None, None)
    assert facts | {"open": 1, "overdue": 0, "due": 0, "on_time": 0, "on_time_rate": None, "due_today": 0} == {
        "unit": TOWN, "name": "Dawangzhuang Township", "from": "2026-11-01", "to": "2026-11-30",
        "units": {"township": 1, "village": 2, "natural_village": 0, "grid": 4, "unit": 0}, "population": 100,
        "households": 0, "area_km2": None, "received": 3, "settled": 2, "open": 1, "overdue": 0,
        "settlement_rate": 2 / 3, "self_settled": 1, "due": 0, "on_time": 0, "on_time_rate": None, "due_today": 0,
        "settled_by_level": [
            {"level": "grid", "settled": 1, "share": 0.5}, {"level": "village", "settled": 1, "share": 0.5},
            {"level": "township", "settled": 0, "share": 0.0}, {"level": "county", "settled": 0, "share": 0.0},
        ],
    }  # fmt: skip
    assert facts["open"] == 1


def test_the_real_command_says_in_chinese_what_is_wrong_and_shows_no_traceback(url):
    done = smallgrid(url, "figures", "--json", language="zh_CN.UTF-8")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "数据库里还没有站点：请运行 `smallgrid init` 或 `smallgrid demo`。\n"


def test_a_wrong_setting_is_one_sentence(tmp_path):
    done = smallgrid("mysql://nowhere", "figures")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "SMALLGRID_DATABASE_URL must start with" in done.stderr


def test_rank_prints_a_list_with_rates_as_fractions(site):
    done = run("rank", "--level", "village", *NOVEMBER)
    shown = ("code", "name", "received", "settled", "settlement_rate", "rank")
    assert [tuple(row[key] for key in shown) for row in json.loads(done.stdout)] == [
        ("411622204202", "Huopo Village", 2, 2, 1.0, 1),
        ("411622204201", "Jiazhuang Village", 1, 0, 0.0, 2),
    ]


def test_rank_prints_how_far_the_counts_carry(site):
    rows = json.loads(run("rank", "--level", "village", "--sort", "on_time", *NOVEMBER).stdout)
    shown = [(row["rate"], row["cases"], row["tier"], row["rank_low"], row["rank_high"]) for row in rows]
    assert shown == [(row["on_time_rate"], row["due"], row["tier"], row["rank_low"], row["rank_high"]) for row in rows]
    assert all(row["rank"] is None or row["low"] < row["estimate"] < row["high"] for row in rows)
    few = json.loads(run("rank", "--level", "village", "--fewest", "5", *NOVEMBER).stdout)
    assert [(row["tier"], row["rank"], row["rank_median"]) for row in few] == [("few", None, None)] * 2
    assert few[0]["estimate"] > few[1]["estimate"]


def test_a_unit_without_data_prints_null_and_not_zero(site):
    rows = json.loads(run("rank", "--level", "grid", *NOVEMBER).stdout)
    assert [(row["code"][-6:], row["settlement_rate"], row["rank"]) for row in rows[2:]] == [
        ("201002", None, None), ("202002", None, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("figures", "--unit", "99"), "There is no unit 99 in your area."),
        (("figures", "--from", "20.11.2026"), "“20.11.2026” is no day: write it like 2026-11-20."),
        (("figures", "--from", "2026-11-20", "--to", "2026-11-01"), "The end 2026-11-01 is before the start"),
        (("rank", "--level", "street"), "This site has no level “street”. It has: township, village, natural"),
        (("import", "cats", "x.csv"), "There is no kind “cats” to import. Known: units, outlines, people"),
        (("init", "dawangzhuang"), "The database holds the site “dawangzhuang” already. Nothing was changed."),
        (("demo", "dawangzhuang", "--now", "yesterday"), "“yesterday” is not a moment with its time zone"),
        (("user", "disable", "nobody"), "There is no such account in your area."),
        (("user", "add", "li", "--role", "viewer"), "There is no terminal to ask for the password"),
        (("restore", __file__), "The database is not empty: a backup is restored into an empty one"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_said_in_one_sentence(site, words, said):
    done = run(*words)
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(said)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command):
    done = run(command, "--help")
    assert done.exit_code == 0
    assert "Usage" in done.stdout


def test_an_account_is_added_listed_and_disabled(site):
    done = run(
        "user", "add", "li", "--role", "chief", "--unit", "411622204202", "--password-stdin", given=f"{PASSWORD}\n"
    )
    assert (done.exit_code, done.stdout) == (0, "Account li added.\n")
    assert run("user", "disable", "li").exit_code == 0
    listed = json.loads(run("user", "list", "--json").stdout)
    assert [row for row in listed if row["username"] == "li"] == [
        {"username": "li", "role": "chief", "unit": "霍坡村", "department": None, "disabled": True}
    ]


def test_a_password_never_stands_in_the_arguments(site):
    assert run("user", "password", "leader", "another long word").exit_code == 2
    assert run("user", "password", "leader", "--password-stdin", given="another long word\n").exit_code == 0


def test_a_file_of_demands_is_imported_once(site, tmp_path):
    path = tmp_path / "demands.csv"
    path.write_text(
        "text,unit_code,reported_at\n停水了,411622204202001,2026-11-02 09:00\n路坏了,411622204202001,2026-11-03 09:00\n"
    )
    first, second = (json.loads(run("import", "demands", path, "--json").stdout) for _ in range(2))
    keys = ("read", "inserted", "updated", "unchanged", "repeated", "rejected")
    assert [first[key] for key in keys] == [2, 2, 0, 0, 0, []]
    assert [second[key] for key in keys] == [2, 0, 0, 2, 0, []]


def test_a_bad_row_is_listed_and_keeps_everything_out_unless_told_otherwise(site, tmp_path):
    path = tmp_path / "demands.csv"
    path.write_text(
        "text,unit_code,reported_at\n停水了,411622204202001,2026-11-02 09:00\n路坏了,411622204202001,never\n"
    )
    done = run("import", "demands", path, "--json")
    facts = json.loads(done.stdout)
    assert (done.exit_code, facts["stored"], [row["number"] for row in facts["rejected"]]) == (1, False, [3])
    assert set(facts["rejected"][0]) == {"number", "column", "reason"}
    kept = json.loads(run("import", "demands", path, "--keep-good", "--json").stdout)
    assert (kept["stored"], kept["inserted"]) == (True, 1)


def test_a_bad_row_is_told_in_a_sentence_and_not_by_its_code(site, tmp_path):
    path = tmp_path / "demands.csv"
    path.write_text("text,unit_code,reported_at\n路坏了,411622204202001,never\n停水了,411622204202001,\n")
    done = run("import", "demands", path)
    assert (done.exit_code, done.stdout.splitlines()[-3:]) == (
        1,
        [
            "Row 2, reported_at “never”: is no date that can be read",
            "Row 3, reported_at: is missing",
            "Nothing was stored.",
        ],
    )


def test_a_template_never_overwrites_a_file(url, tmp_path):
    path = tmp_path / "mine.xlsx"
    path.write_bytes(b"kept")
    done = run("import", "units", path, "--template")
    assert (done.exit_code, done.stderr) == (2, f"The file {path} exists already and is not overwritten.\n")
    assert path.read_bytes() == b"kept"


def test_a_dry_run_stores_nothing(site, tmp_path):
    path = tmp_path / "demands.csv"
    path.write_text("text,unit_code,reported_at\n停水了,411622204202001,2026-11-02 09:00\n")
    assert json.loads(run("import", "demands", path, "--dry-run", "--json").stdout)["inserted"] == 1
    assert json.loads(run("figures", *NOVEMBER).stdout)["received"] == 3


def test_a_template_is_a_workbook(url, tmp_path):
    path = tmp_path / "empty.xlsx"
    assert run("import", "demands", path, "--template").exit_code == 0
    assert path.read_bytes()[:2] == b"PK"


def test_a_site_backed_up_and_restored_gives_the_same_figures(site, url, tmp_path, monkeypatch):
    before = run("figures", *NOVEMBER).stdout
    assert run("backup", tmp_path / "site.backup").exit_code == 0
    other = f"sqlite:///{tmp_path / 'other.db'}"
    monkeypatch.setenv("SMALLGRID_DATABASE_URL", other)
    settings.cache_clear()
    assert run("restore", tmp_path / "site.backup").exit_code == 0
    assert run("figures", *NOVEMBER).stdout == before
    database.engine_for(other).dispose()


def test_verify_ends_with_one_on_a_difference(site):
    done = run("verify", "--json")
    report = json.loads(done.stdout)
    assert (done.exit_code, report["demands"], {row["subject"] for row in report["differences"]}) == (
        1, 3, {"D411622-2026-00002"},
    )  # fmt: skip


def test_counters_that_differ_are_counted_anew(site):
    with database.transaction(site.engine) as session:
        session.connection().exec_driver_sql("UPDATE unit_counts SET received = received + 5 WHERE grain = 1")
    assert json.loads(run("recount", "--json").stdout) == {"demands": 3, "differences": 5}
    assert json.loads(run("recount", "--json").stdout) == {"demands": 3, "differences": 0}


def test_rates_are_told_by_event_month_and_as_assessed(site):
    told = json.loads(run("figures", *NOVEMBER, "--scope", "assessed", "--month", "event").stdout)["rates"]
    assert (told["scope"], told["month"], told["settled"], told["settlement_rate"]) == ("assessed", "event", 2, None)


def test_a_profile_that_grew_reaches_the_database_and_nothing_of_the_past_is_lost(site, tmp_path, monkeypatch):
    profile = (settings().sites_dir / "dawangzhuang.toml").read_text(encoding="utf-8")
    grown = profile.replace('en = "Works office"', 'en = "Works and roads office"')
    grown += '\n[[departments]]\ncode = "forest"\nzh = "县林业局"\nen = "Forestry bureau"\nlevel = "county"\n'
    grown += '\n[[categories]]\ncode = "forestry"\nzh = "林业"\nen = "Forestry"\nwords = ["树"]\n'
    (tmp_path / "dawangzhuang.toml").write_text(grown, encoding="utf-8")
    monkeypatch.setenv("SMALLGRID_SITES_DIR", str(tmp_path))
    settings.cache_clear()
    assert "2 categories or departments are new." in run("migrate").stdout
    assert "0 categories or departments are new." in run("migrate").stdout
    with database.reading(site.engine) as session:
        names = dict(session.exec(select(Department.code, Department.name_en)).all())
        assert (names["works"], names["forest"]) == ("Works and roads office", "Forestry bureau")
        assert session.exec(select(Category.sort).where(Category.code == "forestry")).one() > 0


def test_an_empty_site_gets_its_top_unit(url):
    assert run("init", "dawangzhuang").stdout == "Site made: Dawangzhuang Township. Next: smallgrid import units FILE\n"
    assert json.loads(run("figures", "--json").stdout)["units"]["township"] == 1


def test_without_a_site_nothing_is_backed_up_and_no_file_is_left(url, tmp_path):
    done = run("backup", tmp_path / "site.backup")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("The database holds no site yet")
    assert not (tmp_path / "site.backup").exists()


def test_a_wrong_department_lists_the_known_ones(site):
    done = run(
        "user", "add", "li", "--role", "department", "--department", "watr", "--password-stdin", given=f"{PASSWORD}\n"
    )
    assert (done.exit_code, done.stdout) == (2, "")
    assert "“watr”" in done.stderr
    assert "waterworks" in done.stderr


def test_a_taken_port_is_said_and_nothing_is_served(site):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = run("serve", "--port", port)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"Nothing can listen at 127.0.0.1:{port}: Address already in use\n"
