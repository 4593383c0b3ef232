"""Demands: filing, moving and reading them. Every move is one event, written in the same transaction as the demand."""

from services.demands.choices import choices, holds, own_whistle, possible, usual
from services.demands.clocks import Clocks, Running
from services.demands.clocks import of_events as clocks_of
from services.demands.exporting import ExportRow, exported
from services.demands.filing import FiledRow, report
from services.demands.history import held
from services.demands.judging import justify, rate
from services.demands.moves import (
    accept,
    ask_facts,
    assign,
    close,
    escalate,
    move,
    pass_check,
    rebuild,
    return_,
    settle,
    sign,
)
from services.demands.reads import count, detail, find, queue, similar, whistles_of
from services.demands.restating import RestatedRow, restate
from services.demands.rows import (
    ANY_DEPARTMENT,
    PAGE_SIZE,
    DemandRow,
    DetailRow,
    EventRow,
    Fact,
    Filters,
    HeldRow,
    Order,
    Page,
    SimilarRow,
    WhistleRow,
)
from services.demands.side import merge, reopen, resume, self_handle, suspend
from services.demands.takers import DepartmentRow, departments
from services.demands.whistles import answer, arrive, report_done, whistle

__all__ = [
    "ANY_DEPARTMENT", "PAGE_SIZE", "Clocks", "DemandRow", "DepartmentRow", "DetailRow", "EventRow", "ExportRow",
    "Fact", "FiledRow", "Filters", "HeldRow", "Order", "Page", "RestatedRow", "Running", "SimilarRow", "WhistleRow",
    "accept", "answer", "arrive", "ask_facts", "assign", "choices", "clocks_of", "close", "count", "departments",
    "detail", "escalate", "exported", "find", "held", "holds", "justify", "merge", "move", "own_whistle",
    "pass_check", "possible", "queue", "rate", "rebuild", "reopen", "report", "report_done", "restate", "resume",
    "return_", "self_handle", "settle", "sign", "similar", "suspend", "usual", "whistle", "whistles_of",
]  # fmt: skip
