"""Draws mark-zh.svg and mark-en.svg: the product's mark with its name as outlines, so that no font is needed.

Run from the project's folder: uv run --with fonttools python pages/static/marks.py
"""

from pathlib import Path

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont
from pylopdf_fonts_zh_cn import sans_path

BRAND, PALE, INK = "#0B6E69", "#9CC9C4", "#1B2430"
SIZE, LEFT, BASELINE = 20.5, 42, 22.8


def outlines(name: str) -> tuple[str, float]:
    """The name as an SVG path at SIZE px, and where it ends."""
    font = TTFont(sans_path())
    glyphs, letters = font.getGlyphSet(), font.getBestCmap()
    scale, pen, x = (
        SIZE / font["head"].unitsPerEm,
        SVGPathPen(font.getGlyphSet(), ntos=lambda v: f"{v:.1f}"),
        float(LEFT),
    )
    for letter in name:
        glyph = glyphs[letters[ord(letter)]]
        glyph.draw(TransformPen(pen, (scale, 0, 0, -scale, x, BASELINE)))
        x += glyph.width * scale
    return pen.getCommands(), x


def mark(name: str) -> str:
    """Three by three fields, the middle one in brand, then the name."""
    path, end = outlines(name)
    fields = "".join(
        f'<rect x="{x}" y="{y}" width="9" height="9" rx="2" fill="{BRAND if (x, y) == (11, 11) else PALE}"/>'
        for x in (0, 11, 22)
        for y in (0, 11, 22)
    )
    width = round(end + 2)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 31" width="{width}" height="31">{fields}'
        f'<path d="{path}" fill="{INK}" stroke="{INK}" stroke-width="0.7"/></svg>\n'
    )


if __name__ == "__main__":
    for language, name in (("zh", "小网格"), ("en", "Small Grid")):
        Path(__file__).with_name(f"mark-{language}.svg").write_text(mark(name), encoding="utf-8")
