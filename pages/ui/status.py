"""How a demand stands to its deadline: shape, word and colour together, the same on every screen."""

import re
from datetime import datetime, timedelta
from typing import Protocol

from models.demands import Clock, State, clock_of
from pages.i18n import Words

SHAPES = {Clock.LATE: "■", Clock.NEAR: "▲", Clock.IN_TIME: "●", Clock.SUSPENDED: "▬", Clock.DONE: "○"}
COLOURS = {Clock.LATE: "red", Clock.NEAR: "yellow", Clock.IN_TIME: "blue", Clock.SUSPENDED: "gray", Clock.DONE: "gray"}
NEAR = timedelta(hours=24)


class Clocked(Protocol):
    """A demand as far as its clock asks."""

    @property
    def state(self) -> State:
        """Where it stands."""

    @property
    def due_at(self) -> datetime | None:
        """Its deadline, a suspension counted in."""

    @property
    def suspended_until(self) -> datetime | None:
        """When its clocks run again."""


def clock_words(t: Words, row: Clocked, now: datetime) -> str:
    """The clock in words: 迟 2 天 4 小时, 剩 3 小时, 挂账至 11月30日, or the state once it is settled."""
    clock = clock_of(row.state, row.due_at, now, NEAR)
    if row.due_at is None or clock is Clock.DONE:
        return t.term(row.state)
    if clock is Clock.SUSPENDED:
        return t("on hold to {day}", day=t.day(row.suspended_until or row.due_at))
    return span_words(t, row.due_at, now)


def span_words(t: Words, due_at: datetime, now: datetime) -> str:
    """How far a deadline is ahead or past: 剩 3 小时, 迟 2 天 4 小时."""
    if due_at < now:
        return t("{span} late", span=t.duration(now - due_at))
    return t("{span} left", span=t.duration(due_at - now))


def marked(t: Words, row: Clocked, now: datetime) -> str:
    """Shape and words as plain text, for a table's cell."""
    return f"{SHAPES[clock_of(row.state, row.due_at, now, NEAR)]} {clock_words(t, row, now)}"


def badge(t: Words, row: Clocked, now: datetime) -> str:
    """Shape and words as a coloured badge, in Markdown."""
    return f":{COLOURS[clock_of(row.state, row.due_at, now, NEAR)]}-badge[{marked(t, row, now)}]"


JOINER = "\u2060"
_ACTIVE = re.compile(r":(?=[^\s\d])|(?<=www)(?=\.)|@", re.IGNORECASE)


def plain(text: str) -> str:
    """Someone's text for Markdown: nothing in it may become a link, an image, HTML or a directive.

    Addresses, icons and emoji are looked for after backslashes are gone: an invisible sign keeps them apart.
    """
    text = _ACTIVE.sub(lambda found: found[0] + JOINER, text)
    return "".join(f"\\{sign}" if sign in r"\`*_{}[]<>()#+-.!|~:$&" else sign for sign in text)
