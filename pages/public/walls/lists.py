"""The lists of a wall: whistles nobody answered, the longest open, what happened last; and who settled it."""

from collections.abc import Sequence
from html import escape

from models.demands import Clock
from models.profiles import Profile
from pages.i18n import Words
from pages.public.walls.look import HELD, IN_TIME, MUTED
from pages.public.walls.parts import level_words, none, panel, shape, short
from services.walls import AnswersRow, FeedRow, Happened, OpenRow, SnapshotRow, WhistleRow

MARKS = {
    Happened.REPORTED: "ho", Happened.SELF_HANDLED: "ci", Happened.SETTLED: "ci", Happened.ESCALATED: "tri",
    Happened.SATISFIED: "ci", Happened.CALLED_BACK: "ho",
}  # fmt: skip
"""The shape before what happened."""
FEW, WHISTLES, OPEN, NEWS, MANY_NEWS = 2, 4, 7, 3, 9
"""Lines beside the map, and in a view of its own."""
TALL = 4
"""So few lines of a whole column are higher and larger."""
ANSWERS = 12
"""Departments that have room where no whistle is listed above them; each takes the place of two."""


def whistles(t: Words, profile: Profile, row: SnapshotRow, *, few: bool = False) -> str:
    """Who was whistled for and neither came nor answered, the longest waiting first."""
    shown = row.whistles[: FEW if few else WHISTLES]
    kind = "few" if few else ""
    if not shown:
        said = f"<p class=mu><i class=ci></i> {escape(t('all answered'))}</p>" if few else ""
        return panel(t("Whistles unanswered"), "", said or none(t("Every whistle is answered."), good=True), kind=kind)
    rest = row.unanswered - len(shown)
    side = t("and {n} more", n=t.number(rest)) if rest > 0 else ""
    lines = "".join(_whistle(t, profile, row, each) for each in shown)
    return panel(t("Whistles unanswered"), side, f"<div class=list>{lines}</div>", kind=kind)


def _whistle(t: Words, profile: Profile, row: SnapshotRow, each: WhistleRow) -> str:
    called = t.join([t.name(zh, en) for zh, en in each.departments])
    return (
        f"<div><b class=clip>{_about(t, profile, row, each)}</b>"
        f'<b class="r lt">{escape(t.duration(row.now - each.asked_at))}</b>'
        f"<span class=d><i class=sq></i><span class=clip>{escape(called)}</span></span></div>"
    )


def answers(t: Words, row: SnapshotRow) -> str:
    """Which departments answer: as many as have room below the whistles, those that leave most unanswered first."""
    heading, side = t("Answers by department"), t("30 days to {day}", day=t.day(row.to_day))
    if not row.answers:
        return panel(heading, side, none(t("No department was whistled for in these 30 days.")))
    most = ANSWERS - 2 * min(len(row.whistles), WHISTLES)
    titles = ("", "", t("answered in time / due"), t("unanswered"))
    head = "".join(f"<span class=n>{escape(word)}</span>" for word in titles)
    lines = "".join(_answers(t, each) for each in row.answers[:most])
    more = len(row.answers) - most
    side = f"{side} · {t('and {n} more', n=t.number(more))}" if more > 0 else side
    return panel(heading, side, f'<div class="rank answers"><div class=head>{head}</div>{lines}</div>')


def _answers(t: Words, each: AnswersRow) -> str:
    share, name = each.in_time / each.due if each.due else 0, t.name(each.department, each.department_en)
    drawn = (
        '<svg class=share><rect width="100%" height="100%" rx="3" fill="#1F2D45"/>'
        f'<rect width="{100 * share:.1f}%" height="100%" rx="3" fill="{HELD[2]}"/></svg>'
    )
    rate = f"<small>{t.percent(share, 0)}</small>" if each.due else ""
    waits = f'<span class="n lt"><i class=sq></i> {t.number(each.unanswered)}</span>'
    return (
        f"<div><b class=clip>{escape(name)}</b>{drawn if each.due else '<i></i>'}"
        f"<span class=n>{t.number(each.in_time)} / {t.number(each.due)}{rate}</span>"
        f"{waits if each.unanswered else '<span class=n>0</span>'}</div>"
    )


def _about(t: Words, profile: Profile, row: SnapshotRow, each: WhistleRow | OpenRow) -> str:
    """Where, and which class of matter."""
    return escape(f"{_place(t, profile, row, each)} · {t.name(each.category, each.category_en)}")


def _place(t: Words, profile: Profile, row: SnapshotRow, each: WhistleRow | OpenRow | FeedRow) -> str:
    """The place's name; English ones, which are long, without the word for their level. Else the wall's own unit."""
    if each.place is None:
        return t.name(row.unit.name, row.unit.name_en)
    return short(t, profile, row.level, each.place, each.place_en) if t.language == "en" else each.place


def longest(t: Words, profile: Profile, row: SnapshotRow, *, few: bool = False) -> str:
    """What is open longest, with its clock and the office that must act."""
    shown = row.longest[: FEW if few else OPEN]
    kind = "few" if few else ""
    if not shown:
        said = f"<p class=mu><i class=ci></i> {escape(t('nothing is open'))}</p>" if few else ""
        return panel(t("Open longest"), "", said or none(t("Nothing is open."), good=True), kind=kind)
    lines = "".join(_open(t, profile, row, each) for each in shown)
    tall = " tall" if not few and len(shown) <= TALL else ""
    return panel(t("Open longest"), "", f'<div class="list{tall}">{lines}</div>', kind=kind)


def _open(t: Words, profile: Profile, row: SnapshotRow, each: OpenRow) -> str:
    holder = t.name(each.holder, each.holder_en) or level_words(t, profile, each.level)
    late = " lt" if each.clock is Clock.LATE else ""
    days = (row.to_day - each.reported_at.astimezone(profile.zone).date()).days
    since, clock = escape(t.n("{n} day", "{n} days", days)), shape(each.clock) + escape(t.term(each.clock))
    return (
        f'<div><b class=clip>{_about(t, profile, row, each)}</b><b class="r{late}">{since}</b>'
        f"<span class=d>{clock}<span class=clip>{escape(holder)}</span></span></div>"
    )


def feed(t: Words, profile: Profile, row: SnapshotRow, *, few: bool = False) -> str:
    """What happened last, the latest first."""
    shown = row.feed[: NEWS if few else MANY_NEWS]
    if not shown:
        said = t("Nothing yet. Whatever is reported or settled shows here within seconds.")
        return panel(t("Latest"), "", none(said))
    lines = "".join(_news(t, profile, row, each, few=few) for each in shown)
    return panel(t("Latest"), "", f'<div class="list news{"" if few else " one"}">{lines}</div>')


def _news(t: Words, profile: Profile, row: SnapshotRow, each: FeedRow, *, few: bool) -> str:
    """Beside the map in two lines: where and what about, then what happened; otherwise in one."""
    at = t.clock(each.at) if each.at.astimezone(profile.zone).date() == row.to_day else t.day(each.at)
    place, about = _place(t, profile, row, each), t.name(each.category, each.category_en)
    happened = _happened(t, profile, each)
    first, second = (f"{place} · {about}", happened) if few else (place, f"{about} · {happened}")
    said = f'<span class="mu x clip"><i class={MARKS[each.what]}></i>{escape(second)}</span>'
    return f"<div><span class=mu>{escape(at)}</span><b class=clip>{escape(first)}</b>{said}</div>"


def _happened(t: Words, profile: Profile, each: FeedRow) -> str:
    level = level_words(t, profile, each.level) if each.level else ""
    return {
        Happened.REPORTED: t("newly reported"), Happened.SELF_HANDLED: t("settled on the spot"),
        Happened.SETTLED: t("settled by the {level}", level=level),
        Happened.ESCALATED: t("escalated to the {level}", level=level),
        Happened.SATISFIED: t("called back: satisfied"), Happened.CALLED_BACK: t("called back"),
    }[each.what]  # fmt: skip


def levels(t: Words, profile: Profile, row: SnapshotRow) -> str:
    """At which level what came in was settled, and the share that never went above it."""
    settled = row.settled
    side = t("30 days to {day}", day=t.day(row.to_day))
    counts = t("{n} settled", n=t.number(settled.settled))
    if not settled.settled:
        return panel(t("Who settled it"), side, none(t("Nothing that came in during these 30 days is settled yet.")))
    lines = "".join(
        f"<div><b>{escape(level_words(t, profile, each.level))} {t.number(each.settled)}</b>"
        f"<span class=mu>{escape(t('never left: {rate}', rate=_within(t, each.within or 0)))}</span>"
        f'<svg><rect width="100%" height="100%" rx="3" fill="#1F2D45"/>'
        f'<rect width="{100 * (each.share or 0):.1f}%" height="100%" rx="3" fill="{HELD[2]}"/></svg></div>'
        for each in settled.rows
        if each.settled
    )
    return panel(t("Who settled it"), f"{side} · {counts}", f"<div class=levels>{lines}</div>")


def _within(t: Words, share: float) -> str:
    """The share without decimals, save where that would make all of almost all."""
    return t.percent(share, 1 if 0.995 <= share < 1 else 0)


def weeks(t: Words, row: SnapshotRow) -> str:
    """What came in and was settled, week by week, with the counts of all weeks."""
    heading, most = t("Received and settled by week"), max(max(w.received, w.settled) for w in row.weeks)
    if not most:
        return panel(heading, "", none(t("Nothing came in during the last twelve weeks.")))
    keys = "".join(
        f'<span><svg viewBox="0 0 28 18"><rect width="28" height="18" rx="2" fill="{tone}"/></svg>{escape(word)}</span>'
        for tone, word in ((MUTED, t("received")), (IN_TIME, t("settled")))
    )
    drawn = _bars([(week.received, week.settled) for week in row.weeks], most)
    counts = (
        t("{n} received", n=t.number(sum(week.received for week in row.weeks))),
        t("{n} settled", n=t.number(sum(week.settled for week in row.weeks))),
        t("at most {n} a week", n=t.number(most)),
    )
    foot = (t.day(row.weeks[0].first_day), " · ".join(counts), t.day(row.weeks[-1].last_day))
    ends = f'<p class="mu ends">{"".join(f"<span>{escape(word)}</span>" for word in foot)}</p>'
    return panel(heading, "", f"<div class=land>{drawn}</div>{ends}", more=f"<span class=keys>{keys}</span>")


def _bars(pairs: Sequence[tuple[int, int]], most: int) -> str:
    """Two bars a week."""
    wide = 600 / len(pairs)
    bars = "".join(
        f'<rect x="{wide * place + offset * wide:.1f}" y="{200 - 190 * value / most:.1f}" width="{wide * 0.34:.1f}" '
        f'height="{190 * value / most:.1f}" rx="2" fill="{colour}"/>'
        for place, pair in enumerate(pairs)
        for value, offset, colour in zip(pair, (0.12, 0.5), (MUTED, IN_TIME), strict=True)
    )
    return f'<svg viewBox="0 0 600 200" preserveAspectRatio="none">{bars}</svg>'
