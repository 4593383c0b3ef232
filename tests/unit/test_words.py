import ast
import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from models import accounts, demands, people, projects
from models.watch import ledger
from pages.i18n import words
from pages.i18n.errors import ERRORS
from pages.i18n.terms import TERMS
from services.errors import Refused

ROOT = Path(__file__).resolve().parents[2]


def said() -> set[str]:
    """Every message the code says: t("..."), t.n("...", "...") and N_("..."), also inside an f-string."""
    sources = [path for name in ("pages", "cli") for path in (ROOT / name).rglob("*.py")] + [ROOT / "app.py"]
    calls = [node for path in sources for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    return {
        call.args[0].value
        for call in calls
        if getattr(call.func, "id", getattr(call.func, "attr", "")) in {"t", "N_", "n"}
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def translated() -> dict[str, str]:
    """Every message of the Chinese catalogs."""
    found: dict[str, str] = {}
    for path in (ROOT / "pages" / "i18n" / "zh_CN").glob("*.po"):
        with path.open("rb") as source:
            for message in read_po(source, locale="zh_CN"):
                if message.id:
                    key = message.id[0] if isinstance(message.id, tuple) else message.id
                    text = message.string[0] if isinstance(message.string, tuple) else message.string
                    assert found.get(key, text) == text, f"two translations of {key!r}"
                    found[key] = text
    return found


def test_every_message_of_the_screens_has_its_chinese():
    catalog = translated()
    assert sorted(message for message in said() if not catalog.get(message)) == []


def test_no_catalog_keeps_a_message_that_nobody_says():
    assert sorted(set(translated()) - said()) == []


def test_a_translation_keeps_every_placeholder():
    names = re.compile(r"{(\w+)}")
    assert [key for key, text in translated().items() if set(names.findall(key)) != set(names.findall(text))] == []


@pytest.mark.parametrize("module", [accounts, demands, people, projects, ledger])
def test_every_member_of_every_shown_enum_has_a_word(module):
    for name, enum in vars(module).items():
        if (
            isinstance(enum, type)
            and issubclass(enum, StrEnum)
            and enum is not StrEnum
            and enum.__module__ == module.__name__
        ):
            assert set(TERMS[name]) == {member.value for member in enum}


def test_every_error_a_service_raises_has_its_sentence():
    raised: set[str] = set()
    for path in (ROOT / "services").rglob("*.py"):
        raised |= set(
            re.findall(r"(?:BadInput|NotFound|NotAllowed|Refused|ChangedMeanwhile)\(\s*\"(\w+)\"", path.read_text())
        )
    assert raised - set(ERRORS) == set()


def test_durations_name_the_two_largest_units():
    spans = [timedelta(days=2, hours=4, minutes=9), timedelta(hours=3, minutes=10), timedelta(minutes=48), timedelta(0)]
    assert [words("zh").duration(span) for span in spans] == ["2 天 4 小时", "3 小时 10 分钟", "48 分钟", "1 分钟"]
    assert [words("en").duration(span) for span in spans] == ["2 d 4 h", "3 h 10 min", "48 min", "1 min"]


def test_moments_are_shown_in_the_site_s_zone():
    at = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
    assert (words("zh").moment(at), words("en").moment(at)) == ("11月22日 14:30", "22 Nov 14:30")


def test_an_error_is_told_in_the_reader_s_language():
    error = Refused("move_impossible", verb="close", state="reported", reference="D411622-2026-00001")
    assert words("zh").error(error) == "D411622-2026-00001 现在是“已上报”，不能“结案”。"
    assert words("en").error(error) == "D411622-2026-00001 is reported now, so “Close” is not possible."
