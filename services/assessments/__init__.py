"""Assessment of units (systems.md J9, J12): forms of the profile, answers by unit and period, points and lists.

What the engine knows is filled from it and asked of nobody. Villagers answer on paper: the desk enters how many ticked
what. Persons have no points unless the site's profile switches them on. Honours and income stand beside.
"""

from services.assessments.answering import answer
from services.assessments.beside import award, economy, honours, incomes, kinds, set_income, withdraw
from services.assessments.export import workbook
from services.assessments.persons import person_points, switched_on
from services.assessments.reading import assessed, form_of, forms, results, sheet, term_of
from services.assessments.rows import (
    Answers,
    EconomyRow,
    HonourRow,
    IncomeRow,
    Listed,
    PartRow,
    PersonRow,
    ResultRow,
    SheetRow,
    UnitRow,
)

__all__ = [
    "Answers", "EconomyRow", "HonourRow", "IncomeRow", "Listed", "PartRow", "PersonRow", "ResultRow", "SheetRow",
    "UnitRow", "answer", "assessed", "award", "economy", "form_of", "forms", "honours", "incomes", "kinds",
    "person_points", "results", "set_income", "sheet", "switched_on", "term_of", "withdraw", "workbook",
]  # fmt: skip
