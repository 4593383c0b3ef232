"""An empty workbook with the canonical columns, and a second sheet that says what each means."""

import io

from services import workbooks
from services.imports.fields import FIELDS, Kind


def template(kind: Kind) -> bytes:
    """An empty XLSX of a kind: the columns on the first sheet, their meaning in both languages on the second.

    All columns are formatted as text, so that codes keep their zeros and dates stay as written.
    """
    out = io.BytesIO()
    with workbooks.opened(out) as book:
        bold = workbooks.heading(book)
        as_text = book.add_format({"num_format": "@"})
        fields = [each for each in FIELDS[kind] if not each.extra]
        sheet = book.add_worksheet(kind.value)
        sheet.set_column(0, len(fields) - 1, 18, as_text)
        sheet.write_row(0, 0, [each.name for each in fields], bold)
        sheet.freeze_panes(1, 0)
        notes = book.add_worksheet("说明 notes")
        notes.set_column(0, 0, 16)
        notes.set_column(1, 3, 60)
        notes.write_row(0, 0, ("列 column", "说明", "meaning", "也认得 also known as"), bold)
        for number, each in enumerate(FIELDS[kind], start=1):
            star = "（必填）" if each.required else ""
            needed = " (required)" if each.required else ""
            notes.write_row(number, 0, (each.name, each.zh + star, each.en + needed, " ".join(each.synonyms)))
    return out.getvalue()
