"""What an analysis says of matters: hot subjects, late and reworked, typical cases, the problem list. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from models.profiles import Profile
from pages.i18n import Words
from pages.papers import cells
from pages.papers.paper import Block, Cases, Cell, Column, Note, Points, Section, Table
from services import rates
from services.analyses import Analysis, CaseKind, CaseRow, ProblemRow
from services.demands import Filters

DAY = timedelta(days=1)


def subjects(t: Words, found: Analysis) -> Section:
    """What came in, by category, beside the period before."""
    title, rows = t("Hot subjects"), found.subjects.rows
    if not rows:
        return Section(title, (t("Nothing came in during the period."),))
    now, then = (
        Cases(found.unit.code, rates.cases("received", period, now=found.now))
        for period in (found.period, found.previous)
    )
    lines: list[tuple[Cell, ...]] = [
        (
            cells.words(t.name(row.name, row.name_en)),
            cells.number(t, row.received, replace(now, category=row.code)),
            cells.number(t, row.before, replace(then, category=row.code)), cells.change(t, row.received, row.before),
            cells.words(t.join([f"{t.name(zh, en)} {t.number(n)}" for zh, en, n in row.places])),
        )
        for row in rows
    ]  # fmt: skip
    others, before = found.subjects.others, found.subjects.others_before
    if others or before:
        lines.append(_rest(t, t("all others"), others, before))
    total = (sum(row.received for row in rows) + others, sum(row.before for row in rows) + before)
    lines.append(_rest(t, t("All together"), *total, now, then))
    columns = (
        Column(t("Subject")), Column(t("This period"), number=True), Column(t("Period before"), number=True),
        Column(t("Change"), number=True), Column(t("Most of them in"), wide=True, narrow="below"),
    )  # fmt: skip
    return Section(title, (Table(title, columns, tuple(lines), strong=1),))


def _rest(
    t: Words, name: str, now: int, before: int, cases: Cases | None = None, cases_before: Cases | None = None
) -> tuple[Cell, ...]:
    return (
        cells.words(name), cells.number(t, now, cases), cells.number(t, before, cases_before),
        cells.change(t, now, before), cells.words(""),
    )  # fmt: skip


def late(t: Words, profile: Profile, found: Analysis) -> Section:
    """What missed its limit, by category and by level, and what was sent back to work."""
    figures, counted = found.situation.figures, found.situation.counted
    missed = figures.due - figures.on_time
    said = t(
        "{late} of {due} due missed their limit; {reworked} of {received} received were sent back to work ({rate}).",
        late=t.number(missed), due=t.number(figures.due), reworked=t.number(counted.reworked),
        received=t.number(counted.received), rate=t.percent(rates.rework(counted)),
    )  # fmt: skip
    blocks: list[Block] = [said]
    if missed:
        due = Cases(found.unit.code, replace(rates.cases("due", found.period, now=found.now), kept=False))
        subjects_ = [
            (t.name(row.name, row.name_en), row.late, replace(due, category=row.code)) for row in found.late_by_category
        ]
        levels = [
            (
                cells.level_words(t, profile, row.code),
                row.late,
                replace(due, filters=replace(due.filters, level=row.code)),
            )
            for row in found.late_by_level
        ]
        blocks += [
            _missed(t, t("Missed their limit, by subject"), t("Subject"), subjects_, due),
            _missed(t, t("Missed their limit, by the level that held them"), t("Level"), levels, due),
        ]
    return Section(t("Late and sent back"), tuple(blocks))


def _missed(t: Words, name: str, head: str, rows: Sequence[tuple[str, int, Cases]], due: Cases) -> Table:
    total = sum(late for _, late, _ in rows)
    lines = [
        (cells.words(words), cells.number(t, late, cases), cells.share(t, late / total), Cell("", bar=late / total))
        for words, late, cases in rows
    ]
    last = (cells.words(t("All together")), cells.number(t, total, due), cells.share(t, 1.0), cells.words(""))
    columns = (
        Column(head), Column(t("missed"), number=True), Column(t("Share"), number=True), Column("", wide=True),
    )  # fmt: skip
    return Table(name, columns, (*lines, last), strong=1)


def cases(t: Words, profile: Profile, found: Analysis) -> Section:
    """A few cases, each told by its dates and steps."""
    title = t("Typical cases")
    if found.cases is None:
        return Section(title, (t("Cases are told to those who work with them."),))
    if not found.cases:
        return Section(title, (t("There is no case to tell from this period."),))
    rows = tuple((_told(t, profile, row, found), _small(t, profile, row)) for row in found.cases)
    return Section(title, (Points(rows), Note(t("Told by dates and steps alone; nobody is named."))))


def _told(t: Words, profile: Profile, row: CaseRow, found: Analysis) -> str:
    kind = {
        CaseKind.COMMON: t("Of the commonest subject"), CaseKind.LATEST: t("The latest of those due in the period"),
        CaseKind.WHISTLED: t("Settled with departments"), CaseKind.REWORKED: t("Sent back to work"),
    }[row.kind]  # fmt: skip
    place = t.name(row.village or found.unit.name, row.village_en or found.unit.name_en)
    parts = [
        t("{subject} in {place}, reported {day}", subject=t.name(row.category, row.category_en), place=place,
          day=t.long_day(row.reported_at)),
    ]  # fmt: skip
    if row.settled_at is not None:
        level = cells.level_words(t, profile, row.settled_level or "")
        parts.append(t("settled after {span} at the level {level}", span=t.duration(row.settled_at - row.reported_at),
                       level=level))  # fmt: skip
    else:
        parts.append(t("not settled yet: {state}", state=t.term(row.state)))
    if row.late is not None:
        parts.append(t("{span} late", span=t.duration(row.late)))
    if row.solved is not None or row.satisfied is not None:
        answers = [t.term(answer) for answer in (row.solved, row.satisfied) if answer is not None]
        parts.append(t("at the call-back: {answers}", answers=t.join(answers)))
    return t("{kind}: {story}.", kind=kind, story=t.semicolons(parts))


def _small(t: Words, profile: Profile, row: CaseRow) -> str:
    held = [
        f"{t.name(office, office_en) if office else cells.level_words(t, profile, level)} {t.duration(span)}"
        for level, office, office_en, span in row.held
        if span >= timedelta(minutes=1)
    ]
    parts = [row.reference, t("held by {list}", list=t.join(held))] if held else [row.reference]
    if row.notice is not None:
        title, title_en, result, result_en = row.notice
        parts.append(t("published: {title} {result}", title=t.name(title, title_en), result=t.name(result, result_en)))
    return " · ".join(parts)


def problems(t: Words, found: Analysis) -> Section:
    """What is open and late, with the unit that has it and the person who answers for it."""
    title = t("Problem list")
    if found.problems is None:
        return Section(title, (t("Cases are told to those who work with them."),))
    listed, until = found.problems, min(found.period.end, found.now)
    day = t.long_day(until - timedelta(seconds=1))
    if not listed.rows:
        return Section(title, (t("Nothing that was late by {day} is still open.", day=day),))
    said = t(
        "Open now and late by {day}: {total} demands, {groups} problems by subject, place and who has them.",
        day=day, total=t.number(listed.total), groups=t.number(listed.groups),
    )  # fmt: skip
    columns = (
        Column("", number=True), Column(t("Subject")), Column(t("Place"), narrow="beneath"),
        Column(t("Late"), number=True),
        Column(t("Days late"), number=True), Column(t("Longest late"), narrow="below"),
        Column(t("Held by"), wide=True, narrow="below"),
        Column(t("Answering for it"), wide=True, narrow="below"),
    )  # fmt: skip
    lines = tuple(_problem(t, place, row, found) for place, row in enumerate(listed.rows, start=1))
    blocks: list[Block] = [said, Table(title, columns, lines)]
    if listed.groups > len(listed.rows):
        left = listed.total - sum(row.count for row in listed.rows)
        blocks.append(Note(t("{n} more stand in smaller problems.", n=t.number(left))))
    return Section(title, tuple(blocks))


def _problem(t: Words, place: int, row: ProblemRow, found: Analysis) -> tuple[Cell, ...]:
    return (
        cells.number(t, place), cells.words(t.name(row.category, row.category_en)),
        cells.words(t.name(row.village or found.unit.name, row.village_en or found.unit.name_en)),
        _late(t, row, found), cells.number(t, (found.now - row.oldest_due_at) // DAY),
        Cell(row.reference, link={"id": row.reference}),
        cells.words(t.name(row.holder, row.holder_en)), cells.words(answering(t, row)),
    )  # fmt: skip


def _late(t: Words, row: ProblemRow, found: Analysis) -> Cell:
    """How many; they open where the queue can tell them from another problem's."""
    filters = Filters(overdue=True, due_to=found.period.end, level=row.level)
    cases = Cases(row.village_code or found.unit.code, filters, row.category_code)
    if row.count == 1:
        cases = Cases(cases.unit, Filters(text=row.reference))
    return cells.number(t, row.count, cases if row.alone or row.count == 1 else None)


def answering(t: Words, row: ProblemRow) -> str:
    """Who answers for a problem: an office holder, or that the post is vacant and who stands above it."""
    if row.person is not None and row.role is not None:
        return f"{row.person} · {t.term(row.role)}"
    if row.above is not None:
        person, zh, en = row.above
        return t("vacant; above it {person} ({unit})", person=person, unit=t.name(zh, en))
    return t("vacant")
