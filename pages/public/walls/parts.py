"""Small pieces that several panels of a wall are made of."""

from collections.abc import Sequence
from html import escape

from models.demands import Clock
from models.profiles import Profile
from pages.i18n import Words
from pages.public.walls.look import MUTED
from services.walls import PlaceRow

SHAPES = {Clock.LATE: "sq", Clock.NEAR: "tri", Clock.IN_TIME: "ci", Clock.SUSPENDED: "ba"}

SUFFIXES = "村乡镇县市区"
"""What ends the names of administrative units and goes without saying beside their own kind."""


def panel(heading: str, side: str, body: str, *, more: str = "", kind: str = "") -> str:
    """A panel: its heading, a note beside it, whatever stands at the right, and what it holds."""
    note = f"<small>{escape(side)}</small>" if side else ""
    return f'<div class="panel {kind}"><h2>{escape(heading)}{note}{more}</h2>{body}</div>'


def none(said: str, *, good: bool = False) -> str:
    """What is said where there is nothing; with the mark of what is in time where that is good."""
    return f"<div class=none>{'<i class=ci></i>' if good else ''}{escape(said)}</div>"


def shape(clock: Clock) -> str:
    """The shape of a clock: square, triangle, circle, bar."""
    return f'<i class="{SHAPES[clock]}"></i>' if clock in SHAPES else ""


def short(t: Words, profile: Profile, level: str | None, zh: str | None, en: str | None) -> str:
    """A unit's name where space is dear: Huopo for Huopo Village, 霍坡 for 霍坡村; 第3网格 and 马村 stay whole."""
    name = t.name(zh, en)
    if level is None:
        return name
    words = profile.level(level)
    if t.language == "en":
        return name.removesuffix(" " + words.en.title())
    ends = words.zh[-1]
    return name.removesuffix(ends) if ends in SUFFIXES and len(name) > 2 else name


def late_cell(t: Words, place: PlaceRow) -> str:
    """How many of a unit are late, with the shape of that; a quiet 0."""
    if not place.overdue:
        return "<span class=n>0</span>"
    return f'<span class="n lt"><i class=sq></i> {t.number(place.overdue)}</span>'


def level_words(t: Words, profile: Profile, level: str) -> str:
    """What the site calls a level."""
    return t.name(profile.level(level).zh, profile.level(level).en)


def spark(values: Sequence[float | None], colour: str = MUTED) -> str:
    """A trend as a line over its ground, the last value marked; nothing where there are not two values, or only 0."""
    known = [value for value in values if value is not None]
    if len(known) < 2 or values[-1] is None or not any(known):
        return ""
    low, high = min(known), max(known)
    points = [
        (2 + 92 * place / (len(values) - 1), 40 - 34 * ((value - low) / (high - low) if high > low else 0.5))
        for place, value in enumerate(values)
        if value is not None
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    (first, _), (x, y) = points[0], points[-1]
    return (
        f'<svg viewBox="0 0 98 46" aria-hidden="true"><polygon points="{first:.1f},45 {line} {x:.1f},45" '
        f'fill="{colour}" opacity=".14"/><polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2.4" '
        f'stroke-linejoin="round"/><circle cx="{x:.1f}" cy="{y:.1f}" r="3.6" fill="{colour}"/></svg>'
    )
