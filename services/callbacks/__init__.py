"""The verification and call-back desk: someone other than the handler checks, then the villager has the last word."""

from services.callbacks.calls import log
from services.callbacks.desk import Desk, DeskRow, Waiting, desk, waiting
from services.callbacks.rounds import RoundRow, draw, found, remaining

__all__ = [
    "Desk", "DeskRow", "RoundRow", "Waiting", "desk", "draw", "found", "log", "remaining", "waiting",
]  # fmt: skip
