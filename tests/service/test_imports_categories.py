"""Which category the words of a text suggest; the reading form and the import agree."""

import polars as pl
import pytest
from sqlalchemy import Engine

from services import categories
from services.access import SYSTEM
from services.database import reading
from services.errors import NotAllowed
from services.imports.labels import Categories
from tests.factories import town

TEXTS = {
    "村西头的路灯整排不亮": "utilities.lamps",
    "家里停水两天了，希望尽快修好": "utilities.water",
    "门前垃圾没人清运": "sanitation.rubbish",
    "东头两户为地界吵架": "disputes",
    "The street lamp is broken": "utilities.lamps",
    "你好": None,
}


def test_words_suggest_the_narrowest_category(engine: Engine) -> None:
    town(engine)
    with reading(engine) as session:
        found = {text: categories.suggest(session, SYSTEM, text) for text in TEXTS}
        assert {text: row and row.code for text, row in found.items()} == TEXTS
        codes = {row.id: row.code for row in categories.tree(session, SYSTEM)}
        many = Categories(session, SYSTEM).suggested(pl.Series(list(TEXTS)))
        assert [codes[number] for number in many] == [code or "other" for code in TEXTS.values()]


def test_the_tree_lists_each_class_before_its_parts(engine: Engine) -> None:
    town(engine)
    with reading(engine) as session:
        rows = categories.tree(session, SYSTEM)
    seen: set[int | None] = {None}
    for row in rows:
        assert row.parent_id in seen
        seen.add(row.id)
    assert [(row.code, row.depth) for row in rows[:3]] == [
        ("sanitation", 1), ("sanitation.rubbish", 2), ("sanitation.sewage", 2),
    ]  # fmt: skip


def test_the_tree_needs_permission(sqlite_engine: Engine) -> None:
    made = town(sqlite_engine)
    with reading(sqlite_engine) as session, pytest.raises(NotAllowed):
        categories.suggest(session, made.actors["viewer"], "路灯")
