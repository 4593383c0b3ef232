"""The watch-list in words: states, findings with their figures, what an event says."""

from collections.abc import Mapping
from datetime import date

from models.watch import WatchMeasure, WatchState, WatchVerb
from pages.i18n import Words
from pages.i18n.marks import N_
from pages.ui.frame import User
from pages.ui.projects.telling import day
from pages.ui.status import plain
from services.watch import EventRow, Figure, Finding, Told

STATES = {
    WatchState.ON_LIST: ("red", "■"), WatchState.ACCEPTED: ("blue", "◐"), WatchState.LEFT: ("gray", "●"),
    WatchState.WITHDRAWN: ("gray", "▬"),
}  # fmt: skip
"""Colour and shape of an entry's state."""
PAST = {
    WatchVerb.ENTER: N_("Entered on the watch-list"),
    WatchVerb.PROBLEM: N_("Problem added"),
    WatchVerb.MEASURE: N_("Measure added"),
    WatchVerb.RESCHEDULE: N_("Day of a measure moved"),
    WatchVerb.DONE: N_("Measure done"),
    WatchVerb.UNDONE: N_("Measure not done after all"),
    WatchVerb.DROP: N_("Measure dropped"),
    WatchVerb.HELP: N_("Help added"),
    WatchVerb.EVIDENCE: N_("Evidence added"),
    WatchVerb.ACCEPT: N_("Work accepted"),
    WatchVerb.SEND_BACK: N_("Acceptance taken back"),
    WatchVerb.LEAVE: N_("Left the list"),
    WatchVerb.WITHDRAW: N_("Entry withdrawn"),
}
"""What an event of the history says: its verb as something that was done."""
OF_MEASURES = {WatchVerb.RESCHEDULE, WatchVerb.DONE, WatchVerb.UNDONE, WatchVerb.DROP}
"""What is done to a measure; its event is about that measure's."""
HOLDS = {True: ":blue[●]", False: ":red[■]", None: ":gray[○]"}
"""Whether a rule to leave holds; None: nobody can say yet."""


def badge(t: Words, state: WatchState) -> str:
    """An entry's state as a badge: shape, word, colour."""
    colour, shape = STATES[state]
    return f":{colour}-badge[{shape} {t.term(state)}]"


def relapsed(t: Words, reference: str | None) -> str:
    """That the unit came back, with the earlier entry; nothing where it did not."""
    return f"&ensp;:red[↺ {t('again, after {reference}', reference=reference)}]" if reference else ""


def words(t: Words, said: Finding | Told) -> str:
    """The rule as it is, or was, published."""
    if isinstance(said, Told):
        return said.zh if t.language == "zh" else said.en
    return said.rule.words(t.language)


def figures(user: User, said: Finding | Told) -> str:
    """The exact figures a rule looked at."""
    measure = said.measure if isinstance(said, Told) else said.rule.measure
    return user.t.semicolons([_figure(user, measure, each) for each in said.figures])


def _figure(user: User, measure: WatchMeasure, row: Figure) -> str:
    match measure:
        case WatchMeasure.LAST:
            return _place(user.t, row)
        case WatchMeasure.SATISFACTION:
            return _satisfaction(user.t, row)
        case WatchMeasure.OVERDUE:
            return _share(user.t, row)
        case WatchMeasure.VACANT:
            return _vacant(user, row)
        case WatchMeasure.MEASURES:
            return user.t("{part} of {whole} done", part=_count(user.t, row.part), whole=_count(user.t, row.whole))
        case WatchMeasure.EVIDENCE:
            return user.t.n("{n} week without", "{n} weeks without", int(row.part or 0))


def _count(t: Words, value: float | None) -> str:
    return t.number(value or 0)


def _place(t: Words, row: Figure) -> str:
    """Oct 2026: 5 / 10 = 50.00%, place 20 of 20."""
    when = t.month(row.from_day)
    if not row.whole:
        return t("{month}: nothing received", month=when)
    given = {
        "month": when, "part": _count(t, row.part), "whole": _count(t, row.whole), "rate": t.percent(row.value),
        "of": _count(t, row.of),
    }  # fmt: skip
    if row.place is None:
        return t("{month}: {part} / {whole} = {rate}, too few to compare", **given)
    return t("{month}: {part} / {whole} = {rate}, place {place} of {of}", place=t.number(row.place), **given)


def _satisfaction(t: Words, row: Figure) -> str:
    days = f"{t.day(row.from_day)} – {t.day(row.to_day)}"
    if not row.whole:
        return t("{days}: no valid call-back", days=days)
    given = {"days": days, "part": _count(t, row.part), "whole": _count(t, row.whole)}
    if row.value is None:
        return t("{days}: {part} / {whole}, too few to say", **given)
    return t("{days}: {part} / {whole} = {rate}", rate=t.percent(row.value), **given)


def _share(t: Words, row: Figure) -> str:
    if not row.whole:
        return t("nothing open")
    given = {"part": _count(t, row.part), "whole": _count(t, row.whole)}
    if row.value is None:
        return t("{part} late of {whole} open, too few to compare", **given)
    return t("{part} late of {whole} open = {rate}", rate=t.percent(row.value), **given)


def _vacant(user: User, row: Figure) -> str:
    t = user.t
    if row.since is None:
        return t("somebody answers for it") if row.value is not None else t("nobody was ever entered")
    return t("vacant since {day}, {months} months", day=day(user, row.since), months=t.number(round(row.value or 0, 1)))


def reasons(user: User, said: tuple[Finding, ...] | tuple[Told, ...]) -> str:
    """The rules with their figures, a line each, for Markdown."""
    lines = [f"{plain(words(user.t, each))}  \n:small[:gray[{plain(figures(user, each))}]]" for each in said]
    return "\n".join(f"- {line}" for line in lines)


def event(user: User, row: EventRow, kinds: dict[str, str], texts: Mapping[int, str]) -> str:
    """What an event says: the verb, about what, who and when, and the text; `texts` are those of all events."""
    t = user.t
    parts = [t(PAST[row.verb])]
    if row.verb in OF_MEASURES and row.about is not None:
        parts.append(texts[row.about])
    if row.kind:
        parts.append(kinds.get(row.kind, row.kind))
    who = row.person or t.name(row.department, row.department_en)
    parts += [who] if who else []
    if row.day is not None:
        parts.append(week(user, row.day) if row.verb is WatchVerb.EVIDENCE else day(user, row.day))
    said = " · ".join(parts)
    return f"{said} — {row.text}" if row.text else said


def week(user: User, monday: date) -> str:
    """A week by its Monday: week of 2 Nov."""
    return user.t("week of {day}", day=day(user, monday))
