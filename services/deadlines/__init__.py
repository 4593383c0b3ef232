"""Deadlines: limits run by the calendar, round suspensions, and explain themselves."""

from datetime import datetime

from models.demands import Urgency
from models.profiles import Profile
from services.deadlines.running import Hours, Pause, Run, UsualHours, due_at, run, shifted
from services.deadlines.steps import Step, StepKind, Sum, of_given, of_limit

__all__ = [
    "Hours", "Pause", "Run", "Step", "StepKind", "Sum", "UsualHours", "answer_due_at", "due_at", "of_given", "of_limit",
    "run", "shifted",
]  # fmt: skip


def answer_due_at(
    profile: Profile, start: datetime, urgency: Urgency, category: str | None = None, level: str | None = None
) -> datetime:
    """The deadline to answer: to sign for it, or for a department to answer a whistle."""
    return due_at(profile, start, profile.clock(urgency, category, level).answer)
