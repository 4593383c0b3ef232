"""Sunshine 阳光办理: what a unit opens to everybody, what was published of settled demands, the open page."""

from services.sunshine.matters import HelperRow, MatterRow
from services.sunshine.notices import (
    PAGE,
    Page,
    ProposalRow,
    Wording,
    proposals,
    publish,
    published,
    withdraw,
)
from services.sunshine.openness import ChoiceRow, OpenRow, PlaceRow, choice, choose, version
from services.sunshine.page import BoardRow, ExposedRow, FiguresRow, board

__all__ = [
    "PAGE", "BoardRow", "ChoiceRow", "ExposedRow", "FiguresRow", "HelperRow", "MatterRow", "OpenRow", "Page",
    "PlaceRow", "ProposalRow", "Wording", "board", "choice", "choose", "proposals", "publish", "published", "version",
    "withdraw",
]  # fmt: skip
