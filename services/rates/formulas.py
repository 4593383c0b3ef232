"""Every rate by the formulas of domain.md section 4. Counts in, fractions of 1 out, None where no data is. Pure."""

from models.profiles import Weights
from services.rates.counts import Counted, Month
from services.shares import share

WEIGHTS = Weights()
"""The weights where a site's profile says nothing else: 0.1, 0.5 and 0.4, and 0.9 for basically satisfied."""


def settlement(counted: Counted) -> float | None:
    """Settled / received, both of the same cohort and period.

    None in an event month: what was settled in it and what was received in it are not the same demands.
    """
    return share(counted.settled, counted.received)


def on_time(counted: Counted) -> float | None:
    """Handled on time / those whose limit falls in the period; in an event month of those settled in it."""
    return share(counted.on_time, counted.due)


def closing(counted: Counted) -> float | None:
    """Closed / those due to be closed: those whose limit falls in the period. None in an event month."""
    if counted.month is Month.EVENT:
        return None
    return share(counted.closed, counted.due)


def rework(counted: Counted) -> float | None:
    """Put back to work (redone or opened again) / received, both of the same cohort; in an event month / settled.

    Low is good.
    """
    return share(counted.reworked, counted.settled if counted.month is Month.EVENT else counted.received)


def first_hour(counted: Counted) -> float | None:
    """Answered within one hour of the report / answered or still waiting for it. None in an event month."""
    return share(counted.first_hour, counted.awaited)


def valid_rate(counted: Counted) -> float | None:
    """Valid call-backs of all that were called: how many people were reached."""
    return share(counted.valid, counted.called)


def response(counted: Counted) -> float | None:
    """Contacted / valid: who says that whoever handled it was in touch with them."""
    return share(counted.contacted, counted.valid)


def resolution(counted: Counted) -> float | None:
    """Solved / valid. Partly solved is not solved."""
    return share(counted.solved, counted.valid)


def satisfaction(counted: Counted, weights: Weights = WEIGHTS) -> float | None:
    """(Satisfied + 0.9 x basically satisfied) / valid. No opinion is valid and not satisfied."""
    return share(counted.satisfied + weights.basically * counted.basically, counted.valid)


def satisfaction_interval(counted: Counted, weights: Weights = WEIGHTS) -> tuple[float, float] | None:
    """Between what the satisfaction of all would lie, to 95% (Wilson's binomial interval); None where nobody answered.

    A hundred per cent of 46 says less than of 4,600. The weighted count is rounded to a whole number of people.
    """
    from scipy.stats import binomtest  # a second to import, and only some screens ask

    if not counted.valid:
        return None
    pleased = round(counted.satisfied + weights.basically * counted.basically)
    found = binomtest(pleased, counted.valid).proportion_ci(confidence_level=0.95, method="wilson")
    return float(found.low), float(found.high)


def composite(counted: Counted, weights: Weights = WEIGHTS) -> float | None:
    """(0.1 response + 0.5 resolution + 0.4 satisfaction) x 100, from 0 to 100; None without a valid call-back."""
    if not counted.valid:
        return None
    pleased = counted.satisfied + weights.basically * counted.basically
    parts = weights.response * counted.contacted + weights.resolution * counted.solved + weights.satisfaction * pleased
    return 100 * parts / counted.valid
