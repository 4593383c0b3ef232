"""The map of a wall, who holds what is open, and the units with most that is late."""

from bisect import bisect_right
from collections.abc import Sequence
from html import escape

from models.profiles import Profile
from pages.i18n import Words
from pages.maps.fills import steps
from pages.public.walls.land import Land, Spot
from pages.public.walls.look import GROUND, HELD, INK, LATE_RAMP
from pages.public.walls.parts import late_cell, level_words, none, panel, short
from services.walls import PlaceRow, SnapshotRow

FEW = len(LATE_RAMP) - 1
MOST = 13
"""Lines that the list of units has room for."""
QUIET = "#94A3B6"


def map_panel(t: Words, profile: Profile, row: SnapshotRow, land: Land | None) -> str:
    """The units by late demands, with names and numbers; below them who holds what is open."""
    if row.level is None:
        return panel(
            t("Late by unit"),
            "",
            none(t("There is no unit below this one. Where there are any, the import brings them."))
            + _held(t, profile, row),
        )
    heading = t("Late by {level}", level=level_words(t, profile, row.level))
    if land is None:
        said = none(t("No outline of a {level} is here yet: outlines come by the import.",
                      level=level_words(t, profile, row.level)))  # fmt: skip
        return panel(heading, "", said + _held(t, profile, row))
    starts = starts_of([place.overdue for place in row.places])
    body = f"<div class=land>{_drawn(t, profile, row, land, starts)}</div>{_held(t, profile, row)}"
    return panel(heading, t("in demands"), body, more=_keys(t, row, starts))


def starts_of(counts: Sequence[int]) -> list[int]:
    """Where the classes of late counts begin: each number its own as long as there are colours for them. Pure."""
    most = max(counts, default=0)
    return list(range(most + 1)) if most <= FEW else [0, *steps(counts)]


def _colour(starts: Sequence[int], count: int) -> str:
    """Dark for none, the hue of lateness for the last class."""
    place = bisect_right(starts, count) - 1
    if not place:
        return LATE_RAMP[0]
    return LATE_RAMP[FEW - (len(starts) - 1 - place)]


def _drawn(t: Words, profile: Profile, row: SnapshotRow, land: Land, starts: Sequence[int]) -> str:
    known = {place.unit_id: place for place in row.places}
    fills = "".join(
        f'<use href="#u{key}" fill="{_fill(known.get(key), starts)}"/>' for key in land.paths
    )  # fmt: skip
    texts = "".join(
        _label(short(t, profile, row.level, place.name, place.name_en), place, land.spots[place.unit_id])
        for place in row.places
        if place.unit_id in land.spots
    )
    said = escape(t("Map of late demands"))
    return (
        f'<svg viewBox="{land.box}" text-anchor="middle" role="img" aria-label="{said}">'
        f'<g stroke="{GROUND}" stroke-width="{land.rem * 0.36:.1f}" stroke-linejoin="round">{fills}</g>'
        f'<use href="#seams" fill="none" stroke="#fff" stroke-opacity=".12" stroke-width="{land.rem * 0.1:.1f}"/>'
        f"{texts}</svg>"
    )


def has_data(place: PlaceRow) -> bool:
    """Whether anything was ever open or due there, as far as a wall looks back."""
    return bool(place.open or place.due)


def _fill(place: PlaceRow | None, starts: Sequence[int]) -> str:
    if place is None or not has_data(place):
        return "url(#none)"
    return _colour(starts, place.overdue)


def _label(name: str, place: PlaceRow, spot: Spot) -> str:
    """The name, and below it the number where something is late; a name that does not fit gives way to its number."""
    x, y, size = f"{spot.x:.0f}", spot.y, spot.size
    edge = f'stroke="{GROUND}" stroke-opacity=".6" stroke-width="{size * 0.1:.0f}" paint-order="stroke"'
    if not place.overdue:
        at = f'x="{x}" y="{y + 0.36 * size:.0f}" font-size="{size * 0.96:.0f}" fill="{QUIET}"'
        return f"<text {at} {edge}>{escape(name)}</text>" if spot.named else ""
    dark = f'fill="{INK}" {edge}'
    below = y + (1.04 if spot.named else 0.5) * size
    said = f'<text x="{x}" y="{y - 0.2 * size:.0f}" font-size="{size:.0f}" {dark}>{escape(name)}</text>'
    number = f'font-size="{size * 1.3:.0f}" font-weight="700" {dark}>{place.overdue}</text>'
    return f'{said if spot.named else ""}<text x="{x}" y="{below:.0f}" {number}'


def _keys(t: Words, row: SnapshotRow, starts: Sequence[int]) -> str:
    """What the colours say."""
    shown = enumerate(starts) if any(has_data(place) for place in row.places) else ()
    keys = [
        f'<span><svg viewBox="0 0 28 18"><rect width="28" height="18" rx="2" fill="{_colour(starts, start)}"/>'
        f"</svg>{_range(t, starts, place)}</span>"
        for place, start in shown
    ]
    if not all(has_data(place) for place in row.places):
        drawn = '<path d="M-4 12L12 -4M2 24L30 -4M14 26L32 8" stroke="#5B6B85" stroke-width="2"/>'
        keys.append(f'<span><svg viewBox="0 0 28 18">{drawn}</svg>{escape(t("no case"))}</span>')
    return f"<span class=keys>{''.join(keys)}</span>"


def _range(t: Words, starts: Sequence[int], place: int) -> str:
    first = starts[place]
    if place + 1 < len(starts) and starts[place + 1] - first > 1:
        return f"{t.number(first)}–{t.number(starts[place + 1] - 1)}"
    return t.number(first) + ("+" if place + 1 == len(starts) > 1 and starts != list(range(len(starts))) else "")


def _held(t: Words, profile: Profile, row: SnapshotRow) -> str:
    """Who holds what is open, from below: a bar of shares and the numbers."""
    whole = sum(count for _, count in row.held)
    if not whole:
        return f"<div class=who><p><span>{escape(t('In whose hands'))}</span>{escape(t('nothing is open'))}</p></div>"
    bars, told, so_far = "", "", 0.0
    for (level, count), colour in zip(row.held, HELD, strict=False):
        share = 100 * count / whole
        bars += f'<rect x="{so_far:.2f}%" width="{max(share - 0.4, 0.2):.2f}%" height="100%" rx="3" fill="{colour}"/>'
        swatch = f'<svg viewBox="0 0 10 10"><rect width="10" height="10" rx="1" fill="{colour}"/></svg>'
        told += f"<span>{swatch}{escape(level_words(t, profile, level))}<b>{t.number(count)}</b></span>"
        so_far += share
    return f"<div class=who><svg>{bars}</svg><p><span>{escape(t('In whose hands'))}</span>{told}</p></div>"


def late_panel(t: Words, profile: Profile, row: SnapshotRow) -> str:
    """The units with most that is late, then with most that is open, and how many have no data at all."""
    if row.level is None:
        return panel(
            t("Open by unit"),
            "",
            none(t("There is no unit below this one. Where there are any, the import brings them.")),
        )
    ordered = sorted(
        (place for place in row.places if has_data(place)), key=lambda one: (-one.overdue, -one.open, one.code)
    )
    if not ordered:
        said = t("No demand has come in here yet. Whatever is reported shows within seconds.")
        return panel(t("Late and open"), "", none(said))
    titles = ("", t("late"), t("open"), t("oldest"))
    lines = "".join(_line(t, profile, row, place) for place in ordered[:MOST])
    head = "".join(f"<span class={'n' if word else 'x'}>{escape(word)}</span>" for word in titles)
    return panel(
        t("Late and open"),
        "",
        f'<div class="rank late"><div class=head>{head}</div>{lines}{_rest(t, row, ordered)}</div>',
    )


def _line(t: Words, profile: Profile, row: SnapshotRow, place: PlaceRow) -> str:
    name = escape(short(t, profile, row.level, place.name, place.name_en))
    oldest = t.duration(row.now - place.oldest_due_at) if place.overdue and place.oldest_due_at else "–"
    counts = f"{late_cell(t, place)}<span class=n>{t.number(place.open)}</span>"
    return f'<div><b class=clip>{name}</b>{counts}<span class="n mu">{escape(oldest)}</span></div>'


def _rest(t: Words, row: SnapshotRow, ordered: Sequence[PlaceRow]) -> str:
    """How many are not listed, and how many have no data."""
    more, bare = len(ordered) - MOST, len(row.places) - len(ordered)
    said = [t("and {n} more", n=t.number(more))] if more > 0 else []
    said += [t("{n} without data", n=t.number(bare))] if bare else []
    return f"<p class=mu>{escape(t.join(said))}</p>" if said else ""
