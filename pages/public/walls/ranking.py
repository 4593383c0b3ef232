"""The ranking of a wall: tiers instead of false precision, each unit's ranks as a bar with its middle marked."""

from collections.abc import Callable, Sequence
from html import escape

from models.profiles import Profile
from pages.i18n import Words
from pages.maps.labels import width
from pages.public.walls.parts import late_cell, level_words, none, panel, short
from services.fairness import Tier
from services.walls import PlaceRow, SnapshotRow

MOST, MOST_WIDE, FEW = 21, 22, 8
"""Rows that fit; of more units the first and the last are shown, and few have higher rows."""
LONGEST = {"zh": 3.5, "en": 8.0}
"""The width of a name, in text heights, that the usual column holds."""
ROOM = 0.58
"""The part of the scale that a tier's word needs."""


def short_panel(t: Words, profile: Profile, row: SnapshotRow) -> str:
    """The ranking beside the map: bar and estimate."""
    said = _nothing(t, profile, row)
    if said:
        return panel(t("Settled in time"), "", none(said))
    last = max(place.high or 0 for place in row.places)
    head = f"<div class=head><span></span>{_scale(t, last)}<span class=n>{escape(t('est.'))}</span></div>"
    lines = _lines(t, row, MOST, lambda place, word: _short(t, profile, row, place, word, last))
    body = f'<div class="rank{_kinds(t, profile, row)}">{head}{lines}</div>'
    return panel(t("Settled in time"), t("30 days, ranks 90%"), body)


def wide_panel(t: Words, profile: Profile, row: SnapshotRow) -> str:
    """The ranking alone: tier, bar, estimate, raw rate with its counts, and what is late now."""
    level = level_words(t, profile, row.level) if row.level else ""
    side = t("30 days to {day}, all cases, by the day of the limit; bars: ranks 90%", day=t.day(row.to_day))
    said = _nothing(t, profile, row)
    if said:
        return panel(t("Settled in time"), side, none(said))
    last = max(place.high or 0 for place in row.places)
    words = (t("est."), t("in time / due"), t("late now"))
    head = f"<div class=head><span>{escape(level)}</span><span></span>{_scale(t, last)}" + "".join(
        f"<span class=n>{escape(word)}</span>" for word in words
    )
    lines = _lines(t, row, MOST_WIDE, lambda place, _: _wide(t, profile, row, place, last))
    body = f'<div class="rank wide{_kinds(t, profile, row)}">{head}</div>{lines}</div>'
    return panel(t("Settled in time"), side, body)


def _kinds(t: Words, profile: Profile, row: SnapshotRow) -> str:
    """Few units have higher rows; long names have a wider column, so that two of one beginning are told apart."""
    most = LONGEST[t.language]
    long = any(width(short(t, profile, row.level, place.name, place.name_en)) > most for place in row.places)
    return (" roomy" if len(row.places) <= FEW else "") + (" long" if long else "")


def _nothing(t: Words, profile: Profile, row: SnapshotRow) -> str:
    """Why there is no ranking; empty where there is one."""
    if row.level is None:
        return t("There is no unit below this one, so nothing to compare.")
    if all(place.middle is None for place in row.places):
        return t(
            "No {level} had enough cases due in these 30 days to be ranked.", level=level_words(t, profile, row.level)
        )
    return ""


def _scale(t: Words, last: int) -> str:
    """The ends of the scale of ranks."""
    first, end = escape(t("rank 1")), f'<text x="100%" y="50%" text-anchor="end">{last}</text>'
    return f'<svg class=bar><text x="0" y="50%">{first}</text>{end}</svg>'


def _lines(t: Words, row: SnapshotRow, most: int, line: Callable[[PlaceRow, bool], str]) -> str:
    """The rows by tier, a line before each new tier; the tier's word goes to a row that has room for it."""
    shown, left = _cut(row.places, most)
    worded = _worded(shown)
    written, tier = "", shown[0].tier
    for place in shown:
        if left and place is shown[most // 2]:
            written += f'<div class="new mu"><span>… {escape(t("{n} more", n=t.number(left)))}</span></div>'
        new = " class=new" if place.tier is not tier else ""
        tier = place.tier
        written += f"<div{new}>{line(place, place in worded)}</div>"
    return written


def _cut(places: Sequence[PlaceRow], most: int) -> tuple[list[PlaceRow], int]:
    """The first and the last where not all fit, and how many are left out between them."""
    if len(places) <= most:
        return list(places), 0
    half = most // 2
    return [*places[:half], *places[len(places) - (most - 1 - half) :]], len(places) - most + 1


def _worded(places: Sequence[PlaceRow]) -> list[PlaceRow]:
    """One row of each tier whose bar leaves room for the tier's word."""
    found: dict[Tier, PlaceRow] = {}
    last = max(place.high or 0 for place in places)
    for place in places:
        if place.tier not in found and _has_room(place, last):
            found[place.tier] = place
    return list(found.values())


def _has_room(place: PlaceRow, last: int) -> bool:
    """Whether a tier's word fits beside the bar, to its right or to its left."""
    if place.low is None or place.high is None:
        return False
    return _at(place.high, last) < 100 * ROOM or _at(place.low, last) > 100 * (1 - ROOM)


def _at(rank: int, last: int) -> float:
    """Where a rank lies on the scale, in percent."""
    return 100 * (rank - 1) / max(last - 1, 1)


def _bar(t: Words, place: PlaceRow, last: int, word: str) -> str:
    """The ranks of a unit: the span they lie in, the middle one as circle, pill or square by tier."""
    if place.low is None or place.middle is None or place.high is None:
        return f"<span class=mu>{escape(_why(t, place))}</span>"
    low, middle, high, tier = _at(place.low, last), _at(place.middle, last), _at(place.high, last), place.tier.value
    mark = f'<circle class={tier} cx="{middle:.1f}%" cy="50%"/>'
    if place.tier is not Tier.FRONT:
        mark = f'<rect class="mark {tier}" x="{middle:.1f}%"/>'
    said = ""
    if word:
        x, side = ("100%", "end") if high < 100 * ROOM else ("0", "start")
        said = f'<text x="{x}" y="50%" text-anchor="{side}">{escape(word)}</text>'
    return (
        f'<svg class=bar><line x1="0" x2="100%" y1="50%" y2="50%"/>{said}'
        f'<rect class="span {tier}" x="{low:.1f}%" width="{max(high - low, 1):.1f}%"/>{mark}</svg>'
    )


def _why(t: Words, place: PlaceRow) -> str:
    """Why a unit is not ranked."""
    return t("nothing due: not ranked") if not place.due else t("{n} due: too few to rank", n=t.number(place.due))


def tier_words(t: Words, tier: Tier) -> str:
    """What a tier is called on a wall."""
    return {Tier.FRONT: t("top"), Tier.MIDDLE: t("mid"), Tier.BEHIND: t("low")}.get(tier, "")


def _kind(place: PlaceRow) -> str:
    if place.middle is None:
        return "t-none"
    return {Tier.FRONT: "t-front", Tier.BEHIND: "t-behind"}.get(place.tier, "")


def _name(t: Words, profile: Profile, row: SnapshotRow, place: PlaceRow) -> str:
    name = escape(short(t, profile, row.level, place.name, place.name_en))
    return f'<span class="clip {_kind(place) if place.middle is None else ""}">{name}</span>'


def _short(t: Words, profile: Profile, row: SnapshotRow, place: PlaceRow, word: bool, last: int) -> str:
    rate = t.percent(place.estimate, 0) if place.estimate is not None else "–"
    said = tier_words(t, place.tier) if word else ""
    return f'{_name(t, profile, row, place)}{_bar(t, place, last, said)}<span class="n {_kind(place)}">{rate}</span>'


def _wide(t: Words, profile: Profile, row: SnapshotRow, place: PlaceRow, last: int) -> str:
    estimate = t.percent(place.estimate, 0) if place.estimate is not None else "–"
    counts = f"{t.number(place.on_time)} / {t.number(place.due)}" if place.due else "–"
    raw = f"<small>{t.percent(place.on_time / place.due, 0)}</small>" if place.due else ""
    return (
        f'{_name(t, profile, row, place)}<span class="{_kind(place)}">{escape(tier_words(t, place.tier))}</span>'
        f'{_bar(t, place, last, "")}<span class="n {_kind(place)}">{estimate}</span>'
        f"<span class=n>{counts}{raw}</span>{late_cell(t, place)}"
    )  # fmt: skip
