"""The watch-list of weak units 软弱涣散: its published rules, and the ledger of who was entered and what was done."""

from models.watch.ledger import (
    LISTED,
    WATCH_MOVES,
    WatchEntry,
    WatchEvent,
    WatchMove,
    WatchState,
    WatchVerb,
    missing_weeks,
    monday,
)
from models.watch.rules import NAMED, HelpKind, Watch, WatchMeasure, WatchRule

__all__ = [
    "LISTED", "NAMED", "WATCH_MOVES", "HelpKind", "Watch", "WatchEntry", "WatchEvent", "WatchMeasure", "WatchMove",
    "WatchRule", "WatchState", "WatchVerb", "missing_weeks", "monday",
]  # fmt: skip
