"""Projects in words: money, days, how a project or a milestone stands, what an event says."""

from datetime import date
from typing import Any

from babel.numbers import format_compact_decimal

from models.projects import ProjectState, ProjectVerb
from pages.charts.projects import Step
from pages.i18n import Words
from pages.i18n.marks import N_
from pages.ui import frame
from pages.ui.frame import User
from pages.ui.status import plain
from services.projects import MilestoneRow, ProjectEventRow

STATES = {
    ProjectState.PROPOSED: ("gray", "○"), ProjectState.APPROVED: ("blue", "◐"), ProjectState.UNDER_WAY: ("blue", "●"),
    ProjectState.FINISHED: ("gray", "●"), ProjectState.DROPPED: ("gray", "▬"),
}  # fmt: skip
"""Colour and shape of a project's state; the one warm colour is kept for what is late."""
PAST = {
    ProjectVerb.PROPOSE: N_("Project proposed"),
    ProjectVerb.APPROVE: N_("Approved"),
    ProjectVerb.START: N_("Work begun"),
    ProjectVerb.FINISH: N_("Finished"),
    ProjectVerb.DROP: N_("Dropped"),
    ProjectVerb.RESUME: N_("Taken up again"),
    ProjectVerb.CHANGE: N_("Edited"),
    ProjectVerb.PEOPLE: N_("People named"),
    ProjectVerb.FUND: N_("Money raised"),
    ProjectVerb.UNFUND: N_("Money raised withdrawn"),
    ProjectVerb.PAY: N_("Payment made"),
    ProjectVerb.UNPAY: N_("Payment withdrawn"),
    ProjectVerb.PLAN: N_("Milestone added"),
    ProjectVerb.REPLAN: N_("Milestone changed"),
    ProjectVerb.UNPLAN: N_("Milestone removed"),
    ProjectVerb.REACH: N_("Milestone done"),
    ProjectVerb.UNREACH: N_("Milestone not done after all"),
    ProjectVerb.ATTACH: N_("Document added"),
    ProjectVerb.DETACH: N_("Document removed"),
    ProjectVerb.LINK: N_("Demand linked"),
    ProjectVerb.UNLINK: N_("Demand unlinked"),
}
"""What an event of a project's history says: its verb as something that was done."""
WAN = 1_000_000
"""Fen in 万元."""


def yuan(t: Words, fen: int) -> str:
    """A sum as people say it: 321.5 万元 / ¥3,215,000; small ones to the fen."""
    if t.language == "zh" and abs(fen) >= WAN:
        whole, rest = divmod((abs(fen) + WAN // 200) // (WAN // 100), 100)
        number = f"{whole:,}.{rest:02d}".rstrip("0").rstrip(".")
        return f"{'-' if fen < 0 else ''}{number} 万元"
    return exact(t, fen)


def figure(t: Words, label: str, fen: int) -> tuple[str, str]:
    """A sum for a tile that a phone holds: 408 with its unit in the label, which keeps the value's line low; ¥4.08M."""
    if t.language == "zh" and abs(fen) >= WAN:
        return f"{label}（万元）", yuan(t, fen).removesuffix(" 万元")
    if t.language == "zh":
        return f"{label}（元）", exact(t, fen).removesuffix(" 元")
    return label, f"¥{format_compact_decimal(fen // 100, locale=t.locale, fraction_digits=2)}"


def exact(t: Words, fen: int) -> str:
    """A sum to the fen: 3,215,000.50 元 / ¥3,215,000.50; without decimals where there are none."""
    sign, whole, cents = "-" if fen < 0 else "", abs(fen) // 100, abs(fen) % 100
    number = f"{sign}{whole:,}" + (f".{cents:02d}" if cents else "")
    return f"{number} 元" if t.language == "zh" else f"{sign}¥{number.removeprefix('-')}"


def day(user: User, value: date) -> str:
    """11月22日 / 22 Nov; with the year where it is not this one."""
    said = user.t.day(value)
    if value.year == frame.today(user).year:
        return said
    return f"{value.year}年{said}" if user.t.language == "zh" else f"{said} {value.year}"


def term(user: User, starts_on: date, ends_on: date | None) -> str:
    """From when to when."""
    if ends_on is None:
        return user.t("from {day} on", day=day(user, starts_on))
    return f"{day(user, starts_on)} – {day(user, ends_on)}"


def badge(t: Words, state: ProjectState) -> str:
    """A project's state as a badge: shape, word, colour."""
    colour, shape = STATES[state]
    return f":{colour}-badge[{shape} {t.term(state)}]"


def late_words(t: Words, count: int) -> str:
    """How many milestones are late, in the late colour."""
    words = t.n("{n} milestone late", "{n} milestones late", count)
    return f":red[■ **{words}**]"


def step(row: MilestoneRow) -> Step:
    """How a milestone stands."""
    if row.done_on is not None:
        return Step.DONE
    return Step.LATE if row.late_days else Step.AHEAD


def step_words(user: User, row: MilestoneRow, *, brief: bool = False) -> str:
    """Done 25 Jun, 3 days after its day / 10 days late / due 10 Nov; `brief` leaves out by how much it was missed."""
    t = user.t
    if row.done_on is not None:
        said = t("done {day}", day=day(user, row.done_on))
        after = (row.done_on - row.due_on).days
        return said + (
            t(", {days} after its day", days=t.n("{n} day", "{n} days", after)) if after > 0 and not brief else ""
        )
    if row.late_days:
        return t("{days} late", days=t.n("{n} day", "{n} days", row.late_days))
    return t("due {day}", day=day(user, row.due_on))


def size(t: Words, count: int) -> str:
    """Bytes as people say them."""
    return f"{t.number(round(count / 2**20, 1))} MB" if count >= 2**20 else f"{t.number(max(count // 1024, 1))} KB"


def event(user: User, row: ProjectEventRow) -> str:
    """What an event says: the verb, what it was done to, and why."""
    t, facts = user.t, row.facts
    parts = [t(PAST[row.verb]), *_facts(user, row.verb, facts)]
    said = " · ".join(parts)
    return f"{said} — {row.reason}" if row.reason else said


def _facts(user: User, verb: ProjectVerb, facts: dict[str, Any]) -> list[str]:
    t = user.t
    said = [str(facts[name]) for name in ("title", "name", "demand") if name in facts]
    said += [exact(t, facts[name]) for name in ("amount", "budget") if name in facts]
    if verb is ProjectVerb.REPLAN:
        said += [" → ".join(day(user, date.fromisoformat(each)) for each in dict.fromkeys(facts["due"]))]
    elif "done" in facts or "due" in facts:
        said.append(day(user, date.fromisoformat(facts.get("done") or facts["due"])))
    if verb is ProjectVerb.CHANGE:
        names = fields(t)
        said.append(t.join([names[name] for name in names if name in facts]))
        if "budget_fen" in facts:
            said.append(" → ".join(exact(t, each) for each in facts["budget_fen"]))
    return said


def fields(t: Words) -> dict[str, str]:
    """The fields of a project's form, by their name in services.projects.Draft."""
    return {
        "title": t("Name of the project"), "problem": t("The problem"), "unit_id": t("Unit"),
        "measures": t("Measures"), "budget_fen": t("Budget"), "starts_on": t("First day"), "ends_on": t("Last day"),
        "people": t("People served"), "households": t("Households served"), "beneficiaries": t("Who they are"),
        "facts": t("Figures of the work"),
    }  # fmt: skip


def names(t: Words, row: Any) -> str:
    """The name of whoever takes part or may be named, with their place, escaped for Markdown."""
    return plain(t.name(row.name, row.name_en))
