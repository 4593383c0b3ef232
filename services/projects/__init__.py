"""Projects 专项: the special ledger of large problems, "one problem, one policy" 一事一策 (systems.md J6).

A project has a state machine of its own (models/projects.py), money in fen, milestones, people, documents, and the
demands it answers. Every change is one event in its history.
"""

from services.projects.changes import change, move, propose
from services.projects.contents import MAX_BYTES, TAKEN
from services.projects.documents import attach, content, detach
from services.projects.export import ledger
from services.projects.money import fen
from services.projects.opened import choices, detail
from services.projects.parts import fund, link, pay, plan, reach, replan, set_people, sums, unlink, unplan, withdraw
from services.projects.people import candidates
from services.projects.reads import figures, find, late_milestones, listed, of_demand
from services.projects.rows import (
    Candidate,
    DocumentRow,
    Draft,
    Fact,
    LateRow,
    LinkedRow,
    MilestoneRow,
    MoneyRow,
    PartyRow,
    PaymentRow,
    ProjectDetail,
    ProjectEventRow,
    ProjectFigures,
    ProjectRow,
    SourceRow,
    Taking,
)

__all__ = [
    "MAX_BYTES", "TAKEN", "Candidate", "DocumentRow", "Draft", "Fact", "LateRow", "LinkedRow", "MilestoneRow",
    "MoneyRow", "PartyRow", "PaymentRow", "ProjectDetail", "ProjectEventRow", "ProjectFigures", "ProjectRow",
    "SourceRow", "Taking", "attach", "candidates", "change", "choices", "content", "detach", "detail", "fen", "figures",
    "find", "fund", "late_milestones", "ledger", "link", "listed", "move", "of_demand", "pay", "plan", "propose",
    "reach", "replan", "set_people", "sums", "unlink", "unplan", "withdraw",
]  # fmt: skip
