"""How villagers of the demonstration are called back: who is reached, what they say, and what follows by rule."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar

from models.demands import Reached, Satisfaction, Solved, Verb
from services.demo.case import Case, whole
from services.demo.world import World

MISSED = {Reached.NO_ANSWER: 74, Reached.WRONG_NUMBER: 8, Reached.REFUSED: 6, Reached.NOT_THE_PERSON: 12}
SOLVED = {Solved.SOLVED: 945, Solved.PARTLY: 33, Solved.NOT: 22}
SATISFIED = {
    Solved.SOLVED: {
        Satisfaction.SATISFIED: 82, Satisfaction.BASICALLY: 12, Satisfaction.NO_OPINION: 4, Satisfaction.NOT: 2,
    },
    Solved.PARTLY: {Satisfaction.BASICALLY: 55, Satisfaction.NOT: 35, Satisfaction.NO_OPINION: 10},
    Solved.NOT: {Satisfaction.NOT: 90, Satisfaction.NO_OPINION: 10},
}  # fmt: skip
REACHED, CONTACTED = 0.84, 0.95
DAY = timedelta(days=1)
Drawn = TypeVar("Drawn")


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt as it will be stored; `person` is an index in the crew."""

    at: datetime
    person: int
    reached: Reached
    solved: Solved | None
    satisfied: Satisfaction | None
    contacted: bool | None


class Calling:
    """The call-backs of one case, drawn from a source of their own."""

    def __init__(self, world: World, case: Case) -> None:
        self.world, self.case = world, case
        self.own = Random(f"calls {case.reported_at.isoformat()} {case.place} {case.title}")

    def run(self, at: datetime, by: int, *, solved: bool = False) -> Solved | None:
        """Call until somebody is reached, as often as the profile asks; None where nobody was.

        `solved` says that what was wrong the first time is put right.
        """
        for _ in range(self.world.profile.caps.call_attempts):
            said = self._call(at, by, solved=solved)
            if said is not None:
                return said
            at = self.world.working(at + DAY * self.own.uniform(0.3, 1.5), self.own)
        return None

    def _call(self, at: datetime, by: int, *, solved: bool) -> Solved | None:
        if self.own.random() >= REACHED:
            self._log(Call(whole(at), by, self._drawn(MISSED), None, None, None))
            return None
        said = Solved.SOLVED if solved else self._drawn(SOLVED)
        contacted = self.own.random() < CONTACTED
        self._log(Call(whole(at), by, Reached.YES, said, self._drawn(SATISFIED[said]), contacted))
        return said

    def _log(self, call: Call) -> None:
        changes: dict[str, Any] = {"called_at": call.at, "reached": call.reached}
        if call.reached is Reached.YES:
            changes |= {"solved": call.solved, "satisfied": call.satisfied, "contacted": call.contacted}
        self.case.go(Verb.CALL_BACK, call.at, call.person, changes=changes)
        self.case.calls.append(call)

    def _drawn(self, weights: dict[Drawn, int]) -> Drawn:
        return self.own.choices(list(weights), list(weights.values()))[0]


UNREACHED = "多次回访联系不上，现场看过已办好"
