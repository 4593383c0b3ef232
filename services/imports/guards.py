"""What is looked at before a file is opened: its size, what it is, what a workbook would unfold to, its encoding."""

import codecs
import gzip
import os
import re
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from services.errors import BadInput

MAX_BYTES = 200 * 1024 * 1024
"""The largest file taken, as it lies on the disk."""
MAX_UNPACKED = 600 * 1024 * 1024
"""The most a workbook (or a .gz) may unfold to."""
MAX_RATIO = 120
"""A workbook part of more than RATIO_FROM bytes compressed further is no table any more (real ones reach about 40)."""
RATIO_FROM = 20 * 1024 * 1024
MAX_CELLS = 40_000_000
"""The most cells a sheet may span; one cell at XFD1048576 would otherwise ask for 17 thousand million."""
OTHER_BOOKS = frozenset({"xl/workbook.bin", "content.xml", "mimetype"})
"""Parts of the formats that a reader would try next, and that cannot be looked through here."""
PIECE = 1024 * 1024
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
OLD_EXCEL = b"\xd0\xcf\x11\xe0"


def check_size(path: Path) -> None:
    """Raise BadInput file_missing, file_empty or file_too_large. Reads nothing."""
    if not path.is_file():
        raise BadInput("file_missing", file=path.name)
    size = path.stat().st_size
    if size == 0:
        raise BadInput("file_empty", file=path.name)
    if size > MAX_BYTES:
        raise BadInput("file_too_large", file=path.name, megabytes=size // 2**20, limit=MAX_BYTES // 2**20)


def first_bytes(path: Path, count: int = 4096) -> bytes:
    """The beginning of the file."""
    with path.open("rb") as file:
        return file.read(count)


def check_workbook(path: Path) -> None:
    """Look through a workbook without keeping it: the zip directory first, then every part's true length and checksum.

    Raises BadInput xlsx_bomb or xlsx_broken. Memory stays within a few megabytes whatever the file claims.
    """
    try:
        with zipfile.ZipFile(path) as book:
            parts = book.infolist()
            _check_directory(path, parts)
            names = {part.filename.lower().replace("\\", "/") for part in parts}
            if "xl/workbook.xml" not in names or names & OTHER_BOOKS:
                raise BadInput("xlsx_broken", file=path.name)
            for part in parts:
                _check_part(book, part, path)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise BadInput("xlsx_broken", file=path.name) from error
    except Exception as error:
        if isinstance(error, BadInput):
            raise
        raise BadInput("xlsx_broken", file=path.name) from error


def _check_directory(path: Path, parts: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    steep = any(
        part.file_size > RATIO_FROM and part.file_size > MAX_RATIO * max(part.compress_size, 1) for part in parts
    )
    if unpacked > MAX_UNPACKED or steep or len(parts) > 10_000:
        raise BadInput("xlsx_bomb", file=path.name, megabytes=unpacked // 2**20, limit=MAX_UNPACKED // 2**20)


_SPACES = re.compile(rb"[ \t\r\n]{2,}")
_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]*?\sr\s?=\s?["'](\d{1,9})""")
_CELL = re.compile(rb"""\sr\s?=\s?["']([A-Za-z]{1,4})(\d{1,9})""")


def _check_part(book: zipfile.ZipFile, part: zipfile.ZipInfo, path: Path) -> None:
    """Read a part to its end. What rows and cells say of their place counts in every part: any may be named a sheet.

    A reader sets up the whole rectangle between the first cell and the last before it looks at any value.
    """
    rows, width, tail = 0, 0, b""
    with book.open(part) as stream:
        for piece in _pieces(stream):
            text = _SPACES.sub(b" ", tail + piece)
            cells = set(_CELL.findall(text))
            rows = max([rows, *map(int, set(_ROW.findall(text))), *(int(row) for _, row in cells)])
            width = max([width, *(_column_number(name.upper()) for name, _ in cells)])
            tail = text[-200:]
    if rows * width > MAX_CELLS:
        raise BadInput("xlsx_bomb", file=path.name, cells=rows * width, limit=MAX_CELLS)


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := stream.read(PIECE):
        yield piece


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def unpacked_gzip(path: Path) -> Path:
    """A .gz unfolded into a temporary file, never beyond the limit. Raises BadInput gzip_broken or file_too_large."""
    target, name = tempfile.mkstemp(suffix=".csv")
    written = 0
    try:
        with os.fdopen(target, "wb") as out, gzip.open(path) as packed:
            for piece in _pieces(packed):  # type: ignore[arg-type]
                written += len(piece)
                if written > MAX_UNPACKED:
                    raise BadInput(
                        "file_too_large", file=path.name, megabytes=written // 2**20, limit=MAX_UNPACKED // 2**20
                    )
                out.write(piece)
    except (OSError, EOFError) as error:
        Path(name).unlink(missing_ok=True)
        raise BadInput("gzip_broken", file=path.name) from error
    except BadInput:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def encoding_of(path: Path) -> str:
    """UTF-8, UTF-8 with BOM, UTF-16 or GB18030 (which holds GBK and GB2312). Raises BadInput encoding_unknown."""
    start = first_bytes(path)
    for mark, name in BOMS:
        if start.startswith(mark):
            return name
    if b"\0" in start:
        name = "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
        if _decodes(path, name) and start.count(0) * 4 > len(start):
            return name
        raise BadInput("encoding_unknown", file=path.name)
    for name in ("utf-8", "gb18030"):
        if _decodes(path, name):
            return name
    raise BadInput("encoding_unknown", file=path.name)


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            for piece in _pieces(file):
                if "\0" in decoder.decode(piece):
                    return False
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def as_utf8(path: Path, encoding: str) -> Path:
    """The text rewritten as UTF-8 without a BOM, in a temporary file. Raises BadInput encoding_unknown."""
    decoder = codecs.getincrementaldecoder(encoding)()
    target, name = tempfile.mkstemp(suffix=".csv")
    try:
        with os.fdopen(target, "w", encoding="utf-8", newline="") as out, path.open("rb") as file:
            for piece in _pieces(file):
                out.write(decoder.decode(piece))
            out.write(decoder.decode(b"", final=True))
    except UnicodeError as error:
        Path(name).unlink(missing_ok=True)
        raise BadInput("encoding_unknown", file=path.name) from error
    return Path(name)
