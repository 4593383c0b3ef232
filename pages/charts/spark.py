"""Small lines inside a table: SVG pictures with their meaning in words, sharp on paper too."""

from base64 import b64encode
from collections.abc import Sequence
from html import escape

from pages.ui.style import BRAND, LINE


def spark(
    values: Sequence[float | None],
    words: str,
    *,
    width: int = 118,
    height: int = 26,
    colour: str = BRAND,
    low: float = 0.0,
    high: float | None = None,
    base: float | None = None,
) -> str:
    """An img element: a line through the values, its last one marked; gaps where there is none; `base` dotted.

    Streamlit takes inline SVG out of HTML, hence the picture; `words` are its text.
    """
    top = max([high or 0, *(value for value in values if value is not None)], default=1) or 1
    step = (width - 6) / max(len(values) - 1, 1)
    points = [None if value is None else (3 + n * step, _y(value, low, top, height)) for n, value in enumerate(values)]
    lines = "".join(_line(run, colour) for run in _runs(points))
    last = next((point for point in reversed(points) if point), None)
    dot = f'<circle cx="{last[0]:.1f}" cy="{last[1]:.1f}" r="2.5" fill="{colour}"/>' if last else ""
    level = ""
    if base is not None:
        y = _y(base, low, top, height)
        level = f'<line x1="0" x2="{width}" y1="{y:.1f}" y2="{y:.1f}" stroke="{LINE}" stroke-dasharray="2 2"/>'
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f"{level}{lines}{dot}</svg>"
    )
    source = b64encode(drawn.encode()).decode()
    return f'<img alt="{escape(words)}" width="{width}" height="{height}" src="data:image/svg+xml;base64,{source}">'


def _y(value: float, low: float, high: float, height: int) -> float:
    share = (min(max(value, low), high) - low) / ((high - low) or 1)
    return height - 3 - share * (height - 6)


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if len(run) > 1]


def _line(run: Sequence[tuple[float, float]], colour: str) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in run)
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.8" stroke-linejoin="round"/>'
