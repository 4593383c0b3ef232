"""Rankings: units side by side over a period, as far as their counts carry, with where the time is lost.

A cohort month: settled / received of those that came in during the period (domain.md section 4). Beside each raw rate
stands what services.fairness makes of it. A unit without data has no rate and no rank and stands last. Totals pool the
counts; rates are never averaged.
"""

from services.rankings.beside import Beside, CategoryRow, Kind, PointRow, StepRow, beside
from services.rankings.causes import Why
from services.rankings.departments import of_departments
from services.rankings.level import furthest_behind, of_level, told
from services.rankings.measures import Sort
from services.rankings.rows import RankRow, pooled, ranked

__all__ = [
    "Beside", "CategoryRow", "Kind", "PointRow", "RankRow", "Sort", "StepRow", "Why", "beside",
    "furthest_behind", "of_departments", "of_level", "pooled", "ranked", "told",
]  # fmt: skip
