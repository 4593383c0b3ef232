"""Reading a file as a table of text, a chunk at a time: CSV in four encodings, XLSX, and GeoJSON for outlines."""

import csv
import json
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl

from services.errors import BadInput
from services.imports import guards
from services.imports.fields import FIELDS, Kind, heading_key

CHUNK = 20_000
NUMBER = "__number__"
"""The column that carries each row's number as in a spreadsheet."""
TITLE_ROWS = 10
"""The header is looked for in so many first rows: above it there may be a title."""
MAX_COLUMNS = 512


@dataclass(slots=True, weakref_slot=True)
class Table:
    """An opened file: its headings, how many data rows, and the number of the first one. All cells are text.

    `chunks` can be walked again and again. A CSV stays on the disk; a workbook is held in memory, within its limits.
    """

    kind: Kind
    name: str
    columns: tuple[str, ...]
    total: int
    first_number: int
    rows: pl.LazyFrame = field(repr=False)

    def chunks(self, size: int = CHUNK) -> Iterator[pl.DataFrame]:
        """The rows as frames of at most `size`, each with NUMBER; rows that are empty throughout are left out."""
        number = self.first_number
        filled = pl.any_horizontal(pl.col(self.columns).str.strip_chars().str.len_bytes() > 0)
        for frame in self.rows.collect_batches(chunk_size=size, maintain_order=True):
            numbers = pl.Series(NUMBER, range(number, number + frame.height), dtype=pl.Int64)
            number += frame.height
            yield frame.with_columns(numbers).filter(filled)

    def head(self, limit: int = 20) -> list[dict[str, str | None]]:
        """The first rows as {heading: value}, empty ones left out."""
        first = next(iter(self.chunks(max(limit * 2, 100))), pl.DataFrame())
        return first.drop(NUMBER, strict=False).head(limit).to_dicts()


def open_table(path: Path, *, kind: Kind, any_header: bool = False) -> Table:
    """Open a file for a kind. What cannot be taken is refused before anything of it is kept in memory.

    Raises BadInput: file_missing, file_empty, file_too_large, xlsx_bomb, xlsx_broken, xls_old, csv_broken,
    geojson_broken, encoding_unknown; header_wrong where no heading is recognised, unless `any_header` (a mapping
    made by hand will say which column is which).
    """
    path = Path(path)
    guards.check_size(path)
    start = guards.first_bytes(path)
    if start.startswith(guards.OLD_EXCEL):
        raise BadInput("xls_old", file=path.name)
    if start.startswith(b"PK") or path.suffix.lower() in {".xlsx", ".xlsm"}:
        table = _open_workbook(path, kind)
    elif kind is Kind.OUTLINES:
        table = _open_geojson(path)
    else:
        table = _open_csv(path, kind, packed=start.startswith(b"\x1f\x8b"))
    if not any_header and not _recognised(kind, table.columns):
        expected = ", ".join(each.name for each in FIELDS[kind] if not each.extra)
        raise BadInput("header_wrong", found=", ".join(table.columns)[:500], expected=expected)
    if table.total == 0:
        raise BadInput("file_empty", file=path.name)
    return table


def _recognised(kind: Kind, headings: Sequence[str | None]) -> int:
    known = {synonym for each in FIELDS[kind] for synonym in each.synonyms}
    return sum(heading_key(heading) in known for heading in headings if heading)


def _header_at(kind: Kind, first_rows: Sequence[Sequence[str | None]]) -> int:
    """Which of the first rows is the header: that with most known headings (two at least), else the first filled."""
    scores = [_recognised(kind, row) for row in first_rows]
    if max(scores, default=0) > 1:
        return scores.index(max(scores))
    return next((number for number, row in enumerate(first_rows) if any(row)), 0)


def _headings(row: Sequence[str | None]) -> tuple[str, ...]:
    """Headings cleaned and made distinct: a second "x" becomes "x 2", an empty one "column 5".

    Raises BadInput header_wrong for more than MAX_COLUMNS, before anything is done to them.
    """
    if len(row) > MAX_COLUMNS:
        raise BadInput("header_wrong", found=f"{len(row)}")
    found: list[str] = []
    for number, heading in enumerate(row, start=1):
        name = " ".join((heading or "").replace("_x000D_", " ").replace("\ufeff", "").split()) or f"column {number}"
        while name in found:
            name += " 2"
        found.append(name)
    return tuple(found)


def _open_csv(path: Path, kind: Kind, *, packed: bool) -> Table:
    temporary: list[Path] = []
    plain = path
    try:
        if packed:
            plain = guards.unpacked_gzip(path)
            temporary.append(plain)
        encoding = guards.encoding_of(plain)
        if encoding != "utf-8":
            plain = guards.as_utf8(plain, encoding)
            temporary.append(plain)
        table = _scan_csv(path.name, plain, kind)
    except BaseException:
        _unlink(temporary)
        raise
    weakref.finalize(table, _unlink, temporary)
    return table


def _unlink(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _scan_csv(name: str, path: Path, kind: Kind) -> Table:
    try:
        separator, first_rows = _first_rows(path, kind)
        header = _header_at(kind, first_rows)
        columns = _headings(first_rows[header]) if first_rows else ()
        if not columns:
            raise BadInput("header_wrong", found="0")
        rows = pl.scan_csv(
            path, has_header=False, schema=dict.fromkeys(columns, pl.String), separator=separator,
            truncate_ragged_lines=True,
        ).slice(header + 1)  # fmt: skip
        total = rows.select(pl.len()).collect().item()
    except (pl.exceptions.PolarsError, csv.Error) as error:
        raise BadInput("csv_broken", file=name, detail=str(error).splitlines()[0][:200]) from error
    return Table(kind, name, columns, total, header + 2, rows)


def _first_rows(path: Path, kind: Kind) -> tuple[str, list[list[str]]]:
    """The separator under which most headings are known, and the first records."""
    tries = []
    for separator in (",", "\t", ";", "|"):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(islice(csv.reader(file, delimiter=separator), TITLE_ROWS))
        tries.append((max((_recognised(kind, row) for row in rows), default=0), separator, rows))
    best = max(tries, key=lambda each: each[0])
    return best[1], best[2]


def _open_workbook(path: Path, kind: Kind) -> Table:
    guards.check_workbook(path)
    try:
        book = fastexcel.read_excel(path)
        frames = (_sheet(book, name) for name in book.sheet_names[:5])
        candidates = [frame for frame in frames if frame.height]
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError) as error:
        raise BadInput("xlsx_broken", file=path.name) from error
    if not candidates:
        raise BadInput("file_empty", file=path.name)
    heads = [(_header_at(kind, frame.head(TITLE_ROWS).rows()), frame) for frame in candidates]
    header, frame = max(heads, key=lambda each: _recognised(kind, each[1].row(each[0])))
    columns = _headings(frame.row(header))
    rows = frame.slice(header + 1)
    rows.columns = list(columns)
    return Table(kind, path.name, columns, rows.height, header + 2, rows.lazy())


def _sheet(book: Any, name: str) -> pl.DataFrame:
    """A sheet as text from its very first row: dates as YYYY-MM-DD HH:MM:SS, whole numbers without a point."""
    sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    frame: pl.DataFrame = sheet.to_polars()
    return frame


def _open_geojson(path: Path) -> Table:
    """Features as rows: their properties and, under `geometry`, the geometry as JSON. The first feature is row 2."""
    try:
        data = json.loads(path.read_bytes())
        features = data["features"]
        found = [
            {**{str(key): _text(value) for key, value in (feature.get("properties") or {}).items()},
             "geometry": json.dumps(feature["geometry"]) if feature.get("geometry") else None}
            for feature in features
        ]  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadInput("geojson_broken", file=path.name) from error
    columns = tuple(dict.fromkeys(key for row in found for key in row))
    if not columns:
        raise BadInput("file_empty", file=path.name)
    if len(columns) > MAX_COLUMNS:
        raise BadInput("header_wrong", found=f"{len(columns)}")
    try:
        frame = pl.DataFrame(
            {name: [row.get(name) for row in found] for name in columns}, schema=dict.fromkeys(columns, pl.String)
        )
    except UnicodeError as error:
        raise BadInput("geojson_broken", file=path.name) from error
    return Table(Kind.OUTLINES, path.name, columns, frame.height, 2, frame.lazy())


def _text(value: Any) -> str | None:
    return None if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
