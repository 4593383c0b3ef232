"""The open page of a unit: handled matters, figures, the longest open, and who helped. One HTML document, no script."""

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from models.demands import Clock, Solved
from models.profiles import Profile
from models.sunshine import Helper
from pages.i18n import Words, words
from pages.public.look import CSS
from pages.ui.style import BRAND, logo
from services.sunshine import BoardRow, ExposedRow, FiguresRow, HelperRow, MatterRow, PlaceRow

SHAPES = {Clock.LATE: "■", Clock.NEAR: "▲", Clock.IN_TIME: "●", Clock.SUSPENDED: "▬"}


def page(board: BoardRow, profile: Profile, language: str) -> str:
    """The whole document in one language. Everything that somebody wrote is escaped here."""
    t = words(language, profile.timezone)
    parts = [_head(t, board, profile)]
    if board.figures is not None:
        parts.append(_figures(t, board.figures, profile))
    if board.news is not None:
        parts.append(_news(t, board.news))
    if board.exposed is not None:
        parts.append(_exposed(t, board.exposed, board, profile))
    if board.matters is not None:
        parts.append(_matters(t, board.matters, board.matters_total))
    parts.append(_foot(t, profile))
    title = f"{t('Handled in the open')} · {t.name(board.place.name, board.place.name_en)}"
    return _document(t, title, "".join(parts))


def missing(language: str) -> str:
    """What is shown where no page is open, whatever the reason."""
    t = words(language)
    said = escape(t("There is no open page here."))
    return _document(t, t("Handled in the open"), f"<div class=wrap>{logo(language)}<h1>404</h1><p>{said}</p></div>")


def _document(t: Words, title: str, body: str) -> str:
    tongue = "zh-CN" if t.language == "zh" else "en"
    return (
        f'<!doctype html><html lang="{tongue}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<style>{CSS}</style></head><body>{body}</body></html>"
    )


def _head(t: Words, board: BoardRow, profile: Profile) -> str:
    here = escape(t.name(board.place.name, board.place.name_en))
    other, tongue = ("English", "en") if t.language == "zh" else ("中文", "zh")
    days = t("{first} – {last}, last {n} days", first=t.day(board.from_day), last=t.full_day(board.to_day),
             n=board.place.open.days)  # fmt: skip
    motto = escape(t.name(profile.motto.zh, profile.motto.en))
    return (
        f"<header><div class=wrap><div class=mark>{logo(t.language)}"
        f'<a href="{_address(board.place, tongue)}" hreflang={tongue}>{other}</a></div>'
        f"<h1>{escape(t('Handled in the open'))} <small>{here}</small></h1><p>{motto}</p>"
        f"<p class=muted>{escape(days)} · {escape(t('as of {clock}', clock=t.moment(board.now)))}</p>"
        f"{_ways(t, board)}</div></header><div class=wrap>"
    )


def _address(place: PlaceRow, language: str) -> str:
    return f"/open/{quote(place.code)}?lang={language}"


def _ways(t: Words, board: BoardRow) -> str:
    if len(board.places) < 2:
        return ""
    links = [
        f"<b>{escape(t.name(place.name, place.name_en))}</b>"
        if place.id == board.place.id
        else f'<a href="{_address(place, t.language)}">{escape(t.name(place.name, place.name_en))}</a>'
        for place in board.places
    ]
    return f"<nav>{''.join(links)}</nav>"


def _section(heading: str, body: str, side: str = "") -> str:
    note = f" <small>{escape(side)}</small>" if side else ""
    return f"<section><h2>{escape(heading)}{note}</h2>{body}</section>"


def _figures(t: Words, row: FiguresRow, profile: Profile) -> str:
    rate = t.percent(row.settlement_rate)
    of = f"{t.number(row.settled)} / {t.number(row.received)}" if row.received else t("no data in this period")
    late = t("{n} of them late", n=t.number(row.overdue)) if row.overdue else t("none is late")
    tiles = [(t("Received"), t.number(row.received), ""), (t("Settled"), t.number(row.settled), ""),
             (t("Settlement rate"), rate, of), (t("Open now"), t.number(row.open), late)]  # fmt: skip
    drawn = "".join(
        f"<div><span>{escape(name)}</span><b>{escape(value)}</b><span>{escape(note)}</span></div>"
        for name, value, note in tiles
    )
    counted = t("of what came in during these days")
    return _section(t("Received and settled"), f"<div class=tiles>{drawn}</div>", counted) + _levels(t, row, profile)


def _levels(t: Words, row: FiguresRow, profile: Profile) -> str:
    """Who settled it, from below to above, with the share that never went above each level."""
    if not row.levels.settled:
        return ""
    titles = [("", t("Level")), ("n", t("Settled")), ("n", t("Share")), ("share", ""), ("n", t("Never left"))]
    lines = "".join(
        f"<tr><td class=w>{escape(level_words(t, profile, each.level))}</td><td class=n>{t.number(each.settled)}</td>"
        f"<td class=n>{t.percent(each.share)}</td><td class=share>{_bar(each.share or 0)}</td>"
        f"<td class=n>{t.percent(each.within)}</td></tr>"
        for each in row.levels.rows
    )
    return _section(t("Settled at which level"), _table(titles, lines))


def level_words(t: Words, profile: Profile, level: str) -> str:
    """What the site calls a level; its key where it has no word."""
    known = {
        each.key: t.name(each.zh, each.en[:1].upper() + each.en[1:])
        for each in (*profile.levels, *profile.outer_levels)
    }
    return known.get(level, level)


def _bar(share: float) -> str:
    return (
        '<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{share * 100:.2f}" height="10" fill="{BRAND}"/></svg>'
    )


def _table(titles: Sequence[tuple[str, str]], lines: str, kind: str = "") -> str:
    heads = "".join(f'<th class="{side}">{escape(name)}</th>' for side, name in titles)
    return f'<table class="{kind}"><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>'


def _news(t: Words, rows: Sequence[MatterRow]) -> str:
    if not rows:
        return _section(t("Who helped"), f"<p class=muted>{escape(t('Nothing was published in these days.'))}</p>")
    lines = "".join(
        f"<li><time>{escape(t.day(row.settled_at or row.published_at))}</time>{escape(_told(t, row))}</li>"
        for row in rows
    )
    return _section(t("Who helped"), f"<ul>{lines}</ul>")


def _told(t: Words, row: MatterRow) -> str:
    """One sentence of the feed: who helped with what, and a villager never by name."""
    who, what = helper_words(t, row.helper), t.name(row.category, row.category_en)
    if row.village is None:
        return t("{who} helped a household: {what}", who=who, what=what)
    if row.helper.name == row.village:
        return t("{who} helped a household: {what}", who=who, what=what)
    return t("{who} helped a household in {village}: {what}", who=who, village=t.name(row.village, row.village_en),
             what=what)  # fmt: skip


def helper_words(t: Words, helper: HelperRow) -> str:
    """Who is named: the unit or department, a grid member with theirs, a dash for nobody."""
    name = t.name(helper.name, helper.name_en)
    if helper.kind is Helper.PERSON:
        return t("{unit} grid member {person}", unit=name, person=helper.person)
    return name or "–"


def _matters(t: Words, rows: Sequence[MatterRow], total: int) -> str:
    if not rows:
        said = escape(t("Nothing was published in these days."))
        return _section(t("Handled matters"), f"<p class=muted>{said}</p>")
    names = [t("Matter"), t("Village"), t("Came in"), t("Settled on"), t("Days"), t("Who helped"), t("Villager says")]
    sides = ["", "w", "w", "w", "n", "", "w"]
    lines = "".join(_matter(t, row, names) for row in rows)
    shown = t.n("{n} matter", "{n} matters", total)
    if total > len(rows):
        shown = t("{all}, the latest {n} shown", all=shown, n=t.number(len(rows)))
    return _section(t("Handled matters"), _table(list(zip(sides, names, strict=True)), lines, "stack"), shown)


def _matter(t: Words, row: MatterRow, names: Sequence[str]) -> str:
    settled = row.settled_at or row.published_at
    days = (settled.astimezone(t.zone).date() - row.reported_at.astimezone(t.zone).date()).days
    title, result = t.name(row.title, row.title_en), t.name(row.result, row.result_en)
    said = judged(t, row.solved)
    cells = [
        (names[1], "w", t.name(row.village, row.village_en) or "–"), (names[2], "w", t.day(row.reported_at)),
        (names[3], "w", t.day(settled)), (names[4], "n", t.number(days) if days else t("on the day")),
        (names[5], "", helper_words(t, row.helper)), (names[6], "w", said),
    ]  # fmt: skip
    rest = "".join(f'<td class="{side}" data-of="{escape(of)}">{escape(text)}</td>' for of, side, text in cells)
    return f"<tr><td><strong>{escape(title)}</strong>{escape(result)}</td>{rest}</tr>"


def judged(t: Words, solved: Solved | None) -> str:
    """The villager's judgement at the call-back, in our words."""
    return {Solved.SOLVED: t("it is solved"), Solved.PARTLY: t("partly solved"), Solved.NOT: t("not solved"),
            None: t("not asked yet")}[solved]  # fmt: skip


def _exposed(t: Words, rows: Sequence[ExposedRow], board: BoardRow, profile: Profile) -> str:
    heading = t("Open longest")
    if not rows:
        return _section(heading, f"<p class=muted>{escape(t('Nothing is open.'))}</p>")
    names = [t("About"), t("Village"), t("Came in"), t("Days open"), t("Clock"), t("Who must act")]
    sides = ["", "w", "w", "n", "w", ""]
    lines = "".join(_open(t, row, names, board, profile) for row in rows)
    return _section(heading, _table(list(zip(sides, names, strict=True)), lines, "stack"))


def _open(t: Words, row: ExposedRow, names: Sequence[str], board: BoardRow, profile: Profile) -> str:
    days = (board.to_day - row.reported_at.astimezone(t.zone).date()).days
    clock = f"<i>{SHAPES.get(row.clock, '')}</i> {escape(t.term(row.clock))}"
    holder = t.name(row.holder, row.holder_en) or level_words(t, profile, row.level)
    cells = [
        (names[1], "w", escape(t.name(row.village, row.village_en) or "–")), (names[2], "w", t.day(row.reported_at)),
        (names[3], "n", t.number(days)), (names[4], f"w {row.clock.value}", clock), (names[5], "", escape(holder)),
    ]  # fmt: skip
    rest = "".join(f'<td class="{side}" data-of="{escape(of)}">{cell}</td>' for of, side, cell in cells)
    return f"<tr><td><strong>{escape(t.name(row.category, row.category_en))}</strong></td>{rest}</tr>"


def _foot(t: Words, profile: Profile) -> str:
    kept = t("No villager is named here and nothing they said is repeated: people worded and confirmed each notice.")
    ask = t("Questions: {place}, {phone}", place=t.name(profile.name.zh, profile.name.en), phone=profile.office_phone)
    return f"<footer><p>{escape(kept)}</p><p>{escape(ask)}</p></footer></div>"
