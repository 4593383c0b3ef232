"""Counters: what each unit's demands add up to by day and month, kept with every move, so that figures need no ledger.

docs/decisions/counters.md says what is counted. A new measure is one line in `measures`, and where it needs a fact
of its own, that fact in Python and in SQL in `facts`.
"""

from services.counters.checking import Differing, differences
from services.counters.counting import Tables, apply, counted, fill, left_out, recount, tables
from services.counters.keeping import counted_before, keep, write

__all__ = [
    "Differing", "Tables", "apply", "counted", "counted_before", "differences", "fill", "keep", "left_out",
    "recount", "tables", "write",
]  # fmt: skip
