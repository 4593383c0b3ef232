"""How a demand goes through its moves: settled on the spot, or by triage, dispatch and handling, in time or late."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from models.demands import Solved, State, Urgency, Verb
from services.callbacks.calls import WORDS
from services.demands import clocks
from services.demo import seasons, texts
from services.demo.calling import UNREACHED, Calling
from services.demo.case import Case, Merged, Over, whole
from services.demo.whistling import Whistling
from services.demo.world import World

STEPS = {"triage": 0.10, "assign": 0.07, "sign": 0.14, "handle": 0.69}
STUCK = 7.0
AT_ONCE, NOTED = frozenset({"disputes", "hazards"}), 0.7
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class Walk:
    """One case on its way. All times are planned beforehand; a move that would lie in the future ends the walk."""

    def __init__(self, world: World, case: Case, random: Random, earlier: int | None) -> None:
        self.world, self.case, self.random, self.earlier = world, case, random, earlier
        self.chief = world.holder(case.village, case.reported_at)
        self.member = world.holder(case.place, case.reported_at)
        self.office = world.usual.get(case.category)
        self.lead = world.crew.holders[0]
        self.own = Random(f"scene {case.reported_at.isoformat()} {case.place} {case.title}")
        self.whistling = Whistling(world, case, random, self.chief, self.lead, self.office)
        self.calling = Calling(world, case)
        self.outside = world.outside if any(word in case.title for word in texts.FOR_THE_BANK) else None

    def run(self) -> None:
        """Walk as far as the present lets it."""
        try:
            self._live()
        except Over:
            return

    def chance(self, share: float) -> bool:
        """True in this share of calls."""
        return self.random.random() < share

    def _live(self) -> None:
        kind = seasons.of(self.case.category)
        light = self.case.urgency in {Urgency.GENERAL, Urgency.IMMEDIATE}
        if self.chance(kind.self_share * (1.42 if light else 0.3)):
            self._on_the_spot()
            return
        self.case.go(Verb.SUBMIT, self.case.reported_at, self.member)
        self._on_the_scene(None)
        end = self._end(self.case.reported_at)
        triage, assign, sign = self._marks(self.case.reported_at, end)
        if not self._triage(triage):
            return
        self._dispatch(assign, sign, end)
        self._check(self.case.last_at)

    def _on_the_spot(self) -> None:
        at = self.case.reported_at + timedelta(minutes=self.random.lognormvariate(3.2, 1.3))
        self.case.handler = self.member
        self._on_the_scene(at)
        self.case.go(
            Verb.SELF_HANDLE, at, self.member, self.random.choice(texts.SELF_DONE),
            changes={"handled_by_id": self.world.account_id(self.member)},
        )  # fmt: skip
        later = self._soon(at, 0.4)
        if self.chance(0.4):
            self.case.go(Verb.SKIP_CHECK, later, self.chief)
            self._close(later)
            return
        self.case.go(Verb.HAND_IN, later, self.member)
        self._check(later)

    def _on_the_scene(self, before: datetime | None) -> None:
        """The grid member is there within minutes where people quarrel or something is dangerous, and notes it."""
        if self.case.category.partition(".")[0] not in AT_ONCE or self.own.random() > NOTED:
            return
        at = whole(self.case.reported_at + MINUTE * min(self.own.lognormvariate(1.3, 0.6), 45))
        at = min(at, whole(before)) if before is not None else at
        self.case.go(Verb.ARRIVE, at, self.member, changes={"on_scene_at": at})

    def _end(self, start: datetime) -> datetime:
        """When it will be settled: mostly in the second half of its time, here and there days after it."""
        due: datetime = self.case.columns["due_at"]
        share = self.world.late_share[self.case.village]
        behind = self.world.behind(self.case.village, self.case.category)
        if self.chance(0.6 if behind else share):
            return self._worked(due + DAY * self.random.lognormvariate(2.3 if behind else 1.5, 0.8))
        at = self._worked(start + (due - start) * self.random.betavariate(3.1, 1.4))
        return at if at < due else max(start + 3 * MINUTE, due - MINUTE * self.random.randrange(5, 200))

    def _worked(self, at: datetime) -> datetime:
        return at if self.case.urgency is Urgency.URGENT else self.world.working(at, self.random)

    def _soon(self, at: datetime, days: float) -> datetime:
        """A moment in working hours some days later on average."""
        return self.world.working(at + DAY * self.random.expovariate(1 / days) + 2 * MINUTE, self.random)

    def _marks(self, start: datetime, end: datetime) -> tuple[datetime, datetime, datetime]:
        """When it is accepted, dispatched and signed for; a village that is behind loses its time at one step."""
        behind = self.world.behind(self.case.village, self.case.category)
        weights = {
            step: weight * self.random.uniform(0.5, 1.5) * (STUCK if behind and behind.step == step else 1)
            for step, weight in STEPS.items()
        }
        if behind and behind.step != "handle":
            weights["handle"] *= 0.5
        whole, passed = sum(weights.values()), 0.0
        marks: list[datetime] = []
        for step in ("triage", "assign", "sign"):
            passed += weights[step] / whole
            at = start + (end - start) * passed
            marks.append(min(max(self._worked(at), marks[-1] if marks else start), end))
        return marks[0], marks[1], marks[2]

    def _triage(self, at: datetime) -> bool:
        """Accept it, or end it here: asked back, rejected or merged into an earlier one. True when it goes on."""
        at = max(at, self.case.last_at)
        drawn = self.random.random()
        if drawn < 0.018:
            self.case.go(Verb.REJECT, at, self.chief, self.random.choice(texts.REJECTED))
            return False
        if drawn < 0.05 and self.earlier is not None:
            changes = {"merged_into_id": Merged(self.earlier)}
            self.case.go(Verb.MERGE, at, self.chief, "与先前一件是同一件事", changes=changes)
            return False
        if drawn > 0.975:
            self.case.go(Verb.ASK_FACTS, at, self.chief, self.random.choice(texts.FACTS))
            at = at + MINUTE * self.random.randrange(20, 300)
            self.case.go(Verb.SUBMIT, at, self.member)
            at += MINUTE * self.random.randrange(10, 90)
        village = self.world.places[self.case.village]
        self.case.go(Verb.ACCEPT, at, self.chief, changes={
            "holder_unit_id": self.world.unit_ids[self.case.village], "holder_id": self.world.person_id(self.chief),
            "level": village.level, "level_since": at,
        })  # fmt: skip
        return True

    def _dispatch(self, assign: datetime, sign: datetime, end: datetime) -> None:
        """From registered to settled, with all that may come between."""
        assign = max(assign, self.case.last_at)
        if self.chance(0.05):
            self._escalate(assign, self.random.choice(texts.ESCALATED[1:]))
            assign = self._soon(assign, 0.15)
        handler = self._assign(assign)
        sign = max(sign, assign + MINUTE)
        if self.chance(0.04):
            returned = assign + (sign - assign) * 0.6
            self._return(returned, handler)
            handler = self._assign(self._soon(returned, 0.1))
            sign = max(sign, self._soon(self.case.last_at, 0.1))
        self._sign(sign, handler)
        end = self._handling(max(end, self.case.last_at + 5 * MINUTE))
        handler = self.case.handler if self.case.handler is not None else handler
        self._settle(max(end, self.case.last_at + MINUTE), handler)

    def _assign(self, at: datetime, *, upward: bool = False) -> int:
        """Dispatch it to the grid, to the village's cadres or to the usual department; gives the handler."""
        at = max(at, self.case.last_at)
        by = self.chief if self.case.columns["level"] == self.world.places[self.case.village].level else self.lead
        drawn = self.random.random()
        if self.office and (drawn < 0.5 or upward or self.case.state is State.ESCALATED):
            return self._assign_office(at, by, self.office)
        place = self.case.place if drawn < 0.75 else self.case.village
        handler = self.world.holder(place, at) if place == self.case.place else self._cadre()
        self.case.go(Verb.ASSIGN, at, by, changes={
            "holder_id": self.world.person_id(handler), "level_since": at, "department_id": None,
            "holder_unit_id": self.world.unit_ids[place], "level": self.world.places[place].level,
        })  # fmt: skip
        return handler

    def _assign_office(self, at: datetime, by: int, office: str) -> int:
        handler = self.random.choice(self.world.crew.offices[office])
        if self.outside is not None:
            return self._assign_outside(at, self.outside)
        self.case.go(Verb.ASSIGN, at, by, changes={
            "holder_id": self.world.person_id(handler), "level_since": at, "holder_unit_id": None,
            "department_id": self.world.office_ids[office], "level": self.world.office_level(office),
        })  # fmt: skip
        return handler

    def _assign_outside(self, at: datetime, office: str) -> int:
        """No level can meet it: an outside body has it, the township's leader records its steps."""
        self.case.go(Verb.ASSIGN, at, self.lead, texts.BEYOND_US, changes={
            "holder_id": None, "level_since": at, "holder_unit_id": None,
            "department_id": self.world.office_ids[office], "level": self.world.office_level(office),
        })  # fmt: skip
        return self.lead

    def put_outside(self, at: datetime, office: str) -> None:
        """Hand it to an outside body and record that it took it up."""
        try:
            handler = self._assign_outside(at, office)
            self._sign(at + DAY, handler)
        except Over:
            return

    def _behalf(self) -> dict[str, Any]:
        if self.case.columns["level"] not in self.world.profile.outside:
            return {}
        return {"department": self.case.columns["department_id"], "on_behalf": True}

    def _cadre(self) -> int:
        return self.random.choice(self.world.crew.cadres[self.case.village])

    def _return(self, at: datetime, handler: int) -> None:
        notes = self._behalf()
        changes = {"returned_by_id": None if notes else self.world.account_id(handler), "holder_id": None}
        self.case.go(Verb.RETURN, at, handler, self.random.choice(texts.RETURNED), changes=changes, notes=notes)

    def _sign(self, at: datetime, handler: int) -> None:
        self.case.handler = handler
        changes = {"handled_by_id": self.world.account_id(handler), "returned_by_id": None}
        self.case.go(Verb.SIGN, max(at, self.case.last_at), handler, changes=changes, notes=self._behalf())

    def _handling(self, end: datetime) -> datetime:
        """What may happen while it is handled; gives when it will be settled."""
        whistled = 0.5 if self.case.urgency is Urgency.URGENT else 0.09
        slow = self.case.urgency in {Urgency.GENERAL, Urgency.COMPLEX}
        if self.chance(whistled):
            at = self.case.last_at + (end - self.case.last_at) * self.random.uniform(0.05, 0.4)
            self.whistling.run(self._worked(at), end)
            end = max(end, self.case.last_at + 5 * MINUTE)
        if slow and self.chance(0.06):
            end = self._suspended(self.case.last_at + (end - self.case.last_at) * self.random.uniform(0.05, 0.5))
        due = self.case.columns["due_at"]
        climbs = self.case.columns["department_id"] is None and self._may_climb()
        if climbs and end > due and self.case.last_at < due and self.chance(0.7):
            self._escalate(due + MINUTE * self.random.randrange(20, 600), texts.ESCALATED[0])
            again = self._assign(self._soon(self.case.last_at, 0.2), upward=True)
            self._sign(self._soon(self.case.last_at, 0.4), again)
            return max(end, self._soon(self.case.last_at, 1.5))
        return end

    def _may_climb(self) -> bool:
        return self.world.above(self.case.place, self.case.columns["level"]) is not None

    def _escalate(self, at: datetime, reason: str) -> None:
        up = self.world.above(self.case.place, self.case.columns["level"])
        if up is None:
            raise ValueError("nothing above")
        level = self.world.places[up].level
        due, limits = clocks.hopping(self.world.profile, whole(at), self.case.urgency, self.case.category, level)
        self.case.go(Verb.ESCALATE, at, self.chief, reason, notes=limits, changes={
            "holder_unit_id": self.world.unit_ids[up], "department_id": None, "level": level, "level_since": at,
            "holder_id": self.world.person_id(self.world.holder(up, at)), "escalated_to": level, **due,
        })  # fmt: skip

    def _suspended(self, at: datetime) -> datetime:
        """Stand still until an agreed day; the work days left run on after it. Gives the new end."""
        until = whole(self.world.working(at + DAY * self.random.randrange(10, 75), self.random))
        paused = {"suspended_until": until}
        due = self.case.clocks_after(Verb.SUSPEND, at, {"suspended_until": until.isoformat()}, self.world.profile)
        self.case.go(Verb.SUSPEND, at, self._other(), self.random.choice(texts.SUSPENDED), changes={**paused, **due})
        resumed = min(until, self.world.working(at + (until - at) * self.random.uniform(0.7, 1.0), self.random))
        due = self.case.clocks_after(Verb.RESUME, resumed, {}, self.world.profile)
        self.case.go(Verb.RESUME, resumed, self.chief, changes={"suspended_until": None, **due})
        return self._end(resumed)

    def _settle(self, at: datetime, handler: int) -> None:
        changes = {"handled_by_id": self.world.account_id(handler)}
        self.case.go(Verb.SETTLE, at, handler, self.random.choice(texts.DONE), changes=changes, notes=self._behalf())

    def _check(self, at: datetime) -> None:
        """Someone else looks at the result; now and then it goes back to work."""
        at = self._soon(at, 0.7)
        by = self._other()
        if self.chance(0.035):
            self.case.go(Verb.REWORK, at, by, self.random.choice(texts.REWORKED))
            handler = self.case.handler if self.case.handler is not None else self.member
            self._settle(self._soon(at, 1.2), handler)
            at = self._soon(self.case.last_at, 0.7)
        self.case.go(Verb.PASS_CHECK, at, by)
        self.whistling.rate(at, by)
        self._close(at)

    def _close(self, at: datetime) -> None:
        """The villager's word, and what comes after it: back to work, reopened, or in the archive after two months."""
        at = self._soon(at, 1.2)
        by = self._other(self.world.crew.supervisors[self.case.place % len(self.world.crew.supervisors)])
        self._asked(at, by)
        at = self.case.last_at
        if self.chance(0.01):
            self._reopened(self._soon(at, 8))
            return
        self.case.go(Verb.ARCHIVE, self.world.working(at + 60 * DAY, self.random), by)

    def _asked(self, at: datetime, by: int) -> None:
        """Call back; what is not solved goes back to work once more, then it is closed."""
        said = self.calling.run(at, by)
        if said not in {Solved.SOLVED, None}:
            self.case.go(Verb.REWORK, self.case.last_at, by, WORDS[said])
            handler = self.case.handler if self.case.handler is not None else self.member
            self._settle(self._soon(self.case.last_at, 1.5), handler)
            self.case.go(Verb.PASS_CHECK, self._soon(self.case.last_at, 0.6), by)
            said = self.calling.run(self._soon(self.case.last_at, 0.8), by, solved=True)
        closed = self.case.last_at
        self.case.go(Verb.CLOSE, closed, by, None if said else UNREACHED, changes={"closed_at": closed})

    def _reopened(self, at: datetime) -> None:
        columns = self.case.columns
        due, limits = clocks.starting(
            self.world.profile, whole(at), self.case.urgency, self.case.category, columns["level"]
        )
        empty = dict.fromkeys(("closed_at", "handled_by_id", "answered_at", "escalated_to"))
        self.case.go(
            Verb.REOPEN, at, self._other(self.lead), self.random.choice(texts.REOPENED), notes=limits,
            changes={**empty, **due, "level_since": at},
        )  # fmt: skip
        handler = self._assign(self._soon(at, 0.2))
        self._sign(self._soon(self.case.last_at, 0.3), handler)
        self._settle(max(self._end(at), self.case.last_at + MINUTE), handler)
        self.case.go(Verb.PASS_CHECK, self._soon(self.case.last_at, 0.7), self._other())
        self._asked(self._soon(self.case.last_at, 1), self._other())

    def _other(self, wanted: int | None = None) -> int:
        """The chief, unless the chief handled it: then the township's first supervisor."""
        wanted = self.chief if wanted is None else wanted
        return wanted if wanted != self.case.handler else self.lead
