"""Call-backs: the villager is asked whether it is solved, and how satisfied they are (domain.md section 4)."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field

from models.base import Base, BigId, enum_type, id_field, key_to, moment_field


class Reached(StrEnum):
    """Whether an attempt reached the person. Only YES makes a call-back valid."""

    YES = "yes"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    REFUSED = "refused"
    NOT_THE_PERSON = "not_the_person"


class Solved(StrEnum):
    """What the person says came of it."""

    SOLVED = "solved"
    PARTLY = "partly"
    NOT = "not"


class Satisfaction(StrEnum):
    """How satisfied the person is. No opinion is a class of its own, never satisfied."""

    SATISFIED = "satisfied"
    BASICALLY = "basically"
    NOT = "not"
    NO_OPINION = "no_opinion"


class CallBack(Base, table=True):
    """One attempt to call someone back about a settled demand; `number` counts a demand's attempts from 1.

    `contacted` is the person's answer to whether whoever handled it was in touch with them.
    """

    __tablename__ = "call_backs"
    __table_args__ = (
        Index("ix_call_backs_demand_id_number", "demand_id", "number", unique=True),
        Index("ix_call_backs_at", "at"),
        CheckConstraint("(reached = 'yes') = (solved IS NOT NULL)", name="solved_when_reached"),
        CheckConstraint("(reached = 'yes') = (satisfied IS NOT NULL)", name="satisfied_when_reached"),
    )

    id: int | None = id_field()
    demand_id: int = key_to("demands.id")
    number: int
    at: datetime = moment_field()
    account_id: int | None = key_to("accounts.id", nullable=True)
    caller: str
    reached: Reached = Field(sa_column=Column(enum_type(Reached, "reached"), nullable=False))
    solved: Solved | None = Field(default=None, sa_column=Column(enum_type(Solved, "solved"), nullable=True))
    satisfied: Satisfaction | None = Field(
        default=None, sa_column=Column(enum_type(Satisfaction, "satisfied"), nullable=True)
    )
    contacted: bool | None = None
    comment: str | None = None


class CallRound(Base, table=True):
    """The call-back work list of one unit's week: all that was settled in it, or a sample drawn with a stated seed.

    `size` is how many were asked for (None: all), `population` how many there were, `strata` in how many groups.
    """

    __tablename__ = "call_rounds"
    __table_args__ = (UniqueConstraint("unit_id", "from_day"),)

    id: int | None = id_field()
    unit_id: int = key_to("units.id")
    from_day: date
    to_day: date
    seed: int
    size: int | None = None
    population: int
    strata: int
    drawn_at: datetime = moment_field()
    drawn_by: str


class CallRoundDemand(Base, table=True):
    """A demand on a round's work list; `stratum` says of which group it was drawn (village and class)."""

    __tablename__ = "call_round_demands"
    __table_args__ = (Index("ix_call_round_demands_demand_id", "demand_id"),)

    round_id: int = Field(primary_key=True, foreign_key="call_rounds.id", sa_type=BigId)
    demand_id: int = Field(primary_key=True, foreign_key="demands.id", sa_type=BigId)
    stratum: str = Field(max_length=160)
