"""What is kept of assessments: answers by unit and period, honours, collective income. Nothing is overwritten."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from models.base import Base, BigId, id_field, key_to, moment_field


class AssessmentSheet(Base, table=True):
    """One form answered about one unit for one period; of several the one with the highest `seq` counts.

    `rater_id` is the unit that answered: the unit itself for its own and its villagers' form, another one for a mutual
    form. `forms` are the paper forms that came back, for the villagers' form only.
    """

    __tablename__ = "assessment_sheets"
    __table_args__ = (
        UniqueConstraint("form", "from_day", "unit_id", "rater_id", "seq"),
        CheckConstraint("forms IS NULL OR forms > 0", name="forms"),
        Index(
            "uq_assessment_sheets_idempotency_key", "idempotency_key", unique=True,
            sqlite_where=text("idempotency_key IS NOT NULL"), postgresql_where=text("idempotency_key IS NOT NULL"),
        ),
    )  # fmt: skip

    id: int | None = id_field()
    form: str = Field(max_length=40)
    unit_id: int = key_to("units.id")
    rater_id: int = key_to("units.id")
    from_day: date
    to_day: date
    seq: int
    forms: int | None = None
    at: datetime = moment_field()
    account_id: int | None = key_to("accounts.id", nullable=True)
    actor_name: str
    remark: str = ""
    idempotency_key: str | None = Field(default=None, max_length=80)


class AssessmentAnswer(Base, table=True):
    """One answer: points of an item (`choice` empty), or how many villagers ticked a choice of it."""

    __tablename__ = "assessment_answers"
    __table_args__ = (CheckConstraint("value >= 0", name="value"),)

    sheet_id: int = Field(primary_key=True, foreign_key="assessment_sheets.id", sa_type=BigId)
    item: str = Field(primary_key=True, max_length=40)
    choice: str = Field(primary_key=True, default="", max_length=40)
    value: int


class Honour(Base, table=True):
    """An honour of a unit in a year; `households` where households hold it: how many, never who."""

    __tablename__ = "honours"
    __table_args__ = (
        CheckConstraint("households IS NULL OR households > 0", name="households"),
        Index(
            "uq_honours_kind_unit_id_year", "kind", "unit_id", "year", unique=True,
            sqlite_where=text("withdrawn_at IS NULL"), postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )  # fmt: skip

    id: int | None = id_field()
    kind: str = Field(max_length=40)
    unit_id: int = key_to("units.id")
    year: int
    households: int | None = None
    at: datetime = moment_field()
    account_id: int | None = key_to("accounts.id", nullable=True)
    actor_name: str
    withdrawn_at: datetime | None = moment_field(nullable=True)
    withdrawn_reason: str | None = None


class CollectiveIncome(Base, table=True):
    """The collective income of a unit in a year, in fen; of several the one with the highest `seq` counts."""

    __tablename__ = "collective_incomes"
    __table_args__ = (
        UniqueConstraint("unit_id", "year", "seq"),
        CheckConstraint("income_fen >= 0", name="income"),
    )

    id: int | None = id_field()
    unit_id: int = key_to("units.id")
    year: int
    seq: int
    income_fen: int = Field(sa_type=BigInteger)
    at: datetime = moment_field()
    account_id: int | None = key_to("accounts.id", nullable=True)
    actor_name: str
