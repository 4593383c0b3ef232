"""Assessment of units: its forms in the profile, the answers by unit and period, honours and collective income."""

from models.assessments.forms import (
    SOURCES,
    AnsweredBy,
    Assessing,
    AssessmentForm,
    AssessmentItem,
    Choice,
    Every,
    Holder,
    HonourKind,
    Measured,
)
from models.assessments.ledger import AssessmentAnswer, AssessmentSheet, CollectiveIncome, Honour

__all__ = [
    "SOURCES", "AnsweredBy", "Assessing", "AssessmentAnswer", "AssessmentForm", "AssessmentItem", "AssessmentSheet",
    "Choice", "CollectiveIncome", "Every", "Holder", "Honour", "HonourKind", "Measured",
]  # fmt: skip
