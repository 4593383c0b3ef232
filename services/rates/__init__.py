"""The rates engine: what is counted of a unit in a period, and every rate by the formulas of domain.md section 4.

`counted` reads the counters, `Counted` holds what was counted, and each rate is a pure function of a Counted that
gives a fraction of 1, or None where there is no data. A total is `Counted.plus`: pooled counts, never averaged rates.
"""

from services.rates.cases import cases
from services.rates.counts import Counted, Month, Scope, pooled
from services.rates.formulas import (
    closing,
    composite,
    first_hour,
    on_time,
    resolution,
    response,
    rework,
    satisfaction,
    satisfaction_interval,
    settlement,
    valid_rate,
)
from services.rates.reading import CALLED, counted
from services.shares import share

__all__ = [
    "CALLED", "Counted", "Month", "Scope", "cases", "closing", "composite", "counted", "first_hour", "on_time",
    "pooled", "resolution", "response", "rework", "satisfaction", "satisfaction_interval", "settlement", "share",
    "valid_rate",
]  # fmt: skip
