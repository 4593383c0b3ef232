"""What a file really is, told by its content; nothing else is stored. Pure."""

import io
import zipfile
import zlib

from services.errors import BadInput

MAX_BYTES = 10 * 1024 * 1024
"""The largest document taken."""
MAX_UNPACKED = 100 * 1024 * 1024
"""The most an Office document may unfold to; none of 10 MB that is one needs more."""
MAX_PARTS = 2_000
PIECE = 1024 * 1024

PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ENDINGS = {PDF: ("pdf",), PNG: ("png",), JPEG: ("jpg", "jpeg"), DOCX: ("docx",), XLSX: ("xlsx",)}
"""The kinds of file that are taken, each with the endings its name may have."""
TAKEN = tuple(ending for endings in ENDINGS.values() for ending in endings)

_MAIN = {DOCX: "word/document.xml", XLSX: "xl/workbook.xml"}
_ACTIVE = ("vbaproject.bin", "activex", "embeddings/", "externallinks/")
"""Parts of an Office document that run, or bring another file along."""


def media_type(name: str, content: bytes) -> str:
    """The media type of the content. Raises BadInput: document_empty, document_large, document_kind, document_active.

    The name must end as its content says: a program called plan.pdf is refused, and so is a picture called plan.pdf.
    """
    if not content:
        raise BadInput("document_empty", file=name)
    if len(content) > MAX_BYTES:
        raise BadInput("document_large", file=name, limit=MAX_BYTES // 2**20)
    found = _told(name, content)
    if found is None or name.rpartition(".")[2].lower() not in ENDINGS[found]:
        raise BadInput("document_kind", file=name, kinds=", ".join(TAKEN))
    return found


def _told(name: str, content: bytes) -> str | None:
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return PDF
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR":
        return PNG
    if content.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in content[-64:]:
        return JPEG
    return _office(name, content) if content.startswith(b"PK\x03\x04") else None


def _office(name: str, content: bytes) -> str | None:
    """Which Office document a zip is, None for any other zip. It is unfolded once, piece by piece, and not kept."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            parts = book.infolist()
            _require_small(name, len(parts), sum(part.file_size for part in parts))
            names = {part.filename.lower().replace("\\", "/") for part in parts}
            _unfold(name, book, parts)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise BadInput("document_kind", file=name, kinds=", ".join(TAKEN)) from error
    if any(mark in part for part in names for mark in _ACTIVE):
        raise BadInput("document_active", file=name)
    return next((kind for kind, main in _MAIN.items() if main in names and "[content_types].xml" in names), None)


def _unfold(name: str, book: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    """Read every part to its end: what the directory says of lengths may be a lie, the checksums may be wrong."""
    seen = 0
    for part in parts:
        with book.open(part) as stream:
            while piece := stream.read(PIECE):
                seen += len(piece)
                _require_small(name, len(parts), seen)


def _require_small(name: str, parts: int, unpacked: int) -> None:
    if parts > MAX_PARTS or unpacked > MAX_UNPACKED:
        raise BadInput("document_bomb", file=name)
