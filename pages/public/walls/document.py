"""The document of a wall: loaded once, it holds what does not change, and the script that asks for what does."""

import json
from collections.abc import Sequence
from datetime import datetime
from html import escape

from models.profiles import Profile
from models.walls import View
from pages.i18n import Words, words
from pages.public.walls.land import Land
from pages.public.walls.look import BRAND, CSS
from pages.public.walls.script import SCRIPT
from services.walls import Entry, SnapshotRow

MARK = (
    '<svg viewBox="0 0 31 31" aria-hidden="true">'
    + "".join(
        f'<rect x="{x}" y="{y}" width="9" height="9" rx="2" fill="{BRAND if (x, y) == (11, 11) else "#2B5F66"}"/>'
        for x in (0, 11, 22)
        for y in (0, 11, 22)
    )
    + "</svg>"
)


def document(
    profile: Profile,
    row: SnapshotRow,
    land: Land | None,
    entry: Entry,
    *,
    board: str,
    have: str,
    build: str,
    now: datetime,
) -> str:
    """The whole document. `board` is what changes, `have` its name, `build` the name of all that does not."""
    t, views = words(entry.language, profile.timezone), entry.views
    place, view = t.name(row.unit.name, row.unit.name_en), views[0]
    told = {"s": t("{n} s ago"), "m": t("{n} min ago"), "h": t("{n} h ago")}
    data = {
        "view": view, "views": " ".join(views), "zone": profile.timezone, "now": f"{now.timestamp() * 1000:.0f}",
        "have": have, "build": build, "words": json.dumps(told, ensure_ascii=False),
    }  # fmt: skip
    attributes = " ".join(f'data-{name}="{escape(value)}"' for name, value in data.items())
    gone = escape(t("This screen was taken down. Whoever looks after the screens can hang it again."))
    return (
        f"{_start(t, place)}<style>{CSS}</style></head><body {attributes}>{_defs(land)}"
        f"<header>{MARK}<h1>{escape(place)}</h1><p class=sub>{escape(_sub(t, profile, row))}</p>"
        f"<nav>{_names(t, views, view)}</nav><span id=day></span><b id=clock></b><span id=age></span>"
        f"<div id=line><i></i></div></header><main id=now>{board}</main><p id=gone>{gone}</p>"
        f"<script>{SCRIPT}</script></body></html>"
    )


def missing(language: str) -> str:
    """What is shown for a link that leads nowhere, whatever the reason."""
    t = words(language)
    said = escape(t("There is no screen at this address."))
    return (
        f"{_start(t, t('Small Grid'))}<style>{CSS}</style></head><body class=over><p id=gone>{said}</p></body></html>"
    )


def _start(t: Words, title: str) -> str:
    tongue = "zh-CN" if t.language == "zh" else "en"
    return (
        f'<!doctype html><html lang="{tongue}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
    )


def _sub(t: Words, profile: Profile, row: SnapshotRow) -> str:
    """The product's name, and of how many of the smallest units the place is made."""
    if not row.smallest or row.smallest_level is None:
        return t("Small Grid")
    level = profile.level(row.smallest_level)
    units = t.name(level.zh, level.plural if row.smallest > 1 else level.en)
    many = t("{n} {units}", n=t.number(row.smallest), units=units)
    return f"{t('Small Grid')} · {many}"


def _names(t: Words, views: Sequence[View], shown: View) -> str:
    """The views' names, in the order in which they come; none where there is but one."""
    if len(views) < 2:
        return ""
    return "".join(
        f'<span data-view="{view}"{" class=on" if view is shown else ""}>{escape(t.term(view))}</span>'
        for view in views
    )  # fmt: skip


def _defs(land: Land | None) -> str:
    """The outlines, once: what changes refers to them."""
    if land is None:
        return ""
    paths = "".join(f'<path id="u{key}" d="{path}"/>' for key, path in land.paths.items())
    lines = '<path d="M0 0l8 8M-2 6l4 4M6 -2l4 4" stroke="#2C3D58" stroke-width="1.4"/>'
    hatch = f'<pattern id="none" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="scale({land.rem / 8:.2f})">{lines}</pattern>'  # noqa: E501
    return f'<svg class=defs aria-hidden="true"><defs>{paths}<path id="seams" d="{land.seams}"/>{hatch}</defs></svg>'
