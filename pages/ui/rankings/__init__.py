"""The parts of Rankings: the switches, the table of real text whose numbers open their cases, and how to read it."""

from pages.ui.rankings.beside import beside, beside_best
from pages.ui.rankings.choosing import (
    DEPARTMENTS,
    PAGE,
    Table,
    choose_level,
    choose_scope,
    choose_sort,
    days_of,
    names,
    told_apart,
)
from pages.ui.rankings.panels import funnel_panel, how_to_read
from pages.ui.rankings.table import cards_of, table_of

__all__ = [
    "DEPARTMENTS", "PAGE", "Table", "beside", "beside_best", "cards_of", "choose_level", "choose_scope",
    "choose_sort", "days_of", "funnel_panel", "how_to_read", "names", "table_of", "told_apart",
]  # fmt: skip
