"""`smallgrid deadline`, `explain` and `sweep` as an operator runs them."""

import json
from datetime import timedelta

import pytest
from sqlmodel import select
from typer.testing import CliRunner

import cli
from models.demands import Demand, DemandEvent, Verb
from services import database
from tests.conftest import NOW
from tests.factories import town

FRIDAY = "2025-09-26T10:00"


@pytest.fixture
def site(url):
    engine = database.engine_for(url)
    database.migrate(engine)
    return town(engine)


def run(*words):
    return CliRunner().invoke(cli.app, [str(word) for word in words])


def answered(*words):
    done = run(*words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("start", "limit", "pauses", "due"),
    [
        (FRIDAY, "7 work days", [], "2025-10-13T17:30:00+08:00"),
        (FRIDAY, "7 work days", ["2025-09-29T11:00/2025-10-09T09:00"], "2025-10-16T17:30:00+08:00"),
        ("2026-02-13T16:00", "6 work hours", [], "2026-02-14T15:30:00+08:00"),
        ("2026-02-14T09:00", "3 work days", [], "2026-02-26T17:30:00+08:00"),
        ("2026-09-30T15:00", "7 days", [], "2026-10-08T00:00:00+08:00"),
        ("2026-09-30T07:00Z", "24 hours", ["2026-09-30T08:00Z/2026-09-30T17:00"], "2026-10-01T16:00:00+08:00"),
        (FRIDAY, "24 hours", ["2025-09-26T12:00/2025-09-26T12:00"], "2025-09-27T10:00:00+08:00"),
    ],
)
def test_a_deadline_of_any_case_without_a_site(url, start, limit, pauses, due):
    words = [word for pause in pauses for word in ("--pause", pause)]
    found = answered("deadline", "--from", start, "--limit", limit, *words)
    assert (found["due_at"], found["steps"][0]["step"], found["steps"][-1]) == (
        due,
        "start",
        {"step": "due", "at": due},
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--from", "yesterday", "--limit", "7 days"), "“yesterday” is not a moment"),
        (("--from", "9999-12-30T15:00", "--limit", "7 days"), "“9999-12-30T15:00” is not a moment"),
        (("--from", "0001-01-01T00:00+14:00", "--limit", "7 days"), "is not a moment"),
        (("--from", FRIDAY, "--limit", "0 days"), "“0 days” is not a limit"),
        (("--from", FRIDAY, "--limit", "1 day", "--pause", FRIDAY), "is not a pause"),
        (("--from", FRIDAY, "--limit", "1 day", "--pause", f"{FRIDAY}/2025-09-25"), "is not a pause"),
    ],
)
def test_what_cannot_be_run_is_said_in_one_sentence(url, words, sentence):
    done = run("deadline", *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert sentence in done.stderr


def test_a_sweep_prints_four_numbers_and_a_second_one_moves_nothing(site, url):
    with database.reading(database.engine_for(url)) as session:
        due = session.get_one(Demand, site.report()).level_due_at
    late = ("sweep", "--now", (due + timedelta(minutes=1)).isoformat())
    nothing = dict.fromkeys(("warned", "escalated", "at_top", "skipped"), 0)
    assert [answered("sweep", "--now", due.isoformat()), answered(*late, "--dry-run"), answered(*late)] == [
        nothing | {"warned": 1}, nothing | {"escalated": 1}, nothing | {"escalated": 1},
    ]  # fmt: skip
    assert answered(*late) == nothing
    assert answered("sweep", "--now", (NOW - timedelta(days=900)).isoformat()) == nothing


def test_a_moment_without_an_offset_is_one_of_the_site(site, url):
    demand_id = site.report()
    answered("sweep", "--now", "2027-01-20T09:00")
    with database.reading(database.engine_for(url)) as session:
        wanted = (DemandEvent.demand_id == demand_id, DemandEvent.verb == Verb.ESCALATE)
        assert session.exec(select(DemandEvent).where(*wanted)).one().at.isoformat() == "2027-01-20T01:00:00+00:00"


@pytest.mark.parametrize("moment", ["soon", "9999-12-31T23:59+00:00", "0001-01-01T00:00+08:00", "2026-13-01T00:00Z"])
def test_a_sweep_at_no_moment_is_refused_and_moves_nothing(site, url, moment):
    site.report()
    done = run("sweep", "--now", moment)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"“{moment}” is not a moment" in done.stderr
    with database.reading(database.engine_for(url)) as session:
        assert {event.verb for event in session.exec(select(DemandEvent))} == {Verb.REPORT, Verb.SUBMIT}


def test_explain_tells_each_clock_and_the_stored_deadline(site, url):
    demand_id = site.report()
    with database.reading(database.engine_for(url)) as session:
        reference = session.get_one(Demand, demand_id).reference
    found = answered("explain", reference)
    assert (found["reference"], found["due_at"]) == (reference, found["solve"]["due_at"])
    assert found["answer"]["line"] == "due Mon 23 Nov 17:30 = 1 work day after Fri 20 Nov 14:32"
    assert run("explain", "D1-2026-00001").exit_code == 2
