"""Demands: their states, the one table of moves, the ledger, whistles, call-backs and requests."""

from models.demands.callbacks import CallBack, CallRound, CallRoundDemand, Reached, Satisfaction, Solved
from models.demands.ledger import PATH, Category, Demand, DemandEvent
from models.demands.moves import MOVES, Move, Verb
from models.demands.requests import REVIEWERS, Request, RequestKind, Review
from models.demands.states import (
    OPEN,
    RUNNING,
    SETTLED,
    Clock,
    Source,
    State,
    Urgency,
    clock_of,
    is_overdue,
)
from models.demands.views import SavedView
from models.demands.whistles import Arrival, Whistle

__all__ = [
    "MOVES", "OPEN", "PATH", "REVIEWERS", "RUNNING", "SETTLED", "Arrival", "CallBack", "CallRound", "CallRoundDemand",
    "Category", "Clock", "Demand", "DemandEvent", "Move", "Reached", "Request", "RequestKind", "Review", "Satisfaction",
    "SavedView", "Solved", "Source", "State", "Urgency", "Verb", "Whistle", "clock_of", "is_overdue",
]  # fmt: skip
