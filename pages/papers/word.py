"""A paper as a Word file: real headings, tables with header rows, fonts named for Chinese too. The same bytes again."""

import zipfile
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from pages.papers.paper import Block, Cell, Note, Paper, Points, Table

LATIN, CHINESE = "Arial", "Microsoft YaHei"
INK, MUTED, LATE = RGBColor(0x1B, 0x24, 0x30), RGBColor(0x5B, 0x66, 0x75), RGBColor(0xB8, 0x32, 0x1A)
SIZES = {"Normal": 10.5, "Title": 20, "Heading 1": 14, "Heading 2": 11, "List Number": 10.5}


def drawn(paper: Paper) -> bytes:
    """The paper as a Word file."""
    document = docx.Document()
    _styled(document)
    _page(document, paper)
    _properties(document, paper)
    document.add_paragraph(paper.title, style="Title")
    _small(document, paper.subtitle)
    for section in paper.sections:
        document.add_heading(section.title, level=1)
        for block in section.blocks:
            _add(document, block, section.title)
    written = BytesIO()
    document.save(written)
    return _packed(written, paper.made_at)


def _styled(document: Any) -> None:
    for name, size in SIZES.items():
        style = document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = LATIN, Pt(size), INK
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in (
            "asciiTheme",
            "hAnsiTheme",
            "eastAsiaTheme",
            "cstheme",
        ):  # a theme's font would win over a named one
            fonts.attrib.pop(qn(f"w:{kind}"), None)
        fonts.set(qn("w:eastAsia"), CHINESE)


def _page(document: Any, paper: Paper) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = (Cm(29.7), Cm(21)) if paper.wide else (Cm(21), Cm(29.7))
    page.orientation = WD_ORIENT.LANDSCAPE if paper.wide else WD_ORIENT.PORTRAIT
    page.left_margin = page.right_margin = Cm(1.8)
    page.top_margin = page.bottom_margin = Cm(1.8)
    foot = page.footer.paragraphs[0]
    foot.text = f"{paper.foot}  "
    _number(foot.add_run())
    for run in foot.runs:
        run.font.size, run.font.color.rgb = Pt(8), MUTED


def _number(run: Any) -> None:
    """The page's number: a field that Word fills in."""
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        part.text = text
        run._r.append(part)


def _properties(document: Any, paper: Paper) -> None:
    facts, made = document.core_properties, paper.made_at.astimezone(UTC).replace(tzinfo=None)
    facts.title, facts.author, facts.last_modified_by = paper.title, paper.product, paper.product
    facts.comments, facts.language = "", paper.language
    facts.created = facts.modified = made
    facts.revision = 1


def _add(document: Any, block: Block, title: str) -> None:
    match block:
        case str():
            document.add_paragraph(block)
        case Note():
            _small(document, block.text)
        case Points():
            for place, (said, small) in enumerate(block.rows, start=1):
                document.add_paragraph(f"{place}. {said}").paragraph_format.keep_with_next = bool(small)
                if small:
                    _small(document, small)
        case Table():
            if block.name != title:
                document.add_heading(block.name, level=2)
            _table(document, block)


def _small(document: Any, text: str) -> None:
    run = document.add_paragraph().add_run(text)
    run.font.size, run.font.color.rgb = Pt(9), MUTED


def _table(document: Any, table: Table) -> None:
    """Bars are for the eye and left out: the number stands beside them."""
    shown = [place for place, column in enumerate(table.columns) if column.head or column.number]
    made = document.add_table(rows=1, cols=len(shown), style="Table Grid")
    made.autofit = True
    for place, cell in zip(shown, made.rows[0].cells, strict=True):
        _fill(cell, Cell(table.columns[place].head), number=table.columns[place].number, strong=True)
    head = OxmlElement("w:tblHeader")
    head.set(qn("w:val"), "true")
    made.rows[0]._tr.get_or_add_trPr().append(head)
    for at, row in enumerate(table.rows):
        strong = at >= len(table.rows) - table.strong
        for place, cell in zip(shown, made.add_row().cells, strict=True):
            _fill(cell, row[place], number=table.columns[place].number, strong=strong)
    document.add_paragraph()


def _fill(cell: Any, value: Cell, *, number: bool, strong: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    if number:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(value.text)
    run.font.size, run.bold = Pt(9), strong
    if value.loud:
        run.font.color.rgb = LATE


def _packed(written: BytesIO, made_at: datetime) -> bytes:
    """The same parts in an archive that carries the paper's moment, not that of the writing."""
    found, stamp = BytesIO(), made_at.astimezone(UTC).timetuple()[:6]
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = zipfile.ZipInfo(name, (max(stamp[0], 1980), *stamp[1:]))
            part.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(part, source.read(name))
    return found.getvalue()
