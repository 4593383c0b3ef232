"""The demonstration's assessments: self-assessments of the year, one half's forms, honours and collective income."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from random import Random
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from models.assessments import AnsweredBy, AssessmentForm, Every, Holder
from services import terms
from services.demo import store
from services.demo.world import World
from services.periods import Period

RATERS, FORMS = 3, (24, 60)
"""How many units rate each unit, and between how many paper forms come back."""

Row = dict[str, Any]
Answers = dict[tuple[str, str], int]


def write(session: Session, world: World, seed: int) -> int:
    """Store everything at once; returns how many sheets. What the engine knows is in none of them."""
    return _Office(session, world, Random(f"{seed} assessments")).write()


class _Office:
    """Fills in the forms of every unit of the assessed level; each unit has a level of its own."""

    def __init__(self, session: Session, world: World, random: Random) -> None:
        self.session, self.world, self.random = session, world, random
        self.today = world.now.astimezone(world.profile.zone).date()
        level = world.profile.ranking_level
        self.units = [world.unit_ids[at] for at, place in enumerate(world.places) if place.level == level]
        self.good = {unit: random.uniform(0.62, 0.98) for unit in self.units}

    def write(self) -> int:
        """The forms of the periods that are over, honours, incomes."""
        rows = [row for form in self.world.profile.assessments for row in self._sheets(form)]
        store.insert_all(self.session, "assessment_sheets", [row for row, _ in rows])
        table = store.table("assessment_sheets").c
        keys = (table.form, table.from_day, table.unit_id, table.rater_id)
        ids = {tuple(key): found for found, *key in self.session.execute(select(table.id, *keys))}
        answers = [
            {"sheet_id": ids[row["form"], row["from_day"], row["unit_id"], row["rater_id"]], "item": item,
             "choice": choice, "value": value}
            for row, given in rows
            for (item, choice), value in given.items()
        ]  # fmt: skip
        store.insert_all(self.session, "assessment_answers", answers)
        self._honours()
        self._incomes()
        return len(rows)

    def _sheets(self, form: AssessmentForm) -> Iterator[tuple[Row, Answers]]:
        if form.by is AnsweredBy.OVERALL:
            return
        for term in self._terms(form):
            for unit in self.units:
                for rater in self._raters(form, unit):
                    yield self._sheet(form, term, unit, rater)

    def _terms(self, form: AssessmentForm) -> list[Period]:
        """The periods of the running year that are over."""
        days = self.world.profile.days
        year = terms.holding(Every.YEAR.value, self.today, days)
        return [each for each in terms.parts(form.every.value, year) if each.to_day < self.today]

    def _raters(self, form: AssessmentForm, unit: int) -> Sequence[int]:
        if form.by is not AnsweredBy.MUTUAL:
            return [unit]
        return self.random.sample([other for other in self.units if other != unit], RATERS)

    def _sheet(self, form: AssessmentForm, term: Period, unit: int, rater: int) -> tuple[Row, Answers]:
        forms = self.random.randrange(*FORMS) if form.by is AnsweredBy.VILLAGERS else None
        row = {
            "form": form.key, "unit_id": unit, "rater_id": rater, "from_day": term.from_day, "to_day": term.to_day,
            "seq": 1, "forms": forms, "at": self._at(term.to_day), "account_id": None,
            "actor_name": self.world.crew.name(self.world.crew.supervisors[0]), "remark": "", "idempotency_key": None,
        }  # fmt: skip
        return row, self._ticks(form, unit, forms) if forms else self._points(form, unit)

    def _points(self, form: AssessmentForm, unit: int) -> Answers:
        return {
            (item.key, ""): min(item.points, round(item.points * (self.good[unit] + self.random.uniform(-0.08, 0.06))))
            for item in form.asked
        }

    def _ticks(self, form: AssessmentForm, unit: int, forms: int) -> Answers:
        """Villagers' choices: the better the unit, the more tick the first."""
        choices = [choice.key for choice in self.world.profile.assessment.choices]
        weights = [self.good[unit] ** (2 + place * 3) for place in range(len(choices))]
        found: Answers = {}
        for item in form.asked:
            ticked = self.random.choices(choices, weights, k=forms - self.random.randrange(3))
            found |= {(item.key, choice): ticked.count(choice) for choice in choices}
        return found

    def _at(self, day: date) -> datetime:
        return datetime.combine(day, time(16, 30), self.world.profile.zone)

    def _by(self, year: int) -> Row:
        at = min(datetime(year, 11, 2, 10, tzinfo=self.world.profile.zone), self.world.now)
        name = self.world.crew.name(self.world.crew.supervisors[0])
        return {"at": at, "account_id": None, "actor_name": name}

    def _honours(self) -> None:
        """The better half holds the honours of units; households in most villages."""
        rows: list[Row] = []
        for year in (self.today.year - 1, self.today.year):
            for kind in self.world.profile.assessment.honours:
                for unit in self.units:
                    of_unit = kind.holder is Holder.UNIT
                    if self.good[unit] > (0.8 if of_unit else 0.7):
                        households = None if of_unit else self.random.randrange(3, 26)
                        rows.append({"kind": kind.key, "unit_id": unit, "year": year, "households": households,
                                     "withdrawn_at": None, "withdrawn_reason": None, **self._by(year)})  # fmt: skip
        store.insert_all(self.session, "honours", rows)

    def _incomes(self) -> None:
        """Two years of collective income, from some 30,000 to 400,000 yuan."""
        rows: list[Row] = []
        for unit in self.units:
            income = round(self.random.lognormvariate(11.75, 0.6), -2)
            for year in (self.today.year - 1, self.today.year):
                rows.append({"unit_id": unit, "year": year, "seq": 1, "income_fen": int(income) * 100,
                             **self._by(year)})  # fmt: skip
                income = round(income * self.random.uniform(1.0, 1.2), -2)
        store.insert_all(self.session, "collective_incomes", rows)
