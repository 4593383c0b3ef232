"""Walls 大屏: big screens of one unit, each with a link and a viewer account of its own, and what they show."""

from services.walls.ground import GroundRow, ground
from services.walls.links import LANGUAGES, Entry, WallRow, count_wrong, entered, hang, listed, locked, take_down
from services.walls.lists import AnswersRow, FeedRow, Happened, OpenRow, WhistleRow
from services.walls.snapshot import PlaceRow, SnapshotRow, snapshot

__all__ = [
    "LANGUAGES", "AnswersRow", "Entry", "FeedRow", "GroundRow", "Happened", "OpenRow", "PlaceRow", "SnapshotRow",
    "WallRow", "WhistleRow", "count_wrong", "entered", "ground", "hang", "listed", "locked", "snapshot", "take_down",
]  # fmt: skip
