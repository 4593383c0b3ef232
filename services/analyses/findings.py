"""Every rule held against its figure. Pure: figures in, findings out, in the order of the rules."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from models.profiles import Profile
from services import rates
from services.analyses.rows import LateRow, Situation, Subjects
from services.analyses.rules import Finding, number_of, share_of
from services.figures import LevelsRow
from services.rates import Counted

DAY = timedelta(days=1)


def findings(
    profile: Profile,
    now_: Situation,
    before: Situation,
    levels: LevelsRow,
    subjects: Subjects,
    by_category: Sequence[LateRow],
    by_level: Sequence[LateRow],
    *,
    oldest: datetime | None,
    now: datetime,
    vacant: int,
) -> tuple[Finding, ...]:
    """One finding a rule; `oldest` is the earliest limit among what is late, `vacant` the lowest posts nobody holds."""
    counted = now_.counted
    late = sum(row.late for row in by_category)
    days = None if oldest is None or oldest >= now else (now - oldest) // DAY
    return (
        share_of("in_time_low", counted.on_time, counted.due),
        _fell(now_, before),
        _largest("late_subject", by_category, late),
        _largest("late_level", by_level, late),
        _grew(subjects),
        _kept_below(profile, levels),
        share_of("rework_high", counted.reworked, counted.received),
        satisfaction_of(profile, counted),
        share_of("unreached_high", counted.called - counted.valid, counted.called),
        number_of("late_long", days),
        number_of("posts_vacant", vacant),
    )


def _fell(now_: Situation, before: Situation) -> Finding:
    """By how much of 1 the settlement rate fell; no data where either period had none or few."""
    rate, was = rates.settlement(now_.counted), rates.settlement(before.counted)
    fell = None if rate is None or was is None else was - rate
    fewest = min(now_.counted.received, before.counted.received)
    found = number_of("settlement_fell", fell)
    return Finding(found.rule, fell, None, fewest, {})


def _largest(code: str, rows: Sequence[LateRow], late: int) -> Finding:
    largest = max(rows, key=lambda row: row.late, default=None)
    if largest is None:
        return share_of(code, 0, 0)
    facts = {"of": (largest.name, largest.name_en)}
    if largest.department is not None:
        facts["department"] = largest.department
    return share_of(code, largest.late, late, **facts)


def _grew(subjects: Subjects) -> Finding:
    """The subject that grew most: its growth as a share of what there was, `part` how many more."""
    grown = subjects.grown
    if grown is None:
        return share_of("subject_grew", 0, 0)
    found = share_of("subject_grew", grown.more, max(grown.before, 1), of=(grown.name, grown.name_en))
    return Finding(found.rule, found.value, grown.more, grown.received, found.facts)


def _kept_below(profile: Profile, levels: LevelsRow) -> Finding:
    """The share settled by the lowest level of the chain: what is settled there need not climb."""
    lowest = profile.chain[0]
    settled = next((row.settled for row in levels.rows if row.level == lowest), 0)
    return share_of("kept_below_low", settled, levels.settled, of=(lowest, lowest))


def satisfaction_of(profile: Profile, counted: Counted) -> Finding:
    """The rule of satisfaction, with the site's weights: its value is no share of counts."""
    found = share_of("satisfaction_low", 0, counted.valid)
    return Finding(found.rule, rates.satisfaction(counted, profile.rates.weights), None, counted.valid, {})
