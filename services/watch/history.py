"""What the events of an entry add up to: its row, and its plan. Pure: everything is rebuilt from the events alone."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from models.watch import LISTED, WatchMeasure, WatchVerb, missing_weeks
from services.watch.rows import EventRow, EvidenceRow, Figure, Finding, HelpRow, MeasureRow, Plan, ProblemRow, Told


def projection(events: Sequence[EventRow]) -> dict[str, Any]:
    """The columns of a WatchEntry that follow from its events, in their order."""
    names = ("state", "entered_at", "accepted_at", "ended_at", "relapse_of")
    found: dict[str, Any] = dict.fromkeys(names)
    for event in events:
        found["state"] = event.to_state
        if event.verb is WatchVerb.ENTER:
            found["entered_at"] = event.at
            found["relapse_of"] = event.facts.get("relapse_of")
        elif event.verb is WatchVerb.ACCEPT:
            found["accepted_at"] = event.at
        elif event.verb is WatchVerb.SEND_BACK:
            found["accepted_at"] = None
        if event.to_state not in LISTED:
            found["ended_at"] = event.at
    return found | {"event_count": len(events)}


def plan_of(events: Sequence[EventRow], entered_on: date, until: date) -> Plan:
    """Problems, measures, help and evidence; `until` is today, or the day the unit left."""
    problems = [
        ProblemRow(event.seq, event.text, tuple(_measures(events, event.seq, until)))
        for event in events
        if event.verb is WatchVerb.PROBLEM
    ]
    evidence = {
        event.day: EvidenceRow(event.day, event.text, event.at, event.actor)
        for event in events
        if event.verb is WatchVerb.EVIDENCE and event.day is not None
    }
    return Plan(
        problems=tuple(problems), helps=tuple(_helps(events)),
        evidence=tuple(evidence[week] for week in sorted(evidence, reverse=True)),
        missing=tuple(missing_weeks(entered_on, until, evidence)),
    )  # fmt: skip


def _measures(events: Sequence[EventRow], problem: int, until: date) -> Iterable[MeasureRow]:
    for event in events:
        if event.verb is WatchVerb.MEASURE and event.about == problem and event.day is not None:
            row = MeasureRow(
                event.seq, event.text, event.day, event.day, None, None, event.person or event.department,
                event.department_en, 0,
            )  # fmt: skip
            for later in events:
                if later.about == event.seq:
                    row = _after(row, later)
            late = (until - row.due_on).days if row.done_on is None and row.dropped is None else 0
            yield replace(row, late_days=max(late, 0))


def _after(row: MeasureRow, event: EventRow) -> MeasureRow:
    """The measure after one more event about it."""
    match event.verb:
        case WatchVerb.RESCHEDULE:
            return replace(row, due_on=event.day or row.due_on)
        case WatchVerb.DONE:
            return replace(row, done_on=event.day)
        case WatchVerb.UNDONE:
            return replace(row, done_on=None)
        case WatchVerb.DROP:
            return replace(row, dropped=event.text)
        case _:
            return row


def _helps(events: Iterable[EventRow]) -> Iterable[HelpRow]:
    for event in events:
        if event.verb is WatchVerb.HELP and event.kind is not None and event.day is not None:
            yield HelpRow(
                event.seq, event.kind, event.text, event.person or event.department, event.department_en, event.day
            )


def told(finding: Finding) -> dict[str, Any]:
    """A finding as an event keeps it: the words as published that day, and the figures."""
    return {
        "measure": finding.rule.measure.value, "zh": finding.rule.words("zh"), "en": finding.rule.words("en"),
        "holds": finding.holds, "figures": [_written(figure) for figure in finding.figures],
    }  # fmt: skip


def _written(figure: Figure) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(figure).items()
        if value is not None
    }


def read(kept: Iterable[dict[str, Any]]) -> tuple[Told, ...]:
    """The findings that an event keeps."""
    return tuple(
        Told(
            WatchMeasure(each["measure"]), each["zh"], each["en"], each["holds"],
            tuple(_figure(figure) for figure in each["figures"]),
        )
        for each in kept
    )  # fmt: skip


def _figure(kept: dict[str, Any]) -> Figure:
    days = {name: date.fromisoformat(kept[name]) for name in ("from_day", "to_day", "since") if name in kept}
    values: dict[str, Any] = kept | days
    return Figure(**values)
