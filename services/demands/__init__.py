"""Demands: filing, moving and reading them. Every move is one event, written in the same transaction as the demand."""

from services.demands.filing import FiledRow, report
from services.demands.moves import (
    accept,
    answer,
    arrive,
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
    whistle,
)
from services.demands.reads import (
    DemandRow,
    DetailRow,
    EventRow,
    Filters,
    Order,
    Page,
    WhistleRow,
    count,
    detail,
    queue,
)

__all__ = [
    "DemandRow", "DetailRow", "EventRow", "FiledRow", "Filters", "Order", "Page", "WhistleRow", "accept", "answer",
    "arrive", "ask_facts", "assign", "close", "count", "detail", "escalate", "move", "pass_check", "queue", "rebuild",
    "report", "return_", "settle", "sign", "whistle",
]  # fmt: skip
