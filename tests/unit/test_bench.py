"""The benchmarks run from one end to the other on the smallest ledger; how fast is not asked here."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINE = re.compile(r"^\| (.+?) +\| +([\d,.]+) \| +([\d,.]+) \| +[\d,.]+ \|", re.MULTILINE)

EVERY = [
    "queue of the county, 50 rows + count", "queue of a township, category, overdue", "count of the county's open",
    "figures of the county, a year", "figures of the township, a year", "figures of the county, against raw rows",
    "trend of the county, 84 days", "Today of the county", "ranking of villages, a year",
    "ranking of villages, against raw rows", "ranking of a township's villages, a year", "map: all villages, a year",
    "map: grids of a township, a year", "escalation board of the county", "escalation board of the township",
    "one move (accept)", "one move (assign)", "one move (settle, with counters)", "sweep of 61 overdue",
    "import of 3,000 rows, CSV", "the same file again",
]  # fmt: skip


def run(*words: str) -> str:
    done = subprocess.run([sys.executable, "-m", "bench", *words], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "could not be measured" not in done.stdout
    return done.stdout


def test_every_figure_of_services_is_printed_beside_its_floor_and_the_plans_name_the_partial_index():
    told = run("--quick", "--size", "3k", "--only", "queue,figures,ranking,map,board,moves,sweep,import", "--plans")
    assert [name for name, *_ in LINE.findall(told)] == EVERY
    assert "queue county: SEARCH demands USING COVERING INDEX ix_demands_open_a1_id (a1_id=? AND is_open=?)" in told


def test_every_screen_reruns_without_an_exception_on_it():
    told = run("--quick", "--size", "3k", "--only", "screens")
    assert len(LINE.findall(told)) == 16
    assert "an exception on screen" not in told


def test_200_big_screens_refresh_on_one_process():
    told = run("--quick", "--size", "3k", "--only", "walls")
    assert [name for name, *_ in LINE.findall(told)] == [
        "200 screens of one unit, p95", "200 screens of the county and its townships, p95",
    ]  # fmt: skip
