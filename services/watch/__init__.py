"""The watch-list of weak units 软弱涣散 (systems.md F3): entered by published rules alone, "one village, one policy".

The rules stand in the site's profile, in words that name their own numbers. The list is a ledger of events; an entry's
row and its plan are what its events add up to.
"""

from services.watch.changes import accept, enter, leave, send_back, withdraw
from services.watch.checking import differences
from services.watch.export import workbook
from services.watch.plan import change, give_help, measure, problem, show
from services.watch.reads import choices, find, ledger, listed, proposals, published, sheet
from services.watch.rows import (
    EntryRow,
    EventRow,
    EvidenceRow,
    Figure,
    Finding,
    HelpRow,
    Mark,
    MeasureRow,
    Plan,
    ProblemRow,
    Proposal,
    Sheet,
    Told,
)

__all__ = [
    "EntryRow", "EventRow", "EvidenceRow", "Figure", "Finding", "HelpRow", "Mark", "MeasureRow", "Plan", "ProblemRow",
    "Proposal", "Sheet", "Told", "accept", "change", "choices", "differences", "enter", "find", "give_help", "leave",
    "ledger", "listed", "measure", "problem", "proposals", "published", "send_back", "sheet", "show", "withdraw",
    "workbook",
]  # fmt: skip
