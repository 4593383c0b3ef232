"""Importing units: the whole file is one tree, checked and laid over the one that is here, then stored at once."""

from typing import Any

import polars as pl
from sqlalchemy import func
from sqlmodel import select

from models.demands import Demand
from models.units import LEVELS
from services.errors import BadInput
from services.imports import values
from services.imports.context import Context, Tally
from services.imports.fields import heading_key
from services.imports.names import in_latin
from services.imports.places import short_name
from services.imports.report import PreviewRow, Rejected
from services.imports.tables import NUMBER, Table
from services.imports.unit_tree import Line, Tree

_LEVEL_WORDS = {
    "province": "省 自治区 直辖市 省级",
    "city": "市 地级市 市级 prefecture",
    "county": "县 区 县级市 区县 县级 district",
    "township": "乡 镇 街道 乡镇 乡镇街道 乡级 town",
    "village": "村 行政村 社区 村居 村社区 村级 community",
    "natural_village": "自然村 村民小组 组",
    "grid": "网格",
    "unit": "微网格 单元 microgrid",
}
_TEXTS = ("code", "name", "level", "parent_code", "name_en")
CODE_LENGTH = 40


class UnitImporter:
    """One run over one file of units."""

    def __init__(self, context: Context) -> None:
        self.tally = Tally()
        self._context = context
        self._lines: dict[str, Line] = {}
        self._levels = _level_words(context)

    def survey(self, table: Table) -> None:
        """Nothing to find out beforehand."""

    def take(self, frame: pl.DataFrame, *, writing: bool) -> None:  # noqa: ARG002
        """Keep the good lines of a chunk; the tree can be judged only when all of it is known."""
        for line in self._checked(frame, self.tally):
            if line.code in self._lines:
                self.tally.repeated += 1
            else:
                self._lines[line.code] = line

    def finish(self, *, writing: bool) -> None:
        """Lay the file's tree over the present one, refuse what does not fit, store the rest."""
        tree = Tree.of(self._context)
        for column, reason, line in tree.lay(self._lines, self._context):
            self.tally.reject(line.number, column, reason, line.parent if column == "parent_code" else line.code)
        fresh, changed = tree.difference()
        self.tally.inserted, self.tally.updated = len(fresh), len(changed & set(tree.laid))
        self.tally.unchanged = len(tree.laid) - self.tally.inserted - self.tally.updated
        self._refuse_new_depths(tree)
        if writing and (fresh or changed):
            tree.store(self._context, fresh, changed)

    def shown(self, frame: pl.DataFrame) -> list[PreviewRow]:
        """A few rows as they would be stored."""
        tally = Tally()
        good = {line.number: line for line in self._checked(frame, tally)}
        problems: dict[int, list[Rejected]] = {}
        for problem in tally.rejected:
            problems.setdefault(problem.number, []).append(problem)
        rows = []
        for given in frame.iter_rows(named=True):
            line = good.get(given[NUMBER])
            cells = {name: value or "" for name, value in given.items() if name != NUMBER}
            if line is not None:
                cells |= {"code": line.code, "level": line.level, "name": short_name(line.name)}
                cells["name_en"] = line.name_en or in_latin(short_name(line.name))
            rows.append(PreviewRow(given[NUMBER], cells, tuple(problems.get(given[NUMBER], ()))))
        return rows

    def _refuse_new_depths(self, tree: "Tree") -> None:
        """A demand keeps its path by depth, so depths may change only while there are no demands."""
        if not tree.moved_depths():
            return
        count = self._context.session.execute(select(func.count()).select_from(Demand)).scalar_one()
        if count:
            raise BadInput("reroot_with_demands", demands=count, units=len(tree.moved_depths()))

    def _checked(self, frame: pl.DataFrame, tally: Tally) -> list[Line]:
        frame = values.coordinates(frame.with_columns(values.line(pl.col(name)) for name in _TEXTS))
        frame = frame.with_columns(
            people=values.number(pl.col("population")), area=values.number(pl.col("area_km2")),
        )  # fmt: skip
        tally.placeholders += int(frame.get_column("placeholder").sum())
        lines = []
        for row in frame.iter_rows(named=True):
            problem = self._problem(row)
            if problem is not None:
                tally.reject(row[NUMBER], *problem)
                continue
            people, area = row["people"], row["area"]
            lines.append(
                Line(
                    number=row[NUMBER], code=row["code"], name=row["name"],
                    level=self._levels[heading_key(row["level"])], parent=self._parent(row), name_en=row["name_en"],
                    population=None if people is None else int(people), area_m2=None if area is None else area * 1e6,
                    longitude=row["longitude"], latitude=row["latitude"],
                )
            )  # fmt: skip
        return lines

    def _parent(self, row: dict[str, Any]) -> str | None:
        parent: str | None = row["parent_code"]
        if "parent_code" not in self._context.mapping.columns and self._context.fallback is not None:
            return self._context.fallback.code if row["code"] != self._context.fallback.code else None
        return parent

    def _problem(self, row: dict[str, Any]) -> tuple[str, str, Any] | None:
        for name in ("code", "name", "level"):
            if row[name] is None:
                return name, "missing", ""
        if len(row["code"]) > CODE_LENGTH:
            return "code", "too_long", row["code"]
        if heading_key(row["level"]) not in self._levels:
            return "level", "level_unknown", row["level"]
        for name, parsed in (("population", "people"), ("area_km2", "area")):
            written = (row[name] or "").strip()
            if written and (row[parsed] is None or row[parsed] < 0):
                return name, "number_wrong", written
        return None


def _level_words(context: Context) -> dict[str, str]:
    words = {heading_key(level): level for level in LEVELS}
    for level, written in _LEVEL_WORDS.items():
        words |= {heading_key(word): level for word in written.split()}
    for own in context.profile.levels:
        words |= {heading_key(word): own.key for word in (own.zh, own.en, own.plural)}
    return words
