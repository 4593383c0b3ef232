"""Draws shapes.woff2: the status shapes at one optical size, the same in pages, tables and charts on every machine.

Run from the project's folder: uv run --with fonttools --with brotli python pages/static/shapes_font.py
"""

import math
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

UNITS, MIDDLE, CENTRE = 1000, 360, 400
Points = list[tuple[int, int]]


def box(left: int, bottom: int, right: int, top: int) -> Points:
    """A rectangle, clockwise."""
    return [(left, bottom), (left, top), (right, top), (right, bottom)]


def arc(radius: int, begin: int = 0, end: int = 360, *, hole: bool = False) -> Points:
    """A circle or a part of one around the middle; a hole runs the other way round."""
    steps = [math.radians(begin + (end - begin) * step / 48) for step in range(48 + (end - begin < 360))]
    points = [(round(CENTRE + radius * math.cos(a)), round(MIDDLE + radius * math.sin(a))) for a in steps]
    return points if hole else points[::-1]


SHAPES: dict[str, list[Points]] = {
    "■": [box(90, MIDDLE - 310, 710, MIDDLE + 310)],
    "▲": [[(40, MIDDLE - 290), (CENTRE, MIDDLE + 370), (760, MIDDLE - 290)]],
    "●": [arc(345)],
    "▬": [box(70, MIDDLE - 90, 730, MIDDLE + 90)],
    "○": [arc(345), arc(245, hole=True)],
    "◐": [arc(345), arc(245, -90, 90, hole=True)],
    "▮": [box(200, MIDDLE - 380, 600, MIDDLE + 380)],
    "━": [box(20, MIDDLE - 55, 780, MIDDLE + 55)],
}


def glyph(contours: list[Points]) -> object:
    """One glyph from its contours."""
    pen = TTGlyphPen(None)
    for points in contours:
        pen.moveTo(points[0])
        for point in points[1:]:
            pen.lineTo(point)
        pen.closePath()
    return pen.glyph()


def main() -> None:
    """Write shapes.woff2 beside this file."""
    names = {shape: f"shape{ord(shape):X}" for shape in SHAPES}
    glyphs = {".notdef": glyph([])} | {names[shape]: glyph(contours) for shape, contours in SHAPES.items()}
    builder = FontBuilder(UNITS, isTTF=True)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap({ord(shape): name for shape, name in names.items()})
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(dict.fromkeys(glyphs, (800, 0)))
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": "Grid Shapes", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=880, usWinAscent=880, usWinDescent=120)
    builder.setupPost()
    builder.font.flavor = "woff2"
    builder.save(Path(__file__).with_name("shapes.woff2"))


if __name__ == "__main__":
    main()
