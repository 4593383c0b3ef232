"""docs/features.md names, for every need and every point asked for, where it lives and the test that shows it."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "features.md"
SYSTEMS = [f"W{n}" for n in range(1, 11)] + [f"J{n}" for n in range(1, 13)] + [f"D{n}" for n in range(1, 14)]
SYSTEMS += [f"F{n}" for n in range(1, 9)] + [f"M{n}" for n in range(1, 6)]
FIRST_ISSUE = [f"2.{n}" for n in range(1, 11)]


def rows() -> list[list[str]]:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if re.match(r"\| [A-Z0-9]", line)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def named(pattern: str, column: int) -> set[str]:
    return {name for row in rows() for name in re.findall(pattern, row[column])}


def test_every_need_and_every_point_has_a_row():
    ids = {row[0] for row in rows()}
    assert [each for each in SYSTEMS + FIRST_ISSUE if each not in ids] == []


def test_every_place_that_is_named_exists():
    assert (
        sorted(
            name
            for name in named(r"`((?:pages|services|docs|sites|api|bench)/[\w./-]+)`", 2)
            if not (ROOT / name).exists()
        )
        == []
    )


def test_every_command_that_is_named_exists():
    from typer.main import get_command

    import cli

    known = set(get_command(cli.app).commands)  # type: ignore[attr-defined]
    assert sorted(named(r"`smallgrid (\w+)", 2) - known) == []


def test_every_test_that_is_named_exists():
    missing = []
    for name in named(r"`(tests/[\w./]+(?:::\w+)?)`", 3):
        path, _, function = name.partition("::")
        if not (ROOT / path).exists():
            missing.append(name)
        elif function:
            tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
            if function not in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}:
                missing.append(name)
    assert sorted(missing) == []


def test_a_row_without_a_test_says_that_it_is_not_built():
    assert [row[0] for row in rows() if "`tests/" not in row[3] and "not yet" not in row[2]] == []
