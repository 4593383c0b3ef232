"""Requests: more time, a suspension, an exclusion, an appeal. One side asks, somebody else decides."""

from services.demands.requests.asking import (
    ask_appeal,
    ask_exclusion,
    ask_extension,
    ask_suspension,
    extension_for,
)
from services.demands.requests.deciding import agree, extend, include, refuse, withdraw
from services.demands.requests.extending import Longer, Room
from services.demands.requests.offers import offers, room_of, waiting_kinds
from services.demands.requests.reads import RequestPage, RequestRow, ReviewRow, Which, listed, of_demand, waiting

__all__ = [
    "Longer", "RequestPage", "RequestRow", "ReviewRow", "Room", "Which", "agree", "ask_appeal",
    "ask_exclusion", "ask_extension", "ask_suspension", "extend", "extension_for", "include", "listed", "of_demand",
    "offers", "refuse", "room_of", "waiting", "waiting_kinds", "withdraw",
]  # fmt: skip
