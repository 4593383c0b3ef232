"""How departments are whistled for in the demonstration: answers, arrivals, what was done and what both sides say."""

from datetime import datetime, timedelta
from random import Random

from models.demands import Arrival, Satisfaction, Urgency, Verb
from services import deadlines
from services.demo import texts
from services.demo.case import Called, Case
from services.demo.world import World

COMES, FROM_AFAR, UNJUSTIFIED, JUDGES, RATES = 0.85, 0.22, 0.06, 0.8, 0.85
RATINGS = {
    Satisfaction.SATISFIED: 70, Satisfaction.BASICALLY: 19, Satisfaction.NOT: 5, Satisfaction.NO_OPINION: 6,
}  # fmt: skip
DID = {
    Arrival.ON_SITE: (
        "到场查看，定下处理办法", "带队伍到场抢修", "现场协调几家意见", "到场测量，备好材料开工", "清出现场，设了警示",
    ),
    Arrival.REMOTE: ("远程复位，已恢复", "电话指导村里处理", "系统内核对后办结", "视频看过现场，给出办法"),
}  # fmt: skip
SLOW = ("来得慢", "只来看了看，没有动手", "说好的时间推了两回")
ABSENT = ("没有到场", "没有应答，打电话也没人接")
NOT_OURS = ("不归本单位管", "村里自己能办", "同一件事已经叫过")


class Whistling:
    """The whistles of one case. What was added later draws from `own`, so that the rest of the case stays as it was."""

    def __init__(self, world: World, case: Case, random: Random, chief: int, lead: int, office: str | None) -> None:
        self.world, self.case, self.random = world, case, random
        self.chief, self.lead, self.office = chief, lead, office
        self.own = Random(f"{case.reported_at.isoformat()} {case.place} {case.title}")

    def run(self, at: datetime, end: datetime) -> None:
        """Call one to three departments; each answers and most come, in the order of the clock."""
        planned: list[tuple[datetime, Verb, Called, int]] = []
        for call in self.call(at):
            asked = self.case.last_at
            by = self.random.choice(self.world.crew.offices[call.department])
            answered = min(self._worked(asked + timedelta(hours=self.random.lognormvariate(0.6, 1.0))), end)
            answered = last = max(answered, asked)
            planned.append((answered, Verb.ANSWER, call, by))
            if self.random.random() < COMES:
                arrived = answered + max(end - answered, timedelta()) * self.random.uniform(0.02, 0.2)
                last = max(min(self._worked(arrived), end), answered)
                planned.append((last, Verb.ARRIVE, call, by))
            if self.own.random() < JUDGES:
                planned.append((last, Verb.JUSTIFY, call, by))
        for moment, verb, call, by in sorted(planned, key=lambda step: step[0]):
            self._step(moment, verb, call, by)

    def call(self, at: datetime, most: int = 2) -> list[Called]:
        """Whistle for the usual department and perhaps others."""
        lead = self.office or self.world.profile.departments[0].code
        others = [office for office in self.world.inner if office != lead]
        offices = [lead, *self.random.sample(others, self.random.choice((0, 0, 1, most)))]
        ids = [self.world.office_ids[office] for office in offices]
        by = self.chief if self.case.columns["level"] != self.world.places[0].level else self.lead
        due = deadlines.answer_due_at(self.world.profile, at, self.case.urgency, self.case.category)
        notes = {"number": 1, "lead": ids[0], "assist": ids[1:], "whistle_due_at": due}
        self.case.go(Verb.WHISTLE, at, by, notes=notes)
        calls = [Called(office, office == lead, self.case.last_at, due) for office in offices]
        self.case.whistles += calls
        return calls

    def rate(self, at: datetime, by: int) -> None:
        """The caller's side says, when the result is looked at, what each department did for it."""
        for call in self.case.whistles:
            if call.rating is not None or self.own.random() > RATES:
                continue
            come = call.arrived_at is not None
            drawn = self.own.choices(list(RATINGS), list(RATINGS.values()))[0] if come else Satisfaction.NOT
            lacking = drawn in {Satisfaction.BASICALLY, Satisfaction.NOT}
            call.rating_reason = self.own.choice(SLOW if come else ABSENT) if lacking else None
            self.case.go(Verb.RATE, at, by, call.rating_reason, notes={**self._names(call), "rating": drawn})
            call.rating, call.rated_at = drawn, self.case.last_at

    def _step(self, at: datetime, verb: Verb, call: Called, by: int) -> None:
        match verb:
            case Verb.ANSWER:
                call.answer = self.random.choice(texts.ANSWERS)
                self.case.go(verb, at, by, call.answer, notes=self._names(call))
                call.answered_at = self.case.last_at
            case Verb.ARRIVE:
                self._come(at, call, by)
            case _:
                self._judge(at, call, by)

    def _come(self, at: datetime, call: Called, by: int) -> None:
        arrival = Arrival.REMOTE if self.own.random() < FROM_AFAR else Arrival.ON_SITE
        did = self.own.choice(DID[arrival])
        here = {"on_scene_at": at} if arrival is Arrival.ON_SITE and self.case.columns["on_scene_at"] is None else {}
        notes = {**self._names(call), "arrival": arrival, "arrived_at": at.replace(microsecond=0)}
        self.case.go(Verb.ARRIVE, at, by, did, changes=here, notes=notes)
        call.arrived_at, call.arrival, call.did = self.case.last_at, arrival, did

    def _judge(self, at: datetime, call: Called, by: int) -> None:
        justified = self.own.random() >= UNJUSTIFIED
        reason = None if justified else self.own.choice(NOT_OURS)
        self.case.go(Verb.JUSTIFY, at, by, reason, notes={**self._names(call), "justified": justified})
        call.justified, call.justified_reason = justified, reason

    def _names(self, call: Called) -> dict[str, int]:
        return {"department": self.world.office_ids[call.department], "number": 1}

    def _worked(self, at: datetime) -> datetime:
        return at if self.case.urgency is Urgency.URGENT else self.world.working(at, self.random)
