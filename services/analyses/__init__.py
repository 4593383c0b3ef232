"""Analyses: what a unit's demands of a period say, put together for a report, and a bulletin of many units.

Nothing is counted here that figures, rankings, rates and call-backs count already; nobody's free text is read, but for
public notices, whose wording was checked. The words are in pages/papers.
"""

from services.analyses.bulletins import Bulletin, BulletinRow, bulletin
from services.analyses.rows import (
    Analysis,
    CaseKind,
    CaseRow,
    LateRow,
    ProblemRow,
    Problems,
    Situation,
    Standing,
    Subject,
    Subjects,
)
from services.analyses.rules import RULES, Finding, Rule
from services.analyses.unit import of_unit

__all__ = [
    "RULES", "Analysis", "Bulletin", "BulletinRow", "CaseKind", "CaseRow", "Finding", "LateRow", "ProblemRow",
    "Problems", "Rule", "Situation", "Standing", "Subject", "Subjects", "bulletin", "of_unit",
]  # fmt: skip
