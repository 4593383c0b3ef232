"""By what units are ranked: how many cases a rate is of, how many of them are good, and where the counters keep both.

Every measure is a number of good cases of all cases, so that a Beta-Binomial fits. Satisfaction and the composite give
each case a share of a point (0.9 for basically satisfied; 0.1, 0.5 and 0.4 for contacted, solved and satisfied): such a
sum varies at most as much as a count of whole points with the same mean, so its intervals are rather too wide.
"""

from enum import StrEnum

from models.profiles import Weights
from services import rates
from services.rates import Counted


class Sort(StrEnum):
    """By what units are ranked."""

    ON_TIME = "on_time"
    SETTLEMENT = "settlement"
    RESPONSE = "response"
    RESOLUTION = "resolution"
    SATISFACTION = "satisfaction"
    COMPOSITE = "composite"


CALLED = {name: name for name in ("valid", "contacted", "solved", "satisfied", "basically")}
COLUMNS: dict[Sort, dict[str, str]] = {
    Sort.ON_TIME: {"due": "due", "on_time": "kept"},
    Sort.SETTLEMENT: {"received": "received"},
    Sort.RESPONSE: CALLED,
    Sort.RESOLUTION: CALLED,
    Sort.SATISFACTION: CALLED,
    Sort.COMPOSITE: CALLED,
}
"""What of a Counted a measure needs, and in which column of the counters it stands; settled ones are read as cohort."""


def rate(sort: Sort, counted: Counted, weights: Weights) -> float | None:
    """The raw rate as a fraction of 1; None without data."""
    match sort:
        case Sort.ON_TIME:
            return rates.on_time(counted)
        case Sort.SETTLEMENT:
            return rates.settlement(counted)
        case Sort.RESPONSE:
            return rates.response(counted)
        case Sort.RESOLUTION:
            return rates.resolution(counted)
        case Sort.SATISFACTION:
            return rates.satisfaction(counted, weights)
        case Sort.COMPOSITE:
            points = rates.composite(counted, weights)
            return None if points is None else points / 100


def cases(sort: Sort, counted: Counted) -> int:
    """Of how many cases the rate is."""
    return {Sort.ON_TIME: counted.due, Sort.SETTLEMENT: counted.received}.get(sort, counted.valid)
