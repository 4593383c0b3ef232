import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = Path(sys.executable).with_name("lint-imports")


@pytest.fixture
def copy(tmp_path):
    for name in ("api", "cli", "models", "pages", "services"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "static"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def broken(copy, module, line):
    """Whether import-linter refuses the copy with one more import in it."""
    path = copy / module
    path.write_text(f"{line}\n{path.read_text()}")
    ran = subprocess.run([LINT, "--no-cache"], cwd=copy, capture_output=True, text=True, env={"PYTHONPATH": str(copy)})
    return ran.returncode != 0 and "BROKEN" in ran.stdout


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("services/units.py", "import pages.ui.status"),
        ("services/units.py", "import cli"),
        ("pages/report.py", "import cli.terminal"),
        ("models/units.py", "import services.units"),
        ("services/units.py", "import streamlit"),
        ("pages/report.py", "import sqlalchemy"),
        ("pages/i18n/words.py", "import streamlit"),
        ("api/health.py", "import pages.i18n"),
    ],
)
def test_a_copy_that_breaks_a_rule_is_refused(copy, module, line):
    assert broken(copy, module, line)


def test_nobody_imports_the_entry_or_the_command_line():
    guilty = []
    for path in (found for name in ("api", "models", "pages", "services") for found in (ROOT / name).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [getattr(node, "module", None)]
            if isinstance(node, ast.Import | ast.ImportFrom) and {"app", "cli"} & set(names):
                guilty.append(path)
    assert guilty == []


def test_a_screen_never_imports_a_screen():
    screens = {path.stem for path in (ROOT / "pages").glob("*.py")} - {"__init__", "shell", "sign_in"}
    guilty = [
        path.name
        for path in (ROOT / "pages").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "pages" and {a.name for a in node.names} & screens
    ]
    assert guilty == []
