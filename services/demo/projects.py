"""Three large problems of the demonstration: a bridge behind its plan, a drain under way, a pond just proposed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random

from sqlalchemy import select
from sqlmodel import Session, col

from models.accounts import Account
from models.demands import Demand
from models.projects import Part, ProjectVerb, SourceKind
from services import projects, sessions
from services.access import Actor
from services.demo import texts
from services.demo.world import World
from services.projects import Draft, Fact, Taking

WAN = 10_000 * 100
"""万元 in fen."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A project to be. Days count from its first one; money in 万元; a milestone is (title, due, done)."""

    title: str
    problem: str
    measures: tuple[str, ...]
    beneficiaries: str
    people: int
    facts: tuple[Fact, ...]
    budget: int
    began: int
    sources: tuple[tuple[SourceKind, int, str, int], ...]
    payments: tuple[tuple[int, str, str, int], ...]
    steps: tuple[tuple[str, int, int | None], ...]
    word: str
    department: str
    state: tuple[ProjectVerb, ...] = (ProjectVerb.APPROVE, ProjectVerb.START)


BRIDGE = Plan(
    title="新建村东便民桥", word=texts.BRIDGE, department="works", budget=326, began=236, people=2138,
    problem="村东老桥为危桥，限行三年，三个自然村的农用车和校车每天绕行六公里，汛期只能停摆。",
    measures=(
        "拆除危桥，原址新建双车道便民桥，施工期间在下游设临时便道",
        "县交通专项补助为主，乡财政配套，不足部分由村集体自筹",
        "村委会负责征地协调和群众工作，主管部门每周到现场一次", "汛期前完成桩基和桥墩，入冬前通车",
    ),
    beneficiaries="三个自然村的村民、一所小学的学生和过境农机",
    facts=(Fact("桥宽", "7.5", "m"), Fact("桥长", "48.6", "m"), Fact("跨数", "3", "跨"), Fact("设计荷载", "20", "t")),
    sources=((SourceKind.UPPER, 200, "农村公路危桥改造专项", 20), (SourceKind.TOWNSHIP, 66, "", 35),
             (SourceKind.COLLECTIVE, 40, "", 41), (SourceKind.DONATION, 12, "在外乡亲捐款", 60)),
    payments=((18, "勘察设计费", "设计单位", 34), (97, "首期工程款", "施工单位", 78),
              (86, "二期工程款", "施工单位", 160)),
    steps=(("勘察设计", 30, 28), ("招标和签约", 55, 52), ("桩基和桥墩", 120, 131), ("架梁", 190, 186),
           ("桥面铺装和护栏", 222, None), ("验收通车", 268, None)),
)  # fmt: skip
DRAIN = Plan(
    title="主街排水沟改造", word="积水", department="works", budget=58, began=48, people=860,
    problem="主街没有排水沟，一下大雨就积水进院，沿街住户连续两年反映。",
    measures=("沿主街两侧新建盖板排水沟，接入村西坑塘", "一事一议筹资，村民投工投劳", "清理坑塘淤泥，恢复蓄水"),
    beneficiaries="主街两侧住户和集市商户",
    facts=(Fact("沟长", "1260", "m"), Fact("沟宽", "0.6", "m")),
    sources=((SourceKind.COUNTY, 35, "一事一议财政奖补", 12), (SourceKind.VILLAGERS, 9, "", 16)),
    payments=((11, "盖板和管材", "建材商", 30),),
    steps=(("方案公示", 7, 7), ("管沟开挖", 40, 38), ("盖板安装", 75, None), ("坑塘清淤和验收", 105, None)),
)  # fmt: skip
POND = Plan(
    title="村北坑塘整治", word="的坑塘", department="farming", budget=24, began=-10, people=410,
    problem="村北坑塘淤积发臭，夏天蚊蝇多，周边住户多次反映。",
    measures=("清淤、护坡、种植水生植物", "由邻近住户轮流管护"), beneficiaries="坑塘周边住户",
    facts=(Fact("水面", "3.2", "亩"),), sources=(), payments=(),
    steps=(("清淤", 30, None), ("护坡和绿化", 70, None)), state=(),
)  # fmt: skip
MOVED = ("桥面铺装和护栏", 205, 150, "汛期停工，顺延")
"""A milestone whose day was moved: where it stood first, on which day it was moved, and why."""


@dataclass(frozen=True, slots=True)
class _Crew:
    """Who acts: who proposes, who approves."""

    proposer: Actor
    approver: Actor


def write(session: Session, world: World, seed: int) -> int:
    """Store the demonstration's projects through the service itself, each step on its day; returns how many."""
    random = Random(f"{seed} projects")
    actors = {name: _actor(session, name) for name in ("leader", "supervisor", "chief")}
    home = world.village(world.home)
    others = [
        index
        for index, place in enumerate(world.places)
        if place.level == world.profile.ranking_level and index != home and place.code not in world.demo.quiet
    ]
    second = random.choice(_speaking(session, world, others, DRAIN.word))
    third = random.choice(_speaking(session, world, [place for place in others if place != second], POND.word))
    town = _Crew(actors["supervisor"], actors["leader"])
    for plan, place, crew in (
        (BRIDGE, home, _Crew(actors["chief"], actors["leader"])), (DRAIN, second, town), (POND, third, town),
    ):  # fmt: skip
        _Work(session, world, plan, world.unit_ids[place], crew, random).write()
    return 3


def _speaking(session: Session, world: World, places: Sequence[int], word: str) -> list[int]:
    """The places whose demands speak of it; all of them where none does."""
    demands = Demand.__table__  # type: ignore[attr-defined]
    units = demands.c[f"a{world.places[places[0]].depth}_id"]
    said = select(units).where(demands.c.text.contains(word), demands.c.received).distinct()
    heard = set(session.connection().execute(said).scalars())
    return [place for place in places if world.unit_ids[place] in heard] or list(places)


def _actor(session: Session, username: str) -> Actor:
    return sessions.actor_of(session, session.scalars(select(Account).where(col(Account.username) == username)).one())


class _Work:
    """One project from its proposal to this day."""

    def __init__(
        self, session: Session, world: World, plan: Plan, unit_id: int, crew: _Crew, random: Random
    ) -> None:  # fmt: skip
        self.session, self.world, self.plan, self.unit_id, self.crew = session, world, plan, unit_id, crew
        self.today = world.now.astimezone(world.profile.zone).date()
        self.start = self.today - timedelta(days=plan.began + random.randrange(-4, 5))
        self.random, self.project = random, 0

    def write(self) -> None:
        """Propose, plan, approve; then money and milestones in the order of their days."""
        names = [row.person_id for row in projects.candidates(self.session, self._by, self.unit_id, self.today)][:4]
        self.project = projects.propose(self.session, self._by, self._draft(), now=self._at(-24))
        self._name(names)
        ids = {title: self._plan_step(title, due, names) for title, due, _ in self.plan.steps}
        steps: list[tuple[int, Callable[[int], None]]] = [
            (day, partial(self._step, verb)) for verb, day in zip(self.plan.state, (-10, 0), strict=False)
        ]
        for day, act in sorted([*steps, *self._acts(ids)], key=lambda each: each[0]):
            if self.start + timedelta(days=day) <= self.today:
                act(day)

    @property
    def _by(self) -> Actor:
        return self.crew.proposer

    def _day(self, number: int) -> date:
        return self.start + timedelta(days=number)

    def _at(self, number: int) -> datetime:
        """A working hour of a day of the project, never after now."""
        hour = time(9 + number % 3, 7 * (number % 8))
        return min(datetime.combine(self._day(number), hour, self.world.profile.zone), self.world.now)

    def _draft(self) -> Draft:
        plan = self.plan
        return Draft(
            title=plan.title, problem=plan.problem, unit_id=self.unit_id, budget_fen=plan.budget * WAN,
            starts_on=self.start, ends_on=self._day(max(due for _, due, _ in plan.steps)), measures=plan.measures,
            people=plan.people + self.random.randrange(60), households=plan.people // 4,
            beneficiaries=plan.beneficiaries, facts=plan.facts,
        )  # fmt: skip

    def _name(self, people: Sequence[int]) -> None:
        offices = self.world.office_ids
        office = offices.get(self.plan.department, min(offices.values()))
        takings = [Taking(Part.LEAD, person_id=people[0]), Taking(Part.ASSIST, department_id=office)]
        takings += [Taking(Part.ASSIST, person_id=each) for each in people[1:2]]
        projects.set_people(self.session, self._by, self.project, takings, now=self._at(-24))

    def _links(self) -> list[tuple[int, Callable[[int], None]]]:
        """The first demands of the village that speak of it, each linked the day after it came in."""
        wanted = (
            select(col(Demand.reference), col(Demand.reported_at))
            .where(
                Demand.__table__.c[f"a{self._depth}_id"] == self.unit_id,  # type: ignore[attr-defined]
                col(Demand.text).contains(self.plan.word), col(Demand.received),
            )
            .order_by(col(Demand.reference))
            .limit(3)
        )  # fmt: skip
        found: list[tuple[int, Callable[[int], None]]] = []
        for reference, at in self.session.connection().execute(wanted).all():
            after = (at.astimezone(self.world.profile.zone).date() - self.start).days + 1
            found.append((max(after, -20), partial(self._link, reference)))
        return found

    def _link(self, reference: str, day: int) -> None:
        projects.link(self.session, self._by, self.project, reference, now=self._at(day))

    @property
    def _depth(self) -> int:
        return self.world.places[self.world.unit_ids.index(self.unit_id)].depth

    def _plan_step(self, title: str, due: int, people: Sequence[int]) -> int:
        first = MOVED[1] if title == MOVED[0] else due
        return projects.plan(
            self.session, self._by, self.project, title, self._day(first), now=self._at(-22),
            person_id=self.random.choice(people),
        )  # fmt: skip

    def _acts(self, ids: dict[str, int]) -> list[tuple[int, Callable[[int], None]]]:
        """What happened to it, each with its day."""
        found: list[tuple[int, Callable[[int], None]]] = [
            *self._links(),
            *((source[3], partial(self._fund, source)) for source in self.plan.sources),
            *((payment[3], partial(self._pay, payment)) for payment in self.plan.payments),
            *((done, partial(self._reach, ids[title])) for title, _, done in self.plan.steps if done is not None),
        ]
        if MOVED[0] in ids:
            found.append((MOVED[2], partial(self._move, ids[MOVED[0]])))
        return found

    def _step(self, verb: ProjectVerb, day: int) -> None:
        who = self.crew.approver if verb is ProjectVerb.APPROVE else self._by
        projects.move(self.session, who, self.project, verb, now=self._at(day))

    def _fund(self, source: tuple[SourceKind, int, str, int], day: int) -> None:
        kind, amount, giver, _ = source
        projects.fund(
            self.session, self._by, self.project, kind, amount * WAN, self._day(day), now=self._at(day), giver=giver
        )

    def _pay(self, payment: tuple[int, str, str, int], day: int) -> None:
        amount, purpose, payee, _ = payment
        projects.pay(
            self.session, self._by, self.project, amount * WAN, self._day(day), purpose, payee, now=self._at(day)
        )

    def _reach(self, milestone_id: int, day: int) -> None:
        projects.reach(self.session, self._by, self.project, milestone_id, self._day(day), now=self._at(day))

    def _move(self, milestone_id: int, day: int) -> None:
        title, _, _, why = MOVED
        due = next(due for name, due, _ in self.plan.steps if name == title)
        found = projects.detail(self.session, self._by, self.project, self.today)
        person = next(row.person_id for row in found.milestones if row.id == milestone_id)
        projects.replan(
            self.session, self._by, self.project, milestone_id, title, self._day(due), now=self._at(day),
            person_id=person, reason=why,
        )  # fmt: skip
