"""Figures: what a unit received and settled in a period, what is open, and what the Today screen shows.

Every number is counted from the ledger within the actor's scope; nothing is estimated and no data is None, never 0.
"""

from services.figures.days import DayRow, WeekRow, by_day, by_week
from services.figures.levels import LevelRow, LevelsRow, by_level
from services.figures.needs import NeedRow
from services.figures.overview import TodayRow, VillageRow, today
from services.figures.subjects import SubjectRow
from services.figures.unit import FiguresRow, MapRow, by_unit, of_unit

__all__ = [
    "DayRow", "FiguresRow", "LevelRow", "LevelsRow", "MapRow", "NeedRow", "SubjectRow", "TodayRow", "VillageRow",
    "WeekRow", "by_day", "by_level", "by_unit", "by_week", "of_unit", "today",
]  # fmt: skip
